package custom

import (
	"time"

	"github.com/qingshao/qingshao/internal/rule/sign"
)

// patience is how many hours without an answer a condition that is building up
// survives; silence is after how many of them one that lasts is given up.
const (
	patience = 3
	silence  = 48
)

// Hit is one time that a rule fired at an outlet. To is the end of the newest
// hour in which it held, Ended is zero while it lasts.
type Hit struct {
	From, Raised, To, Ended time.Time
	Hours                   int // in which it held
	Text                    string
	Channel                 int // of the first factor; -1 = none
}

// Lasts reports whether it has not ended.
func (h *Hit) Lasts() bool { return h.Ended.IsZero() }

// Judge follows one rule at one outlet, hour by hour. It is a pure function of
// the hours from From on and of what lasted before.
type Judge struct {
	rule *Rule
	from time.Time

	run, gap, calm int // hours in a row: that held, without an answer, that recovered
	since          time.Time
	hits           []Hit
	scene          *sceneValue

	Asked    int // hours
	Unknowns int // of these, without an answer
	Failures int // of these, beyond the limit
}

// NewJudge begins at an hour. before is what lasted already, nil = nothing.
func NewJudge(r *Rule, from time.Time, before *Hit) *Judge {
	j := &Judge{rule: r, from: from}
	if before != nil {
		j.hits = append(j.hits, *before)
	}
	return j
}

// Rule dresses the judge as one of the signs, so that it sees the hours that they
// see. It gives no sign: what it finds stands in Hits.
func (j *Judge) Rule() sign.Rule {
	return sign.Rule{ID: "custom", Title: j.rule.Spec.Title, Basis: j.rule.Spec.Basis, Judge: func(s *sign.Scene, _ *sign.Signs) { j.see(s) }}
}

// Hits are the times that the rule fired, in order; the last may still last.
func (j *Judge) Hits() []Hit { return j.hits }

// lasting is the hit under way, nil without one.
func (j *Judge) lasting() *Hit {
	if n := len(j.hits); n > 0 && j.hits[n-1].Lasts() {
		return &j.hits[n-1]
	}
	return nil
}

func (j *Judge) see(s *sign.Scene) {
	at := s.Now().At
	if at.Before(j.from) {
		return
	}
	if j.scene == nil {
		j.scene = newScene(s)
	}
	j.scene.Scene = s
	j.Asked++
	a := j.rule.main.ask(j.scene)
	switch a {
	case Unknown:
		j.Unknowns++
	case Failed:
		j.Failures++
	}
	if h := j.lasting(); h != nil {
		j.goOn(h, a, at)
		return
	}
	j.build(a, at)
}

// build counts the hours until the condition has held long enough.
func (j *Judge) build(a Answer, at time.Time) {
	switch a {
	case Yes:
		if j.run == 0 {
			j.since = at
		}
		j.run, j.gap = j.run+1, 0
	case No:
		j.run = 0
	default:
		if j.gap++; j.gap > patience {
			j.run = 0
		}
	}
	if j.run < j.rule.Spec.Hours || a != Yes {
		return
	}
	end := at.Add(time.Hour)
	h := Hit{From: j.since, Raised: end, To: end, Hours: j.run, Channel: -1, Text: j.rule.say(j.scene, j.run)}
	for _, k := range j.rule.main.keys {
		if c := j.scene.channel(k); c >= 0 {
			h.Channel = c
			break
		}
	}
	j.hits = append(j.hits, h)
	j.run, j.gap, j.calm = 0, 0, 0
}

// goOn extends the hit, or ends it when the recovery has held long enough.
func (j *Judge) goOn(h *Hit, a Answer, at time.Time) {
	end := at.Add(time.Hour)
	if a == Unknown || a == Failed {
		if j.gap++; j.gap >= silence {
			h.Ended, j.gap = h.To, 0
		}
		return
	}
	j.gap = 0
	if a == Yes {
		if end.After(h.To) {
			h.To, h.Hours = end, h.Hours+1
			h.Text = j.rule.say(j.scene, h.Hours)
		}
		j.calm = 0
		return
	}
	if u := j.rule.until; u != nil && u.ask(j.scene) != Yes {
		j.calm = 0
		return
	}
	if j.calm++; j.calm >= j.rule.Spec.UntilHours {
		h.Ended, j.calm = end, 0
	}
}

// Follow tells what a look at the newest hours means for what was known: how the
// known hit, nil without any, stands now, and which hits are fresh. A look that
// begins in the middle of an old hit sees the rest of it, which is not fresh.
func Follow(known *Hit, seen []Hit) (now *Hit, fresh []Hit) {
	now = known
	for _, h := range seen {
		switch {
		case known == nil || !h.From.Before(known.To):
			fresh = append(fresh, h)
		case known.Lasts() && h.To.After(known.From):
			h.From, h.Raised = known.From, known.Raised
			now = &h
		}
	}
	return now, fresh
}
