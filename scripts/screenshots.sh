#!/usr/bin/env bash
# Takes the pictures of the tray's menu that the docs show: a panel of Xfce, the demo's PBX, an agent on a call.
#
#   scripts/screenshots.sh [FOLDER]      FOLDER is docs/images when left out
#
# Writes tray-LANGUAGE.png for each language, and tray-icons.png. Look at them before you commit them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ "${1:-}" != --inside ]; then
	scripts/deps.sh build tray screenshots
	to=$(realpath "${1:-docs/images}")
	work=$(mktemp -d /tmp/shots.XXXXXX)
	trap 'rm -rf "$work"' EXIT
	CGO_ENABLED=0 go build -o "$work/ctiagent" ./cmd/ctiagent
	CGO_ENABLED=1 go build -o "$work/ctiagent-tray" ./cmd/ctiagent-tray
	states=(offline ready paused ringing on_call wrapup trouble)
	(cd tray/icons && montage "${states[@]/%/.png}" -tile x1 -geometry 32x32+8+4 -background '#f6f5f4' "$to/tray-icons.png")
	echo "$to/tray-icons.png"
	for language in pt-BR es en; do
		home=$work/$language
		mkdir -p -m 700 "$home/run"
		env -i PATH="$PATH" HOME="$home" XDG_RUNTIME_DIR="$home/run" XDG_CONFIG_HOME="$home/.config" LANG="${language/-/_}.UTF-8" NO_AT_BRIDGE=1 \
			GTK_THEME=Adwaita WORK="$work" PICTURE="$to/tray-$language.png" \
			xvfb-run -a -s "-screen 0 900x700x24 -nolisten tcp" dbus-run-session -- "$PWD/scripts/screenshots.sh" --inside 2>"$home/log" ||
			{
				cat "$home/log" >&2
				exit 1
			}
		echo "$to/tray-$language.png"
	done
	exit
fi

# From here on there is a display and a bus. What is started ends with this shell.
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait' EXIT
begin() {
	"$@" >&2 &
	pids+=($!)
}

# until_true COMMAND... waits half a minute until the command succeeds.
until_true() {
	local i
	for i in $(seq 150); do
		if "$@" >/dev/null 2>&1; then return; fi
		sleep 0.2
	done
	echo "this never came true: $*" >&2
	exit 1
}

# A panel at the bottom, with a place for icons and nothing else.
channel=$XDG_CONFIG_HOME/xfce4/xfconf/xfce-perchannel-xml
mkdir -p "$channel"
cat >"$channel/xfce4-panel.xml" <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=8;x=450;y=685"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="30"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray"/>
  </property>
</channel>
XML
convert -size 900x700 xc:'#4c6a86' bmp:- | display -window root -backdrop - 2>/dev/null || true
begin openbox
begin xfce4-panel --disable-wm-check
begin "$WORK/ctiagent" demo --no-browser --port 0 --vendor totalip+grandstream
until_true "$WORK/ctiagent" status
talks() { "$WORK/ctiagent" status --json | grep -q '"state":"connected"'; }
for number in 2130005500 11987650101; do
	until_true "$WORK/ctiagent" dial "$number" # one a second is let through
	until_true talks
	[ "$number" = 11987650101 ] || until_true "$WORK/ctiagent" hangup
done
begin "$WORK/ctiagent-tray"

# found looks in the panel for the icon of a call, which is blue, and leaves its place in x and y.
found() {
	import -window root "$WORK/screen.png"
	read -r x y < <(convert "$WORK/screen.png" -crop 900x30+0+670 +repage txt:- | sed -n '/#0072B2/I{s/:.*//;s/,/ /p;q}')
}
until_true found
y=$((y + 670))
xdotool mousemove $((x + 4)) $((y + 4)) click 1
sleep 1 # a menu tells nobody that it has been painted
xdotool key Down Right
sleep 1
import -window root "$WORK/screen.png"
# The menu and what is beside it, with the panel below and a little of the screen around.
read -r wide left top < <(convert "$WORK/screen.png" -crop 900x668+0+0 +repage -trim -format '%w %X %Y\n' info: | tr -d +)
convert "$WORK/screen.png" -crop "$((left + wide + 12))x$((700 - top + 12))+0+$((top - 12))" +repage "$PICTURE"
