package catix

import (
	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
)

// The ids of sentences for the person.
const (
	hintParameter   = "catix.hint.parameter"
	hintAgent       = "catix.hint.agent"
	hintRedial      = "catix.hint.redial"
	hintTransfer    = "catix.hint.transfer"
	hintLoggedIn    = "catix.hint.logged_in"
	hintPause       = "catix.hint.pause"
	hintCredentials = "catix.hint.credentials"
	hintCampaign    = "catix.hint.campaign"
	hintVersion     = "catix.hint.version"
	hintLink        = "catix.hint.link"
	hintPickup      = "catix.hint.pickup"
	hintContact     = "catix.hint.contact"
)

// meaning is what one erroCod means.
type meaning struct {
	code, text string
	kind       cti.Kind
	hint       string
}

// meanings are the codes of the documents msg_erro and erros.
func meanings() []meaning {
	return []meaning{
		{"1000", "a required parameter is missing", cti.BadRequest, hintParameter},
		{"1001", "a parameter is not valid", cti.BadRequest, hintParameter},
		{"1002", "a required attribute is missing", cti.BadRequest, hintParameter},
		{"1003", "an attribute is not valid", cti.BadRequest, hintParameter},
		{"1004", "the agent is not known", cti.NotFound, hintAgent},
		{"1005", "there is no number to redial", cti.WrongState, hintRedial},
		{"1006", "no extension has the number to transfer to", cti.NotFound, hintTransfer},
		{"1007", "the agent is logged in already", cti.WrongState, hintLoggedIn},
		{"1008", "there is nothing to tell of a pause", cti.WrongState, hintPause},
		{"1009", "the pause was deleted", cti.NotFound, hintPause},
		{"1010", "a required attribute is not valid", cti.BadRequest, hintParameter},
		{"1011", "the contact of the mailing is not known", cti.NotFound, hintContact},
		{"2000", "the user or the password was refused", cti.Unauthorized, hintCredentials},
		{"2001", "the user is not known", cti.Unauthorized, hintCredentials},
		{"2002", "the connection is not logged in", cti.Unauthorized, hintCredentials},
		{"3000", "the campaign could not be started", cti.Refused, hintCampaign},
		{"3001", "the campaign is not known", cti.NotFound, hintCampaign},
		{"3002", "the campaign could not be paused", cti.Refused, hintCampaign},
		{"3003", "the campaign could not be made", cti.Refused, hintCampaign},
		{"9000", "this system does not have the command", cti.Unsupported, hintVersion},
		{"9001", "the system read an empty message", cti.InternalError, ""},
		{"9002", "the system could not read the message", cti.InternalError, ""},
		{"9999", "the system met something unexpected", cti.Refused, ""},
	}
}

// judge answers nil for a success, else the error a reply stands for.
func judge(fails *fault.Maker, op string, r reply) *cti.Error {
	if code := word(r.Code); code != "" || r.Kind == kindError {
		for _, m := range meanings() {
			if m.code == code {
				e := fails.Make(m.kind, op, m.text+": "+code, cti.CertainSent, nil)
				e.Hint = m.hint
				return e
			}
		}
		return fails.Make(cti.Refused, op, "the system refused: "+fault.Quote(fails.Redact(code+" "+r.Info)), cti.CertainSent, nil)
	}
	// Two replies have no tipo at all, so informacao decides.
	if r.Info != infoOK {
		return fails.Strange(op, r.Kind+" "+r.Info)
	}
	return nil
}
