#!/usr/bin/env bash
# Installs the Debian packages that the named purposes need and this machine lacks.
#
#   scripts/deps.sh PURPOSE...      purposes: build, tray, packages, test, bench, screenshots
#   scripts/deps.sh --list PURPOSE… only name the missing packages, install nothing
#
# Packages come through apt-get: directly as root, through sudo otherwise. Without either it says what an
# administrator has to call and exits 1. A machine that has everything is left alone, so this may be called each time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=()
reasons=()

# want PACKAGE REASON records one package to install.
want() {
	packages+=("$1")
	reasons+=("$1 ($2)")
}

# have COMMAND... is true when one of the commands exists.
have() {
	local c
	for c in "$@"; do
		command -v "$c" >/dev/null 2>&1 && return 0
	done
	return 1
}

die() {
	printf '%s\n' "$@" >&2
	exit 1
}

# check_go ends with a plain sentence when Go is missing or older than go.mod asks for: Debian 12's own Go is too old,
# so it is the one part that nobody but the person at the keyboard can put here.
check_go() {
	local want_version have_version
	want_version=$(sed -nE 's/^go ([0-9.]+)$/\1/p' go.mod)
	have go || die "ctiagent is built with Go $want_version, which is not on this machine's PATH." \
		"Install it from https://go.dev/dl (Debian's own golang package is older) and call make again."
	have_version=$(go env GOVERSION)
	have_version=${have_version#go}
	have_version=${have_version%%[!0-9.]*}
	if [ "$(printf '%s\n%s\n' "$want_version" "$have_version" | sort -V | head -n 1)" != "$want_version" ]; then
		die "ctiagent is built with Go $want_version or newer; 'go' on this PATH is $have_version." \
			"Install a newer one from https://go.dev/dl and call make again."
	fi
}

needs_build() {
	check_go
	# Fetching Go modules is an https matter.
	[ -s /etc/ssl/certs/ca-certificates.crt ] || [ -n "${SSL_CERT_FILE:-}${SSL_CERT_DIR:-}" ] ||
		want ca-certificates "to fetch Go modules over https"
}

# needs_tray is what the tray program of Linux is compiled with; the other programs need none of it.
needs_tray() {
	have gcc cc clang || want gcc "to compile the tray, which is a GTK program on Linux"
	[ -e /usr/include/stdio.h ] || want libc6-dev "to compile the tray"
	have pkg-config || want pkg-config "to find the tray's libraries"
	pkg-config --exists gtk+-3.0 2>/dev/null || want libgtk-3-dev "the tray's menu"
	pkg-config --exists ayatana-appindicator3-0.1 2>/dev/null || want libayatana-appindicator3-dev "the tray's icon"
}

# needs_packages is what installer/build.sh makes the packages with, besides the tools pinned in tools/packages.mod.
needs_packages() {
	needs_tray
	have wixl || want wixl "the package for Windows"
	have msibuild || want msitools "the package for Windows"
	have osslsigncode || want osslsigncode "to sign what is for Windows"
}

needs_test() {
	needs_packages
	have lintian || want lintian "the Debian package keeps Debian's rules"
	have desktop-file-validate || want desktop-file-utils "desktop entries are valid and found"
	have rpm || want rpm "the rpm package is looked into"
	have xdg-open || want xdg-utils "links are opened as a desktop does"
	have openssl || want openssl "a certificate to sign with"
	have systemd-nspawn || want systemd-container "the units run under a real systemd"
	have Xvfb || want xvfb "the tray and what the hand does are tested on a display of their own"
	have dbus-daemon || want dbus-daemon "the tray is tested on a bus of its own"
	have gnome-keyring-daemon || want gnome-keyring "the agent's password is kept in a real secret store"
	have certutil || want libnss3-tools "Chromium is told of a certificate"
	have strace || want strace "a program is killed at each of its writes to a file"
	have openbox || want openbox "a window has the keyboard only where a window manager gives it"
	have xterm || want xterm "the hand types into a terminal"
	have yad || want yad "the hand types into a GTK window"
	have xdotool || want xdotool "a person's mouse and keys, for what only a person may answer"
	have xdg-open || want xdg-utils "clicked links go through it, and it says who owns them"
	have gio || want libglib2.0-bin "desktop entries are started as a desktop does"
	have desktop-file-validate || want desktop-file-utils "desktop entries are held against their specification"
	have wine || want wine "the programs of Windows are tried"
	[ -e /usr/lib/wine/wine64 ] || have wine64 || want wine64 "the programs of Windows are tried"
	have x86_64-w64-mingw32-gcc || want gcc-mingw-w64-x86-64 "a library that Go's programs want and this wine lacks"
	# The race detector is the one part that needs a C compiler; the programs themselves are built without.
	have gcc cc clang || want gcc "for the race detector"
	[ -e /usr/include/stdio.h ] || want libc6-dev "for the race detector"
	have chromium chromium-browser google-chrome || want chromium "tests click in a real browser"
	have firefox-esr firefox || want firefox-esr "the client, linkify and the extension are tried in Firefox, too"
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || have initdb || want postgresql "the tables of Total IP are read from a real database"
	have ip || want iproute2 "pages are tried on addresses of their own"
	have node nodejs || want nodejs "tests run the JavaScript client on its own"
	have npm || want npm "what the tests of the pages run is fetched with it"
	node_tools=yes
}

# install_node_tools fetches what web/testing/package-lock.json pins, unless the very same is there already.
install_node_tools() {
	local dir=web/testing
	cmp -s "$dir/package-lock.json" "$dir/node_modules/.installed" && return
	echo "Fetching what the tests of the pages run, with npm."
	(cd "$dir" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) ||
		die "npm could not fetch what $dir/package-lock.json names (its words are above). Once it can, call make again."
	cp "$dir/package-lock.json" "$dir/node_modules/.installed"
}

# needs_bench is what the tray is measured with.
needs_bench() {
	needs_tray
	have Xvfb || want xvfb "a display for the tray that is measured"
	have dbus-daemon || want dbus-daemon "a bus for the tray that is measured"
}

# needs_screenshots is what scripts/screenshots.sh takes pictures with.
needs_screenshots() {
	needs_tray
	have Xvfb || want xvfb "a display to take pictures of"
	have dbus-daemon || want dbus-daemon "a bus for the panel"
	have xfce4-panel || want xfce4-panel "a panel that shows the tray"
	have openbox || want openbox "windows need a manager"
	have xdotool || want xdotool "to click on the tray"
	have import || want imagemagick "to take the pictures"
	[ -e /usr/share/icons/Adwaita/index.theme ] || want adwaita-icon-theme "the panel's icons"
}

apt() {
	if [ "$(id -u)" -eq 0 ]; then
		DEBIAN_FRONTEND=noninteractive apt-get "$@" </dev/null
	elif [ "$sudo_mode" = quiet ]; then
		sudo -n env DEBIAN_FRONTEND=noninteractive apt-get "$@" </dev/null
	else
		sudo env DEBIAN_FRONTEND=noninteractive apt-get "$@"
	fi >>"$log" 2>&1
}

# choose_sudo finds out how to become root, or says what somebody who can has to call.
choose_sudo() {
	sudo_mode=quiet
	[ "$(id -u)" -eq 0 ] && return
	if have sudo; then
		sudo -n true 2>/dev/null && return
		if [ -t 0 ]; then
			sudo_mode=ask
			echo "sudo asks for your password now, to install ${packages[*]}."
			sudo -v && return
		fi
	fi
	die "This account may not install packages. Ask an administrator to run:" \
		"  apt-get update && apt-get install --no-install-recommends ${packages[*]}"
}

# lists_known is true when apt's lists name a candidate for every wanted package.
lists_known() {
	local p
	for p in "${packages[@]}"; do
		LC_ALL=C apt-cache policy "$p" 2>/dev/null | grep -qE '^  Candidate: [0-9]' || return 1
	done
}

install() {
	local options=(-y -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 --no-install-recommends)
	log=$(mktemp)
	trap 'rm -f "$log"' EXIT
	if lists_known && apt install "${options[@]}" "${packages[@]}"; then
		return
	fi
	# No lists yet, or lists so old that the files they name are gone. One broken foreign source must not stop us,
	# so the answer of update itself does not count; that of install does.
	apt update -qq || true
	apt install "${options[@]}" "${packages[@]}" ||
		die "$(tail -n 30 "$log")" "apt-get could not install ${packages[*]} (its words are above). Once it can, call make again."
}

list_only=
node_tools=
[ "${1:-}" = --list ] && list_only=yes && shift
[ $# -gt 0 ] || die "usage: scripts/deps.sh [--list] build|tray|packages|test|bench|screenshots ..."
for purpose in "$@"; do
	case $purpose in
	build) needs_build ;;
	tray) needs_tray ;;
	bench) needs_bench ;;
	packages) needs_packages ;;
	test) needs_test ;;
	screenshots) needs_screenshots ;;
	*) die "scripts/deps.sh: no such purpose: $purpose (build, tray, packages, test, bench, screenshots)" ;;
	esac
done

if [ -n "$list_only" ]; then
	[ ${#packages[@]} -eq 0 ] || printf '%s\n' "${packages[@]}"
	exit 0
fi
if [ ${#packages[@]} -gt 0 ]; then
	have apt-get || die "Please install: ${packages[*]}. (This script knows apt-get only.)"
	list=$(printf ', %s' "${reasons[@]}")
	choose_sudo
	echo "Installing from Debian: ${list#, }."
	install
fi
[ -z "$node_tools" ] || install_node_tools
