package ucontacttest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ctiagent/internal/simulator"
)

// Recording is one recording and where it lies: four places, each as mp3 or gsm (manual 004, "Obter gravações").
type Recording struct {
	GUID   string
	Folder string // such as 20160118; "" is beside the folders
	Backup bool   // on the host with older recordings
	GSM    bool   // in the telephony's own format only
	Sound  string
}

// store is a host with recordings. It asks for no token: the document plays its addresses in a browser.
type store struct {
	*simulator.Server
	files map[string]string // sound by path
}

func newStore(name string) *store {
	s := &store{files: map[string]string{}}
	s.Server = simulator.New(func(*http.Request) string { return name }, s.answer)
	return s
}

func (s *store) answer(r *simulator.Request) simulator.Answer {
	if r.Method != http.MethodGet || r.Auth != "" {
		r.Faults = append(r.Faults, fmt.Sprintf("%s with authorization %q", r.Method, r.Auth))
	}
	sound, ok := s.files[r.URI]
	if !ok {
		return simulator.Answer{Status: 404, Type: "text/html", Body: "<html><body>Not Found</body></html>"}
	}
	if strings.HasSuffix(r.URI, ".gsm") {
		return simulator.Answer{Type: "audio/x-gsm", Body: sound}
	}
	return simulator.Answer{Type: "audio/mpeg", Body: sound}
}

func (r Recording) path() string {
	dir, ext := "/records/", ".mp3"
	if r.Folder != "" {
		dir += r.Folder + "/"
	}
	if r.GSM {
		ext = ".gsm"
	}
	return dir + r.GUID + ext
}

// Record puts a recording where it belongs.
func (s *T) Record(r Recording) {
	host := s.records
	if r.Backup {
		host = s.backup
	}
	host.Lock()
	defer host.Unlock()
	host.files[r.path()] = r.Sound
}

// convert makes an mp3 beside a gsm: 1 when it is done (manual 004, "Converter gravações").
func (s *T) convert(in url.Values) simulator.Answer {
	found := false
	for _, host := range []*store{s.records, s.backup} {
		r := Recording{GUID: in.Get("guid"), Folder: in.Get(s.opts.Folder), GSM: true}
		host.Lock()
		if sound, ok := host.files[r.path()]; ok {
			r.GSM, found = false, true
			host.files[r.path()] = "mp3 of " + sound
		}
		host.Unlock()
	}
	return yesIf(found)
}

// Calls puts calls of the past into the records, n of them, oldest first.
func (s *T) Calls(n int, campaign string) {
	s.Lock()
	defer s.Unlock()
	for i := range n {
		s.row(fmt.Sprintf("020f9687-adc6-46ca-b675-%012d", i+1), campaign, fmt.Sprintf("3333%04d", i), "9901", "ANSWERED", true)
	}
}

// file keeps a call that has ended.
func (s *T) file(c *Call) {
	agent := ""
	if a := s.at(c.Extension); a != nil {
		agent = a.Name
	}
	s.row(c.GUID, c.Campaign, c.Number, agent, "ANSWERED", c.Inbound)
}

// row is one record with all members of manual 004, "Resposta", and what it leaves null.
func (s *T) row(guid, campaign, number, agent, disposition string, inbound bool) {
	direction, src, dst := "outbound", "9901", number
	if inbound {
		direction, src, dst = "inbound", number, "9901"
	}
	s.cdr = append(s.cdr, map[string]any{"id": len(s.cdr) + 1, "calldate": "2022-06-20 17:56:59", "clid": `"` + campaign + `" <` + src + ">",
		"src": src, "dst": dst, "dcontext": "inbound", "channel": "SIP/9901-00000000", "dstchannel": "SIP/1111-00000001", "lastapp": "Queue",
		"lastdata": campaign + ",tkc,,,600,,,functions,,", "duration": 16, "billsec": 16, "disposition": disposition, "amaflags": 3,
		"accountcode": "Inbound", "userfield": nil, "uniqueid": "1655747819.0", "type": "record", "guid": guid, "causecode": "16",
		"campaign": campaign, "direction": direction, "carrier": "9901", "linkedid": "1655747819.0", "peeraccount": agent, "sequence": 0,
		"charged_balance": nil, "real_balance": nil, "note": nil, "contact": nil, "finishtime": "2022-06-20 17:58:34", "rating": 0,
		"dialerbase": nil, "parandvalues": nil, "alternatives": nil, "quality": 0})
}

// filter is manual 004, "Objeto Json" of getrecords: every member stands, most of them empty.
type filter struct {
	From        *string `json:"calldatei"`
	To          *string `json:"calldatef"`
	Agent       *string `json:"agent"`
	Campaign    *string `json:"campaign"`
	Source      *string `json:"source"`
	Destination *string `json:"destination"`
	Data        *string `json:"data"`
	Range       *string `json:"range"`
	Rating      *string `json:"rating"`
	MinDur      *string `json:"mindur"`
	Exclude     *string `json:"exclude"`
	Type        *string `json:"type"`
	Cont        *string `json:"cont"`
}

// getRecords answers at most fifty records after lastrow (manual 004, "Obter gravações de Chamadas").
func (s *T) getRecords(in url.Values) simulator.Answer {
	var f filter
	if err := strict(in.Get("filter"), &f); err != nil {
		return wrong("filter: %v", err)
	}
	var members map[string]any
	if json.Unmarshal([]byte(in.Get("filter")), &members) != nil || len(members) != 13 || *f.Type != "record" || in.Get(s.opts.Random) != "1" {
		return wrong("a filter with other members: %s", in.Get("filter"))
	}
	from, err1 := time.Parse(time.DateTime, *f.From)
	to, err2 := time.Parse(time.DateTime, *f.To)
	last, err3 := strconv.Atoi(in.Get("lastrow"))
	limit, err4 := strconv.Atoi(in.Get("searchLimit"))
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || limit != 50 || to.Before(from) {
		return wrong("lastrow %q, searchLimit %q, from %q to %q", in.Get("lastrow"), in.Get("searchLimit"), *f.From, *f.To)
	}
	fits := func(row map[string]any, name, want string) bool { return want == "" || row[name] == want }
	out := []map[string]any{}
	for _, row := range s.cdr {
		when, _ := time.Parse(time.DateTime, row["calldate"].(string))
		if !when.Before(from) && !when.After(to) && fits(row, "campaign", *f.Campaign) && fits(row, "peeraccount", *f.Agent) &&
			fits(row, "src", *f.Source) && fits(row, "dst", *f.Destination) {
			out = append(out, row)
		}
	}
	out = out[min(last, len(out)):]
	return object(slices.Clip(out[:min(limit, len(out))]))
}
