package totaliptest

import (
	"fmt"
	"net/url"
	"strings"
)

func (p *PBX) login(q url.Values) string {
	x, ok := p.extensions[q.Get("ramal")]
	switch {
	case q.Get("ramal") == "":
		return "RAMAL NÃO INFORMADO"
	case !ok:
		return "RAMAL NÃO ENCONTRADO"
	case x.Hardphone:
		return "NAO É POSSÍVEL EFETUAR LOGIN DE HARDPHONE VIA API"
	case x.Blocked:
		return "RAMAL ESTA BLOQUEADO" // manual 002, 1.2.2.8; section 1.1.1 does not say
	case !p.licenceFor(x):
		return "LICENÇA DE RAMAIS EXCEDIDA"
	case x.Offline:
		return "SOFTPHONE NÃO ESTÁ CONECTADO"
	}
	p.setStatus(x, loggedIn)
	p.noteChange()
	return "RAMAL LOGADO COM SUCESSO"
}

func (p *PBX) logout(q url.Values) string {
	x, ok := p.extensions[q.Get("ramal")]
	switch {
	case q.Get("ramal") == "":
		return "RAMAL NÃO INFORMADO"
	case !ok:
		return "RAMAL NÃO ENCONTRADO"
	case x.Hardphone:
		return "NÃO É POSSÍVEL EFETUAR LOGOUT DE HARDPHONE VIA API"
	}
	p.leave(x)
	return "RAMAL DESLOGADO COM SUCESSO"
}

func (p *PBX) loginHardphone(q url.Values) string {
	x, ok := p.extensions[q.Get("ramal")]
	if !ok || !x.Hardphone && !q.Has("hardphone") {
		return "RAMAL NÃO ENCONTRADO" // also without a ramal: manual 002, 1.1.3
	}
	if q.Has("hardphone") {
		shared, ok := p.extensions[q.Get("hardphone")]
		if !ok || !shared.Shared {
			return "RAMAL NÃO ENCONTRADO" // the shared extension: manual 002, 1.1.3
		}
		x.SharedBy = shared.Number
	}
	p.setStatus(x, loggedIn)
	p.noteChange()
	return "RAMAL LOGADO COM SUCESSO"
}

func (p *PBX) logoutHardphone(q url.Values) string {
	x, ok := p.extensions[q.Get("ramal")]
	switch {
	case q.Get("ramal") == "":
		return "RAMAL NÃO INFORMADO"
	case !ok || !x.Hardphone && x.SharedBy == "":
		return "RAMAL NÃO ENCONTRADO"
	}
	p.leave(x)
	return "RAMAL DESLOGADO COM SUCESSO"
}

func (p *PBX) leave(x *extension) {
	x.SharedBy, x.Paused = "", false
	p.setStatus(x, loggedOut)
	p.noteChange()
}

// licenceFor answers whether one more extension may be logged in (manual 002, 1.1.1).
func (p *PBX) licenceFor(x *extension) bool {
	if p.opts.Licences == 0 || x.LoggedIn {
		return true
	}
	n := 0
	for _, other := range p.extensions {
		if other.LoggedIn {
			n++
		}
	}
	return n < p.opts.Licences
}

func (p *PBX) statusList(url.Values) string {
	var b strings.Builder
	for _, s := range p.opts.Statuses {
		fmt.Fprintf(&b, "%s;%s\n", s.ID, s.Name)
	}
	return b.String()
}

func (p *PBX) setStatusByHTTP(q url.Values) string {
	switch x, ok := p.extensions[q.Get("ramal")]; {
	case q.Get("ramal") == "" || q.Get("status_id") == "":
		return "RAMAL OU STATUS_ID NAO INFORMADO"
	case !ok:
		return "RAMAL NÃO ENCONTRADO"
	case p.statusName(q.Get("status_id")) == "":
		return "STATUS NÃO EXISTE"
	case x.Hardphone:
		return "NÃO É POSSÍVEL ALTERAR STATUS DE HARDPHONE"
	default:
		p.setStatus(x, q.Get("status_id"))
		p.noteChange()
		return "STATUS ALTERADO COM SUCESSO"
	}
}

func (p *PBX) setPause(q url.Values) string {
	x, ok := p.extensions[q.Get("ramal")]
	switch {
	case q.Get("ramal") == "":
		return "RAMAL NAO INFORMADO"
	case !ok:
		return "RAMAL NAO ENCONTRADO"
	}
	x.Paused = true
	if !p.opts.HiddenPause {
		p.setStatus(x, plainPause)
	}
	p.noteChange()
	return "PAUSA ALTERADA COM SUCESSO"
}

func (p *PBX) setUnpause(q url.Values) string {
	x, ok := p.extensions[q.Get("ramal")]
	switch {
	case q.Get("ramal") == "":
		return "RAMAL NAO INFORMADO"
	case !ok:
		return "RAMAL NAO ENCONTRADO"
	}
	x.Paused = false
	if x.StatusID != loggedIn && x.StatusID != loggedOut {
		p.setStatus(x, loggedIn) // "retira a pausa do usuário": manual 002, 1.1.26
	}
	p.noteChange()
	return "PAUSA ALTERADA COM SUCESSO"
}
