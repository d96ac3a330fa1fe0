package silence

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

// jobTurn runs when a silence begins and when it ends.
const jobTurn = "silence.turn"

// Alarms is what silences are about.
type Alarms interface {
	// Kind finds a rule: whether there is one, and whether its findings are official.
	Kind(rule string) (known, official bool)
	// Turn lets the alarms that a silence speaks of know that it has begun or ended.
	Turn(ctx context.Context, tx *db.Tx, s Silence) error
}

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Auth     auth.Policy
	Policy   Policy
	Alarms   Alarms
	Notify   *notify.Service
	Timeline *timeline.Book
}

// Service holds the verbs of silences.
type Service struct {
	db     *db.DB
	policy auth.Policy
	conf   Policy
	alarms Alarms
	notify *notify.Service
	book   *timeline.Book
}

// New makes the service.
func New(d Deps) *Service {
	return &Service{d.DB, d.Auth, d.Policy, d.Alarms, d.Notify, d.Timeline}
}

// Conf is what the jurisdiction has decided.
func (s *Service) Conf() Policy { return s.conf }

// Now is the time by which silences hold.
func (s *Service) Now() time.Time { return s.db.Now() }

// Jobs registers the beginning and the end of silences.
func (s *Service) Jobs(r *job.Runner) { r.Handle(jobTurn, s.turn) }

// Set makes a silence or a plan.
func (s *Service) Set(ctx context.Context, actor auth.Actor, n Silence) (out Silence, err error) {
	n.Words, n.Reason = strings.TrimSpace(n.Words), strings.TrimSpace(n.Reason)
	n.From, n.Until = n.From.UTC().Truncate(time.Minute), n.Until.UTC().Truncate(time.Minute)
	slices.Sort(n.Weekdays)
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.place(ctx, tx, actor, &n); err != nil {
			return err
		}
		known, official := s.alarms.Kind(n.Rule)
		if err := Check(s.conf, n, known, official, tx.Now); err != nil {
			return err
		}
		out, err = s.write(ctx, tx, actor, n)
		return err
	})
	return out, err
}

// place finds the area of the scope and checks the right to silence it: one
// enterprise is the duty room's, a whole area the leaders'.
func (s *Service) place(ctx context.Context, tx *db.Tx, actor auth.Actor, n *Silence) error {
	switch {
	case n.OutletID != "":
		o, err := enterprise.OutletByID(ctx, tx, n.OutletID)
		if err != nil {
			return err
		}
		if !s.policy.Can(actor, auth.AlarmRead, o.Scope()) {
			return fault.NotFoundf("没有这个排放口，可能已被移出或不在您的管辖范围内")
		}
		n.EnterpriseID, n.Area = o.EnterpriseID, o.Area
	case n.EnterpriseID != "":
		e, err := enterprise.ByID(ctx, tx, n.EnterpriseID)
		if err != nil {
			return err
		}
		if !s.policy.Can(actor, auth.AlarmRead, e.Scope()) {
			return fault.NotFoundf("没有这家企业，或者它不在您的管辖范围内")
		}
		n.Area = e.Area
	case n.Area == "" && actor.Area == "":
		return fault.Invalidf("请选择静默的范围").With("area", "请选择监控点、企业或区域")
	case n.Area == "":
		n.Area = actor.Area
	}
	c := auth.AlarmSilence
	if n.Wide() {
		c = auth.AlarmSilenceArea
	}
	return s.policy.Require(actor, c, n.Scope())
}

func (s *Service) write(ctx context.Context, tx *db.Tx, actor auth.Actor, n Silence) (Silence, error) {
	number, err := db.NextNumber(ctx, tx, s.conf.Prefix)
	if err != nil {
		return n, err
	}
	n.ID, n.Number, n.State, n.CreatedBy, n.Version = ID(db.NewID()), number, StateSet, actor.ID, 1
	if err := insert(ctx, tx, n); err != nil {
		return n, err
	}
	if n, err = find(ctx, tx, n.ID); err != nil {
		return n, err
	}
	step := flow.Step{Verb: Set, To: StateSet, Title: "设置" + n.Kind.Title(), Capability: capSilence,
		Fields: []flow.Field{{Name: "reason", Title: "原因", Kind: flow.Choice, Options: Reasons}, {Name: "text", Title: "情况", Kind: flow.Text}}}
	if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: step, Actor: actor, Subject: string(n.ID), Area: n.Area, Form: flow.Form{"reason": n.Reason, "text": n.Words}}); err != nil {
		return n, err
	}
	for name, at := range map[string]time.Time{"from": n.From, "until": n.Until} {
		if name == "from" && !at.After(tx.Now) {
			continue
		}
		if err := job.Enqueue(ctx, tx, job.Spec{Kind: jobTurn, Dedup: string(n.ID) + "/" + name, Payload: n.ID, RunAt: at}); err != nil {
			return n, err
		}
	}
	return n, s.alarms.Turn(ctx, tx, n)
}

// turn lets the alarms know that a silence begins or ends.
func (s *Service) turn(ctx context.Context, j job.Job) error {
	var id ID
	if err := json.Unmarshal(j.Payload, &id); err != nil {
		return job.Permanent(err)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := lock(ctx, tx, id)
		if err != nil || n.State != StateSet {
			return err
		}
		if !n.Until.After(tx.Now) {
			st, _ := Machine.Find(n.State, Expire)
			if err := s.take(ctx, tx, auth.System("silence"), &n, st, flow.Form{}); err != nil {
				return err
			}
		}
		return s.alarms.Turn(ctx, tx, n)
	})
}

// Do carries out a verb of a person. version is the one that the person saw. An
// extension gives the new silence, everything else the same one.
func (s *Service) Do(ctx context.Context, actor auth.Actor, id ID, verb flow.Verb, version int64, in map[string]any) (out ID, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := s.seen(actor)(lock(ctx, tx, id))
		if err != nil {
			return err
		}
		if n.Version != version {
			return errStale
		}
		facts, err := s.facts(ctx, tx, n)
		if err != nil {
			return err
		}
		st, err := Machine.Check(n.State, verb, s.can(actor, n), facts)
		if err != nil {
			return err
		}
		if st.Auto {
			return fault.Conflictf("“%s”由系统自动进行，无需操作", st.Title)
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		out = n.ID
		if err := s.take(ctx, tx, actor, &n, st, form); err != nil {
			return err
		}
		if verb == Extend {
			out, err = s.extend(ctx, tx, actor, n, form)
			return err
		}
		return s.alarms.Turn(ctx, tx, n)
	})
	return out, err
}

func (s *Service) take(ctx context.Context, tx *db.Tx, actor auth.Actor, n *Silence, st flow.Step, form flow.Form) error {
	from := n.State
	n.State = st.Target(from)
	if err := save(ctx, tx, n); err != nil {
		return err
	}
	_, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: actor, Subject: string(n.ID), Area: n.Area, From: from, Form: form})
	return err
}

// extend makes the silence that follows, and lets the leaders know.
func (s *Service) extend(ctx context.Context, tx *db.Tx, actor auth.Actor, n Silence, form flow.Form) (ID, error) {
	hours, err := strconv.Atoi(form.Text("hours"))
	if err != nil {
		return "", err
	}
	next := n
	next.From, next.Until = n.Until, n.Until.Add(time.Duration(hours)*time.Hour)
	next.Words, next.Follows = form.Text("text"), n.ID
	known, official := s.alarms.Kind(n.Rule)
	if err := Check(s.conf, next, known, official, tx.Now); err != nil {
		return "", err
	}
	if next, err = s.write(ctx, tx, actor, next); err != nil {
		return "", err
	}
	_, err = s.notify.Tell(ctx, tx, notify.Notice{To: []notify.Audience{{Capability: auth.IssueApprove, Area: n.Area}}, Except: []string{actor.ID},
		Kind: Machine.Kind, Subject: string(next.ID), Area: n.Area, Title: "预警静默被延长：" + next.Where(), Text: next.Words, Link: "/silences/" + string(next.ID)})
	return next.ID, err
}

// Where names the scope in one line.
func (s Silence) Where() string {
	if s.Wide() {
		return s.Area
	}
	return strings.TrimSpace(s.EnterpriseName + " " + s.OutletName)
}

func (s *Service) facts(ctx context.Context, tx *db.Tx, n Silence) (flow.Facts, error) {
	more, err := extended(ctx, tx, n.ID)
	return flow.Facts{isSilence: n.Kind == Silenced, isLast: !more}, err
}

func (s *Service) can(actor auth.Actor, n Silence) func(string) bool {
	return func(c string) bool {
		if n.Wide() && auth.Capability(c) == auth.AlarmSilence {
			c = string(auth.AlarmSilenceArea)
		}
		return s.policy.Can(actor, auth.Capability(c), n.Scope())
	}
}

// seen makes a silence that the actor may not see one that is not there.
func (s *Service) seen(actor auth.Actor) func(Silence, error) (Silence, error) {
	return func(n Silence, err error) (Silence, error) {
		if db.IsMissing(err) || err == nil && !s.policy.Can(actor, auth.AlarmRead, n.Scope()) {
			return Silence{}, fault.NotFoundf("没有这条静默，或者它不在您的查看范围内")
		}
		return n, err
	}
}

var errStale = fault.Conflictf("这条静默已被他人更新，请刷新后重试")
