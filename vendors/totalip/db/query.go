package db

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"ctiagent/cti"
)

// The operators of a filter.
const (
	opEqual     = "eq"
	opUnequal   = "ne"
	opLess      = "lt"
	opAtMost    = "le"
	opMore      = "gt"
	opAtLeast   = "ge"
	opBetween   = "between"
	opIn        = "in"
	opBegins    = "begins"
	opContains  = "contains"
	opNothing   = "null"
	opSomething = "not_null"
)

// What a query may ask for at most.
const (
	mostFilters  = 20
	mostValues   = 1000
	longestValue = 500 // bytes
)

// Filter keeps the rows whose column fits.
type Filter struct {
	Column string   `json:"column" required:"true"`
	Op     string   `json:"op" required:"true" values:"eq,ne,lt,le,gt,ge,between,in,begins,contains,null,not_null"`
	Value  string   `json:"value,omitempty" help:"a time as RFC 3339, or a day such as 2026-11-20"`
	Values []string `json:"values,omitempty" help:"first and last for between, any number for in; days are whole days"`
}

// Query says which rows of a table, which of their columns, and in which order.
type Query struct {
	Columns []string `json:"columns,omitempty" help:"the columns to read; all of them when left out"`
	Where   []Filter `json:"where,omitempty" help:"every one must fit"`
	Order   []string `json:"order,omitempty" help:"columns to sort by, the first counts most; - before a name sorts downwards"`
	Limit   int      `json:"limit,omitempty" help:"how many rows at most; all when left out"`
}

// problem is what is wrong with a query; it becomes the error of a wish.
type problem struct {
	parameter, what string // of the wish; "" when the site lacks a column
	site            site
	column          string
}

func (p *problem) Error() string {
	if p.parameter == "" {
		return "the table " + p.site.name + " of this system has no column " + p.column
	}
	return "the parameter " + p.parameter + " " + p.what
}

func bad(parameter, format string, args ...any) error {
	return &problem{parameter: parameter, what: fmt.Sprintf(format, args...)}
}

// plan is a query in SQL.
type plan struct {
	sql    string
	params []string
	read   []Column // the columns of the answer, in order; those of order follow them
	order  []sorted
	limit  int
	start  position // where the query begins
	repeat bool     // rows may be the same in all that they are sorted by
}

type sorted struct {
	col  liveColumn
	down bool
}

// builder gathers the parameters of a statement.
type builder struct{ params []string }

// param adds a value and answers its place, cast to a type.
func (b *builder) param(value, cast string) string {
	b.params = append(b.params, value)
	return fmt.Sprintf("$%d::%s", len(b.params), cast)
}

// build makes a query of what was asked. same is the struct whose fields that are set are what rows must equal; cursor is
// where an earlier query left off.
func build(s site, q Query, same reflect.Value, cursor string) (plan, error) {
	var p plan
	b := &builder{}
	if err := p.columns(s, q.Columns); err != nil {
		return p, err
	}
	var where []string
	keep := func(c Column, live liveColumn, name string, f Filter) error {
		sql, err := b.filter(c, live, name, f)
		where = append(where, sql)
		return err
	}
	for _, c := range s.table.Columns {
		value, set := textOf(same.FieldByIndex(c.index))
		if !set {
			continue
		}
		live, err := s.wanted(c)
		if err == nil {
			err = keep(c, live, c.Name, Filter{Op: opEqual, Value: value})
		}
		if err != nil {
			return p, err
		}
	}
	if len(q.Where) > mostFilters {
		return p, bad("where", "must have at most %d filters", mostFilters)
	}
	for i, f := range q.Where {
		name := fmt.Sprintf("where[%d]", i)
		c, live, err := s.named(name+".column", f.Column)
		if err == nil {
			err = keep(c, live, name, f)
		}
		if err != nil {
			return p, err
		}
	}
	if q.Limit < 0 || q.Limit > 1_000_000_000 {
		return p, bad("limit", "must be 0 to 1000000000")
	}
	p.limit = q.Limit
	if err := p.sort(s, q.Order, q.Limit > 0 || cursor != ""); err != nil {
		return p, err
	}
	if cursor != "" {
		var err error
		if p.start, err = readCursor(cursor, s.table.Name, p.order); err != nil {
			return p, err
		}
		if !p.repeat {
			p.start.given = 0 // the row that was given last may have gone since
		}
		where = append(where, b.from(s, p.order, p.start, p.repeat))
	}
	p.write(s, b, where)
	return p, nil
}

// columns says what is read.
func (p *plan) columns(s site, names []string) error {
	if len(names) == 0 {
		p.read = s.table.Columns
	}
	if len(names) > len(s.table.Columns) {
		return bad("columns", "must name each column once")
	}
	for i, name := range names {
		c, _, err := s.known(fmt.Sprintf("columns[%d]", i), name)
		if err != nil {
			return err
		}
		p.read = append(p.read, c)
	}
	for _, c := range p.read {
		if _, err := s.wanted(c); err != nil {
			return err
		}
	}
	return nil
}

// sort says in which order. A page needs an order that is always the same, so the key, or else every column, comes last.
func (p *plan) sort(s site, names []string, whole bool) error {
	if len(names) > len(s.table.Columns) {
		return bad("order", "must name each column once")
	}
	met := map[string]bool{}
	for i, name := range names {
		plain, down := strings.CutPrefix(name, "-")
		_, live, err := s.named(fmt.Sprintf("order[%d]", i), plain)
		if err != nil {
			return err
		}
		if met[live.name] {
			return bad(fmt.Sprintf("order[%d]", i), "names %s again", plain)
		}
		met[live.name] = true
		p.order = append(p.order, sorted{live, down})
	}
	if !whole {
		return nil
	}
	rest := s.table.Columns
	if key, known := s.table.column(s.table.Key); known {
		if _, known = s.find(key); known {
			rest = []Column{key}
		}
		p.repeat = !known
	} else {
		p.repeat = true
	}
	for _, c := range rest {
		if live, ok := s.find(c); ok && !c.Secret && !met[live.name] {
			p.order = append(p.order, sorted{live, false})
		}
	}
	return nil
}

// write puts the statement together.
func (p *plan) write(s site, b *builder, where []string) {
	var sql strings.Builder
	sql.WriteString("SELECT ")
	for i, c := range p.read {
		live, _ := s.find(c) // columns has looked
		if i > 0 {
			sql.WriteString(", ")
		}
		if c.Secret {
			fmt.Fprintf(&sql, "CASE WHEN t.%s IS NULL THEN NULL ELSE '***' END", quoteName(live.name))
			continue
		}
		fmt.Fprintf(&sql, "t.%s::text", quoteName(live.name))
	}
	if p.limit > 0 {
		for _, o := range p.order {
			fmt.Fprintf(&sql, ", %s::text", o.col.sql())
		}
	}
	fmt.Fprintf(&sql, " FROM %s AS t", quoteName(s.name))
	if len(where) > 0 {
		sql.WriteString(" WHERE " + strings.Join(where, " AND "))
	}
	for i, o := range p.order {
		sql.WriteString([]string{" ORDER BY ", ", "}[min(i, 1)] + o.col.sql())
		if o.down {
			sql.WriteString(" DESC")
		}
	}
	if p.limit > 0 {
		fmt.Fprintf(&sql, " LIMIT %d", p.limit+1) // one more says whether there is more
	}
	if p.start.given > 0 {
		fmt.Fprintf(&sql, " OFFSET %d", p.start.given)
	}
	p.sql, p.params = sql.String(), b.params
}

// known finds a column of the manual by its name.
func (s site) known(parameter, name string) (Column, liveColumn, error) {
	c, ok := s.table.column(name)
	if !ok {
		return c, liveColumn{}, bad(parameter, "names no column of %s, which has %s", s.table.Name, s.table.names())
	}
	live, err := s.wanted(c)
	return c, live, err
}

// named is known for a column whose values count.
func (s site) named(parameter, name string) (Column, liveColumn, error) {
	c, live, err := s.known(parameter, name)
	if err == nil && c.Secret {
		err = bad(parameter, "names %s, which is kept secret", c.Name)
	}
	return c, live, err
}

// wanted is a column that the site must have.
func (s site) wanted(c Column) (liveColumn, error) {
	live, ok := s.find(c)
	if !ok {
		return live, &problem{site: s, column: c.Name}
	}
	return live, nil
}

// filter writes one condition.
func (b *builder) filter(c Column, live liveColumn, name string, f Filter) (string, error) {
	if c.Secret {
		return "", bad(name, "is about %s, which is kept secret", c.Name)
	}
	sql, cast := live.sql(), live.cast()
	if c.kind == text && cast != "text" {
		sql, cast = "t."+quoteName(live.name)+"::text", "text"
	}
	switch f.Op {
	case opNothing:
		return sql + " IS NULL", nil
	case opSomething:
		return sql + " IS NOT NULL", nil
	}
	if c.kind != text && !live.holds(c.kind) {
		return "", bad(name, "asks about %s, which is of the type %s on this system and not what the manual says (%s)", c.Name, live.typ, c.kind)
	}
	place := name + ".value"
	values := []string{f.Value}
	if f.Op == opBetween || f.Op == opIn {
		place, values = name+".values", f.Values
	}
	if len(values) > mostValues || f.Op == opIn && len(values) == 0 || f.Op == opBetween && len(values) != 2 {
		return "", bad(place, "must be two for between and 1 to %d for in", mostValues)
	}
	var from, past []string // the first that fits each value, and for times the first that does not any more
	for _, v := range values {
		first, after, err := valueOf(c.kind, v, cast)
		if err != nil {
			return "", bad(place, "%s", err.Error())
		}
		from, past = append(from, first), append(past, after)
	}
	one := func(op, v string) string { return sql + " " + op + " " + b.param(v, cast) }
	span := c.kind == moment
	within := func(i, j int) string { return "(" + one(">=", from[i]) + " AND " + one("<", past[j]) + ")" }
	switch {
	case f.Op == opEqual && span:
		return within(0, 0), nil
	case f.Op == opUnequal && span:
		return "NOT " + within(0, 0), nil
	case f.Op == opAtMost && span:
		return one("<", past[0]), nil
	case f.Op == opMore && span:
		return one(">=", past[0]), nil
	case f.Op == opBetween && span:
		return within(0, 1), nil
	case f.Op == opIn:
		var any []string
		for i := range values {
			if span {
				any = append(any, within(i, i))
			} else {
				any = append(any, one("=", from[i]))
			}
		}
		return "(" + strings.Join(any, " OR ") + ")", nil
	case f.Op == opBetween:
		return "(" + one(">=", from[0]) + " AND " + one("<=", from[1]) + ")", nil
	case f.Op == opBegins, f.Op == opContains:
		if c.kind != text {
			return "", bad(name+".op", "must not be %s: %s is no text", f.Op, c.Name)
		}
		like := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(from[0]) + "%"
		if f.Op == opContains {
			like = "%" + like
		}
		return one("LIKE", like), nil
	}
	op, ok := map[string]string{opEqual: "=", opUnequal: "<>", opLess: "<", opAtMost: "<=", opMore: ">", opAtLeast: ">="}[f.Op]
	if !ok {
		return "", bad(name+".op", "must be one of the operators")
	}
	return one(op, from[0]), nil
}

// valueOf reads a value that a person wrote as a column's kind wants it. A moment has a length: a day, or the millisecond to
// which times are told; past is its end.
func valueOf(k kind, value, cast string) (from, past string, err error) {
	if len(value) > longestValue || strings.ContainsRune(value, 0) {
		return "", "", fmt.Errorf("must have at most %d bytes and no NUL", longestValue)
	}
	switch k {
	case integer:
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return "", "", fmt.Errorf("must be a whole number")
		}
		return strconv.FormatInt(n, 10), "", nil
	case number:
		if f, err := strconv.ParseFloat(value, 64); err != nil || f != f || f > 1e300 || f < -1e300 {
			return "", "", fmt.Errorf("must be a number")
		}
		return value, "", nil
	case boolean:
		switch value {
		case "true", "false", "t", "f":
			return value, "", nil
		}
		return "", "", fmt.Errorf("must be true or false")
	case moment:
		if day, err := time.ParseInLocation(time.DateOnly, value, time.Local); err == nil {
			return momentIn(day, cast), momentIn(day.AddDate(0, 0, 1), cast), nil
		}
		at, err := time.Parse(time.RFC3339Nano, value)
		if err != nil {
			return "", "", fmt.Errorf("must be a day like 2026-11-20 or a time like 2026-11-20T13:59:33Z")
		}
		at = at.Truncate(time.Millisecond)
		return momentIn(at, cast), momentIn(at.Add(time.Millisecond), cast), nil
	}
	return value, "", nil
}

// The forms of a time in SQL. A time without a zone is the system's own, which is taken to be ours.
const (
	plainTime = "2006-01-02 15:04:05.999999"
	zonedTime = "2006-01-02 15:04:05.999999Z07:00"
)

func momentIn(t time.Time, cast string) string {
	if cast == "timestamptz" {
		return t.Format(zonedTime)
	}
	return t.In(time.Local).Format(plainTime)
}

// textOf is the value of a column's field, when it is set.
func textOf(field reflect.Value) (string, bool) {
	if field.IsNil() {
		return "", false
	}
	switch v := field.Interface().(type) {
	case *string:
		return *v, true
	case *int64:
		return strconv.FormatInt(*v, 10), true
	case *float64:
		return strconv.FormatFloat(*v, 'g', -1, 64), true
	case *bool:
		return strconv.FormatBool(*v), true
	case *cti.Time:
		return v.String(), !v.IsZero()
	}
	return "", false
}
