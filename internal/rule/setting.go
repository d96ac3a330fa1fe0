package rule

import (
	"cmp"
	"encoding/json"
	"maps"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/rule/setting"
	"github.com/qingshao/qingshao/internal/rule/sign"
	"github.com/qingshao/qingshao/internal/timeline"
)

// BuiltIn is a rule of the catalogue as people see and set it, a window rule or a
// sign. Fixed ones are judged by the standard alone, or say nothing live.
type BuiltIn struct {
	ID       string
	Title    string
	Basis    string // with the default settings
	Text     string // the same with settings in braces
	Family   string // of signs
	Stream   Stream // of window rules
	Official bool
	Sign     bool
	Kinds    []enterprise.Kind
	Settings []setting.Setting
}

func ofRule(r Rule) BuiltIn {
	return BuiltIn{r.ID, r.Title, r.Basis, r.Text, string(sign.Official), r.Stream, r.Official, false, r.Kinds, r.Settings}
}

func ofSign(r sign.Rule) BuiltIn {
	b := BuiltIn{r.ID, r.Title, r.Basis, r.Text, string(r.Family), enterprise.Hour, false, true, r.Kinds, r.Settings}
	if r.Apart {
		b.Settings = nil
	}
	return b
}

// builtIns lists what is built in, window rules first.
func (s *Service) builtIns() []BuiltIn {
	var out []BuiltIn
	for _, r := range s.rules {
		out = append(out, ofRule(r))
	}
	for _, r := range s.signs {
		out = append(out, ofSign(r))
	}
	return out
}

func (s *Service) builtIn(id string) (BuiltIn, bool) {
	for _, b := range s.builtIns() {
		if b.ID == id {
			return b, true
		}
	}
	return BuiltIn{}, false
}

// Tuning is what one area sets on a built-in rule (规则设置): the draft, and whether
// anything of it is in force.
type Tuning struct {
	ID         string
	Rule       string
	Area       string
	State      flow.State
	Draft      setting.Values
	Author     string // of the draft
	AuthorName string // read only
	Live       int64  // newest published version; 0 = none yet
	InForce    bool
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Version    int64
}

// Scope is what policies decide on.
func (t Tuning) Scope() auth.Scope { return auth.Scope{Area: t.Area} }

// TuningVersion is what was published once. It never changes.
type TuningVersion struct {
	TuningID        string
	Number          int64
	Rule, Area      string
	Values          setting.Values
	Withdrawn       bool // the area set nothing from then on
	Reason          string
	Author          string
	AuthorName      string
	PublishedBy     string
	PublishedByName string
	From            time.Time
}

// TuningFile is everything about one area's settings of a rule.
type TuningFile struct {
	Tuning   Tuning
	Rule     BuiltIn
	Wider    setting.Set // what holds where the area sets nothing
	Now      setting.Set // what holds in the area now
	Problems []setting.Trouble
	Versions []TuningVersion // newest first
	Trials   []Trial         // newest first
	Tried    bool
	Timeline []timeline.Entry
	Actions  []flow.Action
}

// trialText is what a trial of settings tried.
type trialText struct {
	Settings *TriedSettings `json:"settings,omitempty"`
}

// TriedSettings is a draft that was tried.
type TriedSettings struct {
	Rule   string         `json:"rule"`
	Area   string         `json:"area"`
	Values setting.Values `json:"values"`
}

func (t Tuning) tried() (string, error) {
	b, err := json.Marshal(trialText{&TriedSettings{t.Rule, t.Area, t.Draft}})
	return string(b), err
}

// same reports whether two drafts set the same.
func same(a, b setting.Values) bool { return maps.Equal(a, b) }

// tuned gives the signs what holds at a place over time.
func tuned(table setting.Table, rules []sign.Rule, area string) []sign.Rule {
	if len(table) == 0 {
		return rules
	}
	out := make([]sign.Rule, len(rules))
	for i, r := range rules {
		if len(table[r.ID]) > 0 {
			line := table.Line(r.ID, r.Settings, area)
			r.Line = &line
		}
		out[i] = r
	}
	return out
}

// basisOf is the rule's basis with the settings by which the alarm was raised.
func (s *Service) basisOf(table setting.Table, a Alarm) string {
	b, ok := s.builtIn(a.Rule)
	if !ok || len(b.Settings) == 0 {
		r, _ := s.Rule(a.Rule)
		return r.Basis
	}
	return table.At(b.ID, b.Settings, a.Area, a.LastAt).Fill(cmp.Or(b.Text, b.Basis))
}
