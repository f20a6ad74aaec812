package totaliptest

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func newPBX(t *testing.T, opts Options) *PBX {
	t.Helper()
	p := New(opts)
	t.Cleanup(p.Close)
	p.AddExtension(Extension{Number: "10005", User: "5", Name: "Carlos da Silva", LoggedIn: true})
	p.AddExtension(Extension{Number: "20010", User: "20", Name: "Rodrigo Vieira"})
	p.AddExtension(Extension{Number: "40024", User: "24", Name: "Mesa", Hardphone: true})
	p.AddExtension(Extension{Number: "50001", User: "51", Name: "Compartilhado", Shared: true})
	return p
}

func get(t *testing.T, p *PBX, path string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL()+"/api/"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("get %s: %v", path, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return res.Status
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("get %s: %v", path, err)
	}
	return string(body)
}

func send(t *testing.T, p *PBX, command string) string {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", p.CommandsAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, command+"\r\n"); err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(conn) // ends because the system closes: manual 002, 1.2
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// follow reads the event socket line by line.
func follow(t *testing.T, p *PBX) func() string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.EventsAddr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := p.AwaitEventReader(ctx); err != nil {
		t.Fatal(err)
	}
	deadline, _ := ctx.Deadline()
	_ = conn.SetReadDeadline(deadline)
	r := bufio.NewReader(conn)
	return func() string {
		t.Helper()
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("event line: %v", err)
		}
		return strings.TrimRight(line, "\r\n")
	}
}

func TestHTTPAnswersWhatTheManualPrints(t *testing.T) {
	for _, c := range []struct{ path, want string }{
		{"login?ramal=20010", "RAMAL LOGADO COM SUCESSO"},
		{"login", "RAMAL NÃO INFORMADO"},
		{"login?ramal=9", "RAMAL NÃO ENCONTRADO"},
		{"login?ramal=40024", "NAO É POSSÍVEL EFETUAR LOGIN DE HARDPHONE VIA API"},
		{"logout?ramal=10005", "RAMAL DESLOGADO COM SUCESSO"},
		{"logout?ramal=40024", "NÃO É POSSÍVEL EFETUAR LOGOUT DE HARDPHONE VIA API"},
		{"login_hardphone?ramal=40024", "RAMAL LOGADO COM SUCESSO"},
		{"login_hardphone?ramal=20010&hardphone=50001", "RAMAL LOGADO COM SUCESSO"},
		{"login_hardphone?ramal=20010&hardphone=10005", "RAMAL NÃO ENCONTRADO"},
		{"login_hardphone", "RAMAL NÃO ENCONTRADO"},
		{"logout_hardphone?ramal=40024", "RAMAL DESLOGADO COM SUCESSO"},
		{"logout_hardphone", "RAMAL NÃO INFORMADO"},
		{"status", "1;Logado\n2;Deslogado\n3;Siga-me\n4;Reunião\n5;Visita em Cliente\n6;Intervalo de Almoço\n7;Feedback\n"},
		{"set_status?ramal=10005", "RAMAL OU STATUS_ID NAO INFORMADO"},
		{"set_status?ramal=10005&status_id=5", "STATUS ALTERADO COM SUCESSO"},
		{"set_status?ramal=10005&status_id=77", "STATUS NÃO EXISTE"},
		{"set_status?ramal=40024&status_id=3", "NÃO É POSSÍVEL ALTERAR STATUS DE HARDPHONE"},
		{"usuarios", "5;Carlos da Silva;10005\n20;Rodrigo Vieira;20010\n24;Mesa;40024\n51;Compartilhado;50001\n"},
		{"fila_espera?fila=x", "FILA NAO ENCONTRADA"},
		{"discar?numero=984160601&ramal=10005", "DISCANDO"},
		{"discar?numero=984160601&ramal=20010", "PARAMETROS INCORRETOS OU INVALIDOS"},
		{"discar?numero=%3C1&ramal=10005", "PARAMETROS INCORRETOS OU INVALIDOS"},
		{"status_ramal?ramal=10005", "Carlos da Silva;10005;Livre;Logado;1"},
		{"status_ramal?id=20", "Rodrigo Vieira;20010;Desconectado;Deslogado;2"},
		{"status_ramal?ramal=1", "RAMAL NAO ENCONTRADO"},
		{"set_pause?ramal=10005", "PAUSA ALTERADA COM SUCESSO"},
		{"set_unpause", "RAMAL NAO INFORMADO"},
		{"nenhuma", "404 Not Found"},
	} {
		p := newPBX(t, Options{})
		if got := get(t, p, c.path); got != c.want {
			t.Errorf("%s: got %q, want %q", c.path, got, c.want)
		}
	}
}

func TestSocketAnswersWhatTheManualPrints(t *testing.T) {
	for _, c := range []struct{ command, want string }{
		{"<SETSTATUS><10005><1>", "STATUS ALTERADO COM SUCESSO"},
		{"<SETSTATUS><40024><1>", "NAO E POSSIVEL ALTERAR STATUS DE HARDPHONE"},
		{"<LOGIN><20010>", "RAMAL LOGADO COM SUCESSO"},
		{"<LOGIN><40024>", "NAO E POSSIVEL EFETUAR LOGIN DE HARDPHONE VIA API"},
		{"<LOGOUT><40024>", "NAO E POSSIVEL EFETUAR LOGOUT DE HARDPHONE VIA SOCKET"},
		{"<LOGINHARDPHONE><20010><50001>", "RAMAL LOGADO COM SUCESSO"},
		{"<LOGOUTHARDPHONE><20010>", "RAMAL NÃO ENCONTRADO"},
		{"<SETPAUSE><10005>", "PAUSA ALTERADA COM SUCESSO"},
		{"<SETUNPAUSE><>", "RAMAL NAO INFORMADO"},
		{"<DISCAR><10005><33553434><k>", "DISCANDO"},
		{"<DISCAR><10005><33553434>", "CHAVE DE SEGURANCA NAO INFORMADO"},
		{"<DISCAR><10005><33553434><x>", "CHAVE DA API INVÁLIDA"},
		{"<DISCAR><10005>", "NUMERO DE TELEFONE NAO INFORMADO"},
		{"LOGIN 10005", "PARAMETROS NAO INFORMADOS VERIFIQUE SINTAXE DO COMANDO"},
	} {
		p := newPBX(t, Options{Key: "k"})
		if got := send(t, p, c.command); got != c.want {
			t.Errorf("%s: got %q, want %q", c.command, got, c.want)
		}
	}
}

func TestOneCallIsTheSameOnAllThreeRoads(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	p := newPBX(t, Options{Now: func() time.Time { return now }})
	line := follow(t, p)

	if got := get(t, p, "discar?numero=33553434&ramal=10005"); got != "DISCANDO" {
		t.Fatalf("discar answered %q", got)
	}
	c := p.LiveCalls("10005")[0]
	if got, want := line(), "<A><10005><33553434><"+c.Ref+">"; got != want {
		t.Errorf("first line %q, want %q", got, want)
	}
	if got, want := get(t, p, "status_ramal?ramal=10005"), "Carlos da Silva;10005;Ativa;33553434;"+c.Ref+";"; got != want {
		t.Errorf("dialing: got %q, want %q", got, want)
	}
	if err := p.Answer(c.Ref); err != nil {
		t.Fatal(err)
	}
	now = now.Add(2500 * time.Millisecond)
	if got, want := get(t, p, "status_ramal?ramal=10005"), "Carlos da Silva;10005;Ativa;33553434;"+c.Ref+";2.500000"; got != want {
		t.Errorf("connected: got %q, want %q", got, want)
	}
	if err := p.Hangup(c.Ref); err != nil {
		t.Fatal(err)
	}
	if got, want := line(), "<H><10005><"+c.Ref+">"; got != want {
		t.Errorf("last line %q, want %q", got, want)
	}
	if got, want := get(t, p, "status_ramal?ramal=10005"), "Carlos da Silva;10005;Livre;Logado;1"; got != want {
		t.Errorf("ended: got %q, want %q", got, want)
	}
	if err := p.Hangup(c.Ref); err == nil {
		t.Error("an ended call could be hung up again")
	}
}

func TestInboundCallHasNoLineUntilItIsAnswered(t *testing.T) {
	p := newPBX(t, Options{})
	line := follow(t, p)
	c := p.Ring("10005", "1133553434", "40045000")
	if got, want := get(t, p, "status_ramal?ramal=10005"), "Carlos da Silva;10005;Tocando;Logado;1"; got != want {
		t.Errorf("ringing: got %q, want %q", got, want)
	}
	if err := p.Answer(c.Ref); err != nil {
		t.Fatal(err)
	}
	if got, want := line(), "<R><10005><1133553434><40045000><"+c.Ref+">"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	d := p.Dialer("20010", "9999999", "219217305861", "TESTE DO TOTALIP", "10")
	if got, want := line(), "<D><20010><9999999><219217305861><TESTE DO TOTALIP><10><"+d.Ref+">"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	p.SetStatus("20010", "6")
	if got, want := line(), "<S><20010><6><Intervalo de Almoço>"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestKeyIsWantedByEveryFunction(t *testing.T) {
	p := newPBX(t, Options{Key: "k", Licences: 1})
	for name := range functions() {
		if got := get(t, p, name+"?ramal=10005"); got != WrongKeySocketWords {
			t.Errorf("%s without the key answered %q", name, got)
		}
	}
	if got, want := get(t, p, "login?ramal=20010&chave=k"), "LICENÇA DE RAMAIS EXCEDIDA"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRequestsAreRecordedWithTheirFaults(t *testing.T) {
	p := newPBX(t, Options{})
	get(t, p, "discar?numero=1&ramal=10005&ramal=10005&cor=azul")
	get(t, p, "status")
	get(t, p, "status")
	got := p.Requests()
	for i := range got {
		got[i].Time = time.Time{}
	}
	want := []Request{
		{Road: "http", Method: "GET", Function: "discar", Query: "numero=1&ramal=10005&ramal=10005&cor=azul",
			Faults: []string{"parameter ramal more than once", "unknown parameter cor"}},
		{Road: "http", Method: "GET", Function: "status"},
		{Road: "http", Method: "GET", Function: "status", Duplicate: true},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestCutLinkResetsReadersUntilItIsRestored(t *testing.T) {
	p := newPBX(t, Options{})
	follow(t, p)
	p.CutLink()
	if err := p.Wait(t.Context(), func() bool { return p.EventReaders() == 0 }); err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", p.EventsAddr())
	if err == nil {
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		_, err = conn.Read(make([]byte, 1))
		_ = conn.Close()
	}
	if err == nil {
		t.Error("the cut link could be read")
	}
	p.RestoreLink()
	p.Dial("10005", "1") // a line of the time before the reader came is not kept
	line := follow(t, p)
	c := p.Dial("10005", "2")
	if got, want := line(), "<A><10005><2><"+c.Ref+">"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDroppedRequestIsReadButNotDone(t *testing.T) {
	p := newPBX(t, Options{})
	p.DropAfterRead("discar")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL()+"/api/discar?numero=1&ramal=10005", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err == nil {
		_ = res.Body.Close()
		t.Error("a dropped request was answered")
	}
	if p.Received("discar") != 1 || len(p.Dials()) != 0 {
		t.Errorf("received %d, dialled %d; want 1 and 0", p.Received("discar"), len(p.Dials()))
	}
}

func TestCustomersAnswerAndHangUpByThemselves(t *testing.T) {
	p := newPBX(t, Options{Encoding: Latin1, LineEnd: LF, StatusRamalFields: 5})
	line := follow(t, p)
	p.AutoAnswer(time.Millisecond)
	p.AutoHangup(time.Millisecond)
	c := p.Dial("10005", "33553434")
	line()
	if got, want := line(), "<H><10005><"+c.Ref+">"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, _ := p.Call(c.Ref); got.State != Ended || got.AnsweredAt.IsZero() {
		t.Errorf("the call is %+v, want answered and ended", got)
	}
	p.SetStatus("10005", "4")
	if got, want := line(), "<S><10005><4><Reuni\xe3o>"; got != want {
		t.Errorf("got %q, want %q in Latin-1", got, want)
	}
}
