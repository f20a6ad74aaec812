package totalip

import (
	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/internal/wire"
)

// failures makes the driver's errors, none of which holds the key.
type failures struct {
	*fault.Maker
}

func newFailures(o options) failures {
	secrets := []string{o.key, o.dbPassword}
	if password, ok := o.url.User.Password(); ok {
		secrets = append(secrets, password)
	}
	return failures{fault.New(driverName, driverTitle, secrets...)}
}

// bad refuses a parameter before anything is sent.
func (f failures) bad(op, parameter, what string) *cti.Error {
	e := f.Make(cti.BadRequest, op, "the parameter "+parameter+" "+what, cti.NotSent, nil)
	e.Hint = hintParameter
	return e
}

// page is the error of a web page where the function should have answered.
func (f failures) page(op string) *cti.Error {
	e := f.Make(cti.Unavailable, op, "the web server answered a web page instead of the function", cti.CertainSent, nil)
	e.Hint = hintAddress
	return e
}

// web judges the HTTP side of an answer. The manual prints no status codes; refusals come with 200 and a text.
func (f failures) web(op string, a wire.Answer, err error) *cti.Error {
	e := f.Web(op, a, err)
	if e != nil && a.Status != 0 && (e.Kind != cti.Timeout && e.Kind != cti.Canceled) {
		e.Hint = hintAddress
	}
	return e
}

// refusal turns a fixed answer that is no success into its error.
func (f failures) refusal(op, text string, a answer) *cti.Error {
	e := f.Make(a.kind, op, fault.Quote(text), cti.CertainSent, nil)
	e.Hint = a.hint
	return e
}

// done answers nil when a text is a success, else the error it stands for.
func (f failures) done(op, text string) error {
	a, known := answers().find(text)
	switch {
	case !known:
		return f.Strange(op, text)
	case !a.success():
		return f.refusal(op, text, a)
	}
	return nil
}

// rows answers nil when a text is a list, else the error it stands for.
func (f failures) rows(op, text string) error {
	if a, known := answers().find(text); known {
		if a.success() {
			return f.Strange(op, text)
		}
		return f.refusal(op, text, a)
	}
	return nil
}
