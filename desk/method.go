package desk

import (
	"context"
	"slices"
	"sort"
	"strings"

	"ctiagent/cti"
	"ctiagent/dialplan"
	"ctiagent/internal/i18n"
)

// FunctionInfo is one function of a driver as catalogues show it.
type FunctionInfo struct {
	Name      string      `json:"name"`
	Title     string      `json:"title"`
	Vendor    string      `json:"vendor" help:"the driver's name"`
	Effect    cti.Effect  `json:"effect" values:"observe,dial,control,supervise"`
	Params    []cti.Param `json:"params"`
	Source    string      `json:"source,omitempty" help:"the vendor document and section"`
	Available bool        `json:"available" help:"the driver serves it now"`
}

// FunctionsIn chooses a vendor; all configured ones when empty.
type FunctionsIn struct {
	Vendor string `json:"vendor,omitempty" help:"the driver's name; all configured drivers when left out"`
}

// ExplainIn is a text to read as a number.
type ExplainIn struct {
	Text      string `json:"text" help:"the text as the page or the person writes it"`
	ForDriver string `json:"forDriver,omitempty" help:"the driver whose way of writing numbers counts; the first that dials when left out"`
}

// HistoryIn chooses ended calls.
type HistoryIn struct {
	From   cti.Time `json:"from,omitzero" help:"calls begun at or after"`
	To     cti.Time `json:"to,omitzero" help:"calls begun before"`
	Number string   `json:"number,omitempty" help:"the other end; the last eight digits count"`
	Limit  int      `json:"limit,omitempty" help:"50 when left out, 100 at most"`
	Cursor string   `json:"cursor,omitempty" help:"the cursor of the answer before"`
}

// HistoryOut is a page of ended calls, newest first. Cursor asks for the next
// one and is empty on the last.
type HistoryOut struct {
	Calls  []*cti.Call `json:"calls"`
	Cursor string      `json:"cursor,omitempty"`
}

const (
	functionsList  = "functions.list"
	numberExplain  = "number.explain"
	historyList    = "history.list"
	defaultHistory = 50
	maxHistory     = 100
)

func ownMethods() []cti.FuncInfo {
	return []cti.FuncInfo{
		cti.InfoOf(cti.Action[FunctionsIn, []FunctionInfo]{Name: functionsList, Title: "List the functions of the configured drivers", Effect: cti.Observe}, ""),
		cti.InfoOf(cti.Action[ExplainIn, dialplan.Explanation]{Name: numberExplain, Title: "Explain what a text means as a number", Effect: cti.Observe}, ""),
		cti.InfoOf(cti.Action[HistoryIn, HistoryOut]{Name: historyList, Title: "List calls that have ended", Effect: cti.Observe}, ""),
	}
}

// Methods describes every method a desk may answer, vendors' own functions
// apart, sorted by name: the common verbs with the answer a page gets, and the
// desk's own.
func Methods() []cti.FuncInfo {
	all := append(cti.Verbs(), ownMethods()...)
	for i := range all {
		all[i] = answered(all[i])
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}

// answered is a driver's function with the answer a page gets.
func answered(f cti.FuncInfo) cti.FuncInfo {
	pageGets := cti.InfoOf(cti.Action[cti.None, *cti.Call]{}, "").Out
	switch {
	case f.Name == cti.AgentLogin.Name, f.Name == cti.AgentLogout.Name:
		f.Out = cti.InfoOf(cti.Action[cti.None, LoginResult]{}, "").Out
	case f.Name == cti.AgentPause.Name, f.Name == cti.AgentUnpause.Name:
		f.Out = cti.InfoOf(cti.Action[cti.None, AgentAnswer]{}, "").Out
	case f.Name == cti.CallTag.Name:
		f.Out = cti.InfoOf(cti.CallSetDisposition, "").Out
	case f.Name == cti.CallbackSchedule.Name:
		f.Out = cti.InfoOf(cti.Action[cti.None, CallbackAnswer]{}, "").Out
	case f.Out == cti.InfoOf(cti.CallHold, "").Out:
		f.Out = pageGets.Elem()
	case f.Out == cti.InfoOf(cti.AgentPause, "").Out:
		f.Out = cti.InfoOf(cti.Action[cti.None, cti.Agent]{}, "").Out
	}
	return f
}

// Method describes a method this desk answers: a common verb, a method of the
// desk itself, or a configured vendor's own function.
func (d *Desk) Method(name string) (cti.FuncInfo, bool) {
	m := d.methods[name]
	if m == nil {
		return cti.FuncInfo{}, false
	}
	if m.vendor != "" {
		return m.info, true
	}
	return answered(m.info), true
}

func (d *Desk) doOwn(ctx context.Context, w cti.Wish, in any) (any, error) {
	name := w.Method
	switch in := in.(type) {
	case *FunctionsIn:
		return d.functions(name, in.Vendor)
	case *ExplainIn:
		return d.explain(w, *in)
	case *HistoryIn:
		return d.history(ctx, name, *in)
	}
	return nil, cti.Fail(cti.InternalError, name, "the desk does not know its own method")
}

// Functions describes every row of these drivers in order; has says whether a
// driver serves it now, nil that none does.
func Functions(drivers []cti.Driver, has func(driver, function string) bool) []FunctionInfo {
	out := []FunctionInfo{}
	for _, v := range drivers {
		for _, f := range v.Functions {
			params := cti.Params(f.In)
			if params == nil {
				params = []cti.Param{}
			}
			out = append(out, FunctionInfo{Name: f.Name, Title: f.Title, Vendor: v.Name, Effect: f.Effect, Params: params,
				Source: f.Source, Available: has != nil && has(v.Name, f.Name)})
		}
	}
	return out
}

func (d *Desk) functions(op, vendor string) (any, error) {
	var drivers []cti.Driver
	serves := map[string]*cti.Actions{}
	var names []string
	for _, l := range d.links {
		names = append(names, l.driver.Name)
		if vendor == "" || vendor == l.driver.Name {
			drivers = append(drivers, l.driver)
			serves[l.driver.Name] = l.actions()
		}
	}
	if vendor != "" && len(drivers) == 0 {
		return nil, unknownVendor(op, names)
	}
	return Functions(drivers, func(driver, function string) bool { return serves[driver].Has(function) }), nil
}

func unknownVendor(op string, names []string) *cti.Error {
	return &cti.Error{Kind: cti.NotFound, Op: op, Text: "no such driver is configured at this desk; there are: " + strings.Join(names, ", "),
		Hint: hintVendor, Args: map[string]string{"Vendors": strings.Join(names, ", ")}}
}

func (d *Desk) explain(w cti.Wish, in ExplainIn) (any, error) {
	var names []string
	var chosen *link
	for _, l := range d.links {
		names = append(names, l.driver.Name)
		if chosen == nil && (l.driver.Name == in.ForDriver || in.ForDriver == "" && l.lists(cti.CallDial.Name)) {
			chosen = l
		}
	}
	if chosen == nil && in.ForDriver != "" {
		return nil, unknownVendor(w.Method, names)
	}
	var style dialplan.Style
	if chosen != nil {
		style = dialplan.Style(chosen.driver.Numbers)
	}
	return Worded(d.options.Plan.ExplainFor(in.Text, style), i18n.Match(w.Language)), nil
}

// Worded puts the steps of an explanation into a language. A refusal's last
// step says the reason and what to do.
func Worded(e dialplan.Explanation, lang i18n.Lang) dialplan.Explanation {
	e.Steps = slices.Clone(e.Steps)
	for i := range e.Steps {
		s := &e.Steps[i]
		id := "dialplan.rule." + s.Rule
		if reason := "dialplan.reason." + e.Reason; i == len(e.Steps)-1 && e.Reason != "" && i18n.Has(reason) {
			id = reason
		}
		s.Text = i18n.T(lang, id, map[string]any{"Before": s.Before, "After": s.After, "Value": s.Value})
	}
	return e
}

// lists says whether the driver has such a row at all.
func (l *link) lists(name string) bool {
	return slices.ContainsFunc(l.driver.Functions, func(f cti.FuncInfo) bool { return f.Name == name })
}

func (d *Desk) history(ctx context.Context, op string, in HistoryIn) (any, error) {
	if in.Limit <= 0 {
		in.Limit = defaultHistory
	}
	in.Limit = min(in.Limit, maxHistory)
	if d.options.Journal != nil {
		return d.kept(ctx, op, in)
	}
	calls := d.State().Recent
	if in.Cursor != "" {
		i := slices.IndexFunc(calls, func(c *cti.Call) bool { return c.ID == in.Cursor })
		if i < 0 {
			return nil, &cti.Error{Kind: cti.BadRequest, Op: op, Text: "the cursor is not known any more", Hint: hintCursor}
		}
		calls = calls[i+1:]
	}
	out := HistoryOut{Calls: []*cti.Call{}}
	for _, c := range calls {
		switch {
		case !in.From.IsZero() && c.StartedAt.Before(in.From.Time):
			continue
		case !in.To.IsZero() && !c.StartedAt.Before(in.To.Time):
			continue
		case in.Number != "" && !cti.SameNumber(in.Number, c.Remote.Raw) && !cti.SameNumber(in.Number, c.Remote.E164):
			continue
		case len(out.Calls) == in.Limit:
			out.Cursor = out.Calls[in.Limit-1].ID
			return out, nil
		}
		out.Calls = append(out.Calls, c)
	}
	return out, nil
}
