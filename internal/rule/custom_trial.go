package rule

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/rule/custom"
)

const (
	jobTrial     = "rule.trial"
	jobTrimTrial = "rule.trial.trim"
)

const (
	trialLongest = 10 * time.Minute     // wall clock
	trialHits    = 500                  // that are listed
	trialKeep    = 400 * 24 * time.Hour // evidence of why a rule was published
)

var errTrialCancelled = errors.New("the trial was cancelled")

// TryCustom asks for a look at what the draft would have said of the last days.
func (s *Service) TryCustom(ctx context.Context, actor auth.Actor, id string, days int) (trial string, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := s.seenCustom(actor)(lockCustom(ctx, tx, id))
		if err != nil {
			return err
		}
		if err := s.policy.Require(actor, auth.RuleWrite, c.Scope()); err != nil {
			return err
		}
		if err := understood(c.Spec); err != nil {
			return err
		}
		recent, err := trialsOf(ctx, tx, id, 1)
		if err != nil {
			return err
		}
		if len(recent) > 0 && (recent[0].State == TrialWaiting || recent[0].State == TrialRunning) {
			return fault.Conflictf("这条规则正在试算，请等它结束，或先取消")
		}
		text, err := specText(c.Spec)
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
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "custom_rule.try", Kind: CustomMachine.Kind, Subject: id, Area: c.Spec.Area,
			Detail: map[string]any{"trial": trial, "days": days}})
	})
	return trial, err
}

// TrialOf opens a trial.
func (s *Service) TrialOf(ctx context.Context, actor auth.Actor, id string) (t Trial, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if t, err = findTrial(ctx, tx, id); db.IsMissing(err) {
			return fault.NotFoundf("没有这次试算，可能已过保存期限")
		} else if err != nil {
			return err
		}
		if t.Settings != nil {
			_, err := s.seenTuning(actor)(findTuning(ctx, tx, t.RuleID))
			return err
		}
		_, err := s.seenCustom(actor)(findCustom(ctx, tx, t.RuleID))
		return err
	})
	return t, err
}

// CancelTrial ends a trial that is not finished.
func (s *Service) CancelTrial(ctx context.Context, actor auth.Actor, id string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := findTrial(ctx, tx, id)
		if db.IsMissing(err) {
			return fault.NotFoundf("没有这次试算，可能已过保存期限")
		} else if err != nil {
			return err
		}
		kind, area, err := s.triedBy(ctx, tx, actor, t)
		if err != nil {
			return err
		}
		if err := s.policy.Require(actor, auth.RuleWrite, auth.Scope{Area: area}); err != nil {
			return err
		}
		ended, err := endTrial(ctx, tx, id, TrialCancelled, "", "")
		if err != nil {
			return err
		}
		if !ended {
			return fault.Conflictf("这次试算已经结束")
		}
		if err := job.Cancel(ctx, tx, jobTrial, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: kind + ".try_cancel", Kind: kind, Subject: t.RuleID, Area: area, Detail: map[string]any{"trial": id}})
	})
}

// runTrial does the work of a trial. Begun again after a crash, it begins anew.
func (s *Service) runTrial(ctx context.Context, j job.Job) error {
	var id string
	if err := json.Unmarshal(j.Payload, &id); err != nil {
		return job.Permanent(err)
	}
	var t Trial
	var outlets []enterprise.Outlet
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if t, err = findTrial(ctx, tx, id); err != nil {
			return err
		}
		places, err := placesOf(ctx, tx)
		if err != nil {
			return err
		}
		if outlets, err = enterprise.AllOutlets(ctx, tx); err != nil {
			return err
		}
		outlets = slices.DeleteFunc(outlets, func(o enterprise.Outlet) bool { return !s.tries(t, o, places[o.ID]) })
		return nil
	})
	if db.IsMissing(err) {
		return nil
	} else if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, trialLongest)
	defer cancel()
	try := s.try
	if t.Settings != nil {
		try = s.trySettings
	}
	result, err := try(limited, t, outlets)
	if ctx.Err() != nil {
		return err // the program is stopping: begun again later
	}
	state, trouble := TrialDone, ""
	switch {
	case errors.Is(err, errTrialCancelled):
		return nil
	case limited.Err() != nil:
		state, trouble = TrialFailed, "十分钟内没有算完，请缩小范围或缩短天数后再试"
	case err != nil && j.Attempt < 3:
		return err
	case err != nil:
		state, trouble = TrialFailed, "试算没有成功，请稍后再试；仍不成功请联系系统管理员"
	}
	text, err := json.Marshal(result)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := endTrial(ctx, tx, id, state, string(text), trouble)
		return err
	})
}

// try replays the outlets with the text among the signs, as the hourly look does.
func (s *Service) try(ctx context.Context, t Trial, outlets []enterprise.Outlet) (TrialResult, error) {
	result := TrialResult{Weeks: weeks(t.From, t.To), Hits: []TrialHit{}}
	r, problems := custom.Compile(t.Spec)
	if r == nil {
		return result, errors.New(problems[0].Text)
	}
	for i, o := range outlets {
		if err := s.reach(ctx, t.ID, len(outlets), i); err != nil {
			return result, err
		}
		judge := custom.NewJudge(r, t.From, nil)
		c, err := s.replay(ctx, withOfficers(s.behaviour(), []*watched{{judge: judge}}), o, t.From, t.To)
		if err != nil {
			return result, err
		}
		result.add(o, c, judge)
	}
	result.list()
	return result, s.reach(ctx, t.ID, len(outlets), len(outlets))
}

// list puts the newest hits first and keeps as many as are shown.
func (r *TrialResult) list() {
	slices.SortStableFunc(r.Hits, func(a, b TrialHit) int { return b.From.Compare(a.From) })
	if len(r.Hits) > trialHits {
		r.Hits = r.Hits[:trialHits]
	}
}

// reach writes how far a trial has come and asks whether it shall go on.
func (s *Service) reach(ctx context.Context, id string, outlets, done int) error {
	on := false
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		on, err = goOnTrial(ctx, tx, id, outlets, done)
		return err
	})
	if err == nil && !on {
		return errTrialCancelled
	}
	return err
}

func (r *TrialResult) add(o enterprise.Outlet, c Conduct, j *custom.Judge) {
	if j.Unknowns == j.Asked {
		r.Mute++
		return
	}
	r.Asked += j.Asked
	r.Unknowns += j.Unknowns
	r.Failures += j.Failures
	hits := j.Hits()
	if len(hits) > 0 {
		r.Fired++
	}
	r.Count += len(hits)
	for _, h := range hits {
		r.Longest = max(r.Longest, h.Hours)
		r.week(h.Raised)
		if len(r.Hits) < 20*trialHits {
			r.Hits = append(r.Hits, TrialHit{OutletID: o.ID, OutletName: o.Name, EnterpriseName: o.EnterpriseName, Factor: factorOf(c.Outlet, h.Channel),
				From: h.From, To: h.To, Ended: h.Ended, Hours: h.Hours, Text: h.Text})
		}
	}
}

// week counts one more in the week of a moment.
func (r *TrialResult) week(at time.Time) {
	for i := range r.Weeks {
		if w := &r.Weeks[i]; !at.Before(w.From) && at.Before(w.From.AddDate(0, 0, 7)) || i == len(r.Weeks)-1 && at.After(w.From) {
			w.N++
			break
		}
	}
}

// weeks cuts a time into stretches of seven days.
func weeks(from, to time.Time) []TrialWeek {
	out := []TrialWeek{}
	for t := from; t.Before(to); t = t.AddDate(0, 0, 7) {
		out = append(out, TrialWeek{From: t})
	}
	return out
}

func (s *Service) trimTrials(ctx context.Context, _ job.Job) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return trimTrials(ctx, tx, tx.Now.Add(-trialKeep)) })
}
