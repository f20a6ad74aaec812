package localapi_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/localapi"
	"ctiagent/localapi/localapitest"
	"ctiagent/localapi/protocol"

	"github.com/google/go-cmp/cmp"
)

// forbidden is a page that the site does not want, though it is named among the allowed ones too.
const forbidden = "https://games.example.com"

func forbids(o *localapi.Options) {
	o.Origins = append(o.Origins, forbidden)
	o.Forbidden = []string{forbidden}
	o.Pairing = config.PairingAsk
}

func TestForbiddenPageIsToldAndNobodyIsAsked(t *testing.T) {
	s := localapitest.NewServer(t, forbids)
	h := newFingers("hand.yes")
	attach(t, s, h)
	p := s.Dial(t, forbidden)
	if got := p.Closed(); got != protocol.CloseOriginBlocked {
		t.Errorf("closed with %d, want %d", got, protocol.CloseOriginBlocked)
	}
	for _, a := range addresses(t, s) {
		for _, lang := range []struct{ tag, says string }{{"pt-BR", "não permite que " + forbidden}, {"es", "no permite que " + forbidden}, {"en", "does not let " + forbidden}} {
			text := strings.Replace(post(a, forbidden), "\r\n\r\n", "\r\nAccept-Language: "+lang.tag+"\r\n\r\n", 1)
			status, header, body := raw(t, a, text)
			if status != http.StatusForbidden || header.Get("Access-Control-Allow-Origin") != forbidden || !strings.Contains(body, `"kind":"forbidden"`) || !strings.Contains(body, lang.says) {
				t.Errorf("%s: POST in %s: %d %v %s", a, lang.tag, status, header, body)
			}
		}
	}
	if n := len(h.did); n != 0 {
		t.Errorf("the person was asked %d times", n)
	}
}

func TestForbiddenPageCannotBeAllowedByThePerson(t *testing.T) {
	s := localapitest.NewServer(t, forbids)
	c := program(t, s)
	failsAs(t, c.Call(t.Context(), protocol.OriginsAllow, protocol.AllowIn{Origin: forbidden}, nil), cti.Forbidden)
	failsAs(t, c.Call(t.Context(), protocol.OriginsRevoke, protocol.RevokeIn{Origin: forbidden}, nil), cti.Forbidden)
	allowed := localapitest.Origin + " configuration observe dial control"
	if d := cmp.Diff(origins(t, c, protocol.OriginsIn{}), []string{allowed}); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(origins(t, c, protocol.OriginsIn{Blocked: true}), []string{allowed, forbidden + " configuration blocked"}); d != "" {
		t.Error(d)
	}
}

// A page that the person allowed before the site forbade it has no rights any more.
func TestForbiddenPageLosesWhatThePersonAllowed(t *testing.T) {
	file := t.TempDir() + "/pages.json"
	remembers := func(o *localapi.Options) { o.Remembered, o.Pairing = file, config.PairingAsk }
	s := localapitest.NewServer(t, remembers)
	if err := program(t, s).Call(t.Context(), protocol.OriginsAllow, protocol.AllowIn{Origin: forbidden}, nil); err != nil {
		t.Fatal(err)
	}
	if f := s.Dial(t, forbidden).Ask(protocol.DeskSnapshot, ""); f.Error != nil {
		t.Fatalf("an allowed page: %+v", f.Error)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	s = localapitest.NewServer(t, func(o *localapi.Options) {
		remembers(o)
		o.Forbidden = []string{forbidden}
	})
	if got := s.Dial(t, forbidden).Closed(); got != protocol.CloseOriginBlocked {
		t.Errorf("closed with %d, want %d", got, protocol.CloseOriginBlocked)
	}
	if got := origins(t, program(t, s), protocol.OriginsIn{}); len(got) != 1 {
		t.Errorf("lists %q", got)
	}
}

// Where nobody may be asked, a page that nobody named gets no further than the handshake, and the others work.
func TestPairingThatIsOffAsksNobodyAndNamedPagesNeedNot(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) { o.Pairing = config.PairingOff })
	h := newFingers("hand.yes")
	attach(t, s, h)
	a := "127.0.0.1:" + strconv.Itoa(s.Port())
	for _, text := range []string{handshake(a, stranger), post(a, stranger)} {
		status, header, body := raw(t, a, text)
		if status != http.StatusForbidden || header.Get("Access-Control-Allow-Origin") != "" || !strings.Contains(body, "an administrator can add its origin") {
			t.Errorf("got %d %v %s", status, header, body)
		}
	}
	failsAs(t, program(t, s).Call(t.Context(), protocol.OriginsAllow, protocol.AllowIn{Origin: stranger}, nil), cti.Forbidden)
	if f := s.Dial(t, localapitest.Origin).Ask(protocol.SessionPair, `{}`); f.Error != nil || !strings.Contains(string(f.Result), `"paired":true`) {
		t.Errorf("a named page: %s %+v", f.Result, f.Error)
	}
	if n := len(h.did); n != 0 {
		t.Errorf("the person was asked %d times", n)
	}
}

func TestSiteKeepsWhatItHasDecidedOfAPersonsChoices(t *testing.T) {
	s := localapitest.NewServer(t, func(o *localapi.Options) {
		o.Choices = func(in protocol.AttachIn) protocol.AttachIn {
			in.Extension, in.Language = "", ""
			return in
		}
		o.Language = "es"
	})
	attachAs(t, s, protocol.AttachIn{Agent: "12", Extension: "666", Language: "pt-BR"}, newFingers("hand.yes"))
	if got, want := s.Desk.Seated(), (cti.Target{Agent: "12"}); got != want {
		t.Errorf("seated as %+v, want %+v", got, want)
	}
	if got := s.Hand(localapitest.Self(t)).Language(); got != "es" {
		t.Errorf("speaks %s", got)
	}
}
