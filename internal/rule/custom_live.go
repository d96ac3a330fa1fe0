package rule

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule/custom"
	"github.com/qingshao/qingshao/internal/rule/sign"
	"github.com/qingshao/qingshao/internal/timeline"
)

// customWindow is how far back the hourly look at officers' rules reaches: values
// that come later than that change nothing.
const customWindow = 7 * 24 * time.Hour

// customSilence is after how long without values a condition that lasted is given
// up.
const customSilence = 48 * time.Hour

// versions keeps what published texts became and are called; they never change.
type versions struct {
	mu  sync.Mutex
	ran map[string]*custom.Rule  // by rule of the alarm
	as  map[string]CustomVersion // the same
}

// compiled is the rule of a published text.
func (v *versions) compiled(x CustomVersion) (*custom.Rule, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	key := customID(x.RuleID, x.Number)
	if r := v.ran[key]; r != nil {
		return r, nil
	}
	r, problems := custom.Compile(x.Spec)
	if len(problems) > 0 {
		return nil, fmt.Errorf("第 %d 版不能运行：%s", x.Number, problems[0].Text)
	}
	if v.ran == nil {
		v.ran = map[string]*custom.Rule{}
	}
	v.ran[key] = r
	return r, nil
}

// customRule finds what an alarm's rule is called, for lists that show it.
func (s *Service) customRule(rule string) (Rule, bool) {
	id, number, ok := readCustomID(rule)
	if !ok {
		return Rule{}, false
	}
	s.texts.mu.Lock()
	defer s.texts.mu.Unlock()
	x, known := s.texts.as[rule]
	if !known {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
			x, err = versionOf(ctx, tx, id, number)
			return err
		})
		if err != nil {
			return Rule{}, false
		}
		if s.texts.as == nil {
			s.texts.as = map[string]CustomVersion{}
		}
		s.texts.as[rule] = x
	}
	return Rule{ID: rule, Title: x.Spec.Title + "（自定义）", Basis: x.Spec.Basis, Stream: enterprise.Hour}, true
}

// officers are the texts in force at the beginning of an hourly look, and the
// places that they are about.
type officers struct {
	versions []CustomVersion
	places   map[string]custom.Place
}

func (s *Service) officers(ctx context.Context) (o officers, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if o.versions, err = versionsInForce(ctx, tx); err != nil || len(o.versions) == 0 {
			return err
		}
		o.places, err = placesOf(ctx, tx)
		return err
	})
	return o, err
}

// watched is one text in force at one outlet.
type watched struct {
	version CustomVersion
	rule    *custom.Rule
	judge   *custom.Judge
	last    *Alarm // as it was before the look
}

// watch picks the texts that cover the outlet, each with what lasted already.
func (s *Service) watch(ctx context.Context, of officers, outlet string, now time.Time) (out []*watched, err error) {
	var alarms map[string]*Alarm
	for _, v := range of.versions {
		if !v.Spec.Covers(of.places[outlet]) {
			continue
		}
		if alarms == nil {
			err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
				alarms, err = customAlarms(ctx, tx, outlet, false)
				return err
			})
			if err != nil {
				return nil, err
			}
		}
		r, err := s.texts.compiled(v)
		if err != nil { // a later program may not know a word any more: the signs must go on
			if err := s.fails(ctx, v, err.Error()); err != nil {
				return nil, err
			}
			continue
		}
		w := &watched{version: v, rule: r, last: alarms[v.RuleID]}
		from := now.Add(-customWindow)
		var before *custom.Hit
		if h := hitOf(w.last); h != nil && h.Lasts() && h.From.Before(from) {
			before = h
		}
		w.judge = custom.NewJudge(r, from, before)
		out = append(out, w)
	}
	return out, nil
}

// withOfficers adds the judges to the rules of a look.
func withOfficers(rules []sign.Rule, list []*watched) []sign.Rule {
	out := slices.Clone(rules)
	for _, w := range list {
		out = append(out, w.judge.Rule())
	}
	return out
}

// hitOf is an alarm as the hit that it tells of; nil without one.
func hitOf(a *Alarm) *custom.Hit {
	if a == nil {
		return nil
	}
	return &custom.Hit{From: a.StartedAt, To: a.LastAt, Ended: a.EndedAt, Hours: int(a.Times), Text: a.Summary}
}

// settle lets the alarms live by what the judges found.
func (s *Service) settle(ctx context.Context, o enterprise.Outlet, seen *sign.Outlet, list []*watched, now time.Time) error {
	for _, w := range list {
		if w.judge.Failures > 0 {
			if err := s.fails(ctx, w.version, o.EnterpriseName+o.Name+"：计算量超过上限，这一小时没有判断"); err != nil {
				return err
			}
		}
		if !w.news(now) {
			continue
		}
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			alarms, err := customAlarms(ctx, tx, o.ID, true)
			if err != nil {
				return err
			}
			return s.live(ctx, tx, o, seen, w, alarms[w.version.RuleID], now)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// fails writes down on the rule's page that it could not judge.
func (s *Service) fails(ctx context.Context, v CustomVersion, why string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return noteFailures(ctx, tx, v.RuleID, 1, why) })
}

// news reports whether the look found anything that is not written down yet.
func (w *watched) news(now time.Time) bool {
	k := hitOf(w.last)
	still, found := custom.Follow(k, w.judge.Hits())
	if len(found) > 0 || k != nil && k.Lasts() && now.Sub(k.To) >= customSilence {
		return true
	}
	return still != nil && k != nil && (!still.To.Equal(k.To) || !still.Ended.Equal(k.Ended))
}

// live brings the rule's alarm at the outlet to what the hits say, oldest first.
// What ended long ago, or before the text was published, is not told any more.
func (s *Service) live(ctx context.Context, tx *db.Tx, o enterprise.Outlet, seen *sign.Outlet, w *watched, a *Alarm, now time.Time) error {
	still, found := custom.Follow(hitOf(a), w.judge.Hits())
	if still != nil && a.Lasts() {
		if still.Lasts() && now.Sub(still.To) >= customSilence {
			still.Ended = still.To
		}
		if err := s.goOnCustom(ctx, tx, a, still); err != nil {
			return err
		}
	}
	for _, h := range found {
		over := !h.Lasts() && (now.Sub(h.To) > fresh || !h.Ended.After(w.version.PublishedAt))
		if over || now.Sub(h.To) >= customSilence {
			continue
		}
		var err error
		if a != nil && a.State != StateCleared {
			err = s.backCustom(ctx, tx, a, h)
		} else {
			a, err = s.raiseCustom(ctx, tx, o, seen, w, h)
		}
		if err != nil {
			return err
		}
		if !h.Lasts() {
			if err := s.end(ctx, tx, a, h.Ended); err != nil {
				return err
			}
		}
	}
	return nil
}

// goOnCustom writes down how the condition stands.
func (s *Service) goOnCustom(ctx context.Context, tx *db.Tx, a *Alarm, h *custom.Hit) error {
	if h.To.After(a.LastAt) {
		a.LastAt, a.Summary, a.Times = h.To, h.Text, int64(h.Hours)
		if h.Lasts() {
			return saveValues(ctx, tx, a)
		}
	}
	if !h.Lasts() {
		return s.end(ctx, tx, a, h.Ended)
	}
	return nil
}

// backCustom lets an alarm that nobody has cleared begin again.
func (s *Service) backCustom(ctx context.Context, tx *db.Tx, a *Alarm, h custom.Hit) error {
	a.LastAt, a.Summary, a.EndedAt = h.To, h.Text, time.Time{}
	a.Times += int64(h.Hours)
	if err := saveValues(ctx, tx, a); err != nil {
		return err
	}
	_, err := s.auto(ctx, tx, a, Return)
	return err
}

// raiseCustom opens an alarm and tells the people concerned, unless it is quiet.
func (s *Service) raiseCustom(ctx context.Context, tx *db.Tx, o enterprise.Outlet, seen *sign.Outlet, w *watched, h custom.Hit) (*Alarm, error) {
	number, err := db.NextNumber(ctx, tx, s.conf.Prefix)
	if err != nil {
		return nil, err
	}
	basis := w.version.Spec.Basis
	if basis == "" {
		basis = "自定义规则“" + w.version.Spec.Title + "”第 " + fmt.Sprint(w.version.Number) + " 版"
	}
	a := &Alarm{ID: ID(db.NewID()), Number: number, Rule: customID(w.version.RuleID, w.version.Number), Level: Level(w.version.Spec.Level), Highest: Level(w.version.Spec.Level), State: StateOpen,
		OutletID: o.ID, OutletName: o.Name, EnterpriseID: o.EnterpriseID, EnterpriseName: o.EnterpriseName, Area: o.Area,
		Factor: factorOf(seen, h.Channel), Basis: basis, Times: int64(h.Hours),
		StartedAt: h.From, LastAt: h.To, Summary: h.Text, LevelAt: tx.Now, CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1}
	if err := s.grade(ctx, tx, a); err != nil {
		return nil, err
	}
	if err := insertAlarm(ctx, tx, *a); err != nil {
		return nil, err
	}
	if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: raising, Actor: auth.System("rule"), Subject: string(a.ID), Area: a.Area, Note: a.Summary}); err != nil {
		return nil, err
	}
	if err := s.assemble(ctx, tx, a); err != nil {
		return nil, err
	}
	return a, s.announce(ctx, tx, a)
}
