package portal

import (
	"cmp"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/official"
)

// Kind is what sort of thing waits.
type Kind string

// The kinds.
const (
	Rejected Kind = "rejected"    // an explanation that was sent back
	Unsaid   Kind = "unsaid"      // an alarm not explained yet
	Warned   Kind = "warning"     // a remote warning to be answered
	Watched  Kind = "supervision" // key supervision that goes on
	Answered Kind = "answered"    // an answer to a consultation
	Proof    Kind = "proof"       // a mark without its document
	Duty     Kind = "duty"        // an obligation near its day or past it
	Offline  Kind = "offline"     // an outlet that is not heard
	Missing  Kind = "missing"     // data that no call-back brings
	Rate     Kind = "rate"        // a rate of transmission below what is asked for
	Hint     Kind = "hint"        // a first sign: help, nothing to answer
)

var kindTitles = map[Kind]string{Rejected: "说明被退回", Unsaid: "待说明预警", Warned: "远程预警待答复", Watched: "重点督办", Answered: "咨询已答复", Proof: "待补证明", Duty: "应尽义务", Offline: "设备离线", Missing: "缺失数据",
	Rate: "传输有效率偏低", Hint: "早期提醒"}

// Title is the kind in Chinese.
func (k Kind) Title() string { return kindTitles[k] }

// Item is one thing that waits. Do says in plain words what to do.
type Item struct {
	Kind   Kind
	ID     string
	Number string
	Title  string
	Text   string
	Do     string
	DueAt  time.Time // zero where no clock runs
	Link   string
}

// Late reports whether the item's time is over.
func (i Item) Late(now time.Time) bool { return !i.DueAt.IsZero() && i.DueAt.Before(now) }

// sorted puts what has a clock first, the nearest end before the others, then
// what lasts, and first signs last.
func sorted(list []Item) []Item {
	rank := func(i Item) int {
		switch {
		case i.Kind == Hint:
			return 2
		case i.DueAt.IsZero():
			return 1
		}
		return 0
	}
	slices.SortStableFunc(list, func(a, b Item) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), a.DueAt.Compare(b.DueAt))
	})
	return list
}

// Stretch is what came and what was broken in a stretch of time.
type Stretch struct {
	From, To time.Time
	Tally    official.Tally
	Exceeded int // hours of an outlet in which an official hour was beyond its limit
	Alarms   int // that began in it, first signs left out
}

// Desk is the first page of one enterprise.
type Desk struct {
	AsOf       time.Time
	Enterprise enterprise.Enterprise
	Items      []Item
	Today      Stretch
	Month      Stretch
	Target     int // rate of transmission asked for, percent
	Rates      official.Policy
}
