package db

import (
	"reflect"
	"strings"
	"sync"

	"ctiagent/cti"
)

// kind is what a column holds, in the words of the manual.
type kind string

const (
	text    kind = "text"    // TEXTO, VARCHAR
	integer kind = "integer" // INTEIRO
	number  kind = "number"  // FLOAT
	boolean kind = "boolean" // BOOLEAN
	moment  kind = "moment"  // DATA
)

// Table is a table or view of the manual.
type Table struct {
	Name string
	// Also are other spellings that the manual has for the same table.
	Also []string
	// Key is the column that no two rows share, "" where the manual names none.
	Key     string
	Columns []Column
	row     reflect.Type
}

// Column is one column of a table.
type Column struct {
	Name string
	// Also are other spellings that the manual has for the same column.
	Also []string
	// Secret says that its values are never read, only whether there is one.
	Secret bool
	kind   kind
	index  []int
}

// TableOf makes a table of the type of its rows: a struct that embeds Page and whose other fields are pointers, one for each
// column. `json` is the column's name, `also` other spellings of it with blanks between, `secret:"true"` keeps its values unread.
//
// The type is a value and no type parameter, since code for each of forty tables would be the largest part of the driver.
func TableOf(row reflect.Type, name, key string, also ...string) Table {
	t := Table{Name: name, Also: also, Key: key, row: row}
	for i := range row.NumField() {
		f := row.Field(i)
		if f.Anonymous {
			continue
		}
		c := Column{Also: strings.Fields(f.Tag.Get("also")), Secret: f.Tag.Get("secret") == "true", index: f.Index}
		c.Name, _, _ = strings.Cut(f.Tag.Get("json"), ",")
		switch f.Type {
		case reflect.TypeFor[*string]():
			c.kind = text
		case reflect.TypeFor[*int64]():
			c.kind = integer
		case reflect.TypeFor[*float64]():
			c.kind = number
		case reflect.TypeFor[*bool]():
			c.kind = boolean
		case reflect.TypeFor[*cti.Time]():
			c.kind = moment
		default:
			panic("db: the column " + c.Name + " of " + name + " is a " + f.Type.String())
		}
		t.Columns = append(t.Columns, c)
	}
	return t
}

// column finds a column by one of its spellings.
func (t Table) column(name string) (Column, bool) {
	for _, c := range t.Columns {
		if spelled(name, c.Name, c.Also) {
			return c, true
		}
	}
	return Column{}, false
}

// names lists the columns for people.
func (t Table) names() string {
	var out []string
	for _, c := range t.Columns {
		out = append(out, c.Name)
	}
	return strings.Join(out, ", ")
}

// spelled says whether a name that was met is one of the spellings. Case and accents do not count, for the manual itself
// writes DESCRIÇÃO and DESCRICAO, and capitals where its examples have none.
func spelled(met, name string, also []string) bool {
	met = fold(met)
	if met == fold(name) {
		return true
	}
	for _, a := range also {
		if met == fold(a) {
			return true
		}
	}
	return false
}

// fold takes case and the accents of Portuguese away.
func fold(s string) string { return withoutAccents().Replace(strings.ToLower(s)) }

var withoutAccents = sync.OnceValue(func() *strings.Replacer {
	return strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "é", "e", "ê", "e", "í", "i", "ó", "o", "ô", "o", "õ", "o",
		"ú", "u", "ç", "c")
})
