package vault

import (
	"errors"
	"strings"

	"ctiagent/internal/notify"

	"github.com/godbus/dbus/v5"
)

// reachable says whether the session has a bus at all. The library would start
// one of its own, with nothing on it.
func reachable(getenv func(string) string) bool { return notify.BusAddress(getenv) != "" }

// locked says whether the Secret Service is there and does not open.
func locked(err error) bool {
	var said dbus.Error
	if errors.As(err, &said) {
		return said.Name == "org.freedesktop.Secret.Error.IsLocked"
	}
	// The library has no value for what a closed question of the store comes to.
	return strings.HasPrefix(err.Error(), "failed to unlock")
}
