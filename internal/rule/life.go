package rule

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/timeline"
)

// raise opens an alarm, tells the people concerned and hands official findings in
// as clues. held are the caller's own alarms (see assemble).
func (s *Service) raise(ctx context.Context, tx *db.Tx, r Rule, w Window, f Finding, held ...*Alarm) (Alarm, error) {
	n := w.Newest()
	o, err := enterprise.OutletByID(ctx, tx, n.OutletID)
	if err != nil {
		return Alarm{}, err
	}
	number, err := db.NextNumber(ctx, tx, s.conf.Prefix)
	if err != nil {
		return Alarm{}, err
	}
	a := Alarm{
		ID: ID(db.NewID()), Number: number, Rule: r.ID, Level: f.Level, Highest: f.Level, State: StateOpen,
		OutletID: o.ID, OutletName: o.Name, EnterpriseID: o.EnterpriseID, EnterpriseName: o.EnterpriseName, Area: o.Area,
		Factor: n.Factor, Limit: *n.Bound(), Basis: n.Basis, Value: n.Value, Peak: peak(w, f.From).Value, Times: overs(w, f.From),
		StartedAt: f.From, LastAt: n.At, Summary: f.Summary, LevelAt: tx.Now, CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1,
	}
	if err := s.grade(ctx, tx, &a); err != nil {
		return a, err
	}
	if err := insertAlarm(ctx, tx, a); err != nil {
		return a, err
	}
	system := auth.System("rule")
	if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: raising, Actor: system, Subject: string(a.ID), Area: a.Area, Note: f.Summary}); err != nil {
		return a, err
	}
	if err := s.assemble(ctx, tx, &a, held...); err != nil {
		return a, err
	}
	if r.Official {
		if err := s.forward(ctx, tx, &a, "", w.Samples); err != nil {
			return a, err
		}
		if _, err := s.auto(ctx, tx, &a, Forward); err != nil {
			return a, err
		}
	}
	return a, s.announce(ctx, tx, &a)
}

// again adds another value beyond the limit to an alarm; the caller writes its
// values down. What decides who hears of the alarm is written at once: others of
// its event ask the database for it.
func (s *Service) again(ctx context.Context, tx *db.Tx, a *Alarm, n Sample, f Finding) error {
	came := !a.Lasts()
	if !n.At.Before(a.LastAt) {
		a.Value, a.LastAt, a.Summary = n.Value, n.At, f.Summary
		a.EndedAt = time.Time{}
	} else {
		came = false // a late value of the past does not bring the condition back
	}
	if f.From.Before(a.StartedAt) {
		a.StartedAt = f.From
	}
	if n.worse(Sample{Value: a.Peak, Lower: n.Lower}) {
		a.Peak, a.Limit, a.Basis = n.Value, *n.Bound(), n.Basis
	}
	a.Times++
	level := a.Level
	if err := s.regrade(ctx, tx, a, f.Level); err != nil {
		return err
	}
	if came || a.Level != level {
		if err := saveValues(ctx, tx, a); err != nil {
			return err
		}
	}
	if came {
		if _, err := s.auto(ctx, tx, a, Return); err != nil {
			return err
		}
		if err := lookAgain(ctx, tx, a.ID, tx.Now); err != nil {
			return err
		}
	}
	if a.Quiet.Kind == Loud || a.Quiet.Kind == Merged && !came && a.Level == level {
		return nil // whoever speaks for an event lets the others know when that changes
	}
	return s.hear(ctx, tx, a)
}

// end marks the return within the limit, and clears what needs no one's word.
func (s *Service) end(ctx context.Context, tx *db.Tx, a *Alarm, at time.Time) error {
	a.EndedAt = at
	if err := saveValues(ctx, tx, a); err != nil {
		return err
	}
	if _, err := s.auto(ctx, tx, a, End); err != nil {
		return err
	}
	return s.clear(ctx, tx, a)
}

// evidence is what goes with a clue: what was found, by which rule and limit,
// from which values.
type evidence struct {
	Alarm     ID        `json:"alarm"`
	Number    string    `json:"number"`
	Rule      string    `json:"rule"`
	Title     string    `json:"title"`
	RuleBasis string    `json:"rule_basis"`
	Outlet    string    `json:"outlet"`
	Factor    string    `json:"factor"`
	Limit     string    `json:"limit"`
	Basis     string    `json:"basis"`
	Value     string    `json:"value"`
	Peak      string    `json:"peak"`
	Times     int64     `json:"times"`
	StartedAt time.Time `json:"started_at"`
	LastAt    time.Time `json:"last_at"`
	Samples   []Sample  `json:"samples,omitempty"`
}

// forward hands the alarm in as a clue, once; the alarms of an event share one as
// long as it is being looked into.
func (s *Service) forward(ctx context.Context, tx *db.Tx, a *Alarm, words string, samples []Sample) error {
	if shared, err := s.shared(ctx, tx, a); err != nil || shared {
		return err
	}
	r, _ := s.Rule(a.Rule)
	table, err := published(ctx, tx)
	if err != nil {
		return err
	}
	pack, err := json.Marshal(evidence{a.ID, a.Number, a.Rule, r.Title, s.basisOf(table, *a), a.OutletName, a.Factor, a.Limit.String(), a.Basis,
		a.Value.String(), a.Peak.String(), a.Times, a.StartedAt, a.LastAt, samples})
	if err != nil {
		return err
	}
	o, err := enterprise.OutletByID(ctx, tx, a.OutletID)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s（%s）。自 %s 起，共 %d 次，最高 %s。依据：%s。", a.Summary, r.Title,
		a.StartedAt.In(beijing).Format("2006-01-02 15:04"), a.Times, a.Peak, a.Basis)
	if a.Level == Suspect {
		text = fmt.Sprintf("%s。自 %s 起，%d 项迹象，仅供核查，不作为认定依据。规则依据：%s。", a.Summary, a.StartedAt.In(beijing).Format("2006-01-02 15:04"), a.Times, a.Basis)
	}
	if _, _, ok := readCustomID(a.Rule); ok {
		text = fmt.Sprintf("%s。自 %s 起。由规则“%s”提请，仅供核查，不作为认定依据。规则依据：%s。", a.Summary, a.StartedAt.In(beijing).Format("2006-01-02 15:04"), r.Title, a.Basis)
	}
	if words != "" {
		text = words + "\n\n" + text
	}
	id, err := s.funnel.HandIn(ctx, tx, clue.New{
		Source: clue.SourceAlarm, SourceID: string(a.ID), Title: a.EnterpriseName + a.OutletName + factor.Name(a.Factor) + a.Level.Title(),
		Text: text, Area: a.Area, Lng: o.Lng, Lat: o.Lat, Category: s.conf.Category[o.Kind],
		EnterpriseID: a.EnterpriseID, EnterpriseName: a.EnterpriseName, OutletID: a.OutletID, Evidence: string(pack),
	})
	a.ClueID = string(id)
	return err
}

// shared gives the alarm the clue of its event, false without one that is alive.
func (s *Service) shared(ctx context.Context, tx *db.Tx, a *Alarm) (bool, error) {
	if a.EventID == "" {
		return false, nil
	}
	members, err := membersOf(ctx, tx, []EventID{a.EventID})
	if err != nil {
		return false, err
	}
	for _, m := range members {
		if m.ID == a.ID || m.ClueID == "" {
			continue
		}
		alive, err := s.funnel.Alive(ctx, tx, clue.ID(m.ClueID))
		if err != nil || !alive {
			continue
		}
		a.ClueID = m.ClueID
		return true, s.funnel.AddEvidence(ctx, tx, auth.System("rule"), clue.ID(a.ClueID), "同一预警事件 "+a.EventNumber+" 的预警 "+a.Number+"："+a.Summary, []string{})
	}
	return false, nil
}

// beijing is the zone in which people read times.
var beijing = time.FixedZone("CST", 8*3600)

func peak(w Window, from time.Time) Sample {
	p := w.Newest()
	for _, s := range w.Samples {
		if s.Over() && !s.At.Before(from) && s.worse(p) {
			p = s
		}
	}
	return p
}

func overs(w Window, from time.Time) int64 {
	n := int64(0)
	for _, s := range w.Samples {
		if s.Over() && !s.At.Before(from) {
			n++
		}
	}
	return n
}
