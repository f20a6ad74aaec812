#!/bin/sh
### BEGIN INIT INFO
# Provides:          ctiagent
# Required-Start:    $network $remote_fs
# Required-Stop:     $network $remote_fs
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: {{DisplayName}}
# Description:       {{Description}}
### END INIT INFO

name=ctiagent
program={{Path | cmd}}
pidfile=/run/$name.pid

. /lib/lsb/init-functions

case "$1" in
start)
	# The door that every user of the computer connects to stands in this directory.
	install -d -m 0755 -o ctiagent -g ctiagent /run/ctiagent
	install -d -m 0700 -o ctiagent -g ctiagent /var/lib/ctiagent
	install -d -m 0755 -o ctiagent -g ctiagent /var/log/ctiagent
	start-stop-daemon --start --quiet --oknodo --background --make-pidfile --pidfile "$pidfile" \
		--chuid ctiagent:ctiagent --exec "$program" --{{range Arguments}} {{. | cmd}}{{end}}
	;;
stop)
	start-stop-daemon --stop --quiet --oknodo --retry=TERM/5/KILL/1 --pidfile "$pidfile" --remove-pidfile
	;;
restart | force-reload)
	"$0" stop
	"$0" start
	;;
status)
	if pidofproc -p "$pidfile" "$program" >/dev/null; then
		echo Running
	else
		echo Stopped
		exit 1
	fi
	;;
*)
	echo "Usage: $0 {start|stop|restart|force-reload|status}"
	exit 1
	;;
esac
