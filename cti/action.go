package cti

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"reflect"
	"sort"
)

// Effect is what a function does to the world, and at once the scope a page
// needs for it. It is checked in one place, at the door.
type Effect string

// The effects, from harmless to powerful. Supervise changes the site or
// another agent's desk and is never for a page.
const (
	Observe   Effect = "observe"
	Dial      Effect = "dial"
	Control   Effect = "control"
	Supervise Effect = "supervise"
)

// Target is whose desk a wish is for, and the call in the driver's own words.
// The desk fills it for each driver it tries.
type Target struct {
	Agent, Extension, Ref string
	// Foreign says that a page asks which is none of ours: what is for the
	// person of the desk alone stays out of the answer.
	Foreign bool
	// Kept is what an outbox has kept of the call; nil for a wish that has not
	// waited.
	Kept *KeptCall
}

// KeptCall is what was known of a call when a wish about it, or about its
// customer, was put into an outbox. The wish may be sent days later and by
// another run of the program, when the driver has forgotten the call.
type KeptCall struct {
	Number   string            `json:"number,omitempty"` // the other end, as the PBX writes it or was asked to dial it
	Campaign string            `json:"campaign,omitempty"`
	Contact  map[string]string `json:"contact,omitempty"` // of CallFact.Contact, what Driver.FilesBy names
}

// Req is what a driver's function gets.
type Req[In any] struct {
	Target
	In       In
	Progress func(done, total int64) // never nil; total 0 means unknown
}

// Action is a typed name: a common verb (declared here) or a vendor's own
// function (declared in its functions.go).
type Action[In, Out any] struct {
	Name   string
	Title  string // one short English sentence without a full stop
	Effect Effect
}

// FuncInfo describes one function without a session: what catalogues,
// OpenRPC, command line and guards read.
type FuncInfo struct {
	Name   string
	Title  string
	Effect Effect
	Source string // the vendor document and section that describe it
	In     reflect.Type
	Out    reflect.Type
	Row    reflect.Type // of the pieces of Out, where Out itself does not tell
}

// Func is one row of a driver: its description and its Go method.
type Func[S any] struct {
	*FuncInfo
	fn any // func(S, context.Context, Req[In]) (Out, error)
}

// call is a row bound to a session; in is a pointer to the row's In.
type call func(ctx context.Context, t Target, in any, progress func(done, total int64)) (any, error)

// Row ties an action to the method of session type S that serves it. Source
// names the document and section that describe the vendor's function.
//
// There is one for each of several hundred rows, in a program that most of the
// time does nothing, so the code that calls fn stands once, in bound.
func Row[S, In, Out any](a Action[In, Out], source string, fn func(S, context.Context, Req[In]) (Out, error)) Func[S] {
	return Func[S]{describe(&FuncInfo{Name: a.Name, Title: a.Title, Effect: a.Effect, Source: source}, (*In)(nil), (*Out)(nil)), fn}
}

// bound is a row's method with its session. Its types are looked at when it is called: most rows never are.
func bound(fn, session reflect.Value) call {
	// The fields of Req, in their order.
	const target, parameters, told = 0, 1, 2
	return func(ctx context.Context, t Target, in any, progress func(done, total int64)) (any, error) {
		req := fn.Type().In(2)
		want := reflect.PointerTo(req.Field(parameters).Type)
		p := reflect.ValueOf(in)
		if !p.IsValid() || p.Type() != want {
			return nil, Fail(InternalError, "", fmt.Sprintf("the parameters are a %T, not a %s", in, want))
		}
		if progress == nil {
			progress = func(int64, int64) {}
		}
		r := reflect.New(req).Elem()
		r.Field(target).Set(reflect.ValueOf(t))
		r.Field(parameters).Set(p.Elem())
		r.Field(told).Set(reflect.ValueOf(progress))
		out := fn.Call([]reflect.Value{session, reflect.ValueOf(&ctx).Elem(), r})
		if err, failed := out[1].Interface().(error); failed {
			return nil, err
		}
		return out[0].Interface(), nil
	}
}

// InfoOf describes an action.
func InfoOf[In, Out any](a Action[In, Out], source string) FuncInfo {
	return *describe(&FuncInfo{Name: a.Name, Title: a.Title, Effect: a.Effect, Source: source}, (*In)(nil), (*Out)(nil))
}

// describe adds the types that in and out point to. It stands once, where Row and InfoOf stand in the program for each of
// several hundred actions.
//
//go:noinline
func describe(f *FuncInfo, in, out any) *FuncInfo {
	f.In, f.Out = reflect.TypeOf(in).Elem(), reflect.TypeOf(out).Elem()
	return f
}

// Infos are the descriptions of rows, sorted by name, for Driver.Functions.
func Infos[S any](rows []Func[S]) []FuncInfo {
	out := make([]FuncInfo, len(rows))
	for i, r := range rows {
		out[i] = *r.FuncInfo
	}
	byName(out)
	return out
}

func byName(infos []FuncInfo) {
	sort.Slice(infos, func(i, j int) bool { return infos[i].Name < infos[j].Name })
}

// NewIn makes an empty parameter struct for the function, as a pointer.
func (f FuncInfo) NewIn() any { return reflect.New(f.In).Interface() }

// Decoder answers a function that reads JSON parameters strictly by type into
// a new parameter struct: unknown fields are ignored, missing required ones
// and values outside a closed set are bad_request with the field's name. The
// struct is looked at once, so keep the decoder.
func (f FuncInfo) Decoder() func(raw json.RawMessage) (any, error) {
	params := fields(f.In)
	return func(raw json.RawMessage) (any, error) {
		in := f.NewIn()
		if len(raw) > 0 && string(raw) != "null" {
			if err := json.Unmarshal(raw, in); err != nil {
				return nil, decodeError(f, err)
			}
		}
		if err := check(f.Name, in, params); err != nil {
			return nil, err
		}
		return in, nil
	}
}

// Actions are the rows a session serves now. The zero value serves none; an
// Actions is never changed once made.
type Actions struct {
	infos []FuncInfo
	calls map[string]call
}

// Bind ties rows to a session. Two rows of one name are a programmer's error
// and panic.
func Bind[S any](s S, rows []Func[S]) *Actions {
	a := &Actions{calls: make(map[string]call, len(rows))}
	for _, r := range rows {
		if _, twice := a.calls[r.Name]; twice {
			panic("cti: two rows named " + r.Name)
		}
		a.calls[r.Name] = bound(reflect.ValueOf(r.fn), reflect.ValueOf(&s).Elem())
		a.infos = append(a.infos, *r.FuncInfo)
	}
	byName(a.infos)
	return a
}

// Without are the same rows less the named ones: what a licence or a right
// takes away.
func (a *Actions) Without(names ...string) *Actions {
	drop := make(map[string]bool, len(names))
	for _, n := range names {
		drop[n] = true
	}
	b := &Actions{calls: make(map[string]call, len(a.calls))}
	for _, i := range a.infos {
		if !drop[i.Name] {
			b.infos = append(b.infos, i)
			b.calls[i.Name] = a.calls[i.Name]
		}
	}
	return b
}

// Has says whether the named function is served.
func (a *Actions) Has(name string) bool {
	if a == nil {
		return false
	}
	_, ok := a.calls[name]
	return ok
}

// All describes the served functions, sorted by name.
func (a *Actions) All() []FuncInfo {
	if a == nil {
		return nil
	}
	return a.infos
}

// Info describes one served function.
func (a *Actions) Info(name string) (FuncInfo, bool) {
	if a == nil {
		return FuncInfo{}, false
	}
	i := sort.Search(len(a.infos), func(i int) bool { return a.infos[i].Name >= name })
	if i < len(a.infos) && a.infos[i].Name == name {
		return a.infos[i], true
	}
	return FuncInfo{}, false
}

// Call runs the named function with in, a pointer as FuncInfo.NewIn makes it.
// A function not served is unsupported and touches no wire.
func (a *Actions) Call(ctx context.Context, name string, t Target, in any, progress func(done, total int64)) (any, error) {
	if !a.Has(name) {
		return nil, Fail(Unsupported, name, "this driver does not serve "+name)
	}
	return a.calls[name](ctx, t, in, progress)
}

// Do is Call with types: for Go code that knows the action.
func Do[In, Out any](ctx context.Context, a *Actions, act Action[In, Out], t Target, in In) (Out, error) {
	var zero Out
	got, err := a.Call(ctx, act.Name, t, &in, nil)
	if err != nil {
		return zero, err
	}
	out, ok := got.(Out)
	if !ok {
		return zero, Fail(InternalError, act.Name, fmt.Sprintf("answered %T, not %T", got, zero))
	}
	return out, nil
}

// Stream is an answer that comes piece by piece and is read once. An error
// ends it.
type Stream[T any] iter.Seq2[T, error]

// Pieces gives the stream without its type, for a door that sends pieces on
// demand.
func (s Stream[T]) Pieces() iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		for v, err := range s {
			if !yield(v, err) {
				return
			}
		}
	}
}

// Pieces is any Stream.
type Pieces interface{ Pieces() iter.Seq2[any, error] }

// Feed is an answer that goes on until its reader leaves: what the vendor tells
// from now on, piece by piece, each as soon as it is there.
type Feed[T any] iter.Seq2[T, error]

// Pieces gives the feed without its type.
func (f Feed[T]) Pieces() iter.Seq2[any, error] { return Stream[T](f).Pieces() }

// Live marks a feed: its next piece may be long in coming.
func (f Feed[T]) Live() {}

// Live is any Feed.
type Live interface {
	Pieces
	Live()
}
