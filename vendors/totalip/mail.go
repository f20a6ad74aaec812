package totalip

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"ctiagent/cti"
)

// largestMail bounds one e-mail, in bytes.
const largestMail = 32 << 20

// wireDay is how the e-mail functions write a day (manual 002, 2.1.1).
const wireDay = "2006-01-02"

// PeriodIn is a period of days, which the system refuses when it is longer than a month.
type PeriodIn struct {
	First string `json:"data_inicial" required:"true" help:"first day, such as 2017-05-01"`
	Last  string `json:"data_final" required:"true" help:"last day, such as 2017-05-31; a month after the first at most"`
}

// The parameters of the six searches.
type (
	// SubjectIn searches the subject.
	SubjectIn struct {
		Subject string `json:"assunto" required:"true"`
		PeriodIn
	}
	// ContentIn searches the body.
	ContentIn struct {
		Text string `json:"corpo_do_email" required:"true"`
		PeriodIn
	}
	// RecipientIn searches by recipient.
	RecipientIn struct {
		Address string `json:"destinatario" required:"true" help:"an e-mail address"`
		PeriodIn
	}
	// MailQueueIn searches by attendance queue.
	MailQueueIn struct {
		Queue string `json:"fila_atendimento" required:"true" help:"the queue's code"`
		PeriodIn
	}
	// OperatorIn searches by the agent's extension.
	OperatorIn struct {
		ExtensionIn
		PeriodIn
	}
	// SenderIn searches by sender.
	SenderIn struct {
		Address string `json:"remetente" required:"true" help:"an e-mail address"`
		PeriodIn
	}
)

// Mail is one e-mail.
type Mail struct {
	ID          mailID `json:"id"`
	From        string `json:"remetente"`
	To          string `json:"destinatario"`
	Subject     string `json:"assunto"`
	Body        string `json:"corpo_do_email"`
	Created     string `json:"data_de_criacao" help:"as the system writes it, in its own time, such as 2017-05-15 15:57:15.108438"`
	Inline      bool   `json:"possui_imagens_inline"`
	Attachments bool   `json:"possui_anexos"`
}

// mailID is a code that may come as a number or in quotes.
type mailID string

// UnmarshalJSON takes both.
func (m *mailID) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	if !isDigits(text) {
		return errors.New("the id of an e-mail is no number")
	}
	*m = mailID(text)
	return nil
}

// The e-mail functions, manual 002, 2.1.
var (
	MailBySubject   = cti.Action[SubjectIn, cti.Stream[Mail]]{Name: "totalip.buscar_email_por_assunto", Title: "Find e-mails by subject", Effect: cti.Observe}
	MailByContent   = cti.Action[ContentIn, cti.Stream[Mail]]{Name: "totalip.buscar_email_por_conteudo", Title: "Find e-mails by what they say", Effect: cti.Observe}
	MailByRecipient = cti.Action[RecipientIn, cti.Stream[Mail]]{Name: "totalip.buscar_email_por_destinatario", Title: "Find e-mails by recipient", Effect: cti.Observe}
	MailByQueue     = cti.Action[MailQueueIn, cti.Stream[Mail]]{Name: "totalip.buscar_email_por_fila_de_atendimento", Title: "Find e-mails by attendance queue", Effect: cti.Observe}
	MailByOperator  = cti.Action[OperatorIn, cti.Stream[Mail]]{Name: "totalip.buscar_email_por_operador", Title: "Find e-mails by agent", Effect: cti.Observe}
	MailBySender    = cti.Action[SenderIn, cti.Stream[Mail]]{Name: "totalip.buscar_email_por_remetente", Title: "Find e-mails by sender", Effect: cti.Observe}
)

// mailRows are the six searches. Each wants its word, data_inicial and data_final, and answers a JSON list.
func mailRows() []cti.Func[*session] {
	return []cti.Func[*session]{
		cti.Row(MailBySubject, "002 2.1.1", mailBy(MailBySubject, func(_ *session, c *checks, _ cti.Target, in SubjectIn) PeriodIn {
			c.word("assunto", in.Subject)
			return in.PeriodIn
		})),
		cti.Row(MailByContent, "002 2.1.2", mailBy(MailByContent, func(_ *session, c *checks, _ cti.Target, in ContentIn) PeriodIn {
			c.word("corpo_do_email", in.Text)
			return in.PeriodIn
		})),
		cti.Row(MailByRecipient, "002 2.1.3", mailBy(MailByRecipient, func(_ *session, c *checks, _ cti.Target, in RecipientIn) PeriodIn {
			c.word("destinatario", in.Address)
			return in.PeriodIn
		})),
		cti.Row(MailByQueue, "002 2.1.4", mailBy(MailByQueue, func(_ *session, c *checks, _ cti.Target, in MailQueueIn) PeriodIn {
			c.digits("fila_atendimento", in.Queue)
			return in.PeriodIn
		})),
		cti.Row(MailByOperator, "002 2.1.5", mailBy(MailByOperator, func(s *session, c *checks, t cti.Target, in OperatorIn) PeriodIn {
			s.ownExtension(c, t, in.Extension)
			return in.PeriodIn
		})),
		cti.Row(MailBySender, "002 2.1.6", mailBy(MailBySender, func(_ *session, c *checks, _ cti.Target, in SenderIn) PeriodIn {
			c.word("remetente", in.Address)
			return in.PeriodIn
		})),
	}
}

// period takes the days. How long a month is, the system decides and says.
func (c *checks) period(in PeriodIn) {
	first, err1 := time.Parse(wireDay, in.First)
	last, err2 := time.Parse(wireDay, in.Last)
	switch {
	case err1 != nil:
		c.bad("data_inicial", "must be a day like 2017-05-01")
	case err2 != nil:
		c.bad("data_final", "must be a day like 2017-05-01")
	case last.Before(first):
		c.bad("data_final", "is before data_inicial")
	}
	c.fields = append(c.fields, field{"data_inicial", in.First}, field{"data_final", in.Last})
}

func mailBy[In any](a cti.Action[In, cti.Stream[Mail]], fill func(*session, *checks, cti.Target, In) PeriodIn) func(*session, context.Context, cti.Req[In]) (cti.Stream[Mail], error) {
	return func(s *session, ctx context.Context, r cti.Req[In]) (cti.Stream[Mail], error) {
		c := s.checks(a.Name, roadHTTP)
		c.period(fill(s, c, r.Target, r.In))
		if c.err != nil {
			return nil, c.err
		}
		return s.mails(ctx, c, strings.TrimPrefix(a.Name, driverName+"."))
	}
}

// mails reads a list of e-mails one by one: a month of them may be long.
func (s *session) mails(ctx context.Context, c *checks, function string) (cti.Stream[Mail], error) {
	d, in, err := s.begin(ctx, c.op, mail, function, c.values(), func(head []byte) bool { return head[0] == '[' })
	if err != nil {
		return nil, err
	}
	return func(yield func(Mail, error) bool) {
		defer func() { _ = d.Close() }() // it was only read
		bounded := &io.LimitedReader{R: skipMark(in), N: largestMail}
		list := json.NewDecoder(bounded)
		fail := func(err error) {
			var broken *json.SyntaxError
			switch {
			case bounded.N <= 0:
				err = s.notUnderstood(c.op, function, fmt.Errorf("an e-mail is longer than %d MiB", largestMail>>20))
			case errors.As(err, &broken), errors.Is(err, errRow), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
				err = s.notUnderstood(c.op, function, err)
			default:
				err = s.fails.Transport(c.op, "the system", err)
			}
			yield(Mail{}, err)
		}
		if _, err := list.Token(); err != nil {
			fail(err)
			return
		}
		for list.More() {
			var raw json.RawMessage
			if err := list.Decode(&raw); err != nil {
				fail(err)
				return
			}
			m, err := s.readMail(raw)
			if err != nil {
				fail(errors.Join(errRow, err))
				return
			}
			if !yield(m, nil) {
				return
			}
			bounded.N = largestMail
		}
		if _, err := list.Token(); err != nil { // the end of the list, without which it may be half of one
			fail(err)
		}
	}, nil
}

// skipMark drops what may stand before the list: a byte order mark and blanks.
func skipMark(in *bufio.Reader) io.Reader {
	for {
		b, err := in.ReadByte()
		if err != nil {
			return in
		}
		if strings.IndexByte(blank, b) < 0 {
			_ = in.UnreadByte() // cannot fail after a byte was read
			return in
		}
	}
}

// readMail reads one e-mail; text that is not UTF-8 is taken for Latin-1.
func (s *session) readMail(raw []byte) (Mail, error) {
	if !utf8.Valid(raw) {
		var out bytes.Buffer
		for _, b := range raw {
			out.WriteRune(rune(b))
		}
		raw = out.Bytes()
	}
	var m Mail
	if err := json.Unmarshal(raw, &m); err != nil {
		return Mail{}, err
	}
	for _, text := range []*string{&m.From, &m.To, &m.Subject, &m.Body, &m.Created} {
		*text = s.fails.Redact(*text)
	}
	if m.ID == "" {
		return Mail{}, errors.New("an e-mail has no id")
	}
	return m, nil
}
