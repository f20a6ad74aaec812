package khomp

import (
	"net/http"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/wire"
)

// The ids of sentences for the person.
const (
	hintPassword = "khomp.hint.password"
	hintPath     = "khomp.hint.path"
	hintDigits   = "khomp.hint.digits"
	hintTransfer = "khomp.hint.transfer"
	hintLine     = "khomp.hint.line"
)

// meaning is what an answer means. No document prints one, and the program known for these phones reads none, so the status
// has to do.
type meaning struct {
	status int
	login  bool     // with a page that asks for a password
	kind   cti.Kind // "" is success
	hint   string
	source string
}

func meanings() []meaning {
	const http11 = "RFC 9110"
	return []meaning{
		{http.StatusOK, false, "", "", `PLANET VIP-1120PT, Active URI: "200 OK"`},
		{http.StatusOK, true, cti.Unauthorized, hintPassword, "a page that asks for a password has done nothing"},
		{http.StatusUnauthorized, false, cti.Unauthorized, hintPassword, http11},
		{http.StatusForbidden, false, cti.Unauthorized, hintPassword, http11},
		{http.StatusNotFound, false, cti.Unsupported, hintPath, http11},
	}
}

// judge answers nil where the phone took the wish, else the error its answer stands for.
func (s *session) judge(op string, a wire.Answer, err error) *cti.Error {
	e := s.fails.Web(op, a, err)
	login := e == nil && asksPassword(a.Body)
	if login {
		e = s.fails.Make(cti.Unauthorized, op, "the phone asks for a password instead of doing it", cti.CertainSent, nil)
	}
	if e == nil {
		return nil
	}
	for _, m := range meanings() {
		if m.status == a.Status && m.login == login && m.kind == e.Kind {
			e.Hint = m.hint
		}
	}
	return e
}

// asksPassword says whether a page has a field for a password.
func asksPassword(page []byte) bool {
	text := strings.ToLower(wire.Text(page))
	for _, field := range []string{`type="password"`, `type='password'`, `type=password`} {
		if strings.Contains(text, field) {
			return true
		}
	}
	return false
}
