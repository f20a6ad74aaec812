package totalip

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/totalip/databasetest"
	"ctiagent/vendors/totalip/totaliptest"

	"go.uber.org/goleak"
)

// cluster is the database server of all tests here.
var cluster = &databasetest.Cluster{Password: ctitest.Canary}

func TestMain(m *testing.M) {
	code := m.Run()
	cluster.Stop()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func says(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

// breaksOff promises more than it sends, and then stays or goes.
func breaksOff(body string, stays bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100000")
		_, _ = io.WriteString(w, body)
		_ = http.NewResponseController(w).Flush()
		if stays {
			<-r.Context().Done()
		}
	}
}

// ask calls a function and reads its answer to the end.
func ask(ctx context.Context, s cti.Session, name string, in any) (pieces int, err error) {
	out, err := s.Actions().Call(ctx, name, desk(), in, nil)
	if stream, ok := out.(cti.Pieces); ok && err == nil {
		for _, err := range stream.Pieces() {
			if err != nil {
				return pieces, err
			}
			pieces++
		}
	}
	return pieces, err
}

// One function of each way to read an answer, with the beginning of a good one.
func readers() map[string]struct {
	in    any
	begin string
} {
	may := PeriodIn{"2017-05-01", "2017-05-31"}
	return map[string]struct {
		in    any
		begin string
	}{
		"call.dial":                        {&cti.DialIn{Number: "33553434"}, "DISC"},
		"totalip.usuarios":                 {&cti.None{}, "5;Ana;100"},
		"totalip.status_ramal":             {&StatusOfIn{}, "Ana;10005;Ati"},
		"totalip.gerenciar_campanha":       {&CampaignIn{"10"}, "CAMPANHA AT"},
		"totalip.importar_discador":        {&ImportIn{Campaign: "10", ID1: "1", Numbers: []DialerNumber{{Number: "33553434"}}}, "1 NUMERO(S)"},
		"totalip.status_servidores_view":   {&cti.None{}, "<table><tr><td>1</td><td>A</td>"},
		"totalip.ligacoes_campanha":        {&CampaignCallsIn{"10"}, "21;127846;0001;21;817"},
		"totalip.grupos_de_atendimento":    {&DayIn{4, 11, 2010}, "2;Comercial\n27;Ana;11307"},
		"totalip.gravacao":                 {&SoundIn{File: "1"}, "RIFF\x00\x00\x00\x00WAVE"},
		"totalip.buscar_email_por_assunto": {&SubjectIn{"x", may}, `[{"id":61,"remetente":"a`},
	}
}

func TestBadAnswersAreClearErrors(t *testing.T) {
	for name, f := range readers() {
		for what, c := range map[string]struct {
			serve http.Handler
			kinds []cti.Kind
			says  string
		}{
			"a web page":      {says("<html><head><title>500</title></head><body>Erro " + ctitest.Canary + "</body></html>"), []cti.Kind{cti.Unavailable}, ""},
			"nothing":         {says(""), []cti.Kind{cti.Unavailable}, ""},
			"blanks":          {says(" \r\n\r\n "), []cti.Kind{cti.Unavailable}, ""},
			"half of it":      {breaksOff(f.begin, false), []cti.Kind{cti.Unavailable}, ""},
			"ten mebibytes":   {says(strings.Repeat("lixo ", 2<<20)), []cti.Kind{cti.Unavailable, cti.Refused}, ""},
			"another charset": {says("\xfe\xff\x00D\x00I\x00S\x00C\x00A\x00N\x00D\x00O"), []cti.Kind{cti.Unavailable, cti.Refused}, ""},
			"its own secret":  {says("CHAVE " + ctitest.Canary + " RECUSADA"), []cti.Kind{cti.Unavailable, cti.Refused}, ""},
			"another host": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "http://elsewhere.example/?"+r.URL.RawQuery, http.StatusFound)
			}), []cti.Kind{cti.Unavailable}, "elsewhere.example"},
			"a broken server": {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }), []cti.Kind{cti.Unavailable}, "503"},
			"a slow drip":     {breaksOff(f.begin, true), []cti.Kind{cti.Timeout}, "in time"},
		} {
			p := newPBX(t, totaliptest.Options{Key: ctitest.Canary})
			p.AnswerWith(c.serve)
			patience := 10 * time.Second
			if what == "a slow drip" {
				patience = 200 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			_, err := ask(ctx, openSession(t, configOf(p, roadHTTP, ctitest.Canary), nil), name, f.in)
			cancel()
			var e *cti.Error
			if !errors.As(err, &e) {
				t.Errorf("%s, %s: %v", name, what, err)
				continue
			}
			fits := false
			for _, k := range c.kinds {
				fits = fits || e.Kind == k
			}
			if !fits || !strings.Contains(e.Text, c.says) || len(e.Text) > 400 || strings.ContainsAny(e.Text, "\r\n") || e.Sent == cti.NotSent {
				t.Errorf("%s, %s: %s %q, sent %q", name, what, e.Kind, e.Text, e.Sent)
			}
			if text := fmt.Sprintf("%+v %v", e, e); strings.Contains(text, ctitest.Canary) {
				t.Errorf("%s, %s: the key is in %s", name, what, text)
			}
			if n := len(p.Requests()); n != 1 {
				t.Errorf("%s, %s: %d requests", name, what, n)
			}
		}
	}
}

func FuzzLongAnswers(f *testing.F) {
	for _, r := range readers() {
		f.Add([]byte(r.begin))
	}
	for _, body := range []string{"21;127846;0001;21;81793134;3;85\n;467351;0002;98;89254691;8;5", "2;Comercial\n27;40111;Ana;1130761239;1382;21;ATENDIDA;04/11/2010 09:51\n",
		`[{"id":61,"remetente":"a","destinatario":"b","assunto":"c","corpo_do_email":"d","data_de_criacao":"e","possui_imagens_inline":true,"possui_anexos":false}]`,
		"RIFF....WAVEfmt ", "EMAIL NAO ENCONTRADO", "\xef\xbb\xbf[]", "<table><tr><td>1<td>A &amp; B<td>OK</table>", "\"2\" NUMERO(S) IMPORTADO(S) COM SUCESSO"} {
		f.Add([]byte(body))
	}
	p := newPBX(f, totaliptest.Options{})
	host := ctitest.NewHost(nil)
	host.SetDesk(desk())
	s, err := Driver().Open(f.Context(), configOf(p, roadHTTP, ctitest.Canary), host)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	f.Fuzz(func(t *testing.T, body []byte) {
		p.AnswerWith(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
		defer p.Forget() // a fault of the simulator's own strictness is none of the answer's
		for name, r := range readers() {
			_, err := ask(t.Context(), s, name, r.in)
			if err == nil {
				continue
			}
			var e *cti.Error
			if !errors.As(err, &e) || strings.ContainsAny(e.Text, "\r\n") || len(e.Text) > 400 || strings.Contains(e.Error(), ctitest.Canary) {
				t.Fatalf("%s answered %q with %+v", name, body, err)
			}
		}
	})
}

func FuzzTables(f *testing.F) {
	f.Add("<table><tr><th>ID</th></tr><tr><td>1</td><td>Servidor <b>A</b></td><td>OK<br>x</td></tr></table>")
	f.Add("<td><tr<td>&#x110000;&amp")
	f.Fuzz(func(t *testing.T, page string) {
		for _, row := range tableRows(page) {
			if len(row) == 0 {
				t.Fatalf("%q has a row without cells", page)
			}
		}
	})
}

func FuzzNumbers(f *testing.F) {
	f.Add("+55 (11) 98765-4321")
	f.Fuzz(func(t *testing.T, text string) {
		area, number, ok := splitNumber(text)
		if ok && (!isDigits(number) || area != "" && len(area) != 2) {
			t.Fatalf("%q became %q and %q", text, area, number)
		}
		if n, ok := countIn(text); ok && n < 0 {
			t.Fatalf("%q counts %d", text, n)
		}
	})
}
