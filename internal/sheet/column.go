package sheet

import (
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
)

// Kind says what the cells of a column hold.
type Kind int

// The kinds of columns.
const (
	Words  Kind = iota // text
	Digits             // exact numbers; what is no number stays text
	Moment             // times, Beijing
	Days               // days, Beijing
)

// Column is one column of a table.
type Column struct {
	Title string
	Unit  string
	Kind  Kind
	Width float64 // in characters of a spreadsheet
}

// Text is a column of words, so many characters wide.
func Text(title string, width float64) Column { return Column{Title: title, Kind: Words, Width: width} }

// Number is a column of numbers.
func Number(title string) Column { return Column{Title: title, Kind: Digits, Width: 12} }

// Time is a column of moments.
func Time(title string) Column { return Column{Title: title, Kind: Moment, Width: 20} }

// Day is a column of days.
func Day(title string) Column { return Column{Title: title, Kind: Days, Width: 12} }

// In gives the column a unit, shown behind its title.
func (c Column) In(unit string) Column {
	c.Unit = unit
	return c
}

// Heading is the title with its unit.
func (c Column) Heading() string {
	if c.Unit == "" {
		return c.Title
	}
	return c.Title + "（" + c.Unit + "）"
}

// beijing is the zone of every time in a table (no summer time).
var beijing = time.FixedZone("CST", 8*3600)

// plain is a cell as text and, with ok, the time it means.
func (c Column) plain(v any) (text string, at time.Time, ok bool) {
	switch x := v.(type) {
	case nil:
		return "", at, false
	case string:
		text = x
	case bool:
		text = map[bool]string{true: "是", false: "否"}[x]
	case int:
		text = strconv.Itoa(x)
	case int64:
		text = strconv.FormatInt(x, 10)
	case float64:
		text = strconv.FormatFloat(x, 'f', -1, 64)
	case decimal.Decimal:
		text = x.String()
	case *decimal.Decimal:
		if x != nil {
			text = x.String()
		}
	case time.Time:
		if !x.IsZero() {
			text = x.In(beijing).Format(time.RFC3339)
		}
	}
	if c.Kind != Moment && c.Kind != Days || text == "" {
		return text, at, false
	}
	at, err := time.Parse(time.RFC3339, text)
	at = at.In(beijing)
	if err == nil && c.Kind == Days {
		text = at.Format(time.DateOnly)
	}
	return text, at, err == nil
}

// isNumber reports whether a text is a number that a spreadsheet holds without
// loss (15 digits), and how many digits follow its point.
func isNumber(s string) (places int, ok bool) {
	t := strings.TrimPrefix(s, "-")
	whole, part, dotted := strings.Cut(t, ".")
	if whole == "" || dotted && part == "" || len(strings.TrimLeft(whole+part, "0")) > 15 {
		return 0, false
	}
	for _, r := range whole + part {
		if r < '0' || r > '9' {
			return 0, false
		}
	}
	return len(part), true
}
