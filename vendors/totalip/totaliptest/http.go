package totaliptest

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// functions lists the HTTP functions this system has, each with the parameters its syntax names.
func functions() map[string]function {
	return map[string]function{
		"login":            {[]string{"ramal"}, (*PBX).login},                        // manual 002, 1.1.1
		"logout":           {[]string{"ramal"}, (*PBX).logout},                       // 1.1.2
		"login_hardphone":  {[]string{"ramal", "hardphone"}, (*PBX).loginHardphone},  // 1.1.3
		"logout_hardphone": {[]string{"ramal"}, (*PBX).logoutHardphone},              // 1.1.4
		"status":           {nil, (*PBX).statusList},                                 // 1.1.5
		"set_status":       {[]string{"ramal", "status_id"}, (*PBX).setStatusByHTTP}, // 1.1.6
		"usuarios":         {nil, (*PBX).users},                                      // 1.1.9
		"fila_espera":      {[]string{"fila"}, (*PBX).queue},                         // 1.1.12
		"discar":           {[]string{"numero", "ramal"}, (*PBX).dialByHTTP},         // 1.1.20
		"status_ramal":     {[]string{"ramal", "id"}, (*PBX).statusRamal},            // 1.1.23
		"status_telefone":  {nil, (*PBX).phoneStatuses},                              // 1.1.24
		"set_pause":        {[]string{"ramal"}, (*PBX).setPause},                     // 1.1.25
		"set_unpause":      {[]string{"ramal"}, (*PBX).setUnpause},                   // 1.1.26

		"gerenciar_campanha":    {[]string{"campanha_id"}, (*PBX).switchCampaign},                            // 1.1.7
		"ligacoes_campanha":     {[]string{"campanha"}, (*PBX).campaignCalls},                                // 1.1.8
		"campanhas":             {nil, (*PBX).campaignList},                                                  // 1.1.10
		"status_campanhas":      {nil, (*PBX).campaignStatuses},                                              // 1.1.11
		"gravacao":              {[]string{"codigo_ligacao", "parte", "codigo_monitoria"}, (*PBX).recording}, // 1.1.13
		"grupos_de_atendimento": {[]string{"dia", "mes", "ano"}, (*PBX).groupCalls},                          // 1.1.14
		"set_status_telefones_campanhas": {[]string{"parametro1", "numerodotelefone", "id_campanha", "id_status", "ramal", "data", "uniqueid"},
			(*PBX).fileOutcome}, // 1.1.15
		"inserir_telefone_campanha":    {[]string{"id_campanha", "parametro", "valor_parametro", "prioridade", "codigo_area", "telefone"}, (*PBX).insertNumber}, // 1.1.16
		"status_servidores":            {nil, (*PBX).serverList},                                                                                                // 1.1.17
		"status_servidores_view":       {nil, (*PBX).serverPage},                                                                                                // 1.1.18
		"adicionar_usuario_com_perfil": {userParams(), (*PBX).addUser},                                                                                          // 1.1.19
		"atualizar_usuario_com_perfil": {userParams(), (*PBX).updateUser},                                                                                       // 1.1.19.1
		"importar_discador":            {importParams(), (*PBX).importCustomer},                                                                                 // 1.1.21
		"excluir_telefone_campanha":    {[]string{"id_telefone", "id_campanha"}, (*PBX).removeNumber},                                                           // 1.1.22
		"alterar_cliente": {[]string{"id_campanha", "parametro", "valor_parametro", "novo_parametro", "valor_novo_parametro"},
			(*PBX).changeCustomer}, // 1.1.27
	}
}

type function struct {
	params []string
	run    func(*PBX, url.Values) string // called with p.mu held
}

func (p *PBX) handler() http.Handler {
	known := map[string]map[string]function{"api": functions(), "api_mail": mailFunctions()} // manual 002, 1.1 and 2.1
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !p.enter() {
			hangUp(w)
			return
		}
		defer p.running.Done()
		p.answer(w, r, known)
	})
}

func (p *PBX) answer(w http.ResponseWriter, r *http.Request, known map[string]map[string]function) {
	folder, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	f, exists := known[folder][name]
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1024))
	query, bad := url.ParseQuery(r.URL.RawQuery)

	p.mu.Lock()
	p.record(Request{Road: "http", Method: r.Method, Function: name, Query: r.URL.RawQuery,
		Faults: syntaxFaults(r.Method, body, query, bad, keyOf(name), f.params)})
	drop, html, status, redirect, with := p.drop[name], p.html, p.status, p.redirect, p.with
	p.mu.Unlock()

	switch drop {
	case never:
		p.hang(name, r.Context().Done())
		hangUp(w)
		return
	case afterRead:
		hangUp(w)
		return
	}
	switch {
	case with != nil:
		with.ServeHTTP(w, r)
		return
	case redirect != "":
		w.Header().Set("Location", redirect+"?"+r.URL.RawQuery)
		w.WriteHeader(http.StatusFound)
		return
	case status != 0:
		w.WriteHeader(status)
		return
	case html:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!DOCTYPE html>\n<html><head><title>Entrar</title></head><body>Usuário e senha</body></html>\n")
		return
	case !exists:
		http.NotFound(w, r)
		return
	case r.Method != http.MethodGet: // every example of manual 002, 1.1 is an address to open
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}

	p.mu.Lock()
	words, fixed := p.answers[name]
	if !fixed {
		words = p.run(f, name, query)
	}
	p.mu.Unlock()
	if drop == afterDoing || !p.delay(r.Context()) {
		hangUp(w)
		return
	}
	if strings.HasPrefix(words, "RIFF") { // a recording: manual 002, 1.1.13
		w.Header().Set("Content-Type", "audio/x-wav")
		_, _ = io.WriteString(w, words)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset="+string(p.opts.Encoding))
	_, _ = w.Write(p.encode(words))
}

// run checks the key, then asks the function. The caller holds p.mu.
func (p *PBX) run(f function, name string, query url.Values) string {
	if p.opts.Key != "" && query.Get(keyOf(name)) != p.opts.Key {
		return p.opts.WrongKeyAnswer // manual 002, 1.1.20: once there is a key, every function wants it
	}
	return f.run(p, query)
}

// keyOf is the name of a function's key: manual 002, 1.1.21 has one of its own.
func keyOf(name string) string {
	if name == "importar_discador" {
		return "chave_seguranca"
	}
	return "chave"
}

func syntaxFaults(method string, body []byte, query url.Values, bad error, key string, params []string) []string {
	var out []string
	if method != http.MethodGet {
		out = append(out, "method "+method)
	}
	if len(body) > 0 {
		out = append(out, "a body")
	}
	if bad != nil {
		out = append(out, "a broken query")
	}
	for name, values := range query {
		if name != key && !slices.Contains(params, name) {
			out = append(out, "unknown parameter "+name)
		}
		if len(values) > 1 {
			out = append(out, "parameter "+name+" more than once")
		}
	}
	slices.Sort(out)
	return out
}

// hangUp closes the connection without a byte of answer.
func hangUp(w http.ResponseWriter) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	_ = c.Close()
}

func (p *PBX) users(url.Values) string {
	var b strings.Builder
	for _, x := range p.sorted() {
		fmt.Fprintf(&b, "%s;%s;%s\n", x.User, x.Name, x.Number)
	}
	return b.String()
}

func (p *PBX) queue(q url.Values) string {
	waiting, ok := p.queues[q.Get("fila")]
	if !ok {
		return "FILA NAO ENCONTRADA"
	}
	var b strings.Builder
	for i, w := range waiting {
		fmt.Fprintf(&b, "%d;%s;%s\n", i+1, w.From, seconds(p.opts.Now().Sub(w.Since)))
	}
	return b.String()
}

func (p *PBX) dialByHTTP(q url.Values) string {
	x, ok := p.extensions[q.Get("ramal")]
	if !ok || !x.LoggedIn || x.Blocked || !isPhone(q.Get("numero")) {
		return "PARAMETROS INCORRETOS OU INVALIDOS"
	}
	p.accept("http", x.Number, q.Get("numero"))
	return "DISCANDO"
}

// accept files an accepted dial wish and begins its call, or hands the number to the browser. The caller holds p.mu.
func (p *PBX) accept(road, number, phone string) {
	d := Dial{Time: p.opts.Now(), Road: road, Extension: number, Number: phone}
	if x := p.extensions[number]; p.browser != nil && !x.Hardphone && x.SharedBy == "" {
		p.browser <- d
	} else {
		d.Ref = p.dial(number, phone).Ref
	}
	p.dials = append(p.dials, d)
}

// HandOver lets discar on an extension that is no desk phone hand the number to the browser where the user is logged in,
// instead of dialling (manual 002, 1.1.20 and 1.2.2.15: "a API enviará o comando para o navegador onde o ramal estiver
// logado"). The channel is that browser; at most 16 numbers wait in it. What the browser does with one, the manual does not
// say: it may open a sip: link (1.4.1).
func (p *PBX) HandOver() <-chan Dial {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.browser = make(chan Dial, 16)
	return p.browser
}

func (p *PBX) phoneStatuses(url.Values) string {
	return "0;Livre\n1;Ocupado\n2;Ocupado\n3;Ocupado\n4;Desconectado\n8;Tocando\n9;Ocupado\n" // manual 002, 1.1.24
}

// statusRamal answers the four lines of manual 002, 1.1.23.
func (p *PBX) statusRamal(q url.Values) string {
	x := p.find(q)
	if x == nil {
		return "RAMAL NAO ENCONTRADO"
	}
	c := shown(x.live)
	head := x.Name + ";" + x.Number + ";"
	switch {
	case c == nil || c.State == Ringing:
		phone := "Livre"
		switch {
		case c != nil:
			phone = "Tocando"
		case x.Offline || x.StatusID == loggedOut: // the example of a logged-out user says Desconectado
			phone = "Desconectado"
		}
		return head + phone + ";" + p.statusName(x.StatusID) + ";" + x.StatusID
	case c.Direction == Inbound:
		return head + strings.Join([]string{"Receptiva", c.From, c.To, c.Ref, p.talk(c), ""}, ";")
	case c.Direction == Dialer:
		return head + strings.Join([]string{"Discador", c.Campaign, "Campanha " + c.Campaign, c.Param1, c.Param2, c.Ref, c.To, p.talk(c)}, ";")
	case p.opts.StatusRamalFields == 5:
		return head + strings.Join([]string{"Ativa", c.To, p.talk(c)}, ";")
	default:
		return head + strings.Join([]string{"Ativa", c.To, c.Ref, p.talk(c)}, ";")
	}
}

func (p *PBX) find(q url.Values) *extension {
	if x, ok := p.extensions[q.Get("ramal")]; ok {
		return x
	}
	if id := q.Get("id"); id != "" && !q.Has("ramal") {
		for _, x := range p.extensions {
			if x.User == id {
				return x
			}
		}
	}
	return nil
}

// shown is the call of an extension that one line can show: the connected one, else the oldest.
func shown(live []*Call) *Call {
	for _, c := range live {
		if c.State == Connected {
			return c
		}
	}
	if len(live) > 0 {
		return live[0]
	}
	return nil
}

// talk is the duration field: empty until the call is answered, never zero afterwards.
func (p *PBX) talk(c *Call) string {
	if c.State != Connected {
		return ""
	}
	return seconds(max(p.opts.Now().Sub(c.AnsweredAt), time.Microsecond))
}

// seconds writes a duration as the examples of manual 002, 1.1.12 and 1.1.23 do.
func seconds(d time.Duration) string { return fmt.Sprintf("%.6f", d.Seconds()) }

func isPhone(s string) bool {
	if s == "" || len(s) > 20 {
		return false
	}
	return strings.Trim(s, "0123456789*#") == ""
}
