#!/usr/bin/env bash
# Runs every fuzz target of the tree, one after the other, each for the given time: scripts/fuzz.sh [60s] [PATTERN]
# PATTERN, a regular expression, chooses among "directory FuzzName". Exits 1 when one of them found something.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
time=${1:-60s}
pattern=${2:-.}
found=()
count=0
while read -r dir name; do
	count=$((count + 1))
	echo "· $dir $name ($time)"
	go test -run='^$' -fuzz="^$name\$" -fuzztime="$time" "./$dir" || found+=("$dir $name")
done < <(grep -rnoE --include='*_test.go' '^func Fuzz[A-Z][A-Za-z0-9_]*\(' . |
	sed -E 's#^\./(.*)/[^/]*:[0-9]+:func (Fuzz[A-Za-z0-9_]+)\($#\1 \2#' | sort -u | grep -E "$pattern")
if [ "$count" -eq 0 ]; then
	echo "no fuzz target matches '$pattern'" >&2
	exit 2
fi
if [ ${#found[@]} -gt 0 ]; then
	printf 'found something: %s\n' "${found[@]}" "the input stands in that package's testdata/fuzz; commit it with the repair" >&2
	exit 1
fi
echo "$count fuzz targets, nothing found"
