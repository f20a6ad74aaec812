package protocol

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"ctiagent/cti"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Message
		code int
	}{
		{in: `{"jsonrpc":"2.0","id":1,"method":"call.dial","params":{"number":"1 {\"2"}}`,
			want: Message{ID: json.RawMessage("1"), Method: "call.dial", Params: json.RawMessage(`{"number":"1 {\"2"}`)}},
		{in: " {\"jsonrpc\" : \"2.0\" , \"id\" : \"x\" , \"method\":\"a\", \"more\":[{}] }\n", want: Message{ID: json.RawMessage(`"x"`), Method: "a"}},
		{in: `{"jsonrpc":"2.0","method":"page.focus","params":{}}`, want: Message{Method: "page.focus", Params: json.RawMessage("{}")}},
		{in: `{"jsonrpc":"2.0","id":null,"method":"a","params":null}`, want: Message{ID: json.RawMessage("null"), Method: "a"}},
		{in: `{"jsonrpc":"2.0","id":"s1","result":{"shown":true}}`, want: Message{ID: json.RawMessage(`"s1"`), Result: json.RawMessage(`{"shown":true}`)}},
		{in: `{"jsonrpc":"2.0","\u0069d":7,"method":"a"}`, want: Message{ID: json.RawMessage("7"), Method: "a"}},
		{in: `{"jsonrpc":"2.0","id":7,"method":"a","x":"\\","y":"\\\"}","z":"\"\"\\\\"}`, want: Message{ID: json.RawMessage("7"), Method: "a"}},
		{in: `{"jsonrpc":"2.0","id":7,"method":"a","x":"` + strings.Repeat(`\\`, 1<<20) + `"}`, want: Message{ID: json.RawMessage("7"), Method: "a"}}, // in a moment
		{in: ``, code: CodeParse},
		{in: `{"jsonrpc":"2.0"`, code: CodeParse},
		{in: `{"jsonrpc":"2.0","id":1,"method":"a"} x`, code: CodeParse},
		{in: "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}", code: CodeParse},
		{in: `{"jsonrpc":"2.0","id":1,"method":"a","params":` + strings.Repeat("[", 65) + strings.Repeat("]", 65) + `}`, code: CodeParse},
		{in: `[{"jsonrpc":"2.0","id":1,"method":"a"}]`, code: CodeInvalidRequest},
		{in: `"a"`, code: CodeInvalidRequest},
		{in: `{"id":1,"method":"a"}`, code: CodeInvalidRequest},
		{in: `{"jsonrpc":"1.0","id":1,"method":"a"}`, code: CodeInvalidRequest},
		{in: `{"jsonrpc":"2.0","id":1}`, code: CodeInvalidRequest},
		{in: `{"jsonrpc":"2.0","id":1,"Method":"a"}`, code: CodeInvalidRequest},
		{in: `{"jsonrpc":"2.0","id":1,"method":7}`, code: CodeInvalidRequest},
		{in: `{"jsonrpc":"2.0","id":1,"method":""}`, code: CodeInvalidRequest},
		{in: `{"jsonrpc":"2.0","id":{},"method":"a"}`, code: CodeInvalidRequest},
		{in: `{"jsonrpc":"2.0","id":true,"method":"a"}`, code: CodeInvalidRequest},
		{in: `{"jsonrpc":"2.0","id":"` + strings.Repeat("i", 200) + `","method":"a"}`, code: CodeInvalidRequest},
		{in: `{"jsonrpc":"2.0","id":1,"result":1,"error":{}}`, code: CodeInvalidRequest},
		{in: `{"jsonrpc":"2.0","id":1,"method":"a","params":[1]}`, code: CodeInvalidParams},
	} {
		got, err := Parse([]byte(c.in))
		if c.code != 0 {
			if err == nil || err.Code != c.code || err.HintID() == "" {
				t.Errorf("%.80s: got %v, want code %d with a hint", c.in, err, c.code)
			}
			continue
		}
		if err != nil {
			t.Errorf("%.80s: %v", c.in, err)
		} else if d := cmp.Diff(got, c.want); d != "" {
			t.Errorf("%.80s: %s", c.in, d)
		}
	}
}

func FuzzRequest(f *testing.F) {
	for _, s := range []string{`{"jsonrpc":"2.0","id":1,"method":"call.dial","params":{"number":"1"}}`, `[]`, `{"jsonrpc":"2.0","id":"s1","result":[]}`,
		`{"jsonrpc":"2.0","method":"a","a":"}\\\"","b":[[1,2],{"c":null}],"id":-1.5e3}`, `{`, ``, `{"":0}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, problem := Parse(data)
		if problem != nil {
			if problem.Code == 0 || problem.Message == "" || problem.HintID() == "" {
				t.Fatalf("%q: half an error %+v", data, problem)
			}
			return
		}
		// What is accepted must read the same with the standard decoder.
		var want map[string]json.RawMessage
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatalf("%q accepted: %v", data, err)
		}
		if string(want["id"]) != string(m.ID) {
			t.Fatalf("%q: id %s, want %s", data, m.ID, want["id"])
		}
		var method string
		if want["method"] != nil && (json.Unmarshal(want["method"], &method) != nil || method != m.Method) {
			t.Fatalf("%q: method %q, want %s", data, m.Method, want["method"])
		}
		if m.Params != nil && string(m.Params) != string(want["params"]) {
			t.Fatalf("%q: params %s, want %s", data, m.Params, want["params"])
		}
	})
}

func TestErrorCrossesTheWire(t *testing.T) {
	in := &cti.Error{Kind: cti.NotFound, Op: "call.dial", Driver: "totalip", Title: "Total IP", Text: "RAMAL NAO ENCONTRADO",
		Sent: cti.CertainSent, Err: errors.New("the cause, with a secret")}
	raw := AppendError(nil, json.RawMessage("1"), FromCTI(in, "Confira o ramal."))
	want := `{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"Total IP: RAMAL NAO ENCONTRADO","data":{"kind":"not_found","op":"call.dial",` +
		`"driver":"totalip","text":"RAMAL NAO ENCONTRADO","hint":"Confira o ramal.","retryable":false,"sent":"yes"}}}`
	if d := cmp.Diff(string(raw), want); d != "" {
		t.Fatal(d)
	}
	var back struct{ Error *Error }
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	in.Err = nil
	if d := cmp.Diff(back.Error.CTI(), in); d != "" {
		t.Fatal(d)
	}
	if e := FromCTI(cti.Fail(cti.BadRequest, "call.dial", "no number"), ""); e.Code != CodeInvalidParams {
		t.Errorf("bad_request has code %d, want %d", e.Code, CodeInvalidParams)
	}
}

func TestFrameHeaders(t *testing.T) {
	for n, want := range map[int]string{
		0: "\x81\x00", 125: "\x81\x7d", 126: "\x81\x7e\x00\x7e", 65535: "\x81\x7e\xff\xff", 65536: "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00",
	} {
		f := AppendText(nil, make([]byte, n))
		if got := string(f[:len(f)-n]); got != want {
			t.Errorf("header of %d bytes: got %x, want %x", n, got, want)
		}
	}
	if got, want := string(AppendClose(nil, CloseStopping, "bye")), "\x88\x05\x0f\xa9bye"; got != want {
		t.Errorf("close frame: got %x, want %x", got, want)
	}
	if got, want := string(AppendPong(nil, []byte("x"))), "\x8a\x01x"; got != want {
		t.Errorf("pong frame: got %x, want %x", got, want)
	}
}
