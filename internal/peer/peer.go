// Package peer tells which user of this computer is at the other end of a
// local connection, from what the operating system says.
package peer

import (
	"errors"
	"os/user"
	"strconv"
)

// User is an account of the system: ID is the numeric user id, on Windows the
// SID; Name is the account's name, or the ID where the system knows none.
type User struct {
	ID, Name string
	// Admin says that the person may administer this computer: root, on Windows LocalSystem and who runs as an administrator.
	// Only OfSocket finds it out.
	Admin bool
}

// ErrUnknown says that the system does not tell whose connection it is.
var ErrUnknown = errors.New("the owner of the connection is unknown")

// ErrUnsupported says that there is no way to ask on this system.
var ErrUnsupported = errors.New("this system does not tell whose loopback connection it is")

// Self is the user this process runs as.
func Self() (User, error) {
	u, err := user.Current()
	if err != nil {
		return User{}, err
	}
	return User{ID: u.Uid, Name: u.Username}, nil
}

// named finds the account's name.
func named(id string) User {
	if u, err := user.LookupId(id); err == nil {
		return User{ID: id, Name: u.Username}
	}
	return User{ID: id, Name: id}
}

func ofUID(uid uint32) User { return named(strconv.FormatUint(uint64(uid), 10)) }

// IsSystem says whether a user id is the system's own: root, on Windows
// LocalSystem.
func IsSystem(id string) bool { return id == "0" || id == "S-1-5-18" }
