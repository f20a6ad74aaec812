package totalip

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/totalip/totaliptest"

	"github.com/google/go-cmp/cmp"
)

func TestRecordingsStream(t *testing.T) {
	p := newPBX(t, totaliptest.Options{Key: "k", Encoding: totaliptest.Latin1})
	s := openSession(t, configOf(p, roadHTTP, "k"), nil)
	for _, c := range []struct {
		in   SoundIn
		size int
		kind cti.Kind
	}{
		{SoundIn{Call: "1272916393.14005"}, 100_000, ""},
		{SoundIn{File: "84533"}, 1000, ""},
		{SoundIn{Call: "1272916393.14006", Part: 2}, 2000, ""},
		{SoundIn{Call: "1272916393.14006"}, 0, cti.BadRequest},
		{SoundIn{Call: "1272916393.14006", Part: 3}, 0, cti.NotFound},
		{SoundIn{Call: "1.1"}, 0, cti.NotFound},
	} {
		stream, err := cti.Do(t.Context(), s.Actions(), Sound, desk(), c.in)
		if c.kind != "" {
			if e := cti.AsError(err); err == nil || e.Kind != c.kind || e.Sent != cti.CertainSent || c.in.Call != "1.1" && e.Hint != hintPart {
				t.Errorf("%+v: %+v", c.in, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%+v: %v", c.in, err)
			continue
		}
		chunks, err := all(stream)
		var sound []byte
		for i, chunk := range chunks {
			if sound = append(sound, chunk.Data...); (chunk.Type == wavType) != (i == 0) {
				t.Errorf("piece %d has the type %q", i, chunk.Type)
			}
		}
		if d := cmp.Diff(totaliptest.WAV(c.size), sound); err != nil || d != "" {
			t.Errorf("%+v: %v, %d bytes", c.in, err, len(sound))
		}
	}
}

func TestRecordingThatBreaksOffIsAnError(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"counted": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "90000")
			_, _ = w.Write(totaliptest.WAV(40_000))
		},
		"in chunks": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(totaliptest.WAV(40_000))
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		},
	} {
		p := newPBX(t, totaliptest.Options{})
		p.AnswerWith(h)
		s := openSession(t, configOf(p, roadHTTP, ""), nil)
		stream, err := cti.Do(t.Context(), s.Actions(), Sound, desk(), SoundIn{File: "1"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := all(stream); !errors.Is(err, cti.Unavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMailsAreFoundByEachOfTheSixSearches(t *testing.T) {
	for _, opts := range []totaliptest.Options{{Key: "k"}, {Key: "k", Encoding: totaliptest.Latin1}} {
		p := newPBX(t, opts)
		p.SetMails(totaliptest.Mail{ID: 61, From: "remetente@totalip.com.br", To: "destinatario@totalip.com.br", Subject: "Reunião",
			Body: "Bom dia,\n“olá”… [não]", Created: time.Date(2017, 5, 31, 23, 57, 15, 108438000, time.Local), Attachments: true, Queue: "1", Extension: lawExtension},
			totaliptest.Mail{ID: 62, Subject: "Reunião", Created: time.Date(2017, 6, 1, 0, 0, 0, 0, time.Local)})
		s := openSession(t, configOf(p, roadHTTP, "k"), nil)
		may, tooLong := PeriodIn{"2017-05-01", "2017-05-31"}, PeriodIn{"2017-05-01", "2017-06-30"}
		want := []Mail{{ID: "61", From: "remetente@totalip.com.br", To: "destinatario@totalip.com.br", Subject: "Reunião", Body: "Bom dia,\n“olá”… [não]",
			Created: "2017-05-31 23:57:15.108438", Attachments: true}}
		if opts.Encoding == totaliptest.Latin1 {
			want[0].Body = "Bom dia,\n?olá?? [não]"
		}
		for name, in := range map[string]func(PeriodIn) any{
			"assunto":             func(p PeriodIn) any { return &SubjectIn{"reunião", p} },
			"conteudo":            func(p PeriodIn) any { return &ContentIn{"olá", p} },
			"destinatario":        func(p PeriodIn) any { return &RecipientIn{"destinatario@totalip.com.br", p} },
			"fila_de_atendimento": func(p PeriodIn) any { return &MailQueueIn{"1", p} },
			"operador":            func(p PeriodIn) any { return &OperatorIn{PeriodIn: p} },
			"remetente":           func(p PeriodIn) any { return &SenderIn{"remetente@totalip.com.br", p} },
		} {
			name = "totalip.buscar_email_por_" + name
			find := func(p PeriodIn) ([]Mail, error) {
				out, err := s.Actions().Call(t.Context(), name, desk(), in(p), nil)
				if err != nil {
					return nil, err
				}
				return all(out.(cti.Stream[Mail]))
			}
			got, err := find(may)
			if d := cmp.Diff(want, got); err != nil || d != "" {
				t.Errorf("%s: %v\n%s", name, err, d)
			}
			if _, err := find(PeriodIn{"2016-05-01", "2016-05-31"}); !errors.Is(err, cti.NotFound) {
				t.Errorf("%s: nothing there: %v", name, err)
			}
			_, err = find(tooLong)
			if e := cti.AsError(err); e.Kind != cti.BadRequest || e.Text != "PERIODO INFORMADO EXCEDE UM MÊS" || e.Hint != hintPeriod || e.Sent != cti.CertainSent {
				t.Errorf("%s: two months: %v", name, err)
			}
		}
	}
}

func TestListsOfMailsThatBreakOffAreErrors(t *testing.T) {
	p := newPBX(t, totaliptest.Options{Key: ctitest.Canary})
	s := openSession(t, configOf(p, roadHTTP, ctitest.Canary), nil)
	one := `{"id":61,"remetente":"a","destinatario":"b","assunto":"` + ctitest.Canary + `","corpo_do_email":"d","data_de_criacao":"e","possui_imagens_inline":true,"possui_anexos":false}`
	for body, want := range map[string]int{
		"[" + one + "]": 1,
		"\xef\xbb\xbf [" + one + "," + one + "]\r\n": 2,
		"[" + one:                  -1,
		"[" + one + ",":            -1,
		"[" + one + "," + one[:40]: -1,
		"[" + one + `,{"id":"x"}]`: -1,
		"[" + one + ",7]":          -1,
		"[" + one + ",{}]":         -1,
		"[" + one + "}":            -1,
		"[":                        -1,
		"[]":                       0,
	} {
		p.AnswerText("buscar_email_por_assunto", body)
		list, err := cti.Do(t.Context(), s.Actions(), MailBySubject, desk(), SubjectIn{"x", PeriodIn{"2017-05-01", "2017-05-31"}})
		if err != nil {
			t.Errorf("%q: %v", body, err)
			continue
		}
		got, err := all(list)
		if want < 0 && !errors.Is(err, cti.Unavailable) || want >= 0 && (err != nil || len(got) != want) {
			t.Errorf("%q: %d mails, %v", body, len(got), err)
		}
		if text := fmt.Sprintf("%+v %v", got, err); strings.Contains(text, ctitest.Canary) {
			t.Errorf("the key is in %s", text)
		}
	}
}
