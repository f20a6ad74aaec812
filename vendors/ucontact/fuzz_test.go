package ucontact

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
)

func FuzzToken(f *testing.F) {
	for _, s := range []string{someToken, `["Admin",1,"` + someToken + `"]`, "0", "[0]", `"0"`, "<html>", "[", `["a",{}]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		token, ok := readToken(text)
		if !ok {
			return
		}
		// It becomes a header, and either refuses or is long enough for a token.
		if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) || len(token) > longestToken || token != answerNo && len(token) < 8 {
			t.Errorf("%q is taken for a token", token)
		}
	})
}

func FuzzAgentLogin(f *testing.F) {
	f.Add(`{"md5secret":"` + someToken + `","secret":"sip-1"}`)
	f.Add(`["a",{"x":{"token":"t"}}]`)
	f.Add("0")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := readOptions(cti.Config{Values: map[string]string{optionURL: "http://127.0.0.1:1", optionUser: "a", optionPassword: "b"}})
		if err != nil {
			t.Fatal(err)
		}
		s, err := newSession(o, ctitest.NewHost(nil), newShelf())
		if err != nil {
			t.Fatal(err)
		}
		if s.tookLogin(text) && !json.Valid([]byte(text)) {
			t.Errorf("%q is taken for a login", text)
		}
	})
}

func FuzzStatus(f *testing.F) {
	f.Add([]byte(sampleStatus))
	f.Add([]byte(`{"x":null,"y":{}}`))
	f.Add([]byte(`{"SIP/1":{"location":"SIP/1","status":"7","paused":"1","pausedreason":"[\"a\"]"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := readStatus(raw)
		if err != nil {
			if len(got.Agents)+len(got.Campaigns) > 0 {
				t.Errorf("%v, and yet %+v", err, got)
			}
			return
		}
		for _, a := range got.Agents {
			if len(a.PausedReason) > longestText || a.Status != a.StatusCode.String() {
				t.Errorf("read as %+v", a)
			}
			switch stateOf(a) {
			case "", cti.AgentOffline, cti.AgentReady, cti.AgentPaused, cti.AgentWrapup:
			default:
				t.Errorf("an agent may not be told as %q", stateOf(a))
			}
			_ = a.extension()
		}
		if _, err := json.Marshal(got); err != nil {
			t.Error(err)
		}
	})
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(sampleRecords))
	f.Add([]byte(`[{"id":"x","guid":null,"billsec":1e400}]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var rows []Record
		if json.Unmarshal(raw, &rows) != nil {
			return
		}
		for _, r := range rows {
			for name, v := range r.fields() {
				if v == "" || name == "" {
					t.Errorf("the field %q is %q", name, v)
				}
			}
		}
	})
}

func FuzzNotification(f *testing.F) {
	f.Add("application/json", []byte(`{"event":"AgentBreak","date":"2023-48-13 06:48:51","agent":"Daniel","motive":"Lunch","isBreak":true}`))
	f.Add("application/json; charset=utf-8", []byte(`{"event":"FinishInteraction","guid":7,"agent":"\u0000"}`))
	f.Fuzz(func(t *testing.T, media string, body []byte) {
		n, ok := readNotice(media, body)
		if !ok {
			return
		}
		for _, v := range []text{n.Event, n.Agent, n.Number, n.Caller, n.Campaign, n.GUID, n.Motive} {
			if len(v) > longestText || hasControls(string(v)) {
				t.Errorf("%q got through", v)
			}
		}
	})
}

func FuzzAnswer(f *testing.F) {
	for _, a := range answers() {
		f.Add(a.words)
	}
	f.Add("Parâmetros errados: Valor vazio1")
	f.Fuzz(func(t *testing.T, text string) {
		a, ok := find(text)
		said := strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsNumber(r) || r == '-' {
				return r
			}
			return -1
		}, text)
		if ok && a.kind == "" && said != answerYes {
			t.Errorf("%q is success", text)
		}
		if ok && a.kind != "" && a.hint == "" {
			t.Errorf("%q says nothing to the person", text)
		}
	})
}

func FuzzNumber(f *testing.F) {
	f.Add("12-345-678", "7e4e7db9-f080-494e-b04b-7c8e47711558")
	f.Add("+5511", "../x1")
	f.Fuzz(func(t *testing.T, number, guid string) {
		if isNumber(number) && (strings.ContainsAny(number, separators+"/ \x00") || len(number) > 32) {
			t.Errorf("%q is a number", number)
		}
		if isGUID(guid) && (url.PathEscape(guid) != guid || strings.Contains(guid, "..")) {
			t.Errorf("%q may stand in an address", guid)
		}
	})
}

// A line has six fields however a contact is filled in.
func FuzzContactLine(f *testing.F) {
	f.Add("098344484", "var1", "val1", "099124484", 9999, "1001")
	f.Add("1;2", "a=b", "c:d", "\n", 1, ";")
	f.Fuzz(func(t *testing.T, number, name, value, other string, priority int, phone string) {
		line, problem := Contact{number, []Datum{{name, value}}, []string{other}, whole(priority), phone}.line("prueba1")
		if problem != "" {
			return
		}
		if fields := strings.Split(line, ";"); len(fields) != 6 || strings.ContainsAny(line, "\r\n") || fields[1] != number || fields[2] != name+"="+value {
			t.Errorf("the line is %q", line)
		}
	})
}

func FuzzValues(f *testing.F) {
	for _, s := range []string{"222", `"222"`, "null", `""`, "1.5", "-3", "1e30", `"007"`, "true", "{}", "[]", `"a"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var n whole
		_ = json.Unmarshal(raw, &n)
		var d digits
		if json.Unmarshal(raw, &d) != nil {
			return
		}
		out, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var again digits
		if err := json.Unmarshal(out, &again); err != nil || strings.ToValidUTF8(string(again), "\ufffd") != strings.ToValidUTF8(string(d), "\ufffd") {
			t.Errorf("%s is %q, and written as %s it is %q: %v", raw, d, out, again, err)
		}
	})
}
