package desk

import "ctiagent/cti"

// PopURL is the address a rule gives for a call.
func PopURL(r PopRule, c *cti.Call) (string, error) {
	p, err := readPop(r)
	if err != nil {
		return "", err
	}
	return p.url(c, nil), nil
}
