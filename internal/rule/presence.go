package rule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Silence of an outlet and of one of its factors have alarms of their own.
const (
	RuleOffline = "offline" // 设备离线
	RuleMissing = "missing" // 数据缺失
)

// presences are the rules about data that do not come. They need a clock, where the
// others need values.
var presences = []Rule{
	{ID: RuleOffline, Title: "设备离线", Basis: "自动监测设备应当与生态环境主管部门的监控设备联网（排污许可管理条例第二十条）", Stream: enterprise.Realtime},
	{ID: RuleMissing, Title: "数据缺失", Basis: "在线而应传的小时值连续未到（污染源自动监控数据传输有效率考核）", Stream: enterprise.Hour},
}

const (
	jobOffline = "rule.offline"
	jobMissing = "rule.missing"
)

// Ear knows when outlets were heard.
type Ear interface {
	// Heard lists when each outlet that was ever heard was heard last.
	Heard() map[string]time.Time
}

// watchOffline raises an alarm for every outlet that has fallen silent and ends it
// when the outlet is heard again. Time in which the program did not listen does
// not count.
func (s *Service) watchOffline(ctx context.Context, _ job.Job) error {
	return s.eachOutlet(ctx, func(o enterprise.Outlet, heard time.Time) error {
		silent := heard
		if silent.Before(s.began) {
			silent = s.began
		}
		away := s.db.Now().Sub(silent) > s.conf.Offline
		return s.present(ctx, o, RuleOffline, "", away, heard, fmt.Sprintf("自 %s 起没有收到任何数据", heard.In(beijing).Format("01-02 15:04")))
	})
}

// missingSince is how far back the last value of a factor is looked for.
const missingSince = 72 * time.Hour

// watchMissing does the same for the hourly values of factors that have a limit.
func (s *Service) watchMissing(ctx context.Context, _ job.Job) error {
	now := s.db.Now().Add(-lag).Truncate(time.Hour)
	return s.eachOutlet(ctx, func(o enterprise.Outlet, _ time.Time) error {
		values, err := s.hours.HoursOf(ctx, o.ID, now.Add(-missingSince), now)
		if err != nil {
			return err
		}
		var limits []enterprise.Limit
		if err := s.db.Read(ctx, func(tx *db.Tx) error {
			limits, err = enterprise.LimitsOf(ctx, tx, o.ID)
			return err
		}); err != nil {
			return err
		}
		newest := map[string]time.Time{}
		for _, v := range values {
			if v.At.After(newest[v.Factor]) {
				newest[v.Factor] = v.At
			}
		}
		for code, at := range newest {
			if _, due := enterprise.LimitAt(limits, code, enterprise.Hour, now); !due {
				if _, due = enterprise.LimitAt(limits, code, enterprise.Day, now); !due {
					continue
				}
			}
			from := at.Add(time.Hour)
			err := s.present(ctx, o, RuleMissing, code, now.Sub(from) >= s.conf.Missing, from,
				fmt.Sprintf("%s自 %s 起没有小时值，设备仍在上传其他数据", factor.Name(code), from.In(beijing).Format("01-02 15:04")))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) eachOutlet(ctx context.Context, do func(o enterprise.Outlet, heard time.Time) error) error {
	heard := s.ear.Heard()
	var outlets []enterprise.Outlet
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		outlets, err = enterprise.AllOutlets(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	var failed []error
	for _, o := range outlets {
		at, ok := heard[o.ID]
		if !ok {
			continue // it was never there
		}
		if err := do(o, at); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			failed = append(failed, fmt.Errorf("outlet %s: %w", o.ID, err))
		}
	}
	return errors.Join(failed...)
}

// present makes the alarm of one outlet and factor what the data say: away since a
// moment, or there again. What a mark explains raises no alarm.
func (s *Service) present(ctx context.Context, o enterprise.Outlet, rule, code string, away bool, since time.Time, words string) error {
	var open *Alarm
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		open, err = openAt(ctx, tx, rule, place{o.ID, code})
		return err
	})
	if err != nil || away == (open != nil && open.Lasts()) || open != nil && away && !since.After(open.EndedAt) {
		return err
	}
	if open == nil || away {
		marked, err := s.marked(ctx, o, code, since)
		if err != nil || marked {
			return err
		}
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		list, err := openAlarms(ctx, tx, rule, []string{o.ID})
		if err != nil {
			return err
		}
		a := list[place{o.ID, code}]
		switch {
		case away && a == nil:
			return s.miss(ctx, tx, o, rule, code, since, words)
		case away && !a.Lasts():
			a.EndedAt, a.LastAt, a.Summary, a.Times = time.Time{}, since, words, a.Times+1
			if err := saveValues(ctx, tx, a); err != nil {
				return err
			}
			if _, err := s.auto(ctx, tx, a, Return); err != nil {
				return err
			}
			return s.heed(ctx, tx, a)
		case !away && a != nil && a.Lasts() && since.After(a.StartedAt):
			if err := s.end(ctx, tx, a, since); err != nil {
				return err
			}
			return s.heed(ctx, tx, a)
		}
		return nil
	})
}

// miss raises the alarm.
func (s *Service) miss(ctx context.Context, tx *db.Tx, o enterprise.Outlet, rule, code string, since time.Time, words string) error {
	law, _ := s.Rule(rule)
	a := Alarm{Rule: rule, Level: Notice, OutletID: o.ID, OutletName: o.Name, EnterpriseID: o.EnterpriseID, EnterpriseName: o.EnterpriseName, Area: o.Area,
		Factor: code, Basis: law.Basis, Times: 1, StartedAt: since, LastAt: since, Summary: words}
	if err := s.begin(ctx, tx, &a); err != nil {
		return err
	}
	return s.heed(ctx, tx, &a)
}

// begin writes a new alarm down and announces it.
func (s *Service) begin(ctx context.Context, tx *db.Tx, a *Alarm) (err error) {
	if a.Number, err = db.NextNumber(ctx, tx, s.conf.Prefix); err != nil {
		return err
	}
	a.ID, a.State, a.Highest, a.LevelAt, a.CreatedAt, a.UpdatedAt, a.Version = ID(db.NewID()), StateOpen, a.Level, tx.Now, tx.Now, tx.Now, 1
	if err := s.grade(ctx, tx, a); err != nil {
		return err
	}
	if err := insertAlarm(ctx, tx, *a); err != nil {
		return err
	}
	if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: raising, Actor: auth.System("rule"), Subject: string(a.ID), Area: a.Area, Note: a.Summary}); err != nil {
		return err
	}
	if err := s.assemble(ctx, tx, a); err != nil {
		return err
	}
	return s.announce(ctx, tx, a)
}

// marked reports whether a mark in force says why nothing comes.
func (s *Service) marked(ctx context.Context, o enterprise.Outlet, code string, since time.Time) (bool, error) {
	if s.known == nil {
		return false, nil
	}
	now := s.db.Now()
	f, err := s.known.FactsOf(ctx, o, since, now)
	if err != nil {
		return false, err
	}
	for _, m := range f.Marks {
		if (len(m.Factors) == 0 || code != "" && slices.Contains(m.Factors, code)) && !m.From.After(since.Add(slack)) && m.To.After(now) {
			return true, nil
		}
	}
	return false, nil
}
