package publish

import (
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
)

// ID names an item.
type ID string

// Kind is what an item tells the public.
type Kind string

// The kinds, in the order of the public's page.
const (
	Call     Kind = "call"
	Exposure Kind = "exposure"
	Progress Kind = "progress"
	Case     Kind = "case"
)

// KindRow is a kind with its words.
type KindRow struct {
	Kind  Kind
	Title string
	About string
}

// Kinds lists the kinds.
func Kinds() []KindRow {
	return []KindRow{
		{Call, "征集线索", "正在查处的重大案件，向公众征集线索"},
		{Exposure, "曝光台", "突出的环境问题，以及要求怎样整改"},
		{Progress, "整改进展", "已经交办的问题办到哪一步，什么时候完成"},
		{Case, "典型案例", "已经办结的案件，怎样发现、怎样处理"},
	}
}

// Row finds a kind.
func (k Kind) Row() (KindRow, bool) {
	for _, r := range Kinds() {
		if r.Kind == k {
			return r, true
		}
	}
	return KindRow{}, false
}

// Title is the kind in Chinese.
func (k Kind) Title() string { r, _ := k.Row(); return r.Title }

// Item is one thing told to the public. What readers see is Shown; the rest is
// for those who write and review.
type Item struct {
	ID         ID
	Number     string // e.g. WZ-G-2026-000001
	Kind       Kind
	State      flow.State
	Title      string
	Text       string
	Hide       []string // names that must not be read, besides what is masked by its form
	Enterprise string   // "" = none is named
	Area       string
	Category   string
	IssueID    string
	Until      time.Time // of a call: the end of its last day
	BountyFen  int64     // of a call: the most for a decisive clue, 0 = none
	Budget     string    // where the bounty's money stands
	Outcome    string    // of a call that is closed: what came of it, public
	Reason     string    // of an item taken back: why, public
	WrittenBy  string
	ReviewedBy string
	PublicAt   time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Version    int64
}

// Scope is where the item lies.
func (i Item) Scope() auth.Scope { return auth.Scope{Area: i.Area} }

// Open reports whether a call takes answers.
func (i Item) Open(now time.Time) bool {
	return i.Kind == Call && i.State == Public && now.Before(i.Until)
}

// Shown is an item as the public reads it.
type Shown struct {
	Title, Text, Enterprise, Outcome string
	Masked                           int // how many places were masked
}

// Shown masks what identifies people.
func (i Item) Shown() Shown {
	var s Shown
	for _, f := range []struct {
		to   *string
		text string
	}{{&s.Title, i.Title}, {&s.Text, i.Text}, {&s.Enterprise, i.Enterprise}, {&s.Outcome, i.Outcome}} {
		text, n := Mask(f.text, i.Hide)
		*f.to, s.Masked = text, s.Masked+n
	}
	return s
}

// Stage is how far the issue of an item has come, in words for the public.
type Stage struct {
	Title  string // 正在整改
	Note   string
	Agency string
	DueAt  time.Time
	Closed bool
}

// Policy is what a place decides.
type Policy struct {
	Prefix     string // of numbers, e.g. WZ-G
	Categories []flow.Option
	// Bounty gives the most that may be offered on a day, in fen, and the rule that
	// says so; false where the place's document knows no bounty.
	Bounty func(day time.Time) (fen int64, rule string, ok bool)
}
