package tip

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/tip/phrase"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
	"github.com/qingshao/qingshao/internal/vault"
)

// Verdict is what the reporter was told of accepting.
type Verdict string

// The answers; "" while there is none.
const (
	Accepted  Verdict = "accepted"
	Refused   Verdict = "refused"
	Elsewhere Verdict = "elsewhere"
)

var answerTitles = map[Verdict]string{"": "待答复", Accepted: "已受理", Refused: "不予受理", Elsewhere: "应由其他机关受理"}

// Title is the answer in Chinese.
func (a Verdict) Title() string { return answerTitles[a] }

// Desk is what the desk knows of a report beside the report.
type Desk struct {
	Details    flow.Form // of the door
	EnteredBy  string    // who took it down, "" = the reporter
	ReceivedAt time.Time // when the reporter spoke
	AcceptBy   time.Time // zero = no clock
	Answer     Verdict
	AnsweredAt time.Time
	Body       string // which body should take it, of Elsewhere
	Reason     string // as the reporter is told
	Platform   string
	Outside    string
	OutsideDue time.Time
	Handed     bool // the receipt went through a clerk's hands
	Score      string
	RatedAt    time.Time
	Reopened   int
	Again      bool // the reporter may have it taken up again now
}

// intake is one report on its way into the register.
type intake struct {
	tip      Tip
	actor    auth.Actor
	source   string          // of the clue
	contact  string          // in the open; the public mode only
	sealed   string          // to be sealed before anything is written
	envelope *vault.Envelope // sealed already, in a browser
	proof    []byte
	call     string // number of the call that it answers
}

// answerTo carries out what the desk tells a reporter of accepting, in the
// transaction of the verb.
func (s *Service) answerTo(ctx context.Context, tx *db.Tx, actor auth.Actor, t *Tip, verb flow.Verb, form flow.Form) error {
	d := &t.Desk
	switch verb {
	case Accept:
		d.Answer, d.Reason = Accepted, form.Text("text")
	case Refuse:
		d.Answer, d.Reason = Refused, flow.Field{Options: refusals}.ShowChoice(form.Text("ground"))+"。"+form.Text("text")
		if err := s.clues.TurnAway(ctx, tx, actor, t.clue(), "refused", d.Reason); err != nil {
			return err
		}
	case Pass:
		d.Answer, d.Body, d.Reason = Elsewhere, form.Text("body"), form.Text("text")
		if err := s.clues.TurnAway(ctx, tx, actor, t.clue(), "elsewhere", "应由"+d.Body+"受理。"+d.Reason); err != nil {
			return err
		}
	default:
		return nil
	}
	d.AnsweredAt = tx.Now
	t.Progress = t.told(t.Progress)
	if err := saveProgress(ctx, tx, t.ID, t.Progress); err != nil {
		return err
	}
	return s.saveAnswer(ctx, tx, *t)
}

// saveAnswer writes an answer and ends its clock.
func (s *Service) saveAnswer(ctx context.Context, tx *db.Tx, t Tip) error {
	if err := saveAnswered(ctx, tx, t.ID, t.Desk); err != nil {
		return err
	}
	for _, kind := range []string{remindJob, overdueJob} {
		if err := job.Cancel(ctx, tx, kind, string(t.ID)); err != nil {
			return err
		}
	}
	return nil
}

// told puts what the desk answered into the reporter's progress; what becomes of
// the matter afterwards goes before it.
func (t Tip) told(p Progress) Progress {
	d := t.Desk
	switch {
	case p.IssueID != "":
	case d.Answer == Elsewhere:
		p.Stage, p.Note, p.Agency, p.Closed = d.Answer.Title(), "应由"+d.Body+"受理，请向该机关反映。"+d.Reason, d.Body, true
	case d.Answer == Refused && d.Reason != "":
		p.Stage, p.Note, p.Closed = d.Answer.Title(), d.Reason, true
	case d.Answer == Accepted && !p.Closed && p.Stage == stageJudging:
		p.Stage, p.Note = "已受理，正在研判", "已经受理。"+d.Reason
	}
	if p.Closed && p.ClosedAt.IsZero() {
		p.ClosedAt = d.AnsweredAt
	}
	return p
}

// stageJudging is what a tracker says of a clue that waits for judgement.
const stageJudging = "正在研判"

// judged takes a judgement of the clue as the answer, where none was given.
func (s *Service) judged(ctx context.Context, tx *db.Tx, t Tip, a Verdict) error {
	if a == "" || t.Desk.Answer != "" || t.Desk.AcceptBy.IsZero() {
		return nil
	}
	t.Desk.Answer, t.Desk.AnsweredAt = a, tx.Now
	st, _ := Machine.Find(t.Review, Judge)
	if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: clockActor, Subject: string(t.ID), Area: t.Area, From: t.Review, Form: flow.Form{}, Note: a.Title()}); err != nil {
		return err
	}
	return s.saveAnswer(ctx, tx, t)
}

const (
	remindJob  = "tip.remind"
	overdueJob = "tip.overdue"
)

var clockActor = auth.System("clock")

// ticking is the payload of the clock's jobs: which end they were planned for.
type ticking struct {
	Tip ID    `json:"tip"`
	Due int64 `json:"due"`
}

// Jobs names the handlers of the clock.
func (s *Service) Jobs(r *job.Runner) {
	r.Handle(remindJob, func(ctx context.Context, j job.Job) error { return s.tick(ctx, j, Remind, false) })
	r.Handle(againJob, s.onAgain)
	r.Handle(overdueJob, func(ctx context.Context, j job.Job) error { return s.tick(ctx, j, OverdueBy, true) })
}

// schedule plans the jobs of a running clock.
func (s *Service) schedule(ctx context.Context, tx *db.Tx, t Tip) error {
	due, tick := t.Desk.AcceptBy, ticking{t.ID, micros(t.Desk.AcceptBy)}
	if due.IsZero() {
		return nil
	}
	if at := timeline.Before(s.cal, due, 1); at.After(tx.Now) {
		if err := job.Enqueue(ctx, tx, job.Spec{Kind: remindJob, Dedup: string(t.ID), Payload: tick, RunAt: at}); err != nil {
			return err
		}
	}
	return job.Enqueue(ctx, tx, job.Spec{Kind: overdueJob, Dedup: string(t.ID), Payload: tick, RunAt: due.Add(time.Second)})
}

// tick tells the desk, and its superiors when the term is over, once for each end.
func (s *Service) tick(ctx context.Context, j job.Job, verb flow.Verb, all bool) error {
	var p ticking
	if err := json.Unmarshal(j.Payload, &p); err != nil {
		return job.Permanent(err)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := s.lockWithDesk(ctx, tx, p.Tip)
		if err != nil || t.Desk.Answer != "" || micros(t.Desk.AcceptBy) != p.Due {
			return err
		}
		st, _ := Machine.Find(t.Review, verb)
		done, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: clockActor, Subject: string(t.ID), Area: t.Area, From: t.Review, Form: flow.Form{},
			Once: string(verb) + ":" + strconv.FormatInt(p.Due, 10)})
		if err != nil || !done {
			return err
		}
		to, err := readers(ctx, tx, t.ID, notify.Audience{Capability: auth.ClueTriage, Area: t.Area, AllLevels: all})
		if err != nil {
			return err
		}
		if all { // the heads hear that it is late, though not what it is
			to = append(to, notify.Audience{Capability: auth.CircleManage, Area: t.Area, AllLevels: true})
		}
		_, err = s.notify.Tell(ctx, tx, notify.Notice{To: to, Kind: Machine.Kind, Subject: string(t.ID), Area: t.Area,
			Title: st.Title + "：" + t.Number, Text: "请答复举报人是否受理", Link: "/tips/" + string(t.ID), Confidential: true})
		return err
	})
}

// Recompute derives the end of every running clock anew, after the calendar has
// changed, and reports how many moved.
func (s *Service) Recompute(ctx context.Context) (moved int, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		list, err := tipsUnanswered(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range list {
			t, err := s.withDesk(ctx, tx)(tipByID(ctx, tx, id))
			if err != nil {
				return err
			}
			entries, err := s.book.Of(ctx, tx, Machine.Kind, string(id))
			if err != nil {
				return err
			}
			due := timeline.Recompute(entries, stepOf, s.cal).Running[clockAccept]
			if due.IsZero() || due.Equal(t.Desk.AcceptBy) {
				continue
			}
			moved++
			t.Desk.AcceptBy = due
			if err := setAcceptBy(ctx, tx, id, due); err != nil {
				return err
			}
			if err := s.schedule(ctx, tx, t); err != nil {
				return err
			}
		}
		return nil
	})
	return moved, err
}

// stepOf finds the row that an entry carried out.
func stepOf(e timeline.Entry) flow.Step {
	if e.Verb == File {
		return filing
	}
	st, _ := Machine.Find(e.From, e.Verb)
	return st
}

// Route says whose duty a kind of report is in an area: one of the place's own
// bodies, or another one that is only named.
type Route struct {
	Kinds  []string // none = all
	Areas  []string // none = everywhere
	Agency string   // of the place; "" when Body is set
	Body   string   // a body outside, which the reporter is told of
	Why    string
}

// Suggest lists the routes that fit a report, in the place's order.
func (p Policy) Suggest(t Tip) []Route {
	out := []Route{}
	for _, r := range p.Routes {
		if len(r.Kinds) > 0 && !slices.Contains(r.Kinds, t.Kind) {
			continue
		}
		if len(r.Areas) > 0 && !slices.ContainsFunc(r.Areas, func(a string) bool { return auth.Covers(a, t.Area) }) {
			continue
		}
		if r.Agency != "" && p.Branch != nil {
			r.Agency = p.Branch(r.Agency, t.Area)
		}
		out = append(out, r)
	}
	return out
}

// Suggest lists whose duty a report may be.
func (s *Service) Suggest(t Tip) []Route { return s.rules.Suggest(t) }

// Phrases are the ready sentences that fit a report, filled in from it.
func (s *Service) Phrases(t Tip, agency func(string) string) []phrase.Phrase {
	p, out := t.Progress, []phrase.Phrase{}
	k, _ := s.rules.Kind(t.Kind)
	values := map[string]string{"编号": t.Number, "事项": k.Name, "举报日期": chineseDay(t.CreatedAt), "区域": s.regions.Name(t.Area), "阶段": p.Stage, "承办单位": p.Agency, "期限": chineseDay(p.DueAt)}
	if routes := s.rules.Suggest(t); len(routes) > 0 {
		values["职责单位"], values["职责依据"] = routes[0].Body, routes[0].Why
		if routes[0].Agency != "" {
			values["职责单位"] = agency(routes[0].Agency)
		}
	}
	for _, x := range s.rules.Phrases {
		if x.Fits(t.Kind) {
			x.Text = phrase.Fill(x.Text, values)
			out = append(out, x)
		}
	}
	return out
}

func chineseDay(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(beijing).Format("1月2日")
}

// filled puts what is known into the forms of the desk's verbs.
func (s *Service) filled(t Tip, actions []flow.Action) []flow.Action {
	for i, a := range actions {
		if a.Verb != Pass {
			continue
		}
		for _, r := range s.rules.Suggest(t) {
			if r.Body == "" {
				continue
			}
			fields := slices.Clone(a.Fields)
			fields[0].Default, fields[1].Default = r.Body, r.Why
			actions[i].Fields = fields
			break
		}
	}
	return actions
}
