package uri

import (
	"cmp"
	"errors"
	"slices"
	"strconv"

	"ctiagent/cti"
	"ctiagent/internal/config"
)

// Verdict is what becomes of a link. The values are wire strings.
type Verdict string

// The verdicts.
const (
	Do      Verdict = "do"      // the wish goes to the desk
	Confirm Verdict = "confirm" // the person is asked first
	Refuse  Verdict = "refuse"
)

// Why the site's policy does a link, asks about it, or refuses it.
const (
	Ordinary      Reason = "ordinary"   // nothing stands against it
	Never         Reason = "never_asks" // risky, but this site does not ask
	Always        Reason = "always_asks"
	Premium       Reason = "premium"
	International Reason = "international"
	Short         Reason = "short_number"
	StarCode      Reason = "star_code"
	LoginOff      Reason = "login_links_off"
	LoginOther    Reason = "login_extension" // the link names another extension than the desk's
	Flood         Reason = "flood"           // links came too fast one after the other
)

// Policy is what a site decides about links.
type Policy struct {
	// Confirm is config.ConfirmAlways, ConfirmRisky or ConfirmNever; anything else asks always.
	Confirm string
	// LoginLinks lets links log in at the desk's own extension.
	LoginLinks bool
	// Extension is the desk's own.
	Extension string
	// Risk names what makes a number risky by the site's dial plan: Premium, International, Short or "". Nil finds all
	// numbers harmless.
	Risk func(number string) Reason
}

// For is the site's policy with the choices of the person at a desk: an extension where the site names none, and a
// Confirm that asks more often. Both may be "".
func (p Policy) For(extension, confirm string) Policy {
	p.Extension = cmp.Or(p.Extension, extension)
	often := []string{config.ConfirmNever, config.ConfirmRisky, config.ConfirmAlways}
	if slices.Index(often, p.Confirm) < slices.Index(often, confirm) && slices.Contains(often, p.Confirm) {
		p.Confirm = confirm
	}
	return p
}

// Explanation is what a link would do, and why.
type Explanation struct {
	Verdict Verdict `json:"verdict" values:"do,confirm,refuse"`
	Method  string  `json:"method,omitempty" help:"the method the link stands for"`
	Number  string  `json:"number,omitempty" help:"of call.dial: the number, separators left out"`
	Params  *Params `json:"params,omitempty" help:"of the other methods"`
	Reason  Reason  `json:"reason" help:"why, in one word"`
}

// Params are the parameters of what is no dialling, fit to be shown.
type Params struct {
	Digit     string `json:"digit,omitempty"`
	Line      int    `json:"line,omitempty"`
	Extension string `json:"extension,omitempty"`
	Password  string `json:"password,omitempty" help:"*** always"`
}

// String names the parameters for people; that of nil is empty.
func (p *Params) String() string {
	switch {
	case p == nil:
		return ""
	case p.Line != 0:
		return strconv.Itoa(p.Line)
	}
	return p.Digit + p.Extension
}

// Judge reads a link and decides what becomes of it. The Link is the zero value when the text is none.
func (p Policy) Judge(text string) (Link, Explanation) {
	l, err := Parse(text)
	var no *Refusal
	if errors.As(err, &no) {
		return l, Explanation{Verdict: Refuse, Reason: no.Reason}
	}
	e := Explanation{Method: l.Method, Number: l.Number, Params: l.shown()}
	e.Verdict, e.Reason = p.decide(l)
	return l, e
}

func (p Policy) decide(l Link) (Verdict, Reason) {
	switch l.Method {
	case cti.AgentLogin.Name:
		switch {
		case !p.LoginLinks:
			return Refuse, LoginOff
		case p.Extension == "" || l.Extension != p.Extension:
			return Refuse, LoginOther
		}
		return Do, Ordinary
	case cti.CallDial.Name, cti.CallRedial.Name, cti.SoftphoneDial.Name:
		return p.dials(l)
	}
	return Do, Ordinary
}

// dials decides about a link that makes a call. What a redial or the softphone's own dialling calls, nobody knows here.
func (p Policy) dials(l Link) (Verdict, Reason) {
	if l.Star() {
		return Confirm, StarCode
	}
	var risk Reason
	if p.Risk != nil && l.Number != "" {
		risk = p.Risk(l.Number)
	}
	switch {
	case risk == "" && (p.Confirm == config.ConfirmRisky || p.Confirm == config.ConfirmNever):
		return Do, Ordinary
	case p.Confirm == config.ConfirmNever:
		return Do, Never
	case risk == "":
		return Confirm, Always
	}
	return Confirm, risk
}

func (l Link) shown() *Params {
	switch {
	case l.Digit != "" || l.Line != 0:
		return &Params{Digit: l.Digit, Line: l.Line}
	case l.Method == cti.AgentLogin.Name:
		return &Params{Extension: l.Extension, Password: l.Password.String()}
	}
	return nil
}
