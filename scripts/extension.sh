#!/usr/bin/env bash
# Puts the browser extension together, ready to be loaded or packed: scripts/extension.sh chromium|firefox FOLDER
#
# The two differ in their manifest only: each leaves out the lines and words that are for the other.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[ $# -eq 2 ] || {
	echo "usage: scripts/extension.sh chromium|firefox FOLDER" >&2
	exit 2
}
case $1 in
chromium) difference=(-e '/"browser_specific_settings"/d' -e 's/, "scripts": \[[^]]*\]//') ;;
firefox) difference=(-e '/"key"/d' -e '/"minimum_chrome_version"/d' -e 's/"service_worker": "[^"]*", //') ;;
*)
	echo "scripts/extension.sh: no such browser: $1 (chromium, firefox)" >&2
	exit 2
	;;
esac
mkdir -p "$2"
cp -R web/extension/_locales web/extension/{background,content,recipes}.js web/extension/{managed.json,page.css} web/sdk/{ctiagent,linkify}.js "$2"
for size in 16 32 48 128; do cp "installer/icons/$size.png" "$2"; done
sed "${difference[@]}" web/extension/manifest.json >"$2/manifest.json"
