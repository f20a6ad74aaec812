package vicidialtest

import (
	"fmt"
	"strings"
	"time"
)

// The lock of an account: so many wrong passwords, for so long after the last log-in to a screen (recorded).
const (
	lockAfter = 10
	lockTime  = 15 * time.Minute
)

// What the check of a password says.
const (
	good       = "GOOD"
	bad        = "BAD"
	lock       = "LOCK"
	errServers = "ERRSERVERS"
	ipBlock    = "IPBLOCK"
)

// locked answers whether an account is refused whatever the password is.
func (s *Server) locked(u *user) bool {
	return u.failed >= lockAfter && !u.lastLogin.Before(s.opts.Now().Add(-lockTime))
}

// check tries a password and counts a wrong one. A right one does not reset the count (recorded).
func (s *Server) check(name, pass string) string {
	if s.noServers {
		return errServers
	}
	u := s.users[name]
	switch {
	case u == nil || name == "":
		return bad
	case s.locked(u):
		return lock
	case u.Pass == pass && !u.Inactive && u.Level > 0:
		if s.blockIP {
			return ipBlock
		}
		return good
	case u.failed < lockAfter:
		u.failed++
	default: // the lock is over, or its time counts from a log-in long ago: it is forgiven, once
		u.failed, u.lastLogin = 1, s.opts.Now()
	}
	return bad
}

// enterAgentAPI does the checks of api.php in their order and answers whether the request may go on.
func (a *ask) enterAgentAPI() bool {
	if len(a.v("source")) < 2 {
		a.print("ERROR: Invalid Source - %s\n", a.v("source"))
		return false
	}
	name, pass := a.v("user"), a.v("pass")
	message := a.s.check(name, pass)
	auth, api := 0, 0
	if message == good {
		auth = 1
	}
	if u := a.s.users[name]; u != nil && u.AgentAPI {
		api = 1
	}
	if auth == 0 || api == 0 {
		if message == bad { // the statement with the password in it is part of the answer (recorded)
			message = fmt.Sprintf("BAD|0|api|SELECT count(*) from vicidial_users where user='%s' and pass='%s' and user_level > 0 "+
				"and active='Y' and ( (failed_login_count < 10) or (UNIX_TIMESTAMP(last_login_date) < %d) );",
				name, pass, a.now.Add(-lockTime).Unix())
		}
		a.print("ERROR: Invalid Username/Password: |%s|%s|%d|%d|%s|\n", name, pass, auth, api, message)
		return false
	}
	a.user = a.s.users[name]
	if !a.s.apiActive {
		a.print("ERROR: System API NOT ACTIVE\n")
		return false
	}
	return true
}

// may answers whether the account's list of functions names this one.
func (u *user) may(function string) bool {
	list := u.Functions
	if list == "" {
		list = " ALL_FUNCTIONS "
	}
	return strings.Contains(list, " ALL_FUNCTIONS ") || strings.Contains(list, " "+function+" ")
}

// permitted answers whether the account may use the function, and says so if not. It comes after the parameters have
// been looked at (recorded). first is the value, or what stands in its place; none for webserver.
func (a *ask) permitted(first ...string) bool {
	if a.user.may(a.function) {
		return true
	}
	a.fail("auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION", append(first, a.user.Name, a.function, a.user.Group)...)
	return false
}
