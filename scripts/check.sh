#!/usr/bin/env bash
# `make check`: what a commit must pass, quickly and without the network. `make deps` once, online, fetches what it uses.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export GOPROXY=off GOFLAGS="${GOFLAGS:-} -mod=readonly"
failed=()

step() {
	local name=$1
	shift
	echo "· $name"
	"$@" || failed+=("$name")
}

go_files() { git ls-files --cached --others --exclude-standard '*.go' | while read -r f; do [ -e "$f" ] && echo "$f"; done; }

formatted() {
	local bad
	bad=$(go_files | xargs -r gofmt -l) || return
	[ -z "$bad" ] || { echo "not formatted (make fmt mends it):" && echo "$bad" && return 1; }
}

scripts_parse() {
	local f rc=0
	for f in scripts/*.sh .ci/run; do bash -n "$f" || rc=1; done
	return $rc
}

# generated_fresh runs the generators in a copy of the tree, so that a check never changes a file of yours.
generated_fresh() {
	go_files | xargs -r grep -l '^//go:generate' | grep -q . || return 0
	local copy rc=0
	copy=$(mktemp -d)
	git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents --no-dereference -t "$copy" 2>/dev/null
	if (cd "$copy" && go generate ./...); then
		local f
		while read -r f; do
			cmp -s "$f" "$copy/$f" || { echo "stale: $f (make generate mends it)" && rc=1; }
		done < <(git ls-files --cached --others --exclude-standard | while read -r f; do [ -e "$f" ] && echo "$f"; done)
		while read -r f; do
			[ -e "$f" ] || { echo "missing: $f (make generate writes it)" && rc=1; }
		done < <(cd "$copy" && find . -type f | sed 's#^\./##')
	else
		rc=1
	fi
	rm -rf "$copy"
	return $rc
}

lint() {
	go tool -modfile=tools/go.mod golangci-lint run ./... || {
		echo "(when golangci-lint itself could not be built: run make deps once, online)"
		return 1
	}
}

long_files() {
	go_files | xargs -r wc -l | awk '$2 != "total" && $1 > 400 { print "  long: " $2 " (" $1 " lines; about 400 is a smell, 600 fails)" }'
}

step "format" formatted
step "shell scripts parse" scripts_parse
step "vet" go vet ./...
step "lint" lint
step "generated files are fresh" generated_fresh
step "tests" go test -shuffle=on -timeout=5m ./...
long_files

if [ ${#failed[@]} -gt 0 ]; then
	printf 'check failed: %s\n' "$(printf '%s, ' "${failed[@]}" | sed 's/, $//')"
	exit 1
fi
echo "check passed"
