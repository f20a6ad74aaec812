package localapi

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"

	"ctiagent/cti"
	"ctiagent/localapi/protocol"
)

// method is one that the doors serve themselves.
type method struct {
	info     cti.FuncInfo
	unpaired bool // may be asked for before pairing
	program  bool // program door only
	control  bool // and, with the rights of the person, the control page
	socket   bool // needs a connection that stays
	inline   bool // quick, and in the order of the messages
	run      func(context.Context, request) (any, error)
}

// request is one message with its caller.
type request struct {
	*conn
	m          protocol.Message
	phoneFirst bool // the agent's own telephone is asked before the PBX
}

// read decodes the parameters by the struct's tags.
func read[In any](r request) (In, error) {
	var in In
	if len(r.m.Params) > 0 {
		if err := json.Unmarshal(r.m.Params, &in); err != nil {
			return in, &cti.Error{Kind: cti.BadRequest, Op: r.m.Method, Text: "a parameter has the wrong type", Hint: "error.hint.params", Err: err}
		}
	}
	return in, cti.Check(r.m.Method, &in)
}

// task is a request that may be carried out.
type task struct {
	op     string
	inline bool
	run    func(context.Context, request) (any, error)
}

// fatal is an error after which the connection closes.
type fatal struct {
	error
	code protocol.CloseCode
}

// Unwrap gives the error to be answered.
func (f fatal) Unwrap() error { return f.error }

// find decides what a message asks for and whether its caller may ask: every
// method of whatever kind passes here, and rights are checked nowhere else.
func (c *conn) find(ctx context.Context, m protocol.Message) (task, error) {
	scopes, foreign := c.rights()
	own, known := c.srv.methods[m.Method]
	if len(scopes) == 0 && !own.unpaired {
		return task{}, cti.Fail(cti.PairingRequired, m.Method, "this page is not paired")
	}
	if known && m.Method != protocol.FunctionsInvoke {
		t := task{op: m.Method, inline: own.inline, run: own.run}
		switch {
		case own.program && c.origin != "" && (foreign || !own.control):
			return task{}, refusal(cti.Forbidden, m.Method, "only programs of this computer may ask this", protocol.HintProgramDoor)
		case own.socket && c.out == nil:
			return task{}, refusal(cti.Unsupported, m.Method, "this needs the WebSocket", protocol.HintSocketOnly)
		case own.unpaired:
			return t, nil
		}
		return t, authorize(own.info, c.srv.shapeOf(own.info), m.Method, m.Params, scopes, foreign)
	}
	name, params := m.Method, m.Params
	if known {
		in, err := read[protocol.InvokeIn](request{conn: c, m: m})
		if err != nil {
			return task{}, err
		}
		name, params = in.Name, in.Params
	}
	desk, err := c.open(ctx)
	if err != nil {
		return task{}, err
	}
	info, ok := desk.Method(name)
	if !ok {
		if known {
			return task{}, cti.Fail(cti.Unsupported, name, "no configured vendor has the function "+name)
		}
		return task{}, protocol.UnknownMethod(name)
	}
	shape := c.srv.shapeOf(info)
	if err := authorize(info, shape, name, params, scopes, foreign); err != nil {
		return task{}, err
	}
	if c.out == nil && shape.stream {
		return task{}, refusal(cti.Unsupported, name, "the answer is a stream, which needs the WebSocket", protocol.HintSocketOnly)
	}
	return task{op: name, run: func(ctx context.Context, r request) (any, error) {
		return r.do(ctx, desk, name, params, isStream(info))
	}}, nil
}

// shape is what the types of a method say and reflection is slow to find.
type shape struct {
	secrets []string
	stream  bool
}

// shapeOf finds a method's shape, once for each pair of types.
func (s *Server) shapeOf(f cti.FuncInfo) shape {
	key := [2]reflect.Type{f.In, f.Out}
	if known, ok := s.shapes.Load(key); ok {
		return known.(shape)
	}
	found := shape{stream: isStream(f)}
	if f.In != nil {
		for _, p := range cti.Params(f.In) {
			if p.Secret {
				found.secrets = append(found.secrets, p.Name)
			}
		}
	}
	s.shapes.Store(key, found)
	return found
}

// authorize holds a method's effect against the caller's scopes, and keeps
// secrets out of foreign pages.
func authorize(info cti.FuncInfo, s shape, name string, params json.RawMessage, scopes []cti.Effect, foreign bool) error {
	switch {
	case may(scopes, info.Effect):
	case info.Effect == cti.Supervise:
		return refusal(cti.Forbidden, name, "this changes the site or somebody else's desk", protocol.HintSupervise)
	default:
		return refusal(cti.Forbidden, name, "the page may not "+string(info.Effect), protocol.HintScope)
	}
	if !foreign {
		return nil
	}
	for _, secret := range s.secrets {
		if mentions(params, secret) {
			return refusal(cti.Forbidden, name, "the parameter "+secret+" is not accepted from a page", protocol.HintSecret)
		}
	}
	return nil
}

// mentions says whether the parameters give a member of this name, in any of
// the spellings that encoding/json takes for it.
func mentions(params json.RawMessage, name string) bool {
	var members map[string]json.RawMessage
	if len(params) == 0 || json.Unmarshal(params, &members) != nil {
		return false // refused as no object later
	}
	for k, v := range members {
		if strings.EqualFold(k, name) && string(v) != `""` && string(v) != "null" {
			return true
		}
	}
	return false
}

// do passes a wish on to the desk.
func (r request) do(ctx context.Context, desk Desk, name string, params json.RawMessage, stream bool) (any, error) {
	scopes, foreign := r.rights()
	w := cti.Wish{Method: name, Params: params, Origin: r.origin, Foreign: foreign, Language: string(r.language()), Supervisor: may(scopes, cti.Supervise), PhoneFirst: r.phoneFirst}
	if r.out != nil && !r.m.Note() {
		w.Progress = r.progress(r.m.ID)
	}
	if stream {
		// The stream outlives its request and ends with the connection.
		return r.startStream(ctx, func(ctx context.Context) (any, error) { return desk.Do(ctx, w) })
	}
	out, err := desk.Do(ctx, w)
	if q, told := out.(cti.QueueStatus); told {
		return spokenQueue(r.language(), q, r.srv.opt.Clock.Now()), err
	}
	return out, err
}
