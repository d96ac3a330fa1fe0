package rule

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/rule/ladder"
	"github.com/qingshao/qingshao/internal/rule/sign"
	"github.com/qingshao/qingshao/internal/timeline"
)

// jobRung is the clock of an alarm: when it rings, the ladder is looked at again.
const jobRung = "alarm.rung"

// everyDay counts every day as a working day.
type everyDay struct{}

func (everyDay) AddWorkingDays(from time.Time, n int) time.Time { return from.AddDate(0, 0, n) }

// lookAgain sets the alarm's clock.
func lookAgain(ctx context.Context, tx *db.Tx, id ID, at time.Time) error {
	return job.Enqueue(ctx, tx, job.Spec{Kind: jobRung, Dedup: string(id), Payload: id, RunAt: at})
}

// rungs is the clock's work. It reads what holds now: a job that comes twice, or
// late after a restart, tells nobody twice.
func (s *Service) rungs(ctx context.Context, j job.Job) error {
	var id ID
	if err := json.Unmarshal(j.Payload, &id); err != nil {
		return job.Permanent(err)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		a, err := lockAlarm(ctx, tx, id)
		if err != nil {
			return err
		}
		return s.climb(ctx, tx, &a)
	})
}

// climb takes the rungs that are due and sets the clock for the next. An alarm
// that has reached nobody goes up at once.
func (s *Service) climb(ctx context.Context, tx *db.Tx, a *Alarm) error {
	if a.State == StateCleared {
		return nil
	}
	if _, err := s.hush(ctx, tx, a); err != nil {
		return err
	}
	if a.Quiet.Kind != Loud {
		return job.Cancel(ctx, tx, jobRung, string(a.ID))
	}
	heard, entries, err := s.together(ctx, tx, a)
	if err != nil {
		return err
	}
	level, err := s.heardAs(ctx, tx, &heard)
	if err != nil {
		return err
	}
	l, since := ladder.For(s.conf.Ladders, level, s.family(a.Rule)), waiting(&heard, entries)
	if done, err := answered(ctx, tx, a); err != nil {
		return err
	} else if done {
		delete(since, ladder.Unhandled)
	}
	done := map[string]bool{}
	for _, e := range entries {
		// What was told at a lower level is told anew, though it be in the same second.
		if at := Level(e.Data.Text("level")); at == "" || at.rank() >= heard.Highest.rank() {
			done[e.Data.Text("rung")] = true
		}
	}
	taken := func(key string) bool { return done[key] }
	due, next := l.Plan(since, taken, tx.Now, s.cal)
	for _, d := range due {
		done[d.Key] = true
		if err := s.rung(ctx, tx, a, heard.Highest, d, false); err != nil {
			return err
		}
	}
	for a.State == StateOpen {
		d, ok := l.Following(since, taken)
		if !ok {
			break
		}
		done[d.Key] = true
		if err := s.rung(ctx, tx, a, heard.Highest, d, true); err != nil {
			return err
		}
		_, next = l.Plan(since, taken, tx.Now, s.cal)
	}
	if next.IsZero() {
		return job.Cancel(ctx, tx, jobRung, string(a.ID))
	}
	return lookAgain(ctx, tx, a.ID, next)
}

// waiting says since when each condition of the ladder holds.
func waiting(a *Alarm, entries []timeline.Entry) map[ladder.When]time.Time {
	out := map[ladder.When]time.Time{ladder.Always: a.LevelAt}
	if a.LevelAt.IsZero() {
		out[ladder.Always] = a.CreatedAt
	}
	from := out[ladder.Always]
	for _, v := range []flow.Verb{Sound, Split} { // a silence has ended, or the alarm stands alone now
		e, ok := timeline.Last(entries, v)
		if !ok || !e.At.After(from) {
			continue
		}
		from = e.At
		if a.State == StateOpen || a.State == StateNotified {
			out[ladder.Always] = from
		}
	}
	if a.Lasts() {
		out[ladder.Lasting] = from
	}
	switch a.State {
	case StateOpen, StateNotified:
		out[ladder.Unacknowledged], out[ladder.Unhandled] = from, from
	case StateAcknowledged:
		out[ladder.Unhandled] = from
	}
	switch a.Explained {
	case "":
		out[ladder.Unexplained] = from
	case ExplanationRejected:
		if e, ok := timeline.Last(entries, Reject); ok {
			out[ladder.Unexplained] = e.At
		}
	case ExplanationGiven:
		if e, ok := timeline.Last(entries, Explain); ok {
			out[ladder.Unreviewed] = e.At
		}
	}
	return out
}

// heardAs is the level by whose ladder people hear: the highest that the alarm ever
// had, and one higher while the enterprise is under key supervision, or where the
// place's table says so of such alarms.
func (s *Service) heardAs(ctx context.Context, tx *db.Tx, a *Alarm) (string, error) {
	on, err := supervised(ctx, tx, a.EnterpriseID)
	if err != nil || !on && !a.HearUp {
		return string(a.Highest), err
	}
	return string(map[Level]Level{Notice: Exceed, Suspect: Exceed, Exceed: Grave, Grave: Grave}[a.Highest]), nil
}

// family is the family of the rule, which ladders may tell apart.
func (s *Service) family(rule string) string {
	for _, r := range s.signs {
		if r.ID == rule {
			return string(r.Family)
		}
	}
	if rule == RuleOffline || rule == RuleMissing {
		return string(sign.Sending)
	}
	return string(sign.Official)
}

// rungVerbs are the verbs by which timelines know the conditions.
var rungVerbs = map[ladder.When]flow.Verb{ladder.Always: Tell, ladder.Unacknowledged: Escalate, ladder.Unexplained: Unexplained}

// rung tells the audiences and writes down who was reached. early says that the
// rung is taken before its time, because those below could not be reached.
func (s *Service) rung(ctx context.Context, tx *db.Tx, a *Alarm, level Level, d ladder.Due, early bool) error {
	sector := a.Sector
	to, words, err := s.audience(ctx, tx, a, d.Tell)
	if err != nil {
		return err
	}
	told, note := 0, "告知"+words
	if len(to[0].Persons) > 0 {
		merged, err := s.merge(ctx, tx, a)
		if err != nil {
			return err
		}
		if merged {
			told, note = len(to[0].Persons), "超过告知限额，并入汇总"
		} else if told, err = s.notify.Tell(ctx, tx, notify.Notice{To: to, Kind: Machine.Kind, Subject: string(a.ID), Area: a.Area,
			Title: rungTitle(a, d.Rung, early), Urgency: notify.Urgency(d.Urgency), Text: a.Summary, Link: "/alarms/" + string(a.ID)}); err != nil {
			return err
		}
	}
	if early {
		note += "（前一级无人可告知，提前告知）"
	}
	verb, ok := rungVerbs[d.When]
	if !ok || early || verb == Tell && (told == 0 || a.State != StateOpen) {
		verb = Remind
	}
	if a.State == StateOpen && told > 0 && verb == Remind {
		verb = Tell
	}
	st, ok := Machine.Find(a.State, verb)
	if !ok {
		return fmt.Errorf("rule: no step %s in %s", verb, a.State)
	}
	from := a.State
	a.State = st.Target(from)
	if a.State != from || a.Sector != sector { // else a person's open form stays valid
		if err := saveState(ctx, tx, a); err != nil {
			return err
		}
	}
	_, err = s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: auth.System("rule"), Subject: string(a.ID), Area: a.Area,
		From: from, Form: flow.Form{"rung": d.Key, "level": string(level)}, Note: note, Once: "rung:" + d.Key + " " + string(level)})
	return err
}

// rungTitle is the notice's first line: what holds, for how long, where.
func rungTitle(a *Alarm, r ladder.Rung, early bool) string {
	place := "：" + a.EnterpriseName + " " + a.OutletName
	if r.When == ladder.Always || early {
		return a.Level.Title() + place
	}
	term := r.After.String()
	switch r.When {
	case ladder.Lasting:
		return a.Level.Title() + "已持续" + term + place
	case ladder.Unacknowledged:
		return "预警" + term + "未确认" + place
	case ladder.Unhandled:
		return "预警" + term + "未处置" + place
	case ladder.Unexplained:
		return "企业" + term + "未说明预警原因" + place
	case ladder.Unreviewed:
		return "企业说明" + term + "未审核" + place
	}
	return a.Level.Title() + place
}

// audience finds the people of a rung, and says how many each part has.
func (s *Service) audience(ctx context.Context, tx *db.Tx, a *Alarm, parts []ladder.Audience) ([]notify.Audience, string, error) {
	var ids, words []string
	for _, p := range parts {
		who, err := s.part(ctx, tx, a, p)
		if err != nil {
			return nil, "", err
		}
		found, err := s.notify.Who(ctx, tx, who)
		if err != nil {
			return nil, "", err
		}
		word := ladder.Title(ladder.Audiences, string(p))
		if len(found) == 0 {
			word += "（无此账号）"
		} else {
			word += fmt.Sprintf("%d人", len(found))
		}
		ids, words = append(ids, found...), append(words, word)
	}
	return []notify.Audience{{Persons: ids}}, strings.Join(words, "、"), nil
}

// part is one audience as notify knows it. Telling the agency of the trade lets
// it see the alarm from then on.
func (s *Service) part(ctx context.Context, tx *db.Tx, a *Alarm, p ladder.Audience) (notify.Audience, error) {
	switch p {
	case ladder.EnterpriseHead:
		return notify.Audience{Capability: auth.AlarmHead, Enterprise: a.EnterpriseID}, nil
	case ladder.Enterprise:
		return notify.Audience{Capability: auth.AlarmExplain, Enterprise: a.EnterpriseID}, nil
	case ladder.Duty:
		return notify.Audience{Capability: auth.AlarmHandle, Area: a.Area}, nil
	case ladder.Inspector:
		return notify.Audience{Capability: auth.IssueAccept, Area: a.Area}, nil
	case ladder.Leader:
		return notify.Audience{Capability: auth.IssueApprove, Area: a.Area}, nil
	case ladder.CityDuty:
		return notify.Audience{Capability: auth.AlarmHandle, Area: s.conf.City}, nil
	case ladder.CityLeader:
		return notify.Audience{Capability: auth.IssueApprove, Area: s.conf.City}, nil
	case ladder.Sector:
		if s.conf.Sector == nil {
			return notify.Audience{}, nil
		}
		e, err := enterprise.ByID(ctx, tx, a.EnterpriseID)
		if err != nil {
			return notify.Audience{}, err
		}
		a.Sector = s.conf.Sector(e.Industry, a.Area)
		return notify.Audience{Capability: auth.AlarmRead, Agencies: a.agencies()}, nil
	}
	return notify.Audience{}, nil
}
