package facility

import (
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/decimal"
)

// State says whether a unit runs.
type State string

// The states of a unit.
const (
	On      State = "on"      // 运行
	Off     State = "off"     // 停运
	Unknown State = "unknown" // no fresh value
)

// Title is the state's Chinese name.
func (s State) Title() string {
	switch s {
	case On:
		return "运行"
	case Off:
		return "停运"
	}
	return "未知"
}

// Stale is how old a unit's newest value may be: meters report every minute to
// every quarter of an hour.
const Stale = 30 * time.Minute

// Judge tells whether a channel's value means that the unit runs. Between the
// two thresholds it stays what it was, so that a value that trembles around one
// does not make the unit start and stop.
func (c Channel) Judge(value decimal.Decimal, before State) State {
	switch {
	case value.Cmp(c.OnAbove) >= 0:
		return On
	case value.Cmp(c.OffBelow) < 0:
		return Off
	case before == Unknown:
		return Off
	}
	return before
}

// Combine gives a unit's state from those of its channels: it runs as soon as
// one of them says so, and stands when all that are known say so.
func Combine(channels []State) State {
	out := Unknown
	for _, s := range channels {
		if s == On {
			return On
		}
		if s == Off {
			out = Off
		}
	}
	return out
}

// Idle is a treatment unit that stands while a unit runs that it treats.
type Idle struct {
	Treatment  string // unit id
	Production string
	Since      time.Time // when the later of both came to be so
}

// IdleTreatments finds them. A production unit that another treatment unit which
// runs treats as well is none: one of two in turn may stand.
func IdleTreatments(units []Unit, state func(id string) (State, time.Time)) []Idle {
	treated := map[string]bool{}
	for _, u := range units {
		if s, _ := state(u.ID); u.Kind == Treatment && s == On {
			for _, p := range u.Treats {
				treated[p] = true
			}
		}
	}
	var out []Idle
	for _, u := range units {
		s, off := state(u.ID)
		if u.Kind != Treatment || s != Off {
			continue
		}
		for _, p := range u.Treats {
			ps, on := state(p)
			if ps != On || treated[p] {
				continue
			}
			if on.Before(off) {
				on = off
			}
			out = append(out, Idle{u.ID, p, on})
		}
	}
	return out
}

func place(i int, field string) string { return fmt.Sprintf("units[%d].%s", i, field) }
