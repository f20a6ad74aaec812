package ucontact

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/ucontact/ucontacttest"
)

var someOutcome = DispositionIn{CallerID: "33553434", GUID: mp3GUID, Level1: "Sale"}

func TestEveryAnswerOfTheTableHasItsKind(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	for _, a := range answers() {
		text, status := strings.ReplaceAll(a.words, "*", "x y"), http.StatusBadRequest
		if text == answerYes || text == answerNo {
			status = http.StatusOK
		}
		site.AnswerWith(says(status, " "+strings.ToUpper(text)+".\n"))
		_, err := do(v, FileOutcome, someOutcome)
		if a.kind == "" {
			if err != nil {
				t.Errorf("%s (%s): %v", a.words, a.source, err)
			}
			continue
		}
		if e := failed(t, a.words, err, a.kind); e.Hint != a.hint || e.Sent != cti.CertainSent {
			t.Errorf("%s: the hint is %s and it was sent %v, want %s and certainly", a.words, e.Hint, e.Sent, a.hint)
		}
		if found, ok := find(text); !ok || found != a {
			t.Errorf("%q is taken for %q, a line above it", text, found.words)
		}
	}
}

// The sentences as manual 004, "Respostas de WS", prints them.
func TestSentencesOfTheManualAreKnown(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	for text, want := range map[string]struct {
		kind cti.Kind
		hint string
	}{
		"Parâmetros errados: Campanha vazia":                                     {cti.BadRequest, hintCampaign},
		"Parâmetros errados: Callerid vazio":                                     {cti.BadRequest, hintParameter},
		"Parâmetros errados: guid vazio":                                         {cti.BadRequest, hintParameter},
		"Parâmetros errados: Agente vazio":                                       {cti.BadRequest, hintAgent},
		"Parâmetros errados: Valor vazio1":                                       {cti.BadRequest, hintDisposition},
		"Disposição não encontrada para o nível1: Sale, level2: Phone, nível3: ": {cti.NotFound, hintDisposition},
		"El formato de la fecha tiene que ser yyyy-MM-dd HH:mm:ss":               {cti.BadRequest, hintSchedule},
		"Parâmetros incorretos: Data da programação vazia.":                      {cti.BadRequest, hintSchedule},
		"“Parâmetros errados: guid vazio”":                                       {cti.BadRequest, hintParameter},
		"Esta campanha está fechada":                                             {cti.Refused, ""},
	} {
		for charset, body := range map[string]string{"UTF-8": text, "ISO-8859-1": latin1(text)} {
			site.AnswerWith(says(http.StatusBadRequest, body))
			_, err := do(v, FileOutcome, someOutcome)
			if e := failed(t, text+" in "+charset, err, want.kind); e.Hint != want.hint || e.Sent != cti.CertainSent {
				t.Errorf("%s in %s: the hint is %q, want %q; sent %v", text, charset, e.Hint, want.hint, e.Sent)
			}
		}
	}
}

// latin1 writes a text in ISO-8859-1, as far as that has it.
func latin1(text string) string {
	var out []byte
	for _, r := range text {
		if r > 0xff {
			r = '\''
		}
		out = append(out, byte(r))
	}
	return string(out)
}

func TestOutcomeIsFiledInBothShapesOfItsAnswer(t *testing.T) {
	for body, want := range map[string]Disposition{
		answerYes:                           {"ok", ""},
		`{"Result":"ok","txtcode":"A|B|"}`:  {"ok", "A|B|"},
		`{"result": "OK", "txtcode": null}`: {"ok", ""},
		`{"Result":"ok","txtcode":17}`:      {"ok", "17"},
	} {
		site := newSite(t, ucontacttest.Options{})
		site.AnswerWith(says(http.StatusOK, body))
		if got := must(open(t, site, nil), FileOutcome, someOutcome); got != want {
			t.Errorf("%s: %+v, want %+v", body, got, want)
		}
	}
	for _, body := range []string{`{"Result":"error"}`, `{}`, "2", "ok", "11"} {
		site := newSite(t, ucontacttest.Options{})
		site.AnswerWith(says(http.StatusOK, body))
		_, err := do(open(t, site, nil), FileOutcome, someOutcome)
		if fails(t, body, err, cti.Refused); !cti.MayHaveReached(err) {
			t.Errorf("%s: %v claims that nothing was done", body, err)
		}
	}
}

// asked are functions of every way to answer: a text, a list, an object, both.
func asked() map[string]func(context.Context, *visit) error {
	return map[string]func(context.Context, *visit) error{
		"AgentCall": func(ctx context.Context, v *visit) error {
			_, err := cti.Do(ctx, v.Actions(), AgentCall, desk, AgentCallIn{Destination: "33553434"})
			return err
		},
		"HangupPhone": func(ctx context.Context, v *visit) error {
			_, err := cti.Do(ctx, v.Actions(), HangupPhone, desk, PhoneIn{})
			return err
		},
		"AgentLogin": func(ctx context.Context, v *visit) error {
			_, err := cti.Do(ctx, v.Actions(), AgentLogin, desk, LoginIn{Password: lawPassword})
			return err
		},
		"DispositionCall": func(ctx context.Context, v *visit) error {
			_, err := cti.Do(ctx, v.Actions(), FileOutcome, desk, someOutcome)
			return err
		},
		"queuesummary": func(ctx context.Context, v *visit) error {
			_, err := cti.Do(ctx, v.Actions(), QueueSummary, desk, cti.None{})
			return err
		},
		"campaignstatus": func(ctx context.Context, v *visit) error {
			_, err := cti.Do(ctx, v.Actions(), StatusOf, desk, QueueIn{})
			return err
		},
		"getrecords": func(ctx context.Context, v *visit) error {
			_, err := cti.Do(ctx, v.Actions(), cti.ReportCalls, desk, cti.ReportIn{})
			return err
		},
	}
}

// A long wait would let the test fail by soon; that it ends at all shows that nothing hangs.
func TestBadAnswersAreClearErrors(t *testing.T) {
	body := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
	}
	for name, c := range map[string]struct {
		serve http.HandlerFunc
		says  string // "" is anything
	}{
		"a web page":          {body("<!DOCTYPE html><html><body>Apache Tomcat - Error report</body></html>"), "Apache Tomcat"},
		"nothing":             {body(""), ""},
		"half an object":      {body(`{"test->":{"campaign":"test->","availa`), ""},
		"half a list":         {body(`[{"queue":"test->"`), ""},
		"a list of numbers":   {body(`[1,2]`), ""},
		"a number":            {body("7"), ""},
		"a word":              {body("Unauthorized"), ""},
		"UTF-16":              {body("\xff\xfe1\x00\r\x00\n\x00"), ""},
		"ten mebibytes":       {body(strings.Repeat("x", 10<<20)), "1 MiB"},
		"a broken server":     {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, "500"},
		"no such function":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }, "404"},
		"a page that refuses": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(400); _, _ = io.WriteString(w, "<html>") }, "400"},
		"another host": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/x", http.StatusFound)
		}, "elsewhere.example"},
	} {
		for function, ask := range asked() {
			site := newSite(t, ucontacttest.Options{})
			v := open(t, site, nil)
			site.AnswerWith(serves(c.serve))
			err := ask(soon(t), v)
			if err == nil {
				t.Errorf("%s for %s: no error", name, function)
				continue
			}
			e := cti.AsError(err)
			if !slices.Contains([]cti.Kind{cti.Unavailable, cti.Refused, cti.Unsupported}, e.Kind) || e.Kind != cti.Unavailable && e.Hint != hintAddress {
				t.Errorf("%s for %s: %v is %s, with the hint %q", name, function, e, e.Kind, e.Hint)
			}
			secret := function == "AgentLogin" // whose answers are never repeated
			if e.Text == "" || len(e.Text) > 400 || !secret && !strings.Contains(e.Text, c.says) {
				t.Errorf("%s for %s: %q, want %q in it", name, function, e.Text, c.says)
			}
			if function == "AgentCall" && !cti.MayHaveReached(e) {
				t.Errorf("%s for %s: %v claims that nothing was dialled", name, function, e)
			}
			if n := site.Received("Agents/AgentCall"); function == "AgentCall" && n != 1 {
				t.Errorf("%s: dialled %d times", name, n)
			}
		}
	}
}

func TestSlowAnswerEndsWithTheWish(t *testing.T) {
	for function, ask := range asked() {
		site := newSite(t, ucontacttest.Options{})
		v := open(t, site, nil)
		dripping := make(chan struct{})
		site.AnswerWith(serves(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, "1")
			_ = http.NewResponseController(w).Flush()
			close(dripping)
			<-r.Context().Done()
		}))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		go func() {
			<-dripping
			cancel()
		}()
		err := ask(ctx, v)
		if e := cti.AsError(err); err == nil || e.Kind != cti.Canceled && e.Kind != cti.Timeout {
			t.Errorf("%s: %v, want a timeout", function, err)
		}
		cancel()
	}
}

func TestNamesInLatin1AreRead(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	site.AnswerWith(says(200, "[{\"queue\":\"Pra\xe7a->\",\"callers\":\"3\"},{\"dateReceived\":\"x\"}]"))
	got := must(open(t, site, nil), QueueSummary, cti.None{})
	if len(got) != 1 || got[0].Queue != "Praça->" || got[0].Callers != 3 {
		t.Errorf("got %+v", got)
	}
}
