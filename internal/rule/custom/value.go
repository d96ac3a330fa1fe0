package custom

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/qingshao/qingshao/internal/rule/sign"
)

// ConvertToNative is of no use to a scene.
func (s *sceneValue) ConvertToNative(reflect.Type) (any, error) {
	return nil, errors.New("a scene is nothing else")
}

// ConvertToType is of no use to a scene.
func (s *sceneValue) ConvertToType(ref.Type) ref.Val { return types.NewErr("a scene is nothing else") }

// Equal compares by identity.
func (s *sceneValue) Equal(o ref.Val) ref.Val { return types.Bool(s == o) }

// Type is the scene's own.
func (s *sceneValue) Type() ref.Type { return sceneType }

// Value is the scene.
func (s *sceneValue) Value() any { return s.Scene }

// ResolveName gives the values of the hour.
func (s *sceneValue) ResolveName(name string) (any, bool) {
	now := s.Now()
	local := now.At.Add(8 * 3600e9).UTC()
	switch name {
	case "w":
		return s, true
	case "hour":
		return types.Double(s.Hour()), true
	case "weekday":
		return types.Double((int(local.Weekday())+6)%7 + 1), true
	case "month":
		return types.Double(local.Month()), true
	case "running":
		return types.Bool(s.Loaded(now)), true
	case "rain":
		if math.IsNaN(now.Rain) {
			return missing(), true
		}
		return types.Double(now.Rain), true
	}
	return nil, false
}

// Parent is nil: a scene knows all names.
func (s *sceneValue) Parent() cel.Activation { return nil }

// Answer is what a text says of an hour.
type Answer int8

// The answers. Nothing is known where a value that counts is missing; Failed is
// a text that ran beyond its limit.
const (
	Unknown Answer = iota
	No
	Yes
	Failed
)

// ask evaluates a judgement.
func (p *program) ask(s *sceneValue) Answer {
	v, err := p.eval(s)
	switch {
	case err != nil && unknown(err):
		return Unknown
	case err != nil:
		return Failed
	case v == types.True:
		return Yes
	}
	return No
}

// number evaluates a number; NaN when it is not known.
func (p *program) number(s *sceneValue) float64 {
	v, err := p.eval(s)
	if d, ok := v.(types.Double); ok && err == nil {
		return float64(d)
	}
	return math.NaN()
}

func (p *program) eval(s *sceneValue) (ref.Val, error) {
	v, _, err := p.run.Eval(s)
	return v, err
}

// unknown tells a missing value, and a number that is none, from a text that
// failed.
func unknown(err error) bool {
	return strings.Contains(err.Error(), errMissing.Error()) || strings.Contains(err.Error(), "NaN")
}

func newScene(s *sign.Scene) *sceneValue { return &sceneValue{s, map[string]int{}} }

// show writes a number as people read it.
func show(v float64) string {
	switch {
	case math.IsNaN(v):
		return "—"
	case v == math.Trunc(v) && math.Abs(v) < 1e7:
		return fmt.Sprintf("%.0f", v)
	case math.Abs(v) >= 100:
		return fmt.Sprintf("%.1f", v)
	case math.Abs(v) >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3g", v)
}
