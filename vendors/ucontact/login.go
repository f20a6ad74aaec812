package ucontact

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/wire"
)

// farewell bounds the end of the session at the server, which Close waits for.
const farewell = 2 * time.Second

// longestToken bounds a token, in bytes.
const longestToken = 4096

// login is the session at the server. Whoever holds turn may read and change the rest.
type login struct {
	turn    chan struct{} // holds one element while nobody is at it
	token   string        // "" is none
	worked  bool          // the token has been accepted for a function
	refused bool          // the password was; it is not tried again until somebody asks for it
	closed  bool
}

func newLogin() *login {
	l := &login{turn: make(chan struct{}, 1)}
	l.turn <- struct{}{}
	return l
}

// enter waits for the turn; leave gives it back.
func (l *login) enter(ctx context.Context) error {
	select {
	case <-l.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *login) leave() { l.turn <- struct{}{} }

// token answers a token, and logs in for one when there is none. Nothing of the wish op has been sent when it fails.
func (s *session) token(ctx context.Context, op string) (string, *cti.Error) {
	if err := s.login.enter(ctx); err != nil {
		return "", s.fails.Transport(op, "the system", wire.NotSent{Err: err})
	}
	defer s.login.leave()
	switch {
	case s.login.refused:
		return "", s.refusedPassword(op, cti.NotSent)
	case s.login.token != "":
		return s.login.token, nil
	}
	token, e := s.obtain(ctx, op)
	if e != nil {
		e.Sent = cti.NotSent
		return "", e
	}
	return token, nil
}

// obtain logs in once. The caller has the turn.
func (s *session) obtain(ctx context.Context, op string) (string, *cti.Error) {
	if s.login.closed {
		return "", s.fails.Make(cti.Unavailable, op, "the session is closed", cti.NotSent, nil)
	}
	form := url.Values{"user": {s.opts.user}, "password": {s.opts.password}}
	text, e := s.post(ctx, op, "auth/getUserToken", form, wire.Request{})
	if e != nil {
		s.login.refused = e.Kind == cti.Unauthorized
		return "", e
	}
	token, ok := readToken(text)
	switch {
	case !ok:
		// What came may hold a token, so it is not repeated.
		e := s.fails.Make(cti.Unavailable, op, "the answer to the login holds no token", cti.CertainSent, nil)
		e.Hint = hintAddress
		return "", e
	case token == answerNo:
		s.login.refused = true
		return "", s.refusedPassword(op, cti.CertainSent)
	}
	s.fails.Learn(token)
	s.login.token, s.login.worked, s.login.refused = token, false, false
	return token, nil
}

func (s *session) refusedPassword(op string, sent cti.Sent) *cti.Error {
	e := s.fails.Make(cti.Unauthorized, op, "user or password was refused", sent, nil)
	e.Hint = hintPassword
	return e
}

// readToken reads the answer of getUserToken: an array whose last element is the token, or the token alone; 0 for a refusal
// (facts B5).
func readToken(text string) (token string, ok bool) {
	token = strings.TrimSpace(text)
	var list []json.RawMessage
	if strings.HasPrefix(token, "[") {
		if json.Unmarshal([]byte(token), &list) != nil || len(list) == 0 {
			return "", false
		}
		token = string(list[len(list)-1])
	}
	if strings.HasPrefix(token, `"`) && json.Unmarshal([]byte(token), &token) != nil {
		return "", false
	}
	const besides = "+/=._~:-"
	for _, r := range token {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && !strings.ContainsRune(besides, r) {
			return "", false
		}
	}
	plausible := token == answerNo || len(token) >= 8 && len(token) <= longestToken
	return token, plausible
}

// accepted notes that a function took the token.
func (s *session) accepted(ctx context.Context, token string) {
	if s.login.enter(ctx) != nil {
		return
	}
	defer s.login.leave()
	s.login.worked = s.login.worked || s.login.token == token
}

// expired drops a token that was refused. It answers whether the token had been accepted before, so that logging in again
// makes sense.
func (s *session) expired(ctx context.Context, token string) (again bool) {
	if s.login.enter(ctx) != nil {
		return false
	}
	defer s.login.leave()
	if s.login.token != token {
		return s.login.token != "" // somebody has logged in again meanwhile
	}
	again = s.login.worked
	s.login.token, s.login.worked = "", false
	return again
}

// forgive lets the password be tried once more, because a person or a new Run asks for it.
func (s *session) forgive(ctx context.Context) {
	if s.login.enter(ctx) != nil {
		return
	}
	defer s.login.leave()
	s.login.refused = false
}

// getUserToken logs in anew, which also proves user and password. The token stays inside.
func (s *session) getUserToken(ctx context.Context, _ cti.Req[cti.None]) (Done, error) {
	op := GetUserToken.Name
	if err := s.login.enter(ctx); err != nil {
		return Done{}, s.fails.Transport(op, "the system", wire.NotSent{Err: err})
	}
	defer s.login.leave()
	before := s.login.token
	if _, e := s.obtain(ctx, op); e != nil {
		return Done{}, e
	}
	if before != "" {
		if e := s.endSession(ctx, op, before); e != nil {
			s.log.Debug("the session before was not ended at the server", "driver", driverName, "error", e)
		}
	}
	return Done{Status: statusOK}, nil
}

// endSessionNow ends the driver's own session at the server; the next function begins another.
func (s *session) endSessionNow(ctx context.Context, _ cti.Req[cti.None]) (Done, error) {
	op := EndSession.Name
	if err := s.login.enter(ctx); err != nil {
		return Done{}, s.fails.Transport(op, "the system", wire.NotSent{Err: err})
	}
	defer s.login.leave()
	if s.login.token == "" {
		return Done{}, s.fails.Make(cti.WrongState, op, "there is no session to end", cti.NotSent, nil)
	}
	token := s.login.token
	s.login.token, s.login.worked = "", false
	if e := s.endSession(ctx, op, token); e != nil {
		return Done{}, e
	}
	return Done{Status: statusOK}, nil
}

// endSession tells the server that a token is not needed any more (facts B5). The caller has the turn.
func (s *session) endSession(ctx context.Context, op, token string) *cti.Error {
	form := url.Values{"user": {s.opts.user}, "token": {token}}
	text, e := s.post(ctx, op, "auth/EndSession", form, wire.Request{Auth: authorization(token)})
	if e != nil {
		return e
	}
	return s.judge(op, text)
}

// bye ends the session at the server, as far as that takes no long time.
func (s *session) bye() {
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	if s.login.enter(ctx) != nil {
		return
	}
	defer s.login.leave()
	s.login.closed = true
	if s.login.token == "" {
		return
	}
	token := s.login.token
	s.login.token = ""
	if e := s.endSession(ctx, EndSession.Name, token); e != nil {
		s.log.Debug("the session at the server was not ended", "driver", driverName, "error", e)
	}
}

func authorization(token string) string { return "Basic " + token }
