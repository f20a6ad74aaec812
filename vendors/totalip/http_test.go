package totalip

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/totalip/totaliptest"
)

func dialWith(t *testing.T, cfg cti.Config) *cti.Error {
	t.Helper()
	s := openSession(t, cfg, nil)
	_, err := cti.Do(t.Context(), s.Actions(), cti.CallDial, desk(), cti.DialIn{Number: "33553434"})
	var e *cti.Error
	if !errors.As(err, &e) {
		t.Fatalf("dialling answered %v, want an error", err)
	}
	if all := fmt.Sprintf("%+v %v %s %v", e, e, e.Message(), errors.Unwrap(e)); strings.Contains(all, ctitest.Canary) {
		t.Errorf("the key is in the error: %s", all)
	}
	return e
}

func TestAnswersThatAreNoneAreClearErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*totaliptest.PBX)
		kind cti.Kind
		sent cti.Sent
		text string
	}{
		{"a web page", func(p *totaliptest.PBX) { p.AnswerHTML(true) }, cti.Unavailable, cti.CertainSent, "a web page"},
		{"500", func(p *totaliptest.PBX) { p.AnswerStatus(500) }, cti.Unavailable, cti.MaybeSent, "500"},
		{"401", func(p *totaliptest.PBX) { p.AnswerStatus(401) }, cti.Unauthorized, cti.CertainSent, "401"},
		{"404", func(p *totaliptest.PBX) { p.AnswerStatus(404) }, cti.Unsupported, cti.CertainSent, "404"},
		{"nothing", func(p *totaliptest.PBX) { p.AnswerText("discar", "\r\n") }, cti.Unavailable, cti.MaybeSent, "nothing"},
		{"new words", func(p *totaliptest.PBX) { p.AnswerText("discar", "TALVEZ") }, cti.Refused, cti.MaybeSent, "TALVEZ"},
		{"the key itself", func(p *totaliptest.PBX) { p.AnswerText("discar", "RECUSADO: "+ctitest.Canary) }, cti.Refused, cti.MaybeSent, "RECUSADO: ***"},
		{"2 MiB", func(p *totaliptest.PBX) { p.AnswerText("discar", strings.Repeat("A", 2<<20)) }, cti.Unavailable, cti.MaybeSent, "1 MiB"},
		{"a dropped connection", func(p *totaliptest.PBX) { p.DropAfterRead("discar") }, cti.Unavailable, cti.MaybeSent, "dropped"},
	} {
		p := newPBX(t, totaliptest.Options{Key: ctitest.Canary})
		c.set(p)
		e := dialWith(t, configOf(p, roadHTTP, ctitest.Canary))
		if e.Kind != c.kind || e.Sent != c.sent || !strings.Contains(e.Text, c.text) || len(e.Text) > 300 {
			t.Errorf("%s became %+v", c.name, e)
		}
		if n := p.Received("discar"); n != 1 {
			t.Errorf("%s: discar was sent %d times", c.name, n)
		}
	}
}

func TestWrongKeyIsUnauthorizedInBothWordings(t *testing.T) {
	for words, kind := range map[string]cti.Kind{totaliptest.WrongKeySocketWords: cti.Unauthorized, totaliptest.WrongKeyDialWords: cti.BadRequest} {
		p := newPBX(t, totaliptest.Options{Key: "right", WrongKeyAnswer: words})
		e := dialWith(t, configOf(p, roadHTTP, ctitest.Canary))
		if e.Kind != kind || e.Text != words || e.Hint == "" || p.Received("discar") != 1 {
			t.Errorf("%q became %+v", words, e)
		}
	}
}

func TestUnreachableSystemIsNotSent(t *testing.T) {
	p := totaliptest.New(totaliptest.Options{})
	cfg := configOf(p, roadHTTP, ctitest.Canary)
	p.Close()
	for _, road := range []string{roadHTTP, roadSocket} {
		cfg.Values[optionRoad] = road
		if e := dialWith(t, cfg); e.Kind != cti.Unavailable || e.Sent != cti.NotSent || !e.Retryable {
			t.Errorf("by %s: %+v", road, e)
		}
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	var visits atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visits.Add(1) }))
	defer elsewhere.Close()
	p := newPBX(t, totaliptest.Options{})
	p.RedirectTo(elsewhere.URL)
	if e := dialWith(t, configOf(p, roadHTTP, ctitest.Canary)); e.Kind != cti.Unavailable || !strings.Contains(e.Text, "302") {
		t.Errorf("%+v", e)
	}
	if visits.Load() > 0 {
		t.Error("the key travelled to where the redirect pointed")
	}
}

// A list with a line of another form is refused whole: half a list would be taken for all of it.
func TestListsWithStrangeLinesAreRefused(t *testing.T) {
	for function, texts := range map[string][]string{
		"usuarios":    {"5;Ana", "cinco;Ana;10005", "5;Ana;10005\nPHP Warning: x"},
		"fila_espera": {"1;1195894637", "1;1195894637;cedo", "um;1195894637;2.1", "1;2;3;4"},
		"status":      {"4", "x;Reunião", "DISCANDO"},
	} {
		verb := map[string]string{"usuarios": "directory.list", "fila_espera": "totalip.fila_espera", "status": "totalip.status"}[function]
		for _, text := range texts {
			p := newPBX(t, totaliptest.Options{})
			p.AnswerText(function, text)
			s := openSession(t, configOf(p, roadHTTP, ""), nil)
			info, _ := s.Actions().Info(verb)
			if out, err := s.Actions().Call(t.Context(), verb, desk(), info.NewIn(), nil); err == nil {
				t.Errorf("%s: %q was read as %v", function, text, out)
			}
		}
	}
}

func TestListsOfTheManualAreRead(t *testing.T) {
	p := newPBX(t, totaliptest.Options{})
	s := openSession(t, configOf(p, roadHTTP, ""), nil)
	// Manual 002, 1.1.9, with the blanks its example has.
	p.AnswerText("usuarios", "1;Suporte Totalip;99999\r\n\r\n5; Marcos Pereira; 67156\r\n10;Cláudia; do Nascimento;64136\r\n")
	got, err := cti.Do(t.Context(), s.Actions(), cti.DirectoryList, desk(), cti.None{})
	want := []cti.DirectoryEntry{{ID: "1", Name: "Suporte Totalip", Extension: "99999"}, {ID: "5", Name: "Marcos Pereira", Extension: "67156"},
		{ID: "10", Name: "Cláudia;do Nascimento", Extension: "64136"}}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("usuarios: %v, %v", got, err)
	}
	// Manual 002, 1.1.12.
	p.AnswerText("fila_espera", "1;1195894637;2.124578\n\n2;1129563288;3.354878\n")
	queue, err := cti.Do(t.Context(), s.Actions(), WaitingCalls, desk(), WaitingIn{Queue: "call_center"})
	if err != nil || fmt.Sprint(queue) != "[{1 1195894637 2.124578} {2 1129563288 3.354878}]" {
		t.Errorf("fila_espera: %v, %v", queue, err)
	}
}

// commandServer answers one command with these bytes and then leaves the connection to the driver, or closes it.
func commandServer(t *testing.T, reply string, stay bool) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 1024))
			_, _ = io.WriteString(conn, reply)
			if stay {
				_, _ = io.Copy(io.Discard, conn)
			}
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}

func TestCommandRepliesAreReadHoweverTheyEnd(t *testing.T) {
	for _, c := range []struct {
		reply string
		stay  bool
		kind  cti.Kind // "" for success
	}{
		{"DISCANDO", false, ""},
		{"DISCANDO\r\n", true, ""}, // a system that does not close
		{"\r\nDISCANDO\x00", true, ""},
		{"CHAVE DA API INV\xc1LIDA\r\n", false, cti.Unauthorized},
		{"", false, cti.Unavailable},
		{"\r\n", false, cti.Unavailable},
		{strings.Repeat("X", largestReply+10), false, cti.Refused},
	} {
		s := openSession(t, cti.Config{Values: map[string]string{optionURL: "http://127.0.0.1:1", optionCommands: commandServer(t, c.reply, c.stay), optionRoad: roadSocket}}, nil)
		_, err := cti.Do(t.Context(), s.Actions(), cti.CallDial, desk(), cti.DialIn{Number: "33553434"})
		if c.kind == "" && err != nil || c.kind != "" && !errors.Is(err, c.kind) {
			t.Errorf("%.30q: %v, want %q", c.reply, err, c.kind)
		}
	}
}

func FuzzHTTPAnswers(f *testing.F) {
	for _, text := range []string{"DISCANDO", "RAMAL NÃO ENCONTRADO", "1;Logado\n2;Deslogado", "<!DOCTYPE html>", "Ana;10005;Ativa;22154748;768.484154", "\xff\xfe", "5;Ana;10005", "1;119;2.1"} {
		f.Add([]byte(text))
	}
	var answer atomic.Pointer[[]byte]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(*answer.Load())
	}))
	f.Cleanup(server.Close)
	host := ctitest.NewHost(nil)
	host.SetDesk(desk())
	s, err := Driver().Open(f.Context(), cti.Config{Values: map[string]string{optionURL: server.URL, optionKey: ctitest.Canary}}, host)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	names := []string{"call.dial", "totalip.status", "totalip.campanhas", "totalip.status_servidores", "totalip.usuarios", "totalip.fila_espera", "totalip.status_ramal", "agent.state"}
	f.Fuzz(func(t *testing.T, body []byte) {
		answer.Store(&body)
		for _, name := range names {
			info, _ := s.Actions().Info(name)
			in := info.NewIn()
			if d, ok := in.(*cti.DialIn); ok {
				d.Number = "33553434"
			}
			_, err := s.Actions().Call(t.Context(), name, desk(), in, nil)
			if err == nil {
				continue
			}
			var e *cti.Error
			if !errors.As(err, &e) || !utf8.ValidString(e.Text) || strings.ContainsAny(e.Text, "\r\n") || len(e.Text) > 300 || strings.Contains(e.Error(), ctitest.Canary) {
				t.Fatalf("%s answered %q with %+v", name, body, err)
			}
		}
	})
}
