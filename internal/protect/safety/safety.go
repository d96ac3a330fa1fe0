package safety

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/protect/circle"
	"github.com/qingshao/qingshao/internal/seal"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Body is what is sealed.
type Body struct {
	Risk     string `json:"risk"`
	From     string `json:"from"`
	Since    string `json:"since"` // a day
	Measures string `json:"measures"`
	Police   string `json:"police"`
}

// Plan is one assessment with its measures.
type Plan struct {
	ID          string
	Kind        string
	Subject     string
	Area        string
	State       flow.State
	Level       string
	Body        Body
	Responsible string
	ReviewAt    time.Time
	MadeBy      string
	MadeAt      time.Time
	Version     int64
	sealed      []byte
}

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Box      *seal.Box
	Calendar timeline.Calendar
	Notify   *notify.Service
	Timeline *timeline.Book
}

// Service keeps the plans.
type Service struct {
	db     *db.DB
	box    *seal.Box
	cal    timeline.Calendar
	notify *notify.Service
	book   *timeline.Book
}

// New makes the service.
func New(d Deps) *Service { return &Service{d.DB, d.Box, d.Calendar, d.Notify, d.Timeline} }

// Now is the time by which plans are late.
func (s *Service) Now() time.Time { return s.db.Now() }

const reviewJob = "safety.review"

var (
	beijing = time.FixedZone("CST", 8*3600)
	clock   = auth.System("clock")
)

// Jobs names the handler of the reminder.
func (s *Service) Jobs(r *job.Runner) { r.Handle(reviewJob, s.remind) }

// Opened is a plan for a member of the circle; Plan.State is None when there is
// none yet.
type Opened struct {
	Plan     Plan
	Circle   circle.Circle
	Timeline []timeline.Entry
	Actions  []flow.Action
}

func yes(string) bool { return true }

// Get opens the plan of a circle's report to a member; the look is in the log.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id circle.ID) (o Opened, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if o.Circle, err = circle.Inside(ctx, tx, actor, id); err != nil {
			return err
		}
		o.Plan, err = planOf(ctx, tx, o.Circle.Subject)
		if db.IsMissing(err) {
			o.Plan = Plan{State: None}
			o.Actions = s.actions(o)
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.open(&o.Plan); err != nil {
			return err
		}
		o.Actions = s.actions(o)
		if o.Timeline, err = s.book.Of(ctx, tx, Machine.Kind, o.Plan.ID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "safety.look", Kind: o.Circle.Kind, Subject: o.Circle.Subject, Area: o.Circle.Area})
	})
	return o, err
}

func about(id string) string { return "safety:" + id }

func (s *Service) open(p *Plan) error {
	text, err := s.box.Open(p.sealed, about(p.ID))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, &p.Body)
}

// fields are a verb's questions with the members to choose from and what stands
// there now.
func fields(list []flow.Field, o Opened) []flow.Field {
	p := o.Plan
	now := map[string]string{"level": p.Level, "risk": p.Body.Risk, "from": p.Body.From, "since": p.Body.Since, "measures": p.Body.Measures, "police": p.Body.Police, "responsible": p.Responsible}
	out := slices.Clone(list)
	for i := range out {
		if out[i].Name == "responsible" {
			for _, m := range o.Circle.Members {
				out[i].Options = append(out[i].Options, flow.Option{Value: m.UserID, Title: m.Name})
			}
		}
		if p.State == Running {
			out[i].Default = now[out[i].Name]
		}
	}
	return out
}

func (s *Service) actions(o Opened) []flow.Action {
	list := Machine.Actions(o.Plan.State, yes, nil)
	for i := range list {
		list[i].Fields = fields(list[i].Fields, o)
	}
	return list
}

// Do carries out a verb of a member.
func (s *Service) Do(ctx context.Context, actor auth.Actor, id circle.ID, verb flow.Verb, version int64, in map[string]any) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		o := Opened{Plan: Plan{State: None}}
		c, err := circle.Inside(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		o.Circle = c
		p, err := planOf(ctx, tx, c.Subject)
		switch {
		case db.IsMissing(err):
		case err != nil:
			return err
		default:
			o.Plan = p
		}
		if o.Plan.Version != version {
			return fault.Conflictf("安全措施已被他人修订，请刷新后重试")
		}
		st, err := Machine.Check(o.Plan.State, verb, yes, nil)
		if err != nil {
			return err
		}
		if st.Auto {
			return fault.Conflictf("“%s”由系统进行", st.Title)
		}
		st.Fields = fields(st.Fields, o)
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		return s.take(ctx, tx, actor, o, st, form)
	})
}

func (s *Service) take(ctx context.Context, tx *db.Tx, actor auth.Actor, o Opened, st flow.Step, form flow.Form) (err error) {
	p, from := o.Plan, o.Plan.State
	fresh := st.Verb == Assess
	if fresh {
		p = Plan{ID: db.NewID(), Kind: o.Circle.Kind, Subject: o.Circle.Subject, Area: o.Circle.Area, MadeBy: actor.ID, MadeAt: tx.Now}
	}
	p.State = st.Target(from)
	if day := form.Text("review_on"); day != "" {
		at, err := time.ParseInLocation(time.DateOnly, day, beijing)
		if at = at.Add(8*time.Hour + 30*time.Minute); err != nil || !at.After(tx.Now) || at.After(tx.Now.AddDate(1, 0, 1)) {
			return fault.Invalidf("复核日期不对").With("form.review_on", "请选择今后一年内的一天")
		}
		p.ReviewAt = at
	}
	if fresh || st.Verb == Revise {
		p.Level, p.Responsible = form.Text("level"), form.Text("responsible")
		text, err := json.Marshal(Body{form.Text("risk"), form.Text("from"), form.Text("since"), form.Text("measures"), form.Text("police")})
		if err != nil {
			return err
		}
		if p.sealed, err = s.box.Seal(text, about(p.ID)); err != nil {
			return err
		}
	}
	if fresh {
		err = insertPlan(ctx, tx, p)
	} else {
		err = savePlan(ctx, tx, p)
	}
	if err != nil {
		return err
	}
	// What was written stays out of the timeline: only how pressing it is and when
	// it is looked at again.
	shown := flow.Form{}
	for _, name := range []string{"level", "review_on"} {
		if v := form.Text(name); v != "" {
			shown[name] = v
		}
	}
	if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: actor, Subject: p.ID, Area: p.Area, From: from, Form: shown}); err != nil {
		return err
	}
	if p.State != Running {
		return job.Cancel(ctx, tx, reviewJob, p.ID)
	}
	return job.Enqueue(ctx, tx, job.Spec{Kind: reviewJob, Dedup: p.ID, Payload: p.ID, RunAt: p.ReviewAt})
}

// remind tells the circle that a plan should be looked at again, each working day
// until somebody does.
func (s *Service) remind(ctx context.Context, j job.Job) error {
	var id string
	if err := json.Unmarshal(j.Payload, &id); err != nil {
		return job.Permanent(err)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		p, err := planByID(ctx, tx, id)
		if db.IsMissing(err) {
			return nil
		}
		if err != nil || p.State != Running || p.ReviewAt.After(tx.Now) {
			return err
		}
		st, _ := Machine.Find(p.State, Remind)
		done, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: clock, Subject: p.ID, Area: p.Area, From: p.State, Form: flow.Form{}, Once: "remind " + tx.Now.In(beijing).Format(time.DateOnly)})
		if err != nil {
			return err
		}
		if done {
			if err := s.tell(ctx, tx, p); err != nil {
				return err
			}
		}
		return job.Enqueue(ctx, tx, job.Spec{Kind: reviewJob, Dedup: p.ID, Payload: p.ID, RunAt: timeline.NextMorning(s.cal, tx.Now)})
	})
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, p Plan) error {
	readers, drawn, err := circle.Readers(ctx, tx, p.Subject)
	if err != nil || !drawn {
		return err
	}
	id, err := circle.Of(ctx, tx, p.Subject)
	if err != nil {
		return err
	}
	_, err = s.notify.Tell(ctx, tx, notify.Notice{To: []notify.Audience{{Persons: readers}}, Kind: Machine.Kind, Subject: p.ID, Area: p.Area, Title: "举报人安全措施到期未复核", Text: "请到“知悉范围”页复核",
		Link: "/circles/" + string(id), Urgency: notify.Important, Confidential: true})
	return err
}

// Keep says why the circle of a report must not be lifted: a plan runs.
func Keep(ctx context.Context, tx *db.Tx, subject string) (string, error) {
	p, err := planOf(ctx, tx, subject)
	if db.IsMissing(err) || err == nil && p.State != Running {
		return "", nil
	}
	return "这件举报还有执行中的安全措施，请知悉人员先结束它", err
}

// Due gives when the running plans of reports are looked at again, by report; what
// they say is not in it.
func (s *Service) Due(ctx context.Context, subjects ...string) (out map[string]time.Time, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = dueOf(ctx, tx, subjects)
		return err
	})
	return out, err
}
