package rule

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/rule/custom"
	"github.com/qingshao/qingshao/internal/rule/setting"
)

// Values gives the values of a stream at one outlet in From <= t < To, in order of
// time.
type Values interface {
	ValuesOf(ctx context.Context, stream Stream, outlet enterprise.Outlet, from, to time.Time) ([]Sample, error)
}

// realtimeTrial is how far back a trial on realtime values looks: there are
// thousands a day.
const realtimeTrial = 7

// TrySettings asks for a look at what the draft would have said of the last days.
func (s *Service) TrySettings(ctx context.Context, actor auth.Actor, id string, days int) (trial string, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := s.seenTuning(actor)(lockTuning(ctx, tx, id))
		if err != nil {
			return err
		}
		if err := s.policy.Require(actor, auth.RuleWrite, t.Scope()); err != nil {
			return err
		}
		b, ok := s.builtIn(t.Rule)
		if !ok {
			return errNoBuiltIn
		}
		if err := fits(b, t.Draft); err != nil {
			return err
		}
		if b.Stream == enterprise.Realtime {
			days = min(days, realtimeTrial)
		}
		recent, err := trialsOf(ctx, tx, id, 1)
		if err != nil {
			return err
		}
		if len(recent) > 0 && (recent[0].State == TrialWaiting || recent[0].State == TrialRunning) {
			return fault.Conflictf("这项设置正在试算，请等它结束，或先取消")
		}
		text, err := t.tried()
		if err != nil {
			return err
		}
		to := tx.Now.Truncate(time.Hour)
		trial = db.NewID()
		if err := insertTrial(ctx, tx, Trial{ID: trial, RuleID: id, State: TrialWaiting, From: to.AddDate(0, 0, -days), To: to, text: text, createdBy: actor.ID}); err != nil {
			return err
		}
		if err := job.Enqueue(ctx, tx, job.Spec{Kind: jobTrial, Dedup: trial, Payload: trial, MaxAttempts: 3}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "rule_setting.try", Kind: SettingMachine.Kind, Subject: id, Area: t.Area,
			Detail: map[string]any{"trial": trial, "days": days}})
	})
	return trial, err
}

// triedBy is the kind and area of what a trial tries, for somebody who may see it.
func (s *Service) triedBy(ctx context.Context, tx *db.Tx, actor auth.Actor, t Trial) (kind, area string, err error) {
	if t.Settings != nil {
		x, err := s.seenTuning(actor)(findTuning(ctx, tx, t.RuleID))
		return SettingMachine.Kind, x.Area, err
	}
	c, err := s.seenCustom(actor)(findCustom(ctx, tx, t.RuleID))
	return CustomMachine.Kind, c.Spec.Area, err
}

// tries reports whether a trial looks at an outlet.
func (s *Service) tries(t Trial, o enterprise.Outlet, p custom.Place) bool {
	if t.Settings == nil {
		return t.Spec.Covers(p)
	}
	b, _ := s.builtIn(t.Settings.Rule)
	return strings.HasPrefix(o.Area, auth.AreaPrefix(t.Settings.Area)) && (len(b.Kinds) == 0 || slices.Contains(b.Kinds, o.Kind))
}

// trySettings replays the outlets twice, with what holds now and with the draft.
func (s *Service) trySettings(ctx context.Context, t Trial, outlets []enterprise.Outlet) (TrialResult, error) {
	result := TrialResult{Weeks: weeks(t.From, t.To), Hits: []TrialHit{}}
	x := t.Settings
	var now setting.Table
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		table, err := published(ctx, tx)
		now = table.Fixed(nextMinute(tx.Now))
		return err
	})
	if err != nil {
		return result, err
	}
	draft := now.Put(x.Rule, auth.AreaPrefix(x.Area), x.Values)
	for i, o := range outlets {
		if err := s.reach(ctx, t.ID, len(outlets), i); err != nil {
			return result, err
		}
		before, after, err := s.compare(ctx, x.Rule, o, now, draft, t.From, t.To)
		if err != nil {
			return result, err
		}
		result.differ(o, before, after)
	}
	result.list()
	return result, s.reach(ctx, t.ID, len(outlets), len(outlets))
}

// compare is what people would have been told of at an outlet, now and with the
// draft: by a window rule its episodes, by a sign all suspicions, since signs count
// together.
func (s *Service) compare(ctx context.Context, id string, o enterprise.Outlet, now, draft setting.Table, from, to time.Time) (before, after []TrialHit, err error) {
	for i := range s.rules {
		r := &s.rules[i]
		if r.ID != id {
			continue
		}
		if s.values == nil {
			return nil, nil, nil
		}
		var limits []enterprise.Limit
		err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
			limits, err = enterprise.LimitsOf(ctx, tx, o.ID)
			return err
		})
		if err != nil || len(limits) == 0 {
			return nil, nil, err
		}
		values, err := s.values.ValuesOf(ctx, r.Stream, o, from, to)
		if err != nil {
			return nil, nil, err
		}
		run := func(t setting.Table) []TrialHit {
			return again(r, t.Line(r.ID, r.Settings, o.Area), limits, values)
		}
		return run(now), run(draft), nil
	}
	p, err := s.gather(ctx, o, from, to)
	if err != nil {
		return nil, nil, err
	}
	run := func(t setting.Table) []TrialHit {
		return suspicions(watchAgain(tuned(t, s.behaviour(), o.Area), o, p.limits, p.values, &p.facts, from, to))
	}
	return run(now), run(draft), nil
}

// suspicions are the episodes of a replay as hits.
func suspicions(c Conduct) []TrialHit {
	var out []TrialHit
	for i := range c.Episodes {
		e := &c.Episodes[i]
		h := TrialHit{Factor: factorOf(c.Outlet, e.Kinds[0].Channel), From: e.From, To: e.To, Hours: int(e.To.Sub(e.From).Hours()), Text: summary(e), Level: string(Suspect)}
		if c.To.Sub(e.To) > fresh {
			h.Ended = e.To
		}
		out = append(out, h)
	}
	return out
}

// again lets a window rule look at an outlet's values once more, as the runner did.
func again(r *Rule, line setting.Line, limits []enterprise.Limit, values []Sample) []TrialHit {
	type state struct {
		window []Sample
		open   *TrialHit
	}
	states, out := map[string]*state{}, []*TrialHit{}
	for _, n := range values {
		l, ok := r.Limit(limits, n.Factor, n.At)
		if !ok {
			continue
		}
		n.Upper, n.Lower, n.Basis = l.Upper, l.Lower, l.Standard+l.Article
		x := states[n.Factor]
		if x == nil {
			x = &state{}
			states[n.Factor] = x
		}
		if len(x.window) == 0 && x.open == nil && !n.Over() {
			continue
		}
		w := Window{Alarmed: x.open != nil, Set: line.At(n.At)}
		var within bool
		if w.Samples, w.Now, within = insert(x.window, n, r.keep(w.Set)); within {
			x.window = w.Samples
		} else {
			w.Samples, w.Now = []Sample{n}, 0
		}
		switch f := r.Judge(w); {
		case f.Verdict == Broken && x.open == nil:
			x.open = &TrialHit{Factor: n.Factor, From: f.From, To: n.At, Hours: 1, Text: f.Summary, Level: string(f.Level)}
			out = append(out, x.open)
		case f.Verdict == Broken:
			x.open.To = n.At
			x.open.Hours++
			if f.Level.rank() > Level(x.open.Level).rank() {
				x.open.Level, x.open.Text = string(f.Level), f.Summary
			}
		case f.Verdict == Ended && x.open != nil:
			x.open.Ended = n.At
			x.open = nil
		}
		if x.open == nil && !slices.ContainsFunc(x.window, Sample.Over) {
			x.window = nil
		}
	}
	hits := make([]TrialHit, 0, len(out))
	for _, h := range out {
		hits = append(hits, *h)
	}
	return hits
}

// differ adds one outlet: everything that the draft would have told, and what it
// would have told no more. What overlaps at the same level is the same.
func (r *TrialResult) differ(o enterprise.Outlet, before, after []TrialHit) {
	r.Before += len(before)
	r.Count += len(after)
	if len(after) > 0 {
		r.Fired++
	}
	meets := func(h TrialHit, list []TrialHit) bool {
		return slices.ContainsFunc(list, func(x TrialHit) bool {
			return (x.Level == string(Suspect) || x.Factor == h.Factor) && x.Level == h.Level && !x.From.After(h.To) && !h.From.After(x.To)
		})
	}
	take := func(h TrialHit, change string) {
		h.OutletID, h.OutletName, h.EnterpriseName, h.Change = o.ID, o.Name, o.EnterpriseName, change
		if len(r.Hits) < 20*trialHits {
			r.Hits = append(r.Hits, h)
		}
	}
	for _, h := range after {
		r.Longest = max(r.Longest, h.Hours)
		r.week(h.From)
		change := ""
		if !meets(h, before) {
			change = "new"
			r.New++
		}
		take(h, change)
	}
	for _, h := range before {
		if !meets(h, after) {
			r.Gone++
			take(h, "gone")
		}
	}
}
