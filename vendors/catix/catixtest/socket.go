package catixtest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// conn is one connection.
type conn struct {
	net.Conn
	out    chan []byte
	over   chan struct{}
	once   sync.Once
	in     bool   // logged in
	single string // the agent of a LOGAR_SINGLE_USER connection
	held   []byte // a reply that waits for the next one
}

func (c *conn) end() { c.once.Do(func() { close(c.over); _ = c.Conn.Close() }) }

// say queues bytes; who does not read them is hung up on.
func (c *conn) say(b []byte) {
	select {
	case c.out <- b:
	default:
		c.end()
	}
}

func (p *PBX) accept() {
	for {
		raw, err := p.listener.Accept()
		if err != nil {
			return
		}
		c := &conn{Conn: raw, out: make(chan []byte, 1024), over: make(chan struct{})}
		p.mu.Lock()
		if p.closed || p.cut {
			p.mu.Unlock()
			_ = raw.Close()
			continue
		}
		p.conns[c] = true
		p.running.Add(2)
		p.mu.Unlock()
		go func() {
			defer p.running.Done()
			p.write(c)
		}()
		go func() {
			defer p.running.Done()
			p.read(c)
			c.end()
			p.mu.Lock()
			delete(p.conns, c)
			p.unlock()
		}()
	}
}

func (p *PBX) write(c *conn) {
	for {
		select {
		case b := <-c.out:
			if _, err := c.Write(b); err != nil {
				c.end()
				return
			}
		case <-c.over:
			return
		}
	}
}

func (p *PBX) read(c *conn) {
	lines := bufio.NewScanner(c.Conn)
	lines.Buffer(nil, 8<<20)
	for lines.Scan() {
		if line := strings.TrimSuffix(lines.Text(), "\r"); line != "" && !p.take(c, line) {
			return
		}
	}
}

// message is one line from a client.
type message struct {
	Tipo      string          `json:"tipo"`
	Comando   string          `json:"comando"`
	Agente    string          `json:"agente"`
	Numero    string          `json:"numeroDiscado"`
	Destino   string          `json:"destino"`
	IDDestino string          `json:"idDestino"`
	Atributos map[string]any  `json:"atributos"`
	Mailing   json.RawMessage `json:"mailing"`
	MessageID string          `json:"messageId"`
}

func (m message) attribute(name string) string {
	if v, ok := m.Atributos[name]; ok {
		return fmt.Sprint(v)
	}
	return ""
}

// take serves one line; false ends the connection.
func (p *PBX) take(c *conn, line string) bool {
	var m message
	err := json.Unmarshal([]byte(line), &m)
	p.mu.Lock()
	defer p.unlock()
	r := Request{Command: m.Comando, Line: line}
	if err != nil {
		r.Faults = append(r.Faults, "no JSON object: "+err.Error())
	}
	p.requests = append(p.requests, r)
	if p.drop[m.Comando] {
		delete(p.drop, m.Comando)
		return false
	}
	if h := p.hang[m.Comando]; h != nil {
		delete(p.hang, m.Comando)
		close(h)
		return true
	}
	if err != nil {
		p.reply(c, m, failure("9002"))
		return true
	}
	if p.instead != nil && m.Comando != "STATUS_AGENTE" && !strings.HasPrefix(m.Comando, "LOGAR_") {
		c.say([]byte(p.instead(m.Comando, m.MessageID)))
		return true
	}
	out, goesOn := p.serve(c, m)
	if out != nil {
		p.reply(c, m, out)
	}
	return goesOn
}

// failure is an error reply, documents msg_erro and erros.
func failure(code string) map[string]any {
	return map[string]any{"tipo": "ERRO", "informacao": "Erro " + code, "erroCod": code}
}

func done(attributes any) map[string]any {
	out := map[string]any{"tipo": "NOTIFICACAO", "informacao": "OK"}
	if attributes != nil {
		out["atributos"] = attributes
	}
	return out
}

func (p *PBX) reply(c *conn, m message, out map[string]any) {
	if m.MessageID != "" {
		out["messageId"] = m.MessageID
	}
	if slices.Contains([]string{"STATUS_SERVIDOR", "INFORMACAO_PAUSA"}, m.Comando) {
		delete(out, "tipo") // as the documents print these two replies
	}
	if p.opts.KeepAlive {
		c.say([]byte("{\"tipo\":\"KEEP_ALIVE\"}\r\n"))
	}
	line := p.line(out)
	if !p.opts.LateReply {
		c.say(line)
		return
	}
	if c.held != nil {
		c.say(append(line, c.held...))
		c.held = nil
		return
	}
	c.held = line
	p.after(20*time.Millisecond, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if c.held != nil {
			c.say(c.held)
			c.held = nil
		}
	})
}

func (p *PBX) line(out map[string]any) []byte {
	b, _ := json.Marshal(out)
	if p.opts.Latin1 {
		var latin []byte
		for _, r := range string(b) {
			latin = append(latin, byte(r)) //nolint:gosec // the world has only letters of Latin-1
		}
		b = latin
	}
	return append(b, '\n')
}

// event tells every connection that may hear of an agent. The caller holds the lock.
func (p *PBX) event(agent, name string, attributes map[string]any) {
	kind := "EVENT"
	if p.opts.Variants {
		switch name {
		case "SCHEDULED_CALL_COMING":
			kind, name = "EVENTO", "SCHEDULED_CALL_COMMING"
		case "SCHEDULED_CALL_ANSWER":
			kind, name = "EVENTO", "SCHEDULED_CALL_ASNWER"
		case "AGENT_UNPAUSED":
			name = "AGENTE_UNPAUSED"
		}
	}
	out := map[string]any{"tipo": kind, "agente": agent, "informacao": name}
	if attributes != nil {
		out["atributos"] = attributes
	}
	for c := range p.conns {
		if c.in && (c.single == "" || c.single == agent) {
			c.say(p.line(out))
		}
	}
}
