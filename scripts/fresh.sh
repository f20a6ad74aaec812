#!/usr/bin/env bash
# Tries the project where nothing else is: a new Debian 12 with only Go, make and git, once as root and once as an
# ordinary user with sudo, each starting from the untouched system.
#
#   sudo scripts/fresh.sh [--keep] [STEP...]      steps: deps, demo, test; demo and test when none is named
#
# It tries what is committed, not what lies in the working tree. Everything happens in a folder of its own that is removed
# at the end (--keep leaves it and says where). The system shares this machine's network, so the demo takes a port of its
# own on loopback (FRESH_PORT, 21570). Packages come from this machine's own Debian mirror.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
project=$PWD
port=${FRESH_PORT:-21570}
keep=
[ "${1:-}" = --keep ] && keep=yes && shift
steps=("$@")
[ ${#steps[@]} -gt 0 ] || steps=(demo test)

die() {
	printf '%s\n' "$@" >&2
	exit 1
}
for s in "${steps[@]}"; do
	case $s in deps | demo | test) ;; *) die "scripts/fresh.sh: no such step: $s (deps, demo, test)" ;; esac
done
[ "$(id -u)" -eq 0 ] || die "Making a Debian system wants root: sudo scripts/fresh.sh"
command -v debootstrap >/dev/null || die "debootstrap is missing: apt-get install debootstrap"
goroot=$(go env GOROOT) || die "Go is not on root's PATH; call it with the PATH that has it: sudo env PATH=\"\$PATH\" scripts/fresh.sh"

# addresses PATTERN prints the mirrors of this machine's apt that match, in either of apt's formats.
addresses() {
	{ cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null || true; } |
		sed -nE 's/^URIs: *([^ ]+).*/\1/p; s/^deb +(\[[^]]*\] +)?([^ ]+) .*/\2/p' | { grep -E "$1" || true; } | sort -u
}
mirror=$(addresses '/debian/?$' | head -n 1)
security=$(addresses '/debian-security/?$' | head -n 1)
[ -n "$mirror" ] || die "No Debian mirror stands in this machine's /etc/apt/sources.list."

place=$(mktemp -d /var/tmp/ctiagent-fresh.XXXXXX)
cleanup() {
	if [ -n "$keep" ]; then
		echo "left in $place"
	else
		rm -rf --one-file-system "$place"
	fi
}
trap cleanup EXIT
base=$place/base
say() { printf '\n== %s\n' "$*"; }

say "a new Debian 12"
debootstrap --variant=minbase --include=make,git,sudo bookworm "$base" "$mirror" >"$place/debootstrap.log" 2>&1 ||
	die "debootstrap did not come through:" "$(tail -n 20 "$place/debootstrap.log")"
{
	echo "deb $mirror bookworm main"
	echo "deb $mirror bookworm-updates main"
	[ -z "$security" ] || echo "deb $security bookworm-security main"
} >"$base/etc/apt/sources.list"
printf '#!/bin/sh\nexit 101\n' >"$base/usr/sbin/policy-rc.d" # packages start no services here
chmod 755 "$base/usr/sbin/policy-rc.d"
# Certificates of this site's own, if it has any, lie where the administrator of a new machine would put them.
if [ -n "$(ls -A /usr/local/share/ca-certificates 2>/dev/null)" ]; then
	mkdir -p "$base/usr/local/share" && cp -a /usr/local/share/ca-certificates "$base/usr/local/share/"
fi
cp -L /etc/resolv.conf /etc/hosts "$base/etc/"
mkdir -p "$base/usr/local" && cp -a "$goroot" "$base/usr/local/go"
chroot "$base" useradd --create-home --shell /bin/bash clara
echo 'clara ALL=(ALL) NOPASSWD: ALL' >"$base/etc/sudoers.d/clara"
chmod 440 "$base/etc/sudoers.d/clara"
[ -z "$(git -C "$project" -c safe.directory='*' status --porcelain)" ] || echo "(what is not committed is not tried)"
for home in root home/clara; do
	git -c safe.directory='*' clone --quiet --no-hardlinks "$project" "$base/$home/ctiagent"
done
chroot "$base" chown -R clara: /home/clara

# What runs inside, as whoever tries the project.
cat >"$base/try" <<'INSIDE'
#!/bin/bash
set -uo pipefail
step=$1 port=$2
cd ~/ctiagent || exit 1
export PATH=$PATH:/usr/local/go/bin

# page says whether the demo's page answers.
page() {
	exec 3<>"/dev/tcp/127.0.0.1/$port" || return 1
	printf 'GET /demo/ HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$port" >&3
	local line
	IFS= read -r -t 5 line <&3
	exec 3>&-
	[[ $line == "HTTP/1.1 200"* ]]
}

demo() {
	if page 2>/dev/null; then
		echo "something answers on port $port already; choose another with FRESH_PORT"
		return 1
	fi
	set -m # so that the demo is a group of its own, as in a terminal, and Ctrl-C reaches all of it
	make demo PORT="$port" </dev/null &
	local group=$! i
	for ((i = 0; i < 600; i++)); do
		if page 2>/dev/null; then break; fi
		kill -0 "$group" 2>/dev/null || { echo "make demo ended by itself" && return 1; }
		sleep 1
	done
	page 2>/dev/null || { echo "the demo's page does not answer" && kill -KILL -- "-$group" && return 1; }
	echo "the demo's page answers; Ctrl-C"
	kill -INT -- "-$group"
	for ((i = 0; i < 15; i++)); do
		kill -0 -- "-$group" 2>/dev/null || { ! page 2>/dev/null && echo "and it is gone" && return 0; }
		sleep 1
	done
	echo "Ctrl-C did not end the demo"
	return 1
}

case $step in
deps) scripts/deps.sh build test && scripts/deps.sh --list build test ;;
demo) demo ;;
test) make test </dev/null ;;
esac
INSIDE
chmod 755 "$base/try"

# inside PERSON STEP runs one step as that person, on that person's own copy of the new system. The copy becomes the root
# of a mount namespace of its own instead of a chroot, because Chromium's sandbox refuses to start in a chroot; its
# processes are a namespace too and end with it.
inside() {
	local person=$1 step=$2 tree=$place/$1
	mkdir -p "$tree/upper" "$tree/work" "$tree/root"
	# shellcheck disable=SC2016 # the inner shell expands
	env -i PATH="$PATH" TERM="${TERM:-dumb}" base="$base" tree="$tree" person="$person" step="$step" port="$port" \
		proxies="$(env | grep -E '^(https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY|GOPROXY|GONOSUMDB|GONOSUMCHECK|GOSUMDB)=' | tr '\n' ' ' || true)$(! npm config get registry >/dev/null 2>&1 || echo "npm_config_registry=$(npm config get registry 2>/dev/null)")" \
		unshare --mount --pid --fork --kill-child bash -euc '
			mount --make-rprivate /
			root=$tree/root
			mount -t overlay overlay -o "lowerdir=$base,upperdir=$tree/upper,workdir=$tree/work" "$root"
			mount -t proc proc "$root/proc"
			mount -t sysfs -o ro sysfs "$root/sys"
			mount --rbind /dev "$root/dev"
			mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
			mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
			mount -t tmpfs -o mode=755 tmpfs "$root/run"
			mkdir -p "$root/.outside"
			cd "$root"
			pivot_root . .outside
			cd /
			umount -l /.outside
			home=/root
			[ "$person" = root ] || home=/home/$person
			exec setpriv --reuid "$person" --regid "$person" --init-groups \
				env -i HOME="$home" USER="$person" LOGNAME="$person" TERM="$TERM" LANG=C.UTF-8 \
				PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin $proxies /try "$step" "$port"'
}

failed=()
for person in root clara; do
	for step in "${steps[@]}"; do
		say "make $step as $person"
		started=$SECONDS
		if inside "$person" "$step"; then
			echo "== $step as $person: good, after $((SECONDS - started)) s"
		else
			echo "== $step as $person: FAILED after $((SECONDS - started)) s"
			failed+=("$step as $person")
		fi
	done
done
[ ${#failed[@]} -eq 0 ] || die "" "failed: $(printf '%s; ' "${failed[@]}")"
say "both people can use it"
