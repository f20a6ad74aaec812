#!/usr/bin/env bash
# Builds what is delivered: a deb, an rpm and an MSI, from the files beside this script.
#
#   installer/build.sh FOLDER [deb|rpm|msi ...]      without names: all three
#   installer/build.sh --versions                    only print the version of deb and rpm, and that of the MSI
#
# VERSION              as git describes it, for instance v1.2.3 or v1.2.3-4-g0a1b2c3; git is asked when it is not set
# SIGN_CERT SIGN_KEY   PEM files: what is for Windows is signed with them
# SIGN_TIME            the address of a time stamping service for the signatures
#
# It needs Go, and what scripts/deps.sh build packages installs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH=$PATH:/usr/local/go/bin GOFLAGS="${GOFLAGS:-} -buildvcs=false"
umask 022

die() {
	printf 'installer/build.sh: %s\n' "$*" >&2
	exit 1
}

[ $# -gt 0 ] || die "usage: installer/build.sh --versions | FOLDER [deb|rpm|msi ...]"

version=${VERSION:-$(git describe --tags --always --dirty 2>/dev/null || echo dev)}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

# What git describes becomes a version that grows: v1.2.3-rc.1 is before 1.2.3, v1.2.3-4-g0a1b2c3 behind it, and what no
# tag describes is before them all. Windows knows three numbers only.
if [[ ${version%-dirty} =~ ^v?([0-9]+)\.([0-9]+)\.([0-9]+)(-[A-Za-z][0-9A-Za-z.]*)?(-([0-9]+)-g([0-9a-f]+))?$ ]]; then
	three=${BASH_REMATCH[1]}.${BASH_REMATCH[2]}.${BASH_REMATCH[3]}
	package=$three${BASH_REMATCH[4]/-/\~}
	[ -z "${BASH_REMATCH[6]}" ] || package+=+${BASH_REMATCH[6]}.g${BASH_REMATCH[7]}
	[ "$version" = "${version%-dirty}" ] || package+=+dirty
elif [[ $version =~ ^[0-9A-Za-z.-]+$ ]]; then
	three=0.0.0
	package=0.0.0~${version//-/.}
else
	die "the version $version has signs in it that packages cannot have"
fi

if [ "$1" = --versions ]; then
	echo "$package $three"
	exit
fi

mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- deb rpm msi
[ -z "${SIGN_CERT:-}" ] || [ -n "${SIGN_KEY:-}" ] || die "SIGN_CERT is set and SIGN_KEY is not; name the key's PEM file too"

stage=$out/stage
rm -rf "$stage"
mkdir -p "$stage"
ldflags="-s -w -X main.version=$version"

# put FILE DESTINATION [MODE] stages one file as it is installed, with the time of the commit.
put() {
	install -D -m "${3:-644}" "$1" "$stage/$2"
	touch -d "@$SOURCE_DATE_EPOCH" "$stage/$2"
}

# squeezed DESTINATION stages standard input as a compressed file.
squeezed() {
	mkdir -p "$(dirname "$stage/$1")"
	gzip -9n >"$stage/$1"
	touch -d "@$SOURCE_DATE_EPOCH" "$stage/$1"
}

# tool PACKAGE builds one of the tools pinned in tools/packages.mod; they are called in other folders than Go knows them in.
tool() {
	go build -modfile=tools/packages.mod -o "$stage/tools/" "$1"
	echo "$stage/tools/${1##*/}"
}

# third_party prints the licences of the modules that the programs are made of.
third_party() {
	local path dir file
	GOOS=$1 go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' ./cmd/... | sort -u |
		while read -r path version dir; do
			printf '==== %s %s ====\n\n' "$path" "$version"
			for file in "$dir"/LICEN[CS]E* "$dir"/COPYING* "$dir"/NOTICE*; do
				[ ! -f "$file" ] || cat "$file"
			done
			echo
		done
}

linux_root() {
	local program shell lang section file bin=$stage/root/usr/bin dir=installer/linux
	mkdir -p "$bin"
	for program in ctiagent ctiagent-open ctiagent-native; do
		CGO_ENABLED=0 go build -trimpath -ldflags "$ldflags" -o "$bin/$program" "./cmd/$program"
	done
	CGO_ENABLED=1 CGO_CFLAGS='-O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2' CGO_LDFLAGS='-Wl,-z,relro,-z,now' \
		go build -trimpath -buildmode=pie -ldflags "$ldflags -linkmode=external" -o "$bin/ctiagent-tray" ./cmd/ctiagent-tray
	touch -d "@$SOURCE_DATE_EPOCH" "$bin"/*
	"$bin/ctiagent-native" register --machine --root "$stage/root" | while read -r file; do touch -d "@$SOURCE_DATE_EPOCH" "$file"; done

	put $dir/ctiagent-open.desktop root/usr/share/applications/ctiagent-open.desktop
	put $dir/ctiagent-tray.desktop root/usr/share/applications/ctiagent-tray.desktop
	put $dir/ctiagent-tray.desktop root/etc/xdg/autostart/ctiagent-tray.desktop
	put $dir/user/ctiagent.service root/usr/lib/systemd/user/ctiagent.service
	for size in 16 22 24 32 48 64 128 256; do
		put installer/icons/$size.png root/usr/share/icons/hicolor/${size}x$size/apps/ctiagent.png
	done
	for lang in en es pt_BR; do
		section=root/usr/share/man/$lang/man1
		for program in ctiagent ctiagent-open ctiagent-native ctiagent-tray; do
			squeezed "${section/\/en\//\/}/$program.1.gz" <"$dir/man/$lang/$program.1"
		done
	done
	for shell in bash zsh fish; do
		LC_ALL=C "$bin/ctiagent" completion $shell >"$stage/ctiagent.$shell"
	done
	put "$stage/ctiagent.bash" root/usr/share/bash-completion/completions/ctiagent
	put "$stage/ctiagent.fish" root/usr/share/fish/vendor_completions.d/ctiagent.fish
	for file in ctiagent.toml policy.toml chromium.json firefox.json; do
		put $dir/$file root/usr/share/doc/ctiagent/examples/$file
	done
	third_party linux | squeezed root/usr/share/doc/ctiagent/third-party.gz
	# Debian and Red Hat keep some things in different places.
	put "$stage/ctiagent.zsh" deb/usr/share/zsh/vendor-completions/_ctiagent
	put "$stage/ctiagent.zsh" rpm/usr/share/zsh/site-functions/_ctiagent
	put $dir/ctiagent.service deb/usr/lib/systemd/system/ctiagent.service
	put $dir/ctiagent.service rpm/usr/lib/systemd/system/ctiagent.service
	put $dir/ctiagent.init deb/etc/init.d/ctiagent 755
	put $dir/copyright deb/usr/share/doc/ctiagent/copyright
	put LICENSE rpm/usr/share/licenses/ctiagent/LICENSE
	put $dir/lintian-overrides deb/usr/share/lintian/overrides/ctiagent
	printf 'ctiagent (%s) stable; urgency=medium\n\n  * This version; what a user notices of it stands in CHANGELOG.md.\n\n -- ctiagent authors <ctiagent@example.com>  %s\n' \
		"$package" "$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")" | squeezed deb/usr/share/doc/ctiagent/changelog.gz
	for script in postinst prerm postrm; do put $dir/deb/$script deb/scripts/$script 755; done
	for script in pre post preun postun; do put $dir/rpm/$script rpm/scripts/$script 755; done
	cp $dir/nfpm.yaml "$stage/nfpm.yaml"
}

linux_package() {
	local name nfpm
	[ -d "$stage/root" ] || linux_root
	case $1 in
	deb) name=ctiagent_${package}_amd64.deb ;;
	rpm) name=ctiagent-$package-1.x86_64.rpm ;;
	esac
	nfpm=$(tool github.com/goreleaser/nfpm/v2/cmd/nfpm)
	(
		cd "$stage"
		PACKAGE_VERSION=$package "$nfpm" package --config nfpm.yaml --packager "$1" --target "$out/$name" >nfpm.log 2>&1 || die "$(cat nfpm.log)"
	)
	echo "$out/$name"
}

# sign FILE signs what Windows runs, where there is a certificate to sign with.
sign() {
	[ -n "${SIGN_CERT:-}" ] || return 0
	local options=(-certs "$SIGN_CERT" -key "$SIGN_KEY" -n ctiagent -h sha256)
	[ -z "${SIGN_TIME:-}" ] || options+=(-ts "$SIGN_TIME")
	osslsigncode sign "${options[@]}" -in "$1" -out "$1.signed" >"$stage/sign.log" || die "$1 could not be signed: $(cat "$stage/sign.log")"
	mv "$1.signed" "$1"
}

# windows_program NAME DESCRIPTION [LINKER-FLAG] builds one exe with its icon, its manifest and what it says of itself: the
# description is what a browser calls it when it asks whether it may open a link.
windows_program() {
	local exe=$stage/windows/$1.exe
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go build -trimpath -ldflags "$ldflags ${3:-}" -o "$exe" "./cmd/$1"
	sed -e "s/@NAME@/$1/g" -e "s/@DESCRIPTION@/$2/g" -e "s/@VERSION@/$version/g" -e "s/@THREE@/$three/g" \
		installer/windows/resources.json >"$stage/windows/$1.json"
	(cd "$stage/windows" && "$winres" patch --no-backup --in "$1.json" "$1.exe")
	sign "$exe"
}

windows_package() {
	local msi=$out/ctiagent-$package-x64.msi
	winres=$(tool github.com/tc-hib/go-winres)
	mkdir -p "$stage/windows"
	cp installer/icons/ctiagent.ico "$stage/windows/"
	windows_program ctiagent "ctiagent"
	windows_program ctiagent-open "ctiagent" -H=windowsgui
	windows_program ctiagent-native "ctiagent"
	windows_program ctiagent-tray "ctiagent" -H=windowsgui
	third_party windows >"$stage/windows/third-party.txt"
	sed 's/$/\r/' LICENSE >"$stage/windows/LICENSE.txt"
	sed 's/$/\r/' installer/windows/README.md >"$stage/windows/README.txt"
	sed 's/$/\r/' installer/windows/browsers.reg >"$stage/windows/browsers.reg"
	cp -r installer/windows/ctiagent.wxs installer/windows/policy "$stage/windows/"
	(cd "$stage/windows" && wixl --arch x64 -D Version="$three" -o "$msi" ctiagent.wxs 2>wixl.log) || die "$(cat "$stage/windows/wixl.log")"
	! grep "has no property" "$stage/windows/wixl.log" >&2 || die "wixl leaves out what it does not know"
	# What wixl has no words for: the properties reach the part with the system's rights, and a package takes the place of one
	# with the same three numbers too (1: with its features, 512: the upper bound included).
	msibuild "$msi" -q "UPDATE \`Property\` SET \`Value\` = 'CONFIG;EXTENSION;KEEPDATA;ORIGINS;WIX_DOWNGRADE_DETECTED;WIX_UPGRADE_DETECTED' WHERE \`Property\` = 'SecureCustomProperties'"
	msiinfo export "$msi" Upgrade | sed 's/\t1\t\(\t*WIX_UPGRADE_DETECTED\)/\t513\t\1/' >"$stage/windows/Upgrade.idt"
	grep -q 513 "$stage/windows/Upgrade.idt" || die "wixl's table of upgrades is another than it was"
	msibuild "$msi" -i "$stage/windows/Upgrade.idt"
	sign "$msi"
	echo "$msi"
}

for kind; do
	case $kind in
	deb | rpm) linux_package "$kind" ;;
	msi) windows_package ;;
	*) die "no such package: $kind (deb, rpm, msi)" ;;
	esac
done
