package db

import (
	"fmt"
	"strings"
)

// Filter gathers the conditions of a list query. Args grows with every value, so
// that placeholders number themselves; it may already hold values when the first
// condition comes (auth.Policy.Where appends to it too).
type Filter struct {
	Args  []any
	conds []string
}

// Put appends a value and gives its placeholder.
func (f *Filter) Put(v any) string {
	f.Args = append(f.Args, v)
	return fmt.Sprintf("$%d", len(f.Args))
}

// Add joins a condition with AND; each ? in it takes the next of vals.
func (f *Filter) Add(cond string, vals ...any) {
	var b strings.Builder
	next := 0
	for _, r := range cond {
		if r != '?' {
			b.WriteRune(r)
			continue
		}
		b.WriteString(f.Put(vals[next]))
		next++
	}
	f.conds = append(f.conds, b.String())
}

// In joins "column is one of vals"; no values, no condition.
func (f *Filter) In(column string, vals []string) {
	if len(vals) == 0 {
		return
	}
	marks := make([]string, len(vals))
	for i, v := range vals {
		marks[i] = f.Put(v)
	}
	f.conds = append(f.conds, column+" IN ("+strings.Join(marks, ", ")+")")
}

// Has joins "one of the columns contains the words", letter case aside; empty
// words add nothing.
func (f *Filter) Has(words string, columns ...string) {
	words = strings.TrimSpace(words)
	if words == "" {
		return
	}
	mark := f.Put(LikeAny(strings.ToLower(words)))
	or := make([]string, len(columns))
	for i, c := range columns {
		or[i] = "LOWER(" + c + ") LIKE " + mark + ` ESCAPE '\'`
	}
	f.conds = append(f.conds, "("+strings.Join(or, " OR ")+")")
}

// Walk names a column so that no index on it is used. A list sorted by id that has
// more rows than CountCap is read fastest along the key, newest first, until the
// page is full; a planner without figures would rather sort all that an index
// on the area finds.
func Walk(column string, walk bool) string {
	if walk {
		return "COALESCE(" + column + ", '')"
	}
	return column
}

// Where is the whole condition, TRUE when nothing was asked.
func (f *Filter) Where() string {
	if len(f.conds) == 0 {
		return "TRUE"
	}
	return strings.Join(f.conds, " AND ")
}
