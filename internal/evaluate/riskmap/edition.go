package riskmap

import (
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/flow"
)

// Kind of a monthly value.
type ValueKind string

// The monthly values of a unit.
const (
	WaterShare  ValueKind = "water"
	AirIndex    ValueKind = "air"
	Complaint   ValueKind = "complaints"
	Exceedance  ValueKind = "exceedances"
	oldestMonth           = 12 * 2000
)

// ValueKinds lists them.
var ValueKinds = []struct {
	ID    ValueKind
	Title string
	Unit  string
	Hint  string
	top   string // "" = none
	whole bool
}{
	{WaterShare, "满足功能要求水质断面比例", "", "市控以上断面，0 至 1，如 0.875", "1", false},
	{AirIndex, "环境空气质量综合指数", "", "当月，如 3.31", "100", false},
	{Complaint, "信访投诉量", "件", "填写后以此为准，不再用系统计数", "", true},
	{Exceedance, "在线监测超标次数", "次", "填写后以此为准，不再用系统计数", "", true},
}

// ID names an edition.
type ID string

// Value is one entered monthly value; the newest of a unit, month and kind
// counts, the older stay.
type Value struct {
	ID        string
	Area      string
	Month     Month
	Kind      ValueKind
	Value     decimal.Decimal
	Document  string
	CreatedBy string
	ByName    string // read only
	CreatedAt time.Time
}

// Item is one entered happening: a major problem brought up, a sudden event, a
// mass incident.
type Item struct {
	ID           string
	Area         string
	Kind         string // discovery, event, mass_incident
	Date         time.Time
	Level, What  string // of discovery
	Grade        string // of an event
	SelfFound    bool
	Title        string
	Document     string
	CreatedBy    string
	ByName       string // read only
	CreatedAt    time.Time
	WithdrawnAt  time.Time
	WithdrawnFor string
}

// Row is one thing behind a warning, as it was when the facts were gathered.
type Row struct {
	Aspect   string `json:"aspect"` // environment, complaints …
	Title    string `json:"title"`
	Value    string `json:"value"`
	Origin   string `json:"origin"` // 登记, 系统计数
	Document string `json:"document"`
	By       string `json:"by"`
	At       string `json:"at"`
	Link     string `json:"link"`
	ItemID   string `json:"item_id"`
}

// Gathered is the facts of a month with what stands behind them.
type Gathered struct {
	Facts Facts
	Rows  map[string][]Row // by unit
}

// Edition is one evaluation of a month (一期), frozen when it is drafted.
type Edition struct {
	ID        ID
	Number    string // WZ-R-2026-000012
	Month     Month
	Revision  int
	State     flow.State
	Reason    string // why it is revised
	Source    string // of the rules
	Choices   []string
	Facts     []byte // a facts file
	Result    Result
	Rows      map[string][]Row
	DraftedBy string
	Drafter   string // read only
	DraftedAt time.Time
	SignedBy  string
	Signer    string // read only
	SignedAt  time.Time
	Version   int64
}

// The states of an edition.
const (
	StateDraft      flow.State = "draft"
	StateSigned     flow.State = "signed"
	StateSuperseded flow.State = "superseded"
	StateDiscarded  flow.State = "discarded"
)

// The verbs of an edition.
const (
	Draft     flow.Verb = "draft" // the beginning; not in the table
	Sign      flow.Verb = "sign"
	Discard   flow.Verb = "discard"
	Supersede flow.Verb = "supersede"
)

const (
	capEnter = "risk.enter"
	capSign  = "risk.sign"
)

const notDrafter flow.Fact = "not_the_drafter"

// Machine is the life of an edition: one person freezes the facts, another
// signs; a correction is a new revision, which takes the older one's place.
var Machine = &flow.Machine{
	Kind: "risk_map", Title: "风险预警图", Initial: StateDraft,
	States: []flow.StateRow{
		{State: StateDraft, Title: "待签发", Waits: "局领导"},
		{State: StateSigned, Title: "已签发", Waits: "无"},
		{State: StateSuperseded, Title: "已被更正", Terminal: true},
		{State: StateDiscarded, Title: "已作废", Terminal: true},
	},
	Steps: []flow.Step{
		{From: []flow.State{StateDraft}, Verb: Sign, To: StateSigned, Title: "签发", Capability: capSign,
			Next:   "成为当月的风险预警图，此后更改须另立更正版",
			Guards: []flow.Guard{{Fact: notDrafter, Refuse: "签发人不能是冻结这一期的人"}},
			Fields: []flow.Field{{Name: "text", Title: "签发意见", Kind: flow.Text, Hint: "可不填"}}},
		{From: []flow.State{StateDraft}, Verb: Discard, To: StateDiscarded, Title: "作废", Capability: capEnter, Danger: true,
			Next:   "事实照旧，可以重新冻结",
			Fields: []flow.Field{{Name: "text", Title: "原因", Kind: flow.Text, Required: true}}},
		{From: []flow.State{StateSigned}, Verb: Supersede, To: StateSuperseded, Title: "由更正版取代", Capability: capSign, Auto: true},
	},
}
