package vicidialtest

import "strings"

// translate is the lab's translation of an answer: the two lines that were recorded, and their words wherever they
// recur. A phrase that no administrator translated stays English, and one line is never translated (recorded).
func translate(word, reason string) (string, string) {
	if reason == "send_dtmf function set" {
		return word, reason
	}
	switch word {
	case "SUCCESS":
		word = "SUCESSO"
	case "ERROR":
		word = "ERRO"
	case "NOTICE":
		word = "AVISO"
	}
	if name, ok := strings.CutSuffix(reason, " function set"); ok {
		return word, "funcao " + name + " definida"
	}
	if reason == "agent_user is not logged in" {
		reason = "agent_user nao esta logado"
	}
	return word, reason
}
