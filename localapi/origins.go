package localapi

import (
	"context"

	"ctiagent/cti"
	"ctiagent/localapi/protocol"
)

// The ids of the hints when a page cannot be allowed or forgotten.
const (
	hintNoOrigin   = "policy.hint.origin"
	hintConfigured = "policy.hint.configured"
	hintUnknown    = "policy.hint.unknown_page"
	hintForbidden  = "policy.hint.forbidden_page"
)

func originsList(_ context.Context, r request) (any, error) {
	in, err := read[protocol.OriginsIn](r)
	if err != nil {
		return nil, err
	}
	out := []protocol.Origin{}
	for _, o := range r.srv.opt.Origins {
		if r.srv.guard.banned[o] {
			continue
		}
		out = append(out, protocol.Origin{Origin: o, Scopes: pageScopes(), Source: protocol.OriginOfConfiguration})
	}
	for _, o := range r.srv.opt.Forbidden {
		if in.Blocked {
			out = append(out, protocol.Origin{Origin: o, Scopes: []cti.Effect{}, Source: protocol.OriginOfConfiguration, Blocked: true})
		}
	}
	for _, o := range r.srv.pairings.list(r.person.ID, in.Blocked) {
		if !r.srv.guard.banned[o.Origin] {
			out = append(out, o)
		}
	}
	return out, nil
}

// forbiddenPage is what a page is told, and whoever would allow it, that a
// policy forbids.
func forbiddenPage(op, origin string) *cti.Error {
	return &cti.Error{Kind: cti.Forbidden, Op: op, Text: "a policy of the organisation forbids this page", Hint: hintForbidden,
		Args: map[string]string{"Origin": origin}}
}

// originsAllow lets a page in before it asks. Our own pages are let in by
// tickets only, and what the configuration allows is allowed already.
func originsAllow(_ context.Context, r request) (any, error) {
	in, err := read[protocol.AllowIn](r)
	if err != nil {
		return nil, err
	}
	s := r.srv
	if !isOrigin(in.Origin) || s.guard.isOwn(in.Origin) {
		return nil, &cti.Error{Kind: cti.BadRequest, Op: r.m.Method, Text: "this is not the origin of a page that can be allowed", Hint: hintNoOrigin}
	}
	if s.guard.banned[in.Origin] {
		return nil, forbiddenPage(r.m.Method, in.Origin)
	}
	if s.guard.allowed[in.Origin] {
		return protocol.Origin{Origin: in.Origin, Scopes: pageScopes(), Source: protocol.OriginOfConfiguration}, nil
	}
	scopes, err := scopesFor(r.m.Method, in.Scopes)
	if err != nil {
		return nil, err
	}
	if !s.guard.pairing {
		return nil, &cti.Error{Kind: cti.Forbidden, Op: r.m.Method, Text: "here only the configuration allows pages", Hint: hintConfigured}
	}
	if !s.pairings.allow(r.person.ID, in.Origin, scopes) {
		return nil, &cti.Error{Kind: cti.Busy, Op: r.m.Method, Text: "too many pages are remembered"}
	}
	s.opt.Log.Info("the person has allowed a page", "person", r.person.Name, "origin", in.Origin)
	return protocol.Origin{Origin: in.Origin, Scopes: scopes, Source: protocol.OriginOfPerson}, nil
}

// originsRevoke forgets a page and ends its connections; it may ask again.
func originsRevoke(_ context.Context, r request) (any, error) {
	in, err := read[protocol.RevokeIn](r)
	if err != nil {
		return nil, err
	}
	s := r.srv
	switch {
	case s.guard.banned[in.Origin]:
		return nil, forbiddenPage(r.m.Method, in.Origin)
	case s.guard.allowed[in.Origin]:
		return nil, &cti.Error{Kind: cti.Forbidden, Op: r.m.Method, Text: "the configuration allows this page", Hint: hintConfigured}
	case !s.pairings.revoke(r.person.ID, in.Origin):
		return nil, &cti.Error{Kind: cti.NotFound, Op: r.m.Method, Text: "the person has allowed no such page", Hint: hintUnknown}
	}
	s.opt.Log.Info("the person has taken back what a page was allowed", "person", r.person.Name, "origin", in.Origin)
	s.sendAway(r.person.ID, in.Origin)
	return cti.None{}, nil
}

// sendAway closes the connections of a person's page.
func (s *Server) sendAway(person, origin string) {
	s.mu.Lock()
	var its []*conn
	for c := range s.conns {
		if c.origin == origin && c.person.ID == person && c.out != nil {
			its = append(its, c)
		}
	}
	s.mu.Unlock()
	for _, c := range its {
		s.goTracked(func() { c.out.close(protocol.ClosePolicy) }) // a slow reader holds up nobody else
	}
}
