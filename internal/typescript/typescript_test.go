package typescript

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// description is a small local API: a page's method and one of programs.
const description = `{"methods":[
{"name":"call.dial","summary":"Dial */ a number","params":[{"name":"number","required":true,"schema":{"type":"string"}},{"name":"lines","schema":{"type":"array","items":{"type":"string","enum":["a","b"]}}}],
 "result":{"schema":{"$ref":"#/components/schemas/Call"}}},
{"name":"uri.open","x-door":"program","params":[],"result":{"schema":{"$ref":"#/components/schemas/Secret"}}}],
"x-events":["call.ringing","call.preview","agent.changed"],
"components":{"schemas":{
"Call":{"type":"object","properties":{"id":{"type":"string","description":"ours"},"data":{"type":"object","additionalProperties":{"type":"integer"}},"of":{"$ref":"#/components/schemas/Call"},"any":{}}},
"Event":{"type":"object","properties":{"type":{"type":"string"}}},"Pop":{"type":"object"},"ErrorData":{"type":"object"},"Secret":{"type":"object","properties":{"secret":{"type":"string"}}}}}}`

func declare(positions map[string][]string) (string, error) {
	out, err := Declarations([]byte(description), positions, map[string][]string{"Call": {"id"}})
	return string(out), err
}

func TestDeclarationsSayWhatTheDescriptionSays(t *testing.T) {
	got, err := declare(map[string][]string{"call.dial": {"number"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"  /** Dial * / a number */\n  dial(number: string, ...rest: Rest<{ lines?: ('a' | 'b')[] }, Call>): Request<Call>;\n  dial(...rest: Rest<{ number: string; lines?: ('a' | 'b')[] }, Call>): Request<Call>;\n",
		"export interface Call {\n  any?: unknown;\n  data?: Record<string, number>;\n  /** ours */\n  id: string;\n  of?: Call;\n}\n",
		"export interface DeskEvent {\n  type?: EventName;\n}\n",
		"export type EventName = 'call.ringing' | 'call.preview' | 'agent.changed';",
		"export type CallEventName = 'call.ringing';",
		"  call: CallVerbs;\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the declarations lack\n%s", want)
		}
	}
	for _, not := range []string{"Secret", "uri"} {
		if strings.Contains(got, not) {
			t.Errorf("a page is told of %s, which is for programs", not)
		}
	}
}

func TestClientAndDescriptionMustAgree(t *testing.T) {
	for name, c := range map[string]struct {
		positions map[string][]string
		want      string
	}{
		"a method the client lacks":       {nil, "pages may call call.dial, which the client lacks"},
		"a method no page may call":       {map[string][]string{"call.dial": {}, "uri.open": {}}, "the client has uri.open, which no page may call"},
		"a parameter that does not exist": {map[string][]string{"call.dial": {"nummer"}}, "the client takes nummer of call.dial, which has no such parameter"},
	} {
		if _, err := declare(c.positions); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if _, err := Declarations([]byte("{"), nil, nil); err == nil {
		t.Error("what is no JSON passes")
	}
	broken := strings.Replace(description, `"Pop":`, `"Pup":`, 1)
	if _, err := Declarations([]byte(broken), map[string][]string{"call.dial": {}}, nil); err == nil || !strings.Contains(err.Error(), "Pop") {
		t.Errorf("a schema that is named and missing: %v", err)
	}
}

func TestAlwaysNamesWhatJSONNeverLeavesOut(t *testing.T) {
	type inner struct {
		A string `json:"a"`
	}
	type outer struct {
		inner
		B    int                 `json:"b"`
		C    int                 `json:"c,omitempty"`
		D    *outer              `json:"d,omitzero"`
		Deep map[string][]*inner `json:"deep"`
		e    int
		F    int `json:"-"`
	}
	_ = outer{}.e
	if d := cmp.Diff(map[string][]string{"outer": {"a", "b", "deep"}, "inner": {"a"}}, Always(reflect.TypeFor[[]*outer]())); d != "" {
		t.Error(d)
	}
}
