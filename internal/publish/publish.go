package publish

import (
	"slices"
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

// Draft is what a writer writes, as it is written.
type Draft struct {
	Title      string    `json:"title"`
	Text       string    `json:"text"`
	Hide       []string  `json:"hide"` // names that must not be read, besides what is masked by its form
	Enterprise string    `json:"enterprise"`
	Until      time.Time `json:"until"`      // of a call: the end of its last day
	BountyFen  int64     `json:"bounty_fen"` // of a call: the most for a decisive clue, 0 = none
	Budget     string    `json:"budget"`     // where the bounty's money stands, not public
	Outcome    string    `json:"outcome"`    // of a call that is closed: what came of it
}

// Item is one thing told to the public, as those see it who write and review.
type Item struct {
	ID       ID
	Number   string // e.g. WZ-G-2026-000001
	Kind     Kind
	State    flow.State
	Draft    // the working copy
	Area     string
	Category string
	IssueID  string
	Cause    string // of a correction in hand: why, public
	Conceal  bool   // of a correction in hand: the edition before may no longer be read
	Ground   string // of an item taken back, see Grounds
	Edition  int64  // that is public, 0 = none was
	Writers  []string
	// ReviewedBy and PublicAt are those of the edition that is public.
	ReviewedBy string
	PublicAt   time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Version    int64
}

// Scope is where the item lies.
func (i Item) Scope() auth.Scope { return auth.Scope{Area: i.Area} }

// wrote notes who had a hand in what will be reviewed next.
func (i *Item) wrote(who string) {
	if !slices.Contains(i.Writers, who) {
		i.Writers = append(i.Writers, who)
	}
}

// Shown is what readers get, masked.
type Shown struct {
	Title, Text, Enterprise, Outcome, Cause string

	Masked  int      // how many places were masked
	Missing []string // names that were to be hidden and stand nowhere
}

// Shown masks what identifies people in the working copy. It is what a reviewer
// reads and what a release keeps.
func (i Item) Shown() Shown {
	s := Shown{Missing: []string{}}
	all := ""
	for _, f := range []struct {
		to   *string
		text string
	}{{&s.Title, i.Title}, {&s.Text, i.Text}, {&s.Enterprise, i.Enterprise}, {&s.Outcome, i.Outcome}, {&s.Cause, i.Cause}} {
		text, n := Mask(f.text, i.Hide)
		*f.to, s.Masked = text, s.Masked+n
		all += f.text + "\n"
	}
	for _, name := range i.Hide {
		if !within(all, name) {
			s.Missing = append(s.Missing, name)
		}
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

// Told is an edition as the public reads it. It holds nothing of what was written.
type Told struct {
	Number     string
	Kind       Kind
	Area       string
	Category   string
	IssueID    string
	Edition    int64
	Title      string
	Text       string
	Enterprise string
	Outcome    string
	Cause      string // why there is this edition, "" of the first
	Until      time.Time
	BountyFen  int64
	PublicAt   time.Time // of this edition
	Stage      Stage     // of its issue, empty when it has none

	Newest bool
	Open   bool // a call that takes answers
}

// Mark is one of an item's editions in its list.
type Mark struct {
	Edition   int64
	Cause     string
	PublicAt  time.Time
	Concealed bool
}

// Page is an item as the public opens it.
type Page struct {
	Told
	Editions  []Mark // the newest first
	Ground    string // of an item taken back: why; then nothing else of it is told
	Withdrawn time.Time
}

// Policy is what a place decides.
type Policy struct {
	Prefix     string // of numbers, e.g. WZ-G
	Categories []flow.Option
	// Bounty gives the most that may be offered on a day, in fen, and the rule that
	// says so; false where the place's document knows no bounty.
	Bounty func(day time.Time) (fen int64, rule string, ok bool)
}

// Offers reports whether a call may offer a bounty on a day.
func (p Policy) Offers(day time.Time) (fen int64, rule string, ok bool) {
	if p.Bounty == nil {
		return 0, "", false
	}
	return p.Bounty(day)
}
