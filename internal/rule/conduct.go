package rule

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/rule/setting"
	"github.com/qingshao/qingshao/internal/rule/sign"
)

// HourValue is one official hour of one factor at an outlet.
type HourValue struct {
	Factor         string
	At             time.Time
	Mean, Min, Max float64
	Flag           string
}

// Hours gives official hours of an outlet in From <= t < To, in order of time.
type Hours interface {
	HoursOf(ctx context.Context, outletID string, from, to time.Time) ([]HourValue, error)
}

// Conduct is what the catalogue of signs says of an outlet's hours (异常识别).
type Conduct struct {
	Outlet   *sign.Outlet
	From, To time.Time
	Hours    int // hours with any value
	Episodes []sign.Episode
}

// learn is how long before the time asked for the replay begins, so that what is
// usual is known; relearn is how often a watcher looks at it again.
const (
	learn   = 48 * 24 * time.Hour
	relearn = 72 * time.Hour
)

// Longest is the longest time that one replay looks at.
const Longest = 180 * 24 * time.Hour

// begin is the first hour that a replay from a time on reads. It moves in steps of
// relearn, so that replays an hour apart learn at the same hours, and what one of
// them saw the next one sees again.
func begin(from time.Time) time.Time { return from.Add(-learn).Truncate(relearn) }

// replay lets the signs watch an outlet's past again: what they would have said
// between from and to.
func (s *Service) replay(ctx context.Context, rules []sign.Rule, outlet enterprise.Outlet, from, to time.Time) (c Conduct, err error) {
	p, err := s.gather(ctx, outlet, from, to)
	if err != nil {
		return c, err
	}
	return watchAgain(tuned(p.table, rules, outlet.Area), outlet, p.limits, p.values, &p.facts, from, to), nil
}

// outletPast is everything that a replay reads.
type outletPast struct {
	limits []enterprise.Limit
	values []HourValue
	facts  Facts
	table  setting.Table
}

func (s *Service) gather(ctx context.Context, outlet enterprise.Outlet, from, to time.Time) (p outletPast, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if p.table, err = published(ctx, tx); err != nil {
			return err
		}
		p.limits, err = enterprise.LimitsOf(ctx, tx, outlet.ID)
		return err
	})
	if err != nil {
		return p, err
	}
	if p.values, err = s.hours.HoursOf(ctx, outlet.ID, begin(from), to); err != nil || s.known == nil {
		return p, err
	}
	p.facts, err = s.known.FactsOf(ctx, outlet, begin(from), to)
	return p, err
}

// watchAgain is the pure part of a replay.
func watchAgain(rules []sign.Rule, outlet enterprise.Outlet, limits []enterprise.Limit, values []HourValue, facts *Facts, from, to time.Time) Conduct {
	c := Conduct{From: from, To: to}
	var slots []sign.Slot
	c.Outlet, slots = scene(outlet, limits, values, facts, to)
	w := sign.NewWatcher(c.Outlet, rules)
	for _, x := range slots {
		if !x.At.Before(from) {
			c.Hours++
		}
		w.SeeSlot(x)
	}
	for _, e := range w.Finish() {
		if e.To.After(from) {
			c.Episodes = append(c.Episodes, e)
		}
	}
	return c
}

// subject is the outlet as the signs see it: a channel for every factor that has
// values, with the limit of hours, or of days where there is none, at the end of
// the time.
func subject(o enterprise.Outlet, limits []enterprise.Limit, values []HourValue, at time.Time) *sign.Outlet {
	s := &sign.Outlet{ID: o.ID, Kind: o.Kind, Step: time.Hour}
	seen := map[string]bool{}
	for _, v := range values {
		if seen[v.Factor] {
			continue
		}
		seen[v.Factor] = true
		f, _ := factor.ByCode(v.Factor)
		unit := f.Unit
		if unit == "-" {
			unit = ""
		}
		c := sign.Plain(v.Factor, f.Name, unit, sign.RoleOf(v.Factor))
		for _, stat := range []enterprise.Statistic{enterprise.Hour, enterprise.Day} {
			if l, ok := enterprise.LimitAt(limits, v.Factor, stat, at); ok {
				if l.Upper != nil {
					c.Upper = l.Upper.Float64()
				}
				if l.Lower != nil {
					c.Lower = l.Lower.Float64()
				}
				break
			}
		}
		s.Channels = append(s.Channels, c)
	}
	return s
}

// Conduct replays the signs over an outlet's past for somebody who may see its
// alarms.
func (s *Service) Conduct(ctx context.Context, actor auth.Actor, outletID string, from, to time.Time) (Conduct, error) {
	if !from.Before(to) || to.Sub(from) > Longest {
		return Conduct{}, fault.Invalidf("回看的时段应在 %d 天以内，且结束晚于开始", int(Longest.Hours()/24)).With("from", "请缩短时段")
	}
	var o enterprise.Outlet
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		o, err = enterprise.OutletByID(ctx, tx, outletID)
		return err
	})
	if err != nil {
		return Conduct{}, err
	}
	if !s.policy.Can(actor, auth.AlarmRead, auth.Scope{Area: o.Area, Enterprise: o.EnterpriseID}) {
		return Conduct{}, fault.NotFoundf("没有这个排放口，可能已被移出或不在您的管辖范围内")
	}
	return s.replay(ctx, s.signs, o, from, to)
}
