package main

import (
	"encoding/json"
	"strings"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/localapi/protocol"
)

// guard holds what the extension asks for against what an allowed page may do: observe, dial and control. The program door
// would let this program do more.
type guard struct {
	may  map[string][]string // the methods, each with its secret parameters
	lang i18n.Lang
}

// besides are the methods that are no verbs. A vendor's own functions are not among them: what they do to the site is known
// behind the door only.
func besides() []string {
	return []string{protocol.SessionHello, protocol.DeskWatch, protocol.DeskUnwatch, protocol.DeskSnapshot, protocol.DeskClaimPop, protocol.DeskTakePop, protocol.PageFocus,
		protocol.StreamRead, protocol.StreamClose, protocol.RPCCancel, "number.explain", "history.list"}
}

func newGuard() *guard {
	g := &guard{may: map[string][]string{}, lang: i18n.En}
	for _, name := range besides() {
		g.may[name] = nil
	}
	for _, verb := range cti.Verbs() {
		switch verb.Effect {
		case cti.Observe, cti.Dial, cti.Control:
			g.may[verb.Name] = secrets(verb)
		case cti.Supervise:
		}
	}
	return g
}

func secrets(verb cti.FuncInfo) []string {
	var names []string
	if verb.In == nil {
		return nil
	}
	for _, p := range cti.Params(verb.In) {
		if p.Secret {
			names = append(names, p.Name)
		}
	}
	return names
}

// pass answers the line to be said at the program door, or the refusal to be told to the extension; neither where nobody
// waits for an answer.
func (g *guard) pass(raw []byte) (line, refused []byte) {
	m, problem := protocol.Parse(raw)
	if problem == nil && m.Answer() { // of a screen pop, which is all that an extension is asked
		return answer(m), nil
	}
	if problem == nil {
		if err := g.check(m); err != nil {
			problem = refusal(g.lang, err)
		}
	}
	// Written anew: what was looked at is what is said, on one line.
	if problem == nil {
		params := any(cti.None{})
		if m.Params != nil {
			params = m.Params
		}
		b, err := protocol.AppendRequest(nil, m.ID, m.Method, params)
		if err == nil {
			return b, nil
		}
		problem = refusal(g.lang, &cti.Error{Kind: cti.BadRequest, Op: m.Method, Text: "the message is no request"})
	}
	if problem.Data != nil && problem.Data.Hint == "" {
		problem.Data.Hint = i18n.T(g.lang, problem.HintID(), nil)
	}
	return nil, protocol.AppendError(nil, m.ID, problem)
}

// answer is what the extension says of a screen pop, written anew: whatever is
// no yes is a no.
func answer(m protocol.Message) []byte {
	var out protocol.PopOut
	_ = json.Unmarshal(m.Result, &out)
	b, err := json.Marshal(out)
	if err != nil || m.ID == nil {
		return nil
	}
	return protocol.AppendResult(nil, m.ID, b)
}

func (g *guard) check(m protocol.Message) *cti.Error {
	secret, may := g.may[m.Method]
	if !may {
		return &cti.Error{Kind: cti.Forbidden, Op: m.Method, Text: "an extension may not ask this", Hint: protocol.HintProgramDoor}
	}
	if m.Method == protocol.SessionHello {
		var in protocol.HelloIn
		if json.Unmarshal(m.Params, &in) == nil && in.Language != "" {
			g.lang = i18n.Match(in.Language)
		}
	}
	var given map[string]json.RawMessage
	_ = json.Unmarshal(m.Params, &given) // an object or nothing, by Parse
	for name := range given {
		for _, s := range secret {
			if strings.EqualFold(name, s) { // as encoding/json reads it behind the door
				return &cti.Error{Kind: cti.Forbidden, Op: m.Method, Text: "the parameter " + s + " is not accepted from an extension", Hint: protocol.HintSecret}
			}
		}
	}
	return nil
}

// refusal is an error of this program, with its hint as a sentence.
func refusal(lang i18n.Lang, e *cti.Error) *protocol.Error {
	id := e.Hint
	if id == "" {
		id = "error.hint." + string(e.Kind)
	}
	return protocol.FromCTI(e, i18n.T(lang, id, map[string]any{"Op": e.Op}))
}
