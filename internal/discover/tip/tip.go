// Package tip takes reports from the public (举报): by the public pages and by
// GeoReport v2. It keeps what the reporter said apart from what others may read,
// hands a clue in, and follows that clue so that the reporter learns how it goes.
//
// tip knows no HTTP and judges nothing: package clue's desk does. What a mode
// protects stands in Modes; a mode that is not open is refused, never weakened.
package tip

import (
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/discover/tip/media"
	"github.com/qingshao/qingshao/internal/discover/tip/phrase"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/vault"
)

// ID names a tip.
type ID string

// Channel is the door a tip came through.
type Channel string

// The doors that reporters open themselves; Doors lists those that a clerk opens
// for them.
const (
	Web     Channel = "web"
	Open311 Channel = "open311"
)

// Title is the door in Chinese.
func (c Channel) Title() string {
	switch c {
	case Web:
		return "网上举报"
	case Open311:
		return "开放接口"
	}
	d, _ := c.Door()
	return d.Title
}

// Mode is how far a reporter wants to be known.
type Mode string

// The modes, from open to closed.
const (
	Public       Mode = "public"
	Confidential Mode = "confidential"
	Anonymous    Mode = "anonymous"
	Insider      Mode = "insider"
)

// ModeRow is what a mode means, for the public page, the threat model and the
// code alike.
type ModeRow struct {
	Mode    Mode
	Title   string
	Contact string // who reads how to reach the reporter
	Text    string // who reads what is reported
	Listed  bool   // may appear in public lists after review
	Draft   bool   // the reporter's browser may keep a draft
	Similar bool   // reports close by are offered before one's own is sent
	Media   string // what happens to photos, and where
	Sealed  bool   // who reports is sealed in the browser; open while enough officers hold keys
	Open    bool   // whether the web form takes it
	Instead string // what to do while it is not open
}

// Modes is the table of modes.
func Modes() []ModeRow {
	call := "请拨打 12345 说明需要保密，或当面递交；网上渠道在两方各有两人启用密钥之前不接收此类举报"
	return []ModeRow{
		{Mode: Public, Title: "公开举报", Contact: "研判岗，每次查看都留痕", Text: "研判岗与承办单位；经审核后可公开", Media: "服务器重新编码", Listed: true, Draft: true, Similar: true, Open: true},
		{Mode: Anonymous, Title: "匿名举报", Contact: "不收集", Text: "研判岗与承办单位；不公开", Media: "服务器重新编码", Open: true},
		{Mode: Confidential, Title: "实名保密举报", Contact: "保密岗与监督方各一人共同开启，写明理由，您能看到", Text: "研判岗与承办单位；不公开", Media: "服务器重新编码", Sealed: true, Open: true, Instead: call},
		{Mode: Insider, Title: "内部知情人举报", Contact: "保密岗与监督方各一人共同开启，写明理由，您能看到", Text: "只有保密岗", Media: "浏览器内重新编码后封存", Sealed: true, Open: true, Instead: call},
	}
}

// Row finds a mode's row.
func (m Mode) Row() (ModeRow, bool) {
	for _, r := range Modes() {
		if r.Mode == m {
			return r, true
		}
	}
	return ModeRow{}, false
}

// Question is one thing that a kind of report asks, with GeoReport's types.
type Question struct {
	Code     string
	Title    string
	Hint     string
	Type     Type
	Required bool
	Options  []flow.Option // of the two list types
}

// Type is how a question is answered.
type Type string

// The types of GeoReport v2.
const (
	Line     Type = "string"
	Text     Type = "text"
	Number   Type = "number"
	DateTime Type = "datetime"
	One      Type = "singlevaluelist"
	Many     Type = "multivaluelist"
)

// Kind is one thing that may be reported: a service of GeoReport v2.
type Kind struct {
	Code      string
	Name      string
	About     string
	Group     string
	Keywords  []string
	Category  string // of clues
	Questions []Question
}

// Answer is what was said to a question; several values for Many.
type Answer struct {
	Code   string   `json:"code"`
	Values []string `json:"values"`
}

// Tip is one report. What is shown to the public are the fields Shown…, which a
// reviewer has written; the rest never leaves the desk.
type Tip struct {
	ID         ID
	Number     string // WZ-J-2026-000123, also GeoReport's service_request_id
	Mode       Mode
	Channel    Channel
	Kind       string
	Text       string
	Suspect    string // who is reported, as the reporter says
	Area       string
	Address    string
	Lng, Lat   float64 // WGS84; 0, 0 = not given
	Answers    []Answer
	MediaURL   string
	Files      []string
	ClueID     string
	Progress   Progress
	Review     flow.State
	ShownText  string
	ShownPlace string
	ShownLng   float64
	ShownLat   float64
	ShownMedia string
	Echoes     int64 // how many others say that they see the same
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Version    int64
	Desk       Desk
}

func (t Tip) clue() clue.ID { return clue.ID(t.ClueID) }

// Scope is where the tip lies.
func (t Tip) Scope() auth.Scope { return auth.Scope{Area: t.Area} }

// Progress is how far the matter has come, in words for the reporter.
type Progress struct {
	Stage    string // e.g. 正在整改
	Closed   bool
	Note     string // the plain reason or next step
	Agency   string // who is responsible now
	DueAt    time.Time
	ClosedAt time.Time
	ClueID   string // the clue that it follows, after merging
	IssueID  string
	Judged   Verdict // what the judgement means for the reporter; not kept
}

// New is what a reporter sends.
type New struct {
	Mode     Mode
	Channel  Channel
	Kind     string
	Text     string
	Suspect  string
	Area     string // "" = found from the point or the address
	Address  string
	Lng, Lat float64
	HasPoint bool
	Answers  map[string][]string
	MediaURL string
	Contact  string          // public mode; at the desk's doors also confidential, sealed before anything is written
	Sealed   *vault.Envelope // confidential mode: the contact as the browser sealed it
	Photos   [][]byte
	Call     string         // number of the call for clues that it answers
	Media    []media.Source // videos and recordings
}

// Receipt is what the reporter keeps; the secret is stored nowhere.
type Receipt struct {
	Number string
	Secret string
}

// Policy is what a place decides about reports.
type Policy struct {
	Prefix string // of numbers, e.g. WZ-J
	Secret string // of numbers of sealed modes, e.g. WZ-M: gaps in the others tell nothing of them
	Days   int    // working days until the reporter is told
	Kinds  []Kind
	Routes []Route
	// How often, and for how many days after closing, a reporter may have a matter
	// taken up again; 0 = twice within 30 days.
	Again, AgainDays int
	Phrases          []phrase.Phrase                  // ready sentences of the desk
	Branch           func(agency, area string) string // the agency's own branch there, nil = the agency itself
}

// Kind finds a kind of report.
func (p Policy) Kind(code string) (Kind, bool) {
	for _, k := range p.Kinds {
		if k.Code == code {
			return k, true
		}
	}
	return Kind{}, false
}
