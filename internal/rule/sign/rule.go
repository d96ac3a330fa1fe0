package sign

import (
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule/setting"
)

// Family groups signs that come from one cause of error: two signs of a family
// are no better than the stronger one.
type Family string

// The families.
const (
	Official  Family = "official"  // 超标
	Shape     Family = "shape"     // 数据形态
	Degree    Family = "degree"    // 浓度水平
	Relation  Family = "relation"  // 参数关系
	Condition Family = "condition" // 工况
	Marking   Family = "marking"   // 标记
	Sending   Family = "sending"   // 传输
)

// Rule is one entry of the catalogue of signs.
type Rule struct {
	ID     string
	Title  string
	Basis  string // legal or technical basis, with the default settings
	Family Family
	Kinds  []enterprise.Kind // nil = all
	Judge  func(*Scene, *Signs)
	// Apart means that an alarm of its own says this about live data, by a
	// procedure of its own: limits, silence.
	Apart bool
	// Settings are what may be set on the rule. Text is the basis that names them in
	// braces, Line what holds at the place that is watched; without one the defaults
	// hold.
	Settings []setting.Setting
	Text     string
	Line     *setting.Line
}

// Whole fills the basis in with the default settings.
func (r Rule) Whole() Rule {
	r.Text = r.Basis
	r.Basis = setting.Defaults(r.Settings).Fill(r.Text)
	return r
}

// Set is what holds for a slot that begins then.
func (r *Rule) Set(at time.Time) setting.Set {
	if r.Line == nil {
		return setting.Defaults(r.Settings)
	}
	return r.Line.At(at)
}

// BasisAt is the basis with the settings that hold for a slot that begins then.
func (r *Rule) BasisAt(at time.Time) string {
	if r.Line == nil {
		return r.Basis
	}
	return r.Line.At(at).Fill(r.Text)
}

func (r *Rule) watches(k enterprise.Kind) bool {
	for _, x := range r.Kinds {
		if x == k {
			return true
		}
	}
	return len(r.Kinds) == 0
}

// Sign is one rule's word about one channel at one slot. Weight is how often such
// a sign was right, 0 to 1; from 0.75 on it stands alone.
type Sign struct {
	Rule    *Rule
	Channel int // -1 = the outlet
	From    time.Time
	Weight  float64
	Reason  string
}

// Signs gathers what the rules say of one slot.
type Signs struct {
	rule  *Rule
	scene *Scene
	list  []Sign
}

// Add gives a sign that reaches back over the newest n slots.
func (s *Signs) Add(channel, n int, weight float64, format string, args ...any) {
	slots := s.scene.Slots
	from := slots[max(0, len(slots)-n)].At
	s.list = append(s.list, Sign{s.rule, channel, from, weight, fmt.Sprintf(format, args...)})
}
