package ucontact

import (
	"strings"

	"ctiagent/cti"
)

// The two answers that most functions have, manual 004 ("Result") and facts B5.
const (
	answerYes = "1"
	answerNo  = "0"
)

// The ids of sentences for the person.
const (
	hintPassword    = "ucontact.hint.password"
	hintAddress     = "ucontact.hint.address"
	hintRefused     = "ucontact.hint.refused"
	hintExpired     = "ucontact.hint.expired"
	hintDisposition = "ucontact.hint.disposition"
	hintSchedule    = "ucontact.hint.schedule"
	hintParameter   = "ucontact.hint.parameter"
	hintCampaign    = "ucontact.hint.campaign"
	hintCall        = "ucontact.hint.call"
	hintBreak       = "ucontact.hint.break"
	hintRespool     = "ucontact.hint.respool"
	hintRecording   = "ucontact.hint.recording"
	hintAgent       = "ucontact.hint.agent"
	hintPeriod      = "ucontact.hint.period"
)

// answer is what one literal answer means.
type answer struct {
	words  string   // as plain writes it; a * stands for any text
	kind   cti.Kind // "" for success
	hint   string   // the id of a sentence for the person; "" is the kind's own
	source string
}

// answers lists every fixed answer of manual 004 and facts B5, in order of use. Manual 004 is a translation that mixes
// Portuguese and Spanish; what is marked as by analogy is the same sentence as another edition would have it.
func answers() []answer {
	const (
		printed = "004 DispositionCall"
		analogy = "004 DispositionCall, by analogy"
	)
	return []answer{
		{answerYes, "", "", "004, most functions; facts B5"},
		{answerNo, cti.Refused, hintRefused, "004, most functions; facts B5"},

		{"parametros errados: campanha vazia", cti.BadRequest, hintCampaign, printed},
		{"parametros errados: callerid vazio", cti.BadRequest, hintParameter, printed},
		{"parametros errados: guid vazio", cti.BadRequest, hintParameter, printed},
		{"parametros errados: agente vazio", cti.BadRequest, hintAgent, printed},
		{"parametros errados: valor vazio1", cti.BadRequest, hintDisposition, printed},
		{"disposicao nao encontrada para o nivel1: *, level2:*, nivel3:*", cti.NotFound, hintDisposition, printed},
		{"el formato de la fecha tiene que ser yyyy-mm-dd hh:mm:ss", cti.BadRequest, hintSchedule, printed},
		{"parametros incorretos: data da programacao vazia", cti.BadRequest, hintSchedule, printed},

		{"parametros incorrectos: campana vacia", cti.BadRequest, hintCampaign, analogy},
		{"wrong parameters: empty campaign", cti.BadRequest, hintCampaign, analogy},
		{"parametros incorrectos: agente vacio", cti.BadRequest, hintAgent, analogy},
		{"wrong parameters: empty agent", cti.BadRequest, hintAgent, analogy},
		{"parametros incorrectos: valor vacio1", cti.BadRequest, hintDisposition, analogy},
		{"wrong parameters: empty value1", cti.BadRequest, hintDisposition, analogy},
		{"parametros incorrectos: fecha de *vacia", cti.BadRequest, hintSchedule, analogy},
		{"wrong parameters: empty schedule*", cti.BadRequest, hintSchedule, analogy},
		{"parametros errados: *", cti.BadRequest, hintParameter, analogy},
		{"parametros incorretos: *", cti.BadRequest, hintParameter, analogy},
		{"parametros incorrectos: *", cti.BadRequest, hintParameter, analogy},
		{"wrong parameters: *", cti.BadRequest, hintParameter, analogy},
		{"disposicion no encontrada para *", cti.NotFound, hintDisposition, analogy},
		{"disposition not found for *", cti.NotFound, hintDisposition, analogy},
		{"o formato da data *", cti.BadRequest, hintSchedule, analogy},
		{"el formato de la fecha *", cti.BadRequest, hintSchedule, analogy},
		{"the date format *", cti.BadRequest, hintSchedule, analogy},
	}
}

// longestAnswer is more than any fixed answer has, in bytes.
const longestAnswer = 1024

// find answers what a text means, and whether it is one of the fixed answers at all. Accents, capitals, quotes and spacing do
// not matter: the manual is a translation.
func find(text string) (answer, bool) {
	if len(text) > longestAnswer {
		return answer{}, false
	}
	words := plain(text)
	for _, a := range answers() {
		if a.fits(words) {
			return a, true
		}
	}
	return answer{}, false
}

// fits matches an answer, stars and all.
func (a answer) fits(words string) bool {
	parts := strings.Split(a.words, "*")
	if len(parts) == 1 {
		return words == a.words
	}
	words, ok := strings.CutPrefix(words, parts[0])
	for _, p := range parts[1 : len(parts)-1] {
		var found bool
		_, words, found = strings.Cut(words, p)
		ok = ok && found
	}
	return ok && strings.HasSuffix(words, parts[len(parts)-1])
}

// plain writes a text as the table does: small letters without accents, single blanks, no quotes and no full stop at the end.
func plain(text string) string {
	bare := strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "é", "e", "ê", "e", "í", "i", "ó", "o", "ô", "o", "õ", "o",
		"ú", "u", "ü", "u", "ç", "c", "ñ", "n", "\"", "", "“", "", "”", "", "'", "", "‘", "", "’", "",
		"\u0300", "", "\u0301", "", "\u0302", "", "\u0303", "", "\u0308", "", "\u0327", "").Replace(strings.ToLower(text))
	return strings.TrimSuffix(strings.Join(strings.Fields(bare), " "), ".")
}

// judge answers nil for 1, else the error the text stands for.
func (s *session) judge(op, text string) *cti.Error {
	a, known := find(text)
	switch {
	case known && a.kind == "":
		return nil
	case known:
		return s.refusal(op, text, a)
	}
	return s.strange(op, text)
}

// refusal is the error of a fixed answer.
func (s *session) refusal(op, text string, a answer) *cti.Error {
	if a.words == answerNo {
		text = "the system answered 0: it did not do it"
	}
	e := s.fails.Make(a.kind, op, strings.Join(strings.Fields(text), " "), cti.CertainSent, nil)
	e.Hint = a.hint
	return e
}

// strange is the error of an answer that no document prints. A web page is not the function at all.
func (s *session) strange(op, text string) *cti.Error {
	e := s.fails.Strange(op, text)
	if strings.HasPrefix(strings.TrimSpace(text), "<") {
		e.Kind = cti.Unavailable
	}
	e.Hint = hintAddress
	return e
}
