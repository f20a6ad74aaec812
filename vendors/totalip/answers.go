package totalip

import (
	"strings"
	"sync"

	"ctiagent/cti"
)

// answer is what one literal answer of the manual means.
type answer struct {
	words  string   // as plain writes it; a * stands for any text
	kind   cti.Kind // "" for success
	hint   string   // the id of a sentence for the person; "" is the kind's own
	source string   // the sections of manual 002 that print it
}

func (a answer) success() bool { return a.kind == "" }

// The answers that decide what the driver asks or says next, and the ids of the sentences that tell people what to do.
const (
	campaignOn            = "CAMPANHA ATIVADA"
	campaignOff           = "CAMPANHA DESATIVADA"
	noGroups              = "INFORMACOES NAO LOCALIZADAS"
	noLoginOfHardphone    = "NAO E POSSIVEL EFETUAR LOGIN DE HARDPHONE VIA API"
	noLogoutOfHardphone   = "NAO E POSSIVEL EFETUAR LOGOUT DE HARDPHONE VIA *"
	noStatusOfHardphone   = "NAO E POSSIVEL ALTERAR STATUS DE HARDPHONE"
	hintKey               = "totalip.hint.key"
	hintSoftphone         = "totalip.hint.softphone"
	hintLicence           = "totalip.hint.licence"
	hintExtension         = "totalip.hint.extension"
	hintHardphone         = "totalip.hint.hardphone"
	hintCommandsForbidden = "totalip.hint.commands"
	hintDialParameters    = "totalip.hint.dial"
	hintAddress           = "totalip.hint.address"
	hintParameter         = "totalip.hint.parameter"
	hintPart              = "totalip.hint.part"
	hintPeriod            = "totalip.hint.period"
	hintCampaign          = "totalip.hint.campaign"
	hintMeanwhile         = "totalip.hint.meanwhile"
	hintCustomer          = "totalip.hint.customer"
	hintStatus            = "totalip.hint.status"
	hintFuture            = "totalip.hint.future"
	hintNoCampaign        = "totalip.hint.no_campaign"
	hintQueue             = "totalip.hint.queue"
	hintStrangeData       = "totalip.hint.db_strange"
	hintNoDatabase        = "totalip.hint.db_none"
	hintWaiting           = "totalip.hint.db_waiting"
	hintGone              = "totalip.hint.db_gone"
	hintBlackList         = "totalip.hint.black_list"
	hintBulk              = "totalip.hint.bulk"
	hintBulks             = "totalip.hint.bulks"
)

// manualAnswers lists every fixed answer that manual 002 prints in 1.1, 1.2, 1.3 and 2.1. There is one list for all functions: one
// system speaks with one voice, and an answer may turn up where the manual does not expect it.
func manualAnswers() []answer {
	return []answer{
		{"RAMAL LOGADO COM SUCESSO", "", "", "1.1.1 1.1.3 1.2.2.8 1.2.2.10"},
		{"RAMAL DESLOGADO COM SUCESSO", "", "", "1.1.2 1.1.4 1.2.2.9 1.2.2.11"},
		{"STATUS ALTERADO COM SUCESSO", "", "", "1.1.6 1.2.2.1"},
		{"PAUSA ALTERADA COM SUCESSO", "", "", "1.1.25 1.1.26 1.2.2.12 1.2.2.13"},
		{"DISCANDO", "", "", "1.1.20 1.2.2.15"},
		{campaignOn, "", "", "1.1.7"},
		{campaignOff, "", "", "1.1.7"},
		{"STATUS CADASTRADO COM SUCESSO*", "", "", "1.1.15 1.2.2.3 1.2.2.7"},
		{"STATUS INSERIDO COM SUCESSO", "", "", "1.2.2.2"},
		{"TELEFONE INSERIDO", "", "", "1.1.16 1.2.2.6"},
		{"*NUMERO(S) IMPORTADO(S) COM SUCESSO", "", "", "1.1.21"},
		{"TELEFONE EXCLUIDO", "", "", "1.1.22"},
		{"TELEFONES DA CAMPANHA EXCLUIDOS", "", "", "1.1.22"},
		{"CLIENTE ALTERADO", "", "", "1.1.27 1.2.2.14"},
		{"TELEFONE SALVO", "", "", "1.3.1.35"},
		{"TELEFONE REMOVIDO", "", "", "1.3.1.36"},
		{"USUARIO '*' CRIADO COM SUCESSO", "", "", "1.1.19 1.2.2.4"},
		{"USUARIO '*' ATUALIZADO COM SUCESSO", "", "", "1.1.19.1 1.2.2.5"},
		{"USUARIO '*' NAO FOI CRIADO*", cti.Refused, "", "1.1.19 1.2.2.4"},
		{"USUARIO '*' NAO FOI ATUALIZADO*", cti.Refused, "", "1.1.19.1 1.2.2.5"},

		{"RAMAL NAO INFORMADO", cti.BadRequest, hintExtension, "1.1.1 1.1.2 1.1.4 1.1.26 1.2.2.8 1.2.2.9 1.2.2.12 1.2.2.13"},
		{"RAMAL NAO ENCONTRADO", cti.NotFound, hintExtension, "1.1.1 1.1.2 1.1.3 1.1.4 1.1.6 1.1.23 1.1.26 1.2.2.1 1.2.2.2 1.2.2.8 1.2.2.9 1.2.2.10 1.2.2.11 1.2.2.12 1.2.2.13"},
		{noLoginOfHardphone, cti.Refused, hintHardphone, "1.1.1 1.2.2.8"},
		{noLogoutOfHardphone, cti.Refused, hintHardphone, "1.1.2 (VIA API) 1.2.2.9 (VIA SOCKET)"},
		{noStatusOfHardphone, cti.Refused, hintHardphone, "1.1.6 1.2.2.1"},
		{"LICENCA DE RAMAIS EXCEDIDA", cti.Refused, hintLicence, "1.1.1 1.2.2.8"},
		{"SOFTPHONE NAO ESTA CONECTADO", cti.Unavailable, hintSoftphone, "1.1.1 1.2.2.8"},
		{"RAMAL ESTA BLOQUEADO", cti.Forbidden, hintExtension, "1.2.2.8"},
		{"STATUS NAO EXISTE", cti.NotFound, "", "1.1.6 1.2.2.1 1.2.2.2"},
		{"RAMAL OU STATUS ID NAO INFORMADO", cti.BadRequest, "", "1.1.6"},
		{"RAMAL OU STATUS_ID NAO INFORMADO", cti.BadRequest, "", "1.1.6 1.2.2.1 1.2.2.2"},
		{"FILA NAO ENCONTRADA", cti.NotFound, hintQueue, "1.1.12"},
		{"PARAMETROS INCORRETOS OU INVALIDOS", cti.BadRequest, hintDialParameters, "1.1.20"},
		{"NUMERO DE TELEFONE NAO INFORMADO", cti.BadRequest, "", "1.2.2.15"},
		{"CHAVE DE SEGURANCA NAO INFORMADO", cti.Unauthorized, hintKey, "1.2.2.15"},
		{"CHAVE DA API INVALIDA", cti.Unauthorized, hintKey, "1.2.2.15"},
		{"IP NAO TEM AUTORIZACAO PARA ESCREVER COMANDOS NO SOCKET", cti.Forbidden, hintCommandsForbidden, "1.2.2.1 1.2.2.2 1.2.2.6"},

		{"NAO FOI POSSIVEL SALVAR O TELEFONE", cti.Refused, "", "1.3.1.35"},
		{"BLACK LIST NAO LOCALIZADA", cti.NotFound, hintBlackList, "1.3.1.35"},
		{"NAO FOI POSSIVEL EXCLUIR O TELEFONE", cti.Refused, "", "1.3.1.36"},
		{"NUMERO INVALIDO", cti.BadRequest, hintParameter, "1.3.1.35 1.3.1.36"},

		{"CAMPANHA NAO ENCONTRADA", cti.NotFound, hintCampaign, "1.1.7 1.1.8 1.1.16 1.1.22 1.1.27 1.2.2.6 1.2.2.14"},
		{"NAO HA LIGACOES DE CAMPANHA", cti.NotFound, "", "1.1.8"},
		{"TELEFONE NAO ENCONTRADO", cti.NotFound, "", "1.1.22"},
		{"NENHUMA GRAVACAO ENCONTRADA", cti.NotFound, "", "1.1.13"},
		{"MAIS DE UM ARQUIVO ENCONTRADO, ESPECIFIQUE QUAL PARTE DESEJA OBTER", cti.BadRequest, hintPart, "1.1.13"},
		{"PARTE ESPECIFICADA NAO EXISTE", cti.NotFound, hintPart, "1.1.13"},
		{noGroups, cti.NotFound, "", "1.1.14"},
		{"PARAMETROS NAO INFORMADOS VERIFIQUE SINTAXE DO COMANDO", cti.BadRequest, "", "1.1.15 1.2.2.2 1.2.2.7 1.3.1.17"},
		{"CLIENTE NAO LOCALIZADO NA CAMPANHA", cti.NotFound, hintCustomer, "1.1.15 1.2.2.2 1.2.2.3 1.2.2.7 1.3.1.17"},
		{"STATUS INFORMADO NAO EXISTE", cti.NotFound, hintStatus, "1.1.15 1.2.2.7 1.3.1.17"},
		{"USUARIO TOTALIP NAO LOCALIZADO", cti.NotFound, hintExtension, "1.1.15 1.2.2.7 1.3.1.17"},
		{"AGENDAMENTOS EXCEDIDOS", cti.Refused, "", "1.1.15 1.2.2.2 1.2.2.7 1.3.1.17"},
		{"O AGENDAMENTO DEVER SER PARA UMA DATA FUTURA", cti.BadRequest, hintFuture, "1.1.15 1.2.2.2 1.2.2.7 1.3.1.17"},
		{"CLIENTE NAO ENCONTRADO", cti.NotFound, hintCustomer, "1.1.16 1.1.27 1.2.2.6 1.2.2.14"},
		{"MAIS DE UM CLIENTE ENCONTRADO", cti.Refused, hintCustomer, "1.1.16 1.1.27 1.2.2.6 1.2.2.14"},
		{"PARAMETRO NAO INFORMADO", cti.BadRequest, "", "1.1.16 1.1.27 1.2.2.6 1.2.2.14"},
		{"PARAMETRO NAO EXISTE", cti.NotFound, "", "1.1.16 1.1.27 1.2.2.6 1.2.2.14"},
		{"PRIORIDADE NAO INFORMADA", cti.BadRequest, "", "1.1.16 1.2.2.6"},
		{"JA EXISTE NUMERO DE TELEFONE COM ESTA PRIORIDADE", cti.Refused, "", "1.1.16 1.2.2.6"},
		{"PRIORIDADE EXCEDE LIMITE DE TELEFONES DA CAMPANHA", cti.BadRequest, "", "1.1.16 1.2.2.6"},
		{"VALOR DO PARAMETRO NAO INFORMADO", cti.BadRequest, "", "1.1.16 1.1.27 1.2.2.6 1.2.2.14"},
		{"LIMITE DE TELEFONES DA CAMPANHA EXCEDIDO", cti.Refused, "", "1.1.16 1.2.2.6"},
		{"ID DA CAMPANHA NAO INFORMADO", cti.BadRequest, hintCampaign, "1.1.16 1.1.27 1.2.2.6 1.2.2.14"},
		{"NOVO PARAMETRO NAO INFORMADO", cti.BadRequest, "", "1.1.27 1.2.2.14"},
		{"NOVO PARAMETRO NAO EXISTE", cti.NotFound, "", "1.1.27 1.2.2.14"},
		{"VALOR DO NOVO PARAMETRO NAO INFORMADO", cti.BadRequest, "", "1.1.27 1.2.2.14"},

		{"EMAIL NAO ENCONTRADO", cti.NotFound, "", "2.1.1 2.1.2 2.1.3 2.1.4 2.1.5 2.1.6"},
		{"PERIODO INFORMADO EXCEDE UM MES", cti.BadRequest, hintPeriod, "2.1.1 2.1.2 2.1.3 2.1.4 2.1.5 2.1.6"},
	}
}

// longestAnswer is more than any fixed answer has, in bytes; what is longer is a list.
const longestAnswer = 512

// answers is the manual's, made with the first answer that is looked up.
var answers = sync.OnceValue(newAnswerBook)

// answerBook finds the meaning of an answer. It is only read.
type answerBook struct {
	exact map[string]answer
	open  []answer // those with a *
}

func newAnswerBook() answerBook {
	b := answerBook{exact: map[string]answer{}}
	for _, a := range manualAnswers() {
		if strings.Contains(a.words, "*") {
			b.open = append(b.open, a)
			continue
		}
		b.exact[a.words] = a
	}
	return b
}

// find answers what a text means, and whether it is one of the manual's fixed answers at all. Accents, capitals and
// spacing do not matter: the manual itself prints NÃO and NAO.
func (b answerBook) find(text string) (answer, bool) {
	if len(text) > longestAnswer {
		return answer{}, false
	}
	words := strings.TrimSuffix(plain(text), ".")
	if a, ok := b.exact[words]; ok {
		return a, true
	}
	for _, a := range b.open {
		if a.fits(words) {
			return a, true
		}
	}
	return answer{}, false
}

// fits matches an answer with stars in it.
func (a answer) fits(words string) bool {
	parts := strings.Split(a.words, "*")
	words, ok := strings.CutPrefix(words, parts[0])
	for _, p := range parts[1 : len(parts)-1] {
		var found bool
		_, words, found = strings.Cut(words, p)
		ok = ok && found
	}
	return ok && strings.HasSuffix(words, parts[len(parts)-1])
}
