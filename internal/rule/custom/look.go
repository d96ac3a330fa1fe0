package custom

import (
	"errors"
	"math"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/qingshao/qingshao/internal/rule/sign"
)

// errMissing: what the text asks for is not known at this hour.
var errMissing = errors.New("no value")

func missing() ref.Val { return types.WrapErr(errMissing) }

var sceneType = cel.OpaqueType("scene")

// sceneValue is the hour and what lies before it, as CEL hands it around.
type sceneValue struct {
	*sign.Scene
	found map[string]int // channels by key
}

func (s *sceneValue) channel(key string) int {
	c, ok := s.found[key]
	if !ok {
		c = channelOf(s.Scene, key)
		s.found[key] = c
	}
	return c
}

func channelOf(s *sign.Scene, key string) int {
	if word, role := strings.CutPrefix(key, "@"); role {
		for _, p := range places {
			if p.word.Latin == word {
				return s.Role(p.role)
			}
		}
		return -1
	}
	for rest := key; rest != ""; {
		code, more, _ := strings.Cut(rest, "|")
		if c := s.Find(code); c >= 0 {
			return c
		}
		rest = more
	}
	return -1
}

// look is what a function does, once its channel is found.
type look func(s *sceneValue, c, hours int) float64

func (l look) of(s *sceneValue, key string, hours int) ref.Val {
	c := s.channel(key)
	if c < 0 {
		return missing()
	}
	v := l(s, c, hours)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return missing()
	}
	return types.Double(v)
}

var nan = math.NaN()

var looks = map[string]look{
	"value": func(s *sceneValue, c, _ int) float64 { return mean(s, s.Now(), c) },
	"before": func(s *sceneValue, c, n int) float64 {
		if n >= len(s.Slots) {
			return nan
		}
		return mean(s, &s.Slots[len(s.Slots)-1-n], c)
	},
	"avg": func(s *sceneValue, c, n int) float64 { m, _, k := moments2(s, c, n); return enough(m, k, n) },
	"swing": func(s *sceneValue, c, n int) float64 {
		m, sd, k := moments2(s, c, n)
		if k < 2 {
			return nan
		}
		return enough(sd/math.Abs(m), k, n)
	},
	"max": func(s *sceneValue, c, n int) float64 { return extreme(s, c, n, math.Max) },
	"min": func(s *sceneValue, c, n int) float64 { return extreme(s, c, n, math.Min) },
	"valid": func(s *sceneValue, c, n int) float64 {
		return count(s, n, func(x *sign.Slot) bool { return s.Good(x, c) }) / float64(n)
	},
	"marked": func(s *sceneValue, c, n int) float64 {
		return count(s, n, func(x *sign.Slot) bool { return x.Tallies[c].Marked > 0 })
	},
	"over": func(s *sceneValue, c, n int) float64 {
		return count(s, n, func(x *sign.Slot) bool { return x.Tallies[c].Over > 0 })
	},
	"same":  unchanged,
	"limit": func(s *sceneValue, c, _ int) float64 { return s.Outlet.Channels[c].Upper },
	"lower": func(s *sceneValue, c, _ int) float64 { return s.Outlet.Channels[c].Lower },
	"span":  func(s *sceneValue, c, _ int) float64 { return s.Outlet.Channels[c].Span },
	"usual": func(s *sceneValue, c, _ int) float64 {
		return usual(s, c, func(u *sign.UsualChannel) float64 { return u.P50 })
	},
	"high": func(s *sceneValue, c, _ int) float64 {
		return usual(s, c, func(u *sign.UsualChannel) float64 { return u.P95 })
	},
	"low": func(s *sceneValue, c, _ int) float64 {
		return usual(s, c, func(u *sign.UsualChannel) float64 { return u.P5 })
	},
	"usual_hour": func(s *sceneValue, c, _ int) float64 {
		return usual(s, c, func(u *sign.UsualChannel) float64 { return u.Hour[s.Hour()] })
	},
}

func mean(s *sceneValue, x *sign.Slot, c int) float64 {
	if !s.Good(x, c) {
		return nan
	}
	return float64(x.Tallies[c].Mean)
}

// moments2 is mean and deviation of the hours that say something, and how many.
func moments2(s *sceneValue, c, n int) (m, sd float64, k int) {
	var sum, squares float64
	slots := s.Last(n)
	for i := range slots {
		if s.Good(&slots[i], c) {
			v := float64(slots[i].Tallies[c].Mean)
			sum += v
			squares += v * v
			k++
		}
	}
	m = sum / float64(k)
	return m, math.Sqrt(max(0, squares/float64(k)-m*m)), k
}

// enough: half the hours asked for must say something, or nothing is known.
func enough(v float64, have, asked int) float64 {
	if have*2 < asked || have == 0 {
		return nan
	}
	return v
}

func extreme(s *sceneValue, c, n int, of func(a, b float64) float64) float64 {
	v, k := nan, 0
	slots := s.Last(n)
	for i := range slots {
		if !s.Good(&slots[i], c) {
			continue
		}
		x := float64(slots[i].Tallies[c].Mean)
		if k++; k == 1 {
			v = x
		} else {
			v = of(v, x)
		}
	}
	return enough(v, k, n)
}

func count(s *sceneValue, n int, is func(*sign.Slot) bool) float64 {
	k := 0
	slots := s.Last(n)
	for i := range slots {
		if is(&slots[i]) {
			k++
		}
	}
	return float64(k)
}

// sameLongest is how far back an unchanged value is followed.
const sameLongest = 168

// unchanged counts the newest hours with one value; an hour without one ends it.
func unchanged(s *sceneValue, c, _ int) float64 {
	first := mean(s, s.Now(), c)
	if math.IsNaN(first) {
		return nan
	}
	slots := s.Last(sameLongest)
	k := 0
	for i := len(slots) - 1; i >= 0 && mean(s, &slots[i], c) == first; i-- {
		k++
	}
	return float64(k)
}

func usual(s *sceneValue, c int, of func(*sign.UsualChannel) float64) float64 {
	if !s.Usual.Ready || s.Of(c).N == 0 {
		return nan
	}
	return of(s.Of(c))
}

// costs counts an hour looked at as one, for the estimate and while running.
type costs struct{}

func (costs) EstimateSize(cost.AstNode) *cost.SizeEstimate { return nil }

func (costs) EstimateCallCost(function, _ string, _ *cost.AstNode, args []cost.AstNode) *cost.CallEstimate {
	f, ok := functionOf(function)
	if !ok {
		return nil
	}
	n := uint64(2)
	if function == "same" {
		n += sameLongest
	}
	if f.hours {
		n += Longest
		if e := args[len(args)-1].Expr(); e.Kind() == ast.LiteralKind {
			if v, ok := e.AsLiteral().(types.Double); ok && v >= 1 && v <= Longest {
				n = 2 + uint64(v)
			}
		}
	}
	return &cost.CallEstimate{CostEstimate: cost.Estimate{Min: n, Max: n}}
}

func (costs) CallCost(function, _ string, args []ref.Val, _ ref.Val) *uint64 {
	f, ok := functionOf(function)
	if !ok {
		return nil
	}
	n := uint64(2)
	if function == "same" {
		n += sameLongest
	}
	if f.hours && len(args) > 2 {
		if v, ok := args[2].(types.Double); ok && v >= 1 && v <= Longest {
			n += uint64(v)
		}
	}
	return &n
}
