#!/usr/bin/env bash
# Writes CHANGELOG.md from the `RELNOTE: …` trailers of the commits: one section per v* tag, newest first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=$(mktemp)
trap 'rm -f "$out"' EXIT

# section TITLE RANGE prints the notes of the commits of one range, or nothing when there are none.
section() {
	local notes
	notes=$(git log --no-merges --format='%(trailers:key=RELNOTE,valueonly,unfold)' "$2" | sed -nE 's/^(.+)$/* \1/p')
	[ -z "$notes" ] || printf '\n## %s\n\n%s\n' "$1" "$notes"
}

{
	echo "# Changes a user notices"
	echo
	echo "Made by \`make changelog\` from the \`RELNOTE:\` lines of the commits; not edited by hand."
	newer=HEAD
	title="Not yet released"
	while read -r tag; do
		section "$title" "$tag..$newer"
		newer=$tag
		title="$tag, $(git log -1 --format=%cs "$tag")"
	done < <(git tag --list 'v*' --merged HEAD --sort=-version:refname)
	section "$title" "$newer"
} >"$out"
cp "$out" CHANGELOG.md
