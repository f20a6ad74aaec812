package cti_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"ctiagent/cti"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestParamsShowEmbeddedFieldsAndHideTheDesksOwn(t *testing.T) {
	ignore := cmpopts.IgnoreUnexported(cti.Param{})
	got := cti.Params(reflect.TypeFor[*cti.TransferIn]())
	want := []cti.Param{
		{Name: "call", Type: "string", Help: "the call's id; without it the one call for which the verb is legal", Role: cti.RoleCall},
		{Name: "to", Type: "string", Required: true, Help: "where the call goes", Role: cti.RoleNumber},
		{Name: "mode", Type: "string", Values: []string{"blind", "attended"}, Help: "blind when left out"},
	}
	if d := cmp.Diff(got, want, ignore); d != "" {
		t.Error(d)
	}
	for _, p := range cti.Params(reflect.TypeFor[cti.DialIn]()) {
		if p.Name == "e164" {
			t.Error("what the desk fills is no parameter")
		}
	}
	if login := cti.Params(reflect.TypeFor[cti.LoginIn]()); !login[2].Secret || login[2].Name != "password" {
		t.Errorf("the password must be secret: %+v", login[2])
	}
	if got := cti.Params(reflect.TypeFor[[]string]()); got != nil {
		t.Errorf("a list has no fields: %+v", got)
	}
}

func TestEveryVerbHasParametersPeopleCanRead(t *testing.T) {
	for _, v := range cti.Verbs() {
		seen := map[string]bool{}
		for _, p := range cti.Params(v.In) {
			if seen[p.Name] || p.Name == "" || p.Type == "" || p.Name[0] >= 'A' && p.Name[0] <= 'Z' {
				t.Errorf("%s: %+v", v.Name, p)
			}
			seen[p.Name] = true
		}
	}
}

func TestTypeNamesAreThoseOfTheCatalogue(t *testing.T) {
	for want, typ := range map[string]reflect.Type{
		"string": reflect.TypeFor[cti.AgentState](), "integer": reflect.TypeFor[uint8](), "number": reflect.TypeFor[float32](),
		"boolean": reflect.TypeFor[*bool](), "time": reflect.TypeFor[*cti.Time](), "object": reflect.TypeFor[map[string]string](),
		"string[]": reflect.TypeFor[[]string](), "object[]": reflect.TypeFor[[]cti.Queue](), "time[]": reflect.TypeFor[[]cti.Time](),
	} {
		if got := cti.TypeName(typ); got != want {
			t.Errorf("%v is %q, want %q", typ, got, want)
		}
	}
}

func TestCheckLeavesToTheDeskWhatTheDeskFills(t *testing.T) {
	type in struct {
		Agent     string `json:"agent" required:"true" role:"agent"`
		Extension string `json:"extension" required:"true" role:"extension"`
		E164      string `json:"e164" required:"true" role:"desk"`
		Number    string `json:"number" required:"true" role:"number"`
		hidden    string
	}
	if err := cti.Check("x", &in{Number: "1", hidden: ""}); err != nil {
		t.Errorf("got %v", err)
	}
	var e *cti.Error
	if err := cti.Check("x", &in{}); !errors.As(err, &e) || e.Args["Name"] != "number" || e.Op != "x" {
		t.Errorf("got %v", err)
	}
	if err := cti.Check("x", "no struct"); err != nil {
		t.Errorf("got %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("call.dial", `{"number":"11 98765-4321","data":{"a":"b"}}`)
	f.Add("call.transfer", `{"to":"1","mode":"blind","call":"x"}`)
	f.Add("callback.schedule", `{"number":"1","at":"2026-11-20T13:59:33.120Z"}`)
	f.Add("call.setDisposition", `{"levels":["a"],"callbackAt":null}`)
	f.Fuzz(func(t *testing.T, verb, params string) {
		for _, v := range cti.Verbs() {
			if v.Name != verb {
				continue
			}
			in, err := v.Decoder()(json.RawMessage(params))
			if err != nil {
				if in != nil || !errors.Is(err, cti.BadRequest) || cti.MayHaveReached(err) {
					t.Fatalf("answered %+v and %v", in, err)
				}
				return
			}
			if reflect.TypeOf(in) != reflect.PointerTo(v.In) || cti.Check(verb, in) != nil {
				t.Fatalf("accepted %+v", in)
			}
		}
	})
}

type list struct {
	Name     string `json:"name" required:"true"`
	Contacts []struct {
		ID      string `json:"id" required:"true" help:"the contact's id"`
		Numbers []*struct {
			Digits string   `json:"digits" required:"true"`
			Kinds  []string `json:"kinds" values:"work,home"`
		} `json:"numbers"`
		Agent *struct {
			Mode string `json:"mode" values:"a,b"`
		} `json:"agent"`
		At cti.Time `json:"at,omitzero"`
	} `json:"contacts"`
}

func TestNestedParametersAreListedAndHeldToTheBottom(t *testing.T) {
	params := cti.Params(reflect.TypeFor[list]())
	contact := params[1]
	if len(contact.Params) != 4 || contact.Type != "object[]" || contact.Params[0].Help != "the contact's id" || contact.Params[3].Params != nil {
		t.Fatalf("the contacts are %+v", contact)
	}
	if digits := contact.Params[1].Params[0]; digits.Name != "digits" || !digits.Required {
		t.Fatalf("the numbers are %+v", contact.Params[1])
	}
	decode := cti.InfoOf(cti.Action[list, cti.None]{Name: "pbx.import"}, "").Decoder()
	for raw, place := range map[string]string{
		`{"name":"x","contacts":[{"id":"1"},{"numbers":[]}]}`:                                       "contacts[1].id",
		`{"name":"x","contacts":[{"id":"1","numbers":[{"digits":"1"},{}]}]}`:                        "contacts[0].numbers[1].digits",
		`{"name":"x","contacts":[{"id":"1","numbers":[{"digits":"1","kinds":["work","car"]}]}]}`:    "contacts[0].numbers[0].kinds[1]",
		`{"name":"x","contacts":[{"id":"1","agent":{"mode":"c"}}]}`:                                 "contacts[0].agent.mode",
		`{"name":"x","contacts":[{"id":"1","numbers":[null,{"digits":"1"}],"agent":{"mode":"a"}}]}`: "",
	} {
		_, err := decode([]byte(raw))
		var e *cti.Error
		switch {
		case place == "" && err != nil:
			t.Errorf("%s: %v", raw, err)
		case place != "" && (!errors.As(err, &e) || e.Kind != cti.BadRequest || e.Args["Name"] != place):
			t.Errorf("%s: %v, want the place %s", raw, err, place)
		}
	}
}
