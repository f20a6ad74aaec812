package browserpolicy

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
)

// profileID names the profile to macOS: a newer one with the same name takes the older one's place.
const profileID = "ctiagent.browsers"

// profile are the policies as a configuration profile of macOS, with one payload for each browser, whose type is the
// browser's own name there.
func (s Site) profile() ([]byte, error) {
	fox := s.firefox()
	var payloads []any
	for _, browser := range []struct {
		domain string
		policy any
	}{{"com.google.Chrome", s.chromium()}, {"org.chromium.Chromium", s.chromium()}, {"com.microsoft.Edge", s.chromium()}, {"org.mozilla.firefox", fox}} {
		text, err := json.Marshal(browser.policy)
		if err != nil {
			return nil, fmt.Errorf("write the policy of %s: %w", browser.domain, err)
		}
		payload := map[string]any{}
		if err := json.Unmarshal(text, &payload); err != nil {
			return nil, fmt.Errorf("write the policy of %s: %w", browser.domain, err)
		}
		if browser.domain == "org.mozilla.firefox" {
			payload["EnterprisePoliciesEnabled"] = true // without it Firefox on macOS reads none
		}
		maps.Copy(payload, about(browser.domain, profileID+"."+browser.domain))
		payloads = append(payloads, payload)
	}
	whole := about("Configuration", profileID)
	whole["PayloadContent"] = payloads
	whole["PayloadScope"] = "System"
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
`)
	if err := plist(&b, whole); err != nil {
		return nil, err
	}
	b.WriteString("</plist>\n")
	return b.Bytes(), nil
}

// about is what a profile and each of its payloads say of themselves.
func about(kind, id string) map[string]any {
	sum := sha256.Sum256([]byte(id))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80 // a UUID of version 8, made by our own rule
	return map[string]any{"PayloadType": kind, "PayloadIdentifier": id, "PayloadDisplayName": "ctiagent", "PayloadVersion": float64(1),
		"PayloadUUID": fmt.Sprintf("%X-%X-%X-%X-%X", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])}
}

// plist writes a value that JSON could hold as a property list.
func plist(b *bytes.Buffer, v any) error {
	switch v := v.(type) {
	case map[string]any:
		b.WriteString("<dict>\n")
		for _, key := range slices.Sorted(maps.Keys(v)) {
			b.WriteString("<key>")
			if err := xml.EscapeText(b, []byte(key)); err != nil {
				return err
			}
			b.WriteString("</key>\n")
			if err := plist(b, v[key]); err != nil {
				return err
			}
		}
		b.WriteString("</dict>\n")
	case []any:
		b.WriteString("<array>\n")
		for _, one := range v {
			if err := plist(b, one); err != nil {
				return err
			}
		}
		b.WriteString("</array>\n")
	case string:
		b.WriteString("<string>")
		if err := xml.EscapeText(b, []byte(v)); err != nil {
			return err
		}
		b.WriteString("</string>\n")
	case bool:
		fmt.Fprintf(b, "<%t/>\n", v)
	case float64:
		fmt.Fprintf(b, "<integer>%d</integer>\n", int64(v))
	case nil: // a list of nothing
		b.WriteString("<array/>\n")
	default:
		return fmt.Errorf("a property list cannot hold %T", v)
	}
	return nil
}
