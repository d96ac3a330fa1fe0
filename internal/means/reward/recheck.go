package reward

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Again does a stored sum twice more: from the stored input and the stored rule
// rows, and from the stored input by the rules as they stand today. The first
// must be equal, or somebody has changed what was stored; the second shows what
// a change of the rules since then would mean.
func Again(stored Sheet, today Policy) (same bool, changed []Difference) {
	changed = []Difference{}
	kept := today
	kept.Figures, kept.Acts, kept.Exclusions, kept.Modes = stored.Rules, stored.Named, stored.Named, nil
	for _, r := range stored.Input.Reporters {
		kept.Modes = append(kept.Modes, r.Mode) // whether a mode may be rewarded was checked then
	}
	again, err := Compute(kept, stored.Input)
	same = err == nil && stored.Method == Method && equal(stored, again)
	now, err := Compute(today, stored.Input)
	if err != nil {
		return same, append(changed, Difference{"按现行规则不能测算", stored.Total.String(), err.Error()})
	}
	if stored.Method != Method {
		changed = append(changed, Difference{"算法版本", strconv.Itoa(stored.Method), strconv.Itoa(Method)})
	}
	if now.Total != stored.Total {
		changed = append(changed, Difference{"奖励总额", stored.Total.String(), now.Total.String()})
	}
	for _, f := range stored.Rules {
		switch g, ok := figure(now.Rules, f.ID); {
		case !ok:
			changed = append(changed, Difference{f.Title, show(f), "不再适用"})
		case g.Value.Cmp(f.Value) != 0 || g.Kind != f.Kind || g.Source != f.Source: // that it ends some day changes nothing
			changed = append(changed, Difference{f.Title, show(f), show(g)})
		}
	}
	for _, g := range now.Rules {
		if _, ok := figure(stored.Rules, g.ID); !ok {
			changed = append(changed, Difference{g.Title, "当时没有", show(g)})
		}
	}
	for i, p := range stored.Shares {
		if i < len(now.Shares) && now.Shares[i].Amount != p.Amount {
			changed = append(changed, Difference{p.Report, p.Amount.String(), now.Shares[i].Amount.String()})
		}
	}
	return same, changed
}

func show(f Figure) string {
	if f.Kind.Unit() == "" {
		return f.Source
	}
	return fmt.Sprintf("%s%s（%s）", f.Value, f.Kind.Unit(), f.Source)
}

func figure(list []Figure, id string) (Figure, bool) {
	for _, f := range list {
		if f.ID == id {
			return f, true
		}
	}
	return Figure{}, false
}

// equal compares what two sums gave; the digest of all the place's rules is not
// part of it.
func equal(a, b Sheet) bool {
	a.Policy, b.Policy = "", ""
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}
