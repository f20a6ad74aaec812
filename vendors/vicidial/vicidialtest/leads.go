package vicidialtest

import (
	"maps"
	"slices"
	"strconv"
)

// Lead is a row of vicidial_list, the customer.
type Lead struct {
	ID                                                    int // AddLead gives one when 0
	Status, User, VendorLeadCode, SourceID                string
	List                                                  string // list_id: 101 when empty
	GMTOffset, PhoneCode, PhoneNumber, Title              string
	FirstName, MiddleInitial, LastName                    string
	Address1, Address2, Address3                          string
	City, State, Province, PostalCode, CountryCode        string
	Gender                                                string // U when empty
	DateOfBirth, AltPhone, Email, SecurityPhrase, Comment string
	CalledCount                                           int
	LastLocalCall                                         string
	Rank                                                  int
	Owner, EntryList                                      string
}

// leadColumns are the columns of lead_all_info, recorded.
func leadColumns() []string {
	return []string{"status", "user", "vendor_lead_code", "source_id", "list_id", "gmt_offset_now", "phone_code",
		"phone_number", "title", "first_name", "middle_initial", "last_name", "address1", "address2", "address3", "city",
		"state", "province", "postal_code", "country_code", "gender", "date_of_birth", "alt_phone", "email",
		"security_phrase", "comments", "called_count", "last_local_call_time", "rank", "owner", "entry_list_id", "lead_id"}
}

// leadFields are the columns that update_fields writes, in the order in which it looks for them. The recordings show
// the order of eleven of them; the others stand where AGENT_API lists them.
func leadFields() []string {
	return []string{"address1", "address2", "address3", "alt_phone", "city", "comments", "country_code", "date_of_birth",
		"email", "first_name", "gender", "gmt_offset_now", "last_name", "middle_initial", "phone_number", "phone_code",
		"postal_code", "province", "security_phrase", "source_id", "state", "title", "vendor_lead_code", "rank", "owner"}
}

// text is the place of a column that holds text, or nil.
func (l *Lead) text(column string) *string {
	switch column {
	case "status":
		return &l.Status
	case "user":
		return &l.User
	case "vendor_lead_code":
		return &l.VendorLeadCode
	case "source_id":
		return &l.SourceID
	case "list_id":
		return &l.List
	case "gmt_offset_now":
		return &l.GMTOffset
	case "phone_code":
		return &l.PhoneCode
	case "phone_number":
		return &l.PhoneNumber
	case "title":
		return &l.Title
	case "first_name":
		return &l.FirstName
	case "middle_initial":
		return &l.MiddleInitial
	case "last_name":
		return &l.LastName
	case "address1":
		return &l.Address1
	case "address2":
		return &l.Address2
	case "address3":
		return &l.Address3
	case "city":
		return &l.City
	default:
		return l.moreText(column)
	}
}

func (l *Lead) moreText(column string) *string {
	switch column {
	case "state":
		return &l.State
	case "province":
		return &l.Province
	case "postal_code":
		return &l.PostalCode
	case "country_code":
		return &l.CountryCode
	case "gender":
		return &l.Gender
	case "date_of_birth":
		return &l.DateOfBirth
	case "alt_phone":
		return &l.AltPhone
	case "email":
		return &l.Email
	case "security_phrase":
		return &l.SecurityPhrase
	case "comments":
		return &l.Comment
	case "last_local_call_time":
		return &l.LastLocalCall
	case "owner":
		return &l.Owner
	case "entry_list_id":
		return &l.EntryList
	default:
		return nil
	}
}

// column answers a column as the database prints it, and whether there is one of that name.
func (l *Lead) column(name string) (string, bool) {
	switch name {
	case "lead_id":
		return strconv.Itoa(l.ID), true
	case "called_count":
		return strconv.Itoa(l.CalledCount), true
	case "rank":
		return strconv.Itoa(l.Rank), true
	}
	p := l.text(name)
	if p == nil {
		return "", false
	}
	return *p, true
}

// set writes a column and answers whether that changed it. What is no number is 0 in a column of numbers.
func (l *Lead) set(name, value string) bool {
	if name == "rank" {
		n, _ := strconv.Atoi(value)
		changed := n != l.Rank
		l.Rank = n
		return changed
	}
	p := l.text(name)
	if p == nil || *p == value {
		return false
	}
	*p = value
	return true
}

// AddLead adds a customer and answers its lead_id.
func (s *Server) AddLead(l Lead) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.noteChange()
	return s.addLead(l)
}

// Lead answers a customer's row as it is now, and whether there is one.
func (s *Server) Lead(id int) (Lead, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.leads[id]
	if !ok {
		return Lead{}, false
	}
	return *l, true
}

func (w *world) addLead(l Lead) int {
	if l.ID == 0 {
		l.ID = w.lastLead + 1
	}
	w.lastLead = max(w.lastLead, l.ID)
	if l.List == "" {
		l.List = "101"
	}
	if l.GMTOffset == "" {
		l.GMTOffset = "0.00"
	}
	if l.Gender == "" {
		l.Gender = "U"
	}
	if l.Status == "" {
		l.Status = "NEW"
	}
	if l.EntryList == "" {
		l.EntryList = "0"
	}
	w.leads[l.ID] = &l
	return l.ID
}

// leadBy answers the oldest lead that fits, or nil.
func (w *world) leadBy(fits func(*Lead) bool) *Lead {
	for _, id := range slices.Sorted(maps.Keys(w.leads)) {
		if fits(w.leads[id]) {
			return w.leads[id]
		}
	}
	return nil
}

func (w *world) leadOfNumber(number string) *Lead {
	return w.leadBy(func(l *Lead) bool { return l.PhoneNumber == number })
}
