package protocol

import (
	"encoding/json"
	"strings"
	"testing"

	"ctiagent/cti"
)

func TestPortholeFrameIsReadFramedAndBare(t *testing.T) {
	for text, want := range map[string]PortholeFrame{
		// As Porthole 1.0.0 writes it, measured at tag v1.0.0.
		`{"data":{"action":"call","destination":"1"},"sourceOrigin":"https://crm:8443","targetOrigin":"*","sourceWindowName":"form","targetWindowName":"portal"}`: {Action: "call", Source: "form", Target: "portal"},
		` {"action":"call","destination":1} `:                                                {Action: "call"},
		`{"action":"call","destination":"1","data":"Par1=Val1"}`:                             {Action: "call"},
		`{"data":{"action":"call","destination":"\u0031"},"sourceWindowName":5}`:             {Action: "call"},
		`{"data":{"\u0061ction":"call","destination":"1"},"targetWindowName":"portal"}`:      {Action: "call", Target: "portal"},
		`{"data":{"action":"x","action":"call","destination":"1"},"sourceWindowName":null }`: {Action: "call"},
	} {
		got, problem := ParsePorthole([]byte(text))
		if problem != nil || got.Action != want.Action || got.Source != want.Source || got.Target != want.Target {
			t.Errorf("%s: got %+v, %v", text, got, problem)
			continue
		}
		if d, err := got.Text("destination"); d != "1" || err != nil {
			t.Errorf("%s: destination is %q, %v", text, d, err)
		}
	}
}

func TestWhatIsNoPortholeFrameIsRefused(t *testing.T) {
	for _, text := range []string{"", "x", `"x"`, "5", "[]", "{}", `{"foo":1}`, `{"data":5}`, `{"data":"{}"}`, `{"data":{}}`, `{"action":5}`, `{"action":""}`,
		`{"Action":"call"}`, `{"action":"call"}{`, `{"action":"` + strings.Repeat("a", 200) + `"}`, `{"action":"a","b":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}`, "{\"action\":\"\xff\"}"} {
		if f, problem := ParsePorthole([]byte(text)); problem == nil || problem.Data.Kind != cti.BadRequest || problem.HintID() == "" || f.Action != "" {
			t.Errorf("%s: got %+v, %v", text, f, problem)
		}
	}
}

func TestPortholeMembersAreTyped(t *testing.T) {
	f, problem := ParsePorthole([]byte(`{"action":"x","text":"a","number":-1.5,"null":null,"list":[],"true":true,"false":false,"object":{"a":{"b":1}}}`))
	if problem != nil {
		t.Fatal(problem)
	}
	for name, want := range map[string]string{"text": "a", "number": "-1.5", "null": "", "missing": ""} {
		if got, err := f.Text(name); got != want || err != nil {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"list", "true", "object"} {
		if _, err := f.Text(name); err == nil {
			t.Errorf("%s is taken for text", name)
		}
	}
	for name, want := range map[string]bool{"true": false, "false": true, "null": false, "missing": false} {
		if got, err := f.Off(name); got != want || err != nil {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
	if _, err := f.Off("text"); err == nil {
		t.Error("text is taken for a switch")
	}
	for _, name := range []string{"missing", "null", "text", "list"} {
		if _, err := f.Object(name); err == nil {
			t.Errorf("%s is taken for an object", name)
		}
	}
	o, err := f.Object("object")
	if err != nil {
		t.Fatal(err)
	}
	o.Set("c", "\"")
	if got, err := o.JSON(); string(got) != `{"a":{"b":1},"c":"\""}` || err != nil {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestPortholeAnswerGoesBackToTheWindowItCameFrom(t *testing.T) {
	f, problem := ParsePorthole([]byte(`{"data":{"action":"call"},"sourceWindowName":"form\"","targetWindowName":"portal"}`))
	if problem != nil {
		t.Fatal(problem)
	}
	got := string(AppendPorthole(nil, f, "http://127.0.0.1:21470", "https://crm:8443", json.RawMessage(`{"guid":"1"}`)))
	want := `{"data":{"guid":"1"},"sourceOrigin":"http://127.0.0.1:21470","targetOrigin":"https://crm:8443","sourceWindowName":"portal","targetWindowName":"form\""}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func FuzzPorthole(f *testing.F) {
	f.Add([]byte(`{"data":{"action":"call","campaign":"Sales->","callerid":1,"destination":"098344484"},"sourceOrigin":"https://crm","targetOrigin":"*","sourceWindowName":"","targetWindowName":""}`))
	f.Add([]byte(`{"action":"respool","objetoRespool":{"contact":222,"data":"Par1=Val1:Par2=Val2"}}`))
	f.Add([]byte(`{"data":{"action":{}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, problem := ParsePorthole(data)
		if (problem == nil) != (frame.Action != "") {
			t.Fatalf("action %q and %v", frame.Action, problem)
		}
		if problem == nil && !json.Valid(data) {
			t.Fatal("broken JSON is taken")
		}
		for name := range frame.members {
			_, _ = frame.Text(name)
			_, _ = frame.Off(name)
			if o, err := frame.Object(name); err == nil {
				if raw, err := o.JSON(); err != nil || !json.Valid(raw) {
					t.Fatalf("%s: %s, %v", name, raw, err)
				}
			}
		}
		if answer := AppendPorthole(nil, frame, "http://a", "http://b", json.RawMessage(`{}`)); !json.Valid(answer) {
			t.Fatalf("the answer %s is no JSON", answer)
		}
	})
}
