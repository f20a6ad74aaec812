package databasetest

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// proxy stands between the driver and the server: it knows what was asked, calls the database by its name in the cluster, and
// breaks connections when a test wants it.
type proxy struct {
	d        *Database
	listener net.Listener
	wg       sync.WaitGroup

	mu       sync.Mutex
	requests []string
	traps    map[string]trap
	conns    map[net.Conn]bool
	closed   bool // nobody is let in
}

// trap is what happens to the next request of a name.
type trap struct {
	hangs bool
	done  bool // the server does it, and its answer is lost
	read  chan struct{}
}

func newProxy(d *Database) (*proxy, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{d: d, listener: l, traps: map[string]trap{}, conns: map[net.Conn]bool{}}
	p.wg.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			p.wg.Go(func() { p.serve(client) })
		}
	})
	return p, nil
}

func (p *proxy) close() {
	_ = p.listener.Close()
	p.cut(true)
	p.wg.Wait()
}

func (p *proxy) cut(closed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = closed
	if closed {
		for c := range p.conns {
			_ = c.Close()
		}
	}
}

func (p *proxy) expect(name string, t trap) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.traps[name] = t
}

func (p *proxy) asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

// note files a request and answers its trap, if it has one.
func (p *proxy) note(name string) (trap, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = append(p.requests, name)
	t, set := p.traps[name]
	delete(p.traps, name)
	return t, set
}

// hold keeps a connection in the books until it is closed; false when nobody is let in.
func (p *proxy) hold(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		_ = c.Close()
		return false
	}
	p.conns[c] = true
	return true
}

func (p *proxy) drop(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
	_ = c.Close()
}

// The first words of a connection (PostgreSQL's documentation, 55.7): a version, or one of these in its place.
const (
	cancelRequest = 80877102
	wantsTLS      = 80877103
	wantsGSS      = 80877104
)

func (p *proxy) serve(client net.Conn) {
	if !p.hold(client) {
		return
	}
	defer p.drop(client)
	var first []byte
	for {
		var head [8]byte
		if _, err := io.ReadFull(client, head[:]); err != nil {
			return
		}
		length, code := binary.BigEndian.Uint32(head[:4]), binary.BigEndian.Uint32(head[4:])
		if code == wantsTLS || code == wantsGSS {
			if _, err := client.Write([]byte("N")); err != nil {
				return
			}
			continue
		}
		if length < 8 || length > 64<<10 {
			return
		}
		rest := make([]byte, length-8)
		if _, err := io.ReadFull(client, rest); err != nil {
			return
		}
		if first = append(head[:], rest...); code != cancelRequest {
			first = p.startup(rest, head[4:])
			p.note("db.connect")
		}
		break
	}
	server, err := new(net.Dialer).DialContext(context.Background(), "unix", p.d.cluster.socket())
	if err != nil {
		return
	}
	if !p.hold(server) {
		return
	}
	defer p.drop(server)
	if _, err := server.Write(first); err != nil {
		return
	}
	back, answers := make(chan struct{}), &answers{to: client}
	p.wg.Go(func() {
		defer close(back)
		_, _ = io.Copy(answers, server)
		answers.end()
		_ = client.Close() // the server ended it
	})
	p.forward(client, server, answers)
	_ = server.Close()
	<-back
}

// answers hands what the server says to the driver, until it is to be lost.
type answers struct {
	to io.Writer

	mu   sync.Mutex
	lost chan struct{} // closed when an answer was lost
	once sync.Once
}

// Write is io.Writer's.
func (a *answers) Write(b []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.lost == nil {
		return a.to.Write(b)
	}
	a.once.Do(func() { close(a.lost) })
	return len(b), nil
}

// end says that no answer comes any more.
func (a *answers) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.lost != nil {
		a.once.Do(func() { close(a.lost) })
	}
}

// lose loses the next answer, which the channel tells of.
func (a *answers) lose() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lost = make(chan struct{})
	return a.lost
}

// startup is the first message with the database's name in the cluster in place of the manual's.
func (p *proxy) startup(params, version []byte) []byte {
	fields := strings.Split(strings.TrimRight(string(params), "\x00"), "\x00")
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i] == "database" && fields[i+1] == Name {
			fields[i+1] = p.d.name
		}
	}
	body := append(slices.Clone(version), strings.Join(fields, "\x00")+"\x00\x00"...)
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4)), body...) //nolint:gosec // some hundred bytes
}

// inserts, copies and reads find the table in the driver's statements.
var (
	copies  = regexp.MustCompile(`^COPY "(\w+)"`)
	inserts = regexp.MustCompile(`^INSERT INTO "(\w+)"`)
	reads   = regexp.MustCompile(`^DECLARE .* FROM "(\w+)" AS t`)
)

// forward hands the driver's messages to the server until one of them is a request with a trap.
func (p *proxy) forward(client, server net.Conn, answers *answers) {
	var caught, copying *trap
	for {
		var head [5]byte
		if _, err := io.ReadFull(client, head[:]); err != nil {
			return
		}
		length := binary.BigEndian.Uint32(head[1:])
		if length < 4 || length > 64<<20 {
			return
		}
		body := make([]byte, length-4)
		if _, err := io.ReadFull(client, body); err != nil {
			return
		}
		if head[0] == 'P' { // Parse: the name of the statement, then the statement
			_, sql, _ := bytes.Cut(body, []byte{0})
			if t := p.caughtBy(sql); t != nil {
				caught = t
			}
		}
		if head[0] == 'Q' { // Query: a statement, which is whole, but for the rows of a COPY
			if t := p.caughtBy(body); t != nil && t.done {
				lost := answers.lose()
				if _, err := server.Write(append(head[:], body...)); err == nil {
					<-lost
					p.spring(*t, client)
				}
				return
			} else if t != nil && !copies.Match(body) {
				p.spring(*t, client)
				return
			} else if t != nil {
				copying = t
			}
		}
		if head[0] == 'd' && copying != nil { // CopyData: cut in its middle
			_, _ = server.Write(append(head[:], body[:len(body)/2]...))
			p.spring(*copying, client)
			return
		}
		if caught == nil {
			if _, err := server.Write(append(head[:], body...)); err != nil {
				return
			}
			continue
		}
		if head[0] == 'S' { // Sync: the request is whole
			p.spring(*caught, client)
			return
		}
	}
}

// caughtBy notes a statement and answers the trap that it falls into, nil for none.
func (p *proxy) caughtBy(sql []byte) *trap {
	if name := requestOf(sql); name != "" {
		if t, set := p.note(name); set {
			return &t
		}
	}
	return nil
}

// spring does what the trap of a request is for; the caller closes the connections.
func (p *proxy) spring(t trap, client net.Conn) {
	if t.hangs {
		close(t.read)
		_, _ = io.Copy(io.Discard, client) // until the driver or the test has enough
	}
}

// requestOf is the name of the function that a statement serves, "" for what every function does besides.
func requestOf(sql []byte) string {
	if m := inserts.FindSubmatch(sql); m != nil {
		return "db." + string(m[1])
	}
	if m := copies.FindSubmatch(sql); m != nil {
		return "db." + string(m[1]) + ".bulk.rows"
	}
	if bytes.Equal(sql, []byte("COMMIT\x00")) { // as a Query: what else commits says so in a Parse, which goes on
		return "db.importar_discador.bulk.commit"
	}
	if m := reads.FindSubmatch(sql); m != nil {
		name := strings.Replace(string(m[1]), "grupo_de_", "grupos_de_", 1)
		if slices.Contains(Queues(), name) {
			return fmt.Sprintf("db.%s.read", name)
		}
		return "db." + name
	}
	return ""
}

// Queues are the tables into which rows are put.
func Queues() []string {
	return []string{"importar_discador", "excluir_telefone_campanha", "gerenciar_campanhas", "inserir_telefone_campanha", "set_status_telefones_campanhas",
		"set_status_ramal", "gerenciar_usuarios", "alterar_cliente", "inserir_telefone_black_list", "remover_telefone_black_list"}
}
