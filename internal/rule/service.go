package rule

import (
	"context"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/rule/event"
	"github.com/qingshao/qingshao/internal/rule/grade"
	"github.com/qingshao/qingshao/internal/rule/ladder"
	"github.com/qingshao/qingshao/internal/rule/sign"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Funnel takes what becomes a clue.
type Funnel interface {
	// HandIn is idempotent by source and source id.
	HandIn(ctx context.Context, tx *db.Tx, n clue.New) (clue.ID, error)
	// Alive reports whether the clue is still being looked into, or has become an issue.
	Alive(ctx context.Context, tx *db.Tx, id clue.ID) (bool, error)
	// AddEvidence attaches what was gathered to the clue.
	AddEvidence(ctx context.Context, tx *db.Tx, actor auth.Actor, id clue.ID, text string, files []string) error
}

// Files keeps what is handed in with a verb.
type Files interface {
	// Attach ties uploaded files to a thing; unknown ids are refused.
	Attach(ctx context.Context, tx *db.Tx, fileIDs []string, kind, subject string) error
}

// Policy is what a jurisdiction decides about alarms.
type Policy struct {
	Prefix  string           // of numbers, e.g. WZ-Y
	Ladders []ladder.Ladder  // who hears, when; nil = ladder.Default
	Events  []event.Grouping // which alarms are one happening; nil = people say
	// Sector is the agency that answers for a trade in an area; nil = none does.
	Sector  func(industry, area string) string
	City    string        // code of the whole jurisdiction
	Offline time.Duration // silence of an outlet that is an alarm; 0 = none
	Missing time.Duration // the same of one of its factors
	Answers Answers
	Quota   Quota
	Grades  grade.Table // which alarms weigh more
	// Category is the clue's category by the kind of outlet; none is lawful.
	Category map[enterprise.Kind]string
}

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Auth     auth.Policy
	Policy   Policy
	Rules    []Rule
	Funnel   Funnel
	Files    Files
	Notify   *notify.Service
	Timeline *timeline.Book
	Packer   Packer          // gathers evidence; nil = none is
	Calendar ladder.Calendar // nil = every day is a working day
	Signs    []sign.Rule     // of behaviour, and where their hours come from
	Ear      Ear             // nil = silence is no alarm
	Hours    Hours
	Known    Known  // what else is known of outlets; nil = nothing
	Values   Values // for trials of window rules; nil = there are none
}

// Service keeps the life of alarms.
type Service struct {
	db     *db.DB
	policy auth.Policy
	conf   Policy
	rules  []Rule
	funnel Funnel
	files  Files
	notify *notify.Service
	book   *timeline.Book
	packer Packer
	cal    ladder.Calendar
	signs  []sign.Rule
	hours  Hours
	known  Known
	values Values
	ear    Ear
	began  time.Time // since when the program listens
	texts  versions
}

// NewService makes the service.
func NewService(d Deps) *Service {
	if d.Policy.Ladders == nil {
		d.Policy.Ladders = ladder.Default()
	}
	if d.Calendar == nil {
		d.Calendar = everyDay{}
	}
	return &Service{db: d.DB, policy: d.Auth, conf: d.Policy, rules: d.Rules, funnel: d.Funnel, files: d.Files, notify: d.Notify, book: d.Timeline, packer: d.Packer, cal: d.Calendar,
		signs: d.Signs, hours: d.Hours, known: d.Known, values: d.Values, ear: d.Ear, began: d.DB.Now()}
}

// Rules lists the rules in force.
func (s *Service) Rules() []Rule { return s.rules }

// Ladders lists who hears of alarms, when.
func (s *Service) Ladders() []ladder.Ladder { return s.conf.Ladders }

// Groupings lists which alarms become one event by themselves.
func (s *Service) Groupings() []event.Grouping { return s.conf.Events }

// Presences lists the rules about data that do not come.
func (s *Service) Presences() []Rule { return presences }

// Signs lists the rules of behaviour.
func (s *Service) Signs() []sign.Rule { return s.signs }

// Clock is the time by which alarms live.
func (s *Service) Clock() time.Time { return s.db.Now() }

// Rule finds a rule by its id, a sign's too.
func (s *Service) Rule(id string) (Rule, bool) {
	for _, r := range s.rules {
		if r.ID == id {
			return r, true
		}
	}
	for _, r := range presences {
		if r.ID == id {
			return r, true
		}
	}
	for _, r := range s.signs {
		if r.ID == id {
			return Rule{ID: r.ID, Title: r.Title, Basis: r.Basis, Stream: enterprise.Hour}, true
		}
	}
	return s.customRule(id)
}

// Jobs registers the clocks of alarms.
func (s *Service) Jobs(r *job.Runner) {
	r.Handle(jobRung, s.rungs)
	r.Handle(jobMeasure, s.measureDue)
	r.Handle(jobSummary, s.summarise)
	for _, old := range []string{"alarm.unheard", "alarm.unexplained"} { // of earlier releases
		r.Handle(old, s.rungs)
	}
	if s.hours != nil {
		r.Every(jobConduct, time.Hour, s.watchConduct)
		r.Handle(jobTrial, s.runTrial)
		r.Every(jobTrimTrial, 24*time.Hour, s.trimTrials)
	}
	if s.ear != nil && s.hours != nil && s.conf.Offline > 0 {
		r.Every(jobOffline, 5*time.Minute, s.watchOffline)
		r.Every(jobMissing, time.Hour, s.watchMissing)
	}
}

// Query narrows a list of alarms. Empty fields do not narrow. States, when set,
// are joined by or. From and To bound the beginning of the alarm.
type Query struct {
	Text         string
	States       []string
	Levels       []string
	Area         string
	OutletID     string
	EnterpriseID string
	EventID      string
	Rules        []string
	Key          bool     // of the key grade alone
	Quiet        []string // kinds of quiet; "" = loud
	Explained    []string // stages of the enterprise's word; "" = nothing yet
	From, To     time.Time
	Cursor       string
	Limit        int
}

// List gives the alarms that the actor may see, newest first.
func (s *Service) List(ctx context.Context, actor auth.Actor, q Query) (page db.Page[Alarm], err error) {
	before := ""
	if q.Cursor != "" {
		key, ok := db.ReadCursor(q.Cursor, 1)
		if !ok {
			return page, fault.Invalidf("翻页位置无效，请从第一页重新查询").With("cursor", "无效")
		}
		before = key[0]
	}
	if q.Limit <= 0 {
		q.Limit = 50
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if page.Items, err = s.listAlarms(ctx, tx, actor, q, before, q.Limit+1); err != nil {
			return err
		}
		if len(page.Items) > q.Limit {
			page.Items = page.Items[:q.Limit]
			page.Next = db.Cursor(string(page.Items[q.Limit-1].ID))
		}
		page.Total, page.Capped, err = s.countAlarms(ctx, tx, actor, q)
		return err
	})
	return page, err
}

// Open counts the alarms within the actor's reach that are not cleared, by
// outlet.
func (s *Service) Open(ctx context.Context, actor auth.Actor) (n map[string]int, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		n, err = s.openByOutlet(ctx, tx, actor)
		return err
	})
	return n, err
}

// Worst gives the gravest level of the alarms that are not cleared, by outlet. It
// asks no policy: boards that keep it in memory decide by outlet who sees it.
func (s *Service) Worst(ctx context.Context) (out map[string]Level, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = worstByOutlet(ctx, tx)
		return err
	})
	return out, err
}

// Get opens an alarm. What the actor may not see is not found.
func (s *Service) Get(ctx context.Context, actor auth.Actor, id ID) (f File, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if f.Alarm, err = s.seen(actor)(findAlarm(ctx, tx, id)); err != nil {
			return err
		}
		if f.Timeline, err = s.book.Of(ctx, tx, Machine.Kind, string(id)); err != nil {
			return err
		}
		by, of := f.Alarm, MeasureQuery{AlarmID: string(id)}
		if by.EventID != "" { // what is done to one is done to all
			if f.Together, err = membersOf(ctx, tx, []EventID{by.EventID}); err != nil {
				return err
			}
			by, of = f.Together[lead(f.Together)], MeasureQuery{EventID: string(by.EventID)}
		}
		f.Actions = s.actions(actor, by)
		heard, entries, err := s.together(ctx, tx, &by)
		if err != nil {
			return err
		}
		table, err := published(ctx, tx)
		if err != nil {
			return err
		}
		f.RuleBasis = s.basisOf(table, f.Alarm)
		f.WordDue, f.Guides = s.wordDue(heard, entries), s.Guides(actor, f.Alarm)
		if f.Measures, err = s.listMeasures(ctx, tx, actor, of, "", 50); err != nil || !s.policy.Can(actor, auth.AlarmHandle, f.Alarm.Scope()) && !s.policy.Can(actor, auth.IssueSupervise, f.Alarm.Scope()) {
			return err
		}
		f.Suggest, err = s.suggestion(ctx, tx, f.Alarm, f.Measures)
		return err
	})
	return f, err
}

// See checks that the actor may see the alarm, e.g. before a file of it is sent.
func (s *Service) See(ctx context.Context, actor auth.Actor, id string) error {
	return s.db.Read(ctx, func(tx *db.Tx) error {
		_, err := s.seen(actor)(findAlarm(ctx, tx, ID(id)))
		return err
	})
}

// seen makes an alarm that the actor may not see one that is not there.
func (s *Service) seen(actor auth.Actor) func(Alarm, error) (Alarm, error) {
	return func(a Alarm, err error) (Alarm, error) {
		if db.IsMissing(err) || err == nil && !s.policy.Can(actor, auth.AlarmRead, a.Scope()) {
			return Alarm{}, fault.NotFoundf("没有这条预警，或者它不在您的查看范围内")
		}
		return a, err
	}
}

func (s *Service) can(actor auth.Actor, a Alarm) func(string) bool {
	return func(c string) bool { return s.policy.Can(actor, auth.Capability(c), a.Scope()) }
}

// actions are the verbs that the actor may do on the alarm now.
func (s *Service) actions(actor auth.Actor, a Alarm) []flow.Action {
	list := s.withText(Machine.Actions(a.State, s.can(actor, a), facts(a)), a)
	return slices.DeleteFunc(list, func(x flow.Action) bool { return x.Verb == Split && a.EventID == "" })
}

func facts(a Alarm) flow.Facts {
	return flow.Facts{noClue: a.ClueID == "", hasEnded: !a.Lasts(), freeToEnd: a.Highest == Notice || a.State == StateOpen && a.Quiet.Kind.hides(), inEvent: a.EventID != "",
		mayExplain: a.Explained == "" || a.Explained == ExplanationRejected, explained: a.Explained == ExplanationGiven, silent: a.Explained == "" || a.Explained == ExplanationRejected, undecided: a.Verdict == ""}
}

// Do carries out a verb of a person; on an alarm of an event it is done to the whole
// event. version is the one that the person saw.
func (s *Service) Do(ctx context.Context, actor auth.Actor, id ID, verb flow.Verb, version int64, in map[string]any) error {
	var pack []string
	if verb == Confirm {
		var err error
		if pack, err = s.packs(ctx, actor, id, in); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		var into *Alarm
		if word, ok := in["alarm"].(string); ok && verb == Merge {
			b, err := s.named(ctx, tx, actor, word)
			if err != nil {
				return err
			}
			into = &b
		}
		a, all, err := s.lockWith(ctx, tx, actor, id, into)
		if err != nil {
			return err
		}
		if a.Seen() != version {
			return errStale
		}
		var others []*Alarm
		if verb != Merge && verb != Split {
			a, others = speaks(a, all)
		}
		st, err := Machine.Check(a.State, verb, s.can(actor, *a), facts(*a))
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
		if files := form.List("files"); len(files) > 0 {
			if err := s.files.Attach(ctx, tx, files, Machine.Kind, string(a.ID)); err != nil {
				return err
			}
		}
		switch verb {
		case Merge:
			return s.mergeWith(ctx, tx, actor, a, all, into.ID, st, form)
		case Split:
			return s.split(ctx, tx, actor, a, all, st, form)
		}
		return s.answer(ctx, tx, actor, a, others, st, form, pack)
	})
}

// answer takes a step of a person with an alarm, and along with it the others of
// its event.
func (s *Service) answer(ctx context.Context, tx *db.Tx, actor auth.Actor, a *Alarm, others []*Alarm, st flow.Step, form flow.Form, pack []string) error {
	do := s.conclude
	if _, ok := begins[st.Verb]; ok {
		do = s.open
	}
	switch st.Verb {
	case Confirm, Refute:
		do = func(ctx context.Context, tx *db.Tx, actor auth.Actor, a *Alarm, st flow.Step, form flow.Form) error {
			return s.judge(ctx, tx, actor, a, st, form, pack)
		}
	case HandIn:
		if err := s.forward(ctx, tx, a, form.Text("text"), nil); err != nil {
			return err
		}
	}
	if err := do(ctx, tx, actor, a, st, form); err != nil {
		return err
	}
	return s.carry(ctx, tx, actor, a, others, st.Verb, form)
}

// withText offers the place's text for a remote warning.
func (s *Service) withText(list []flow.Action, a Alarm) []flow.Action {
	for i := range list {
		if list[i].Verb == Warn {
			list[i].Fields = slices.Clone(list[i].Fields)
			list[i].Fields[0].Default = s.answers().warningText(a)
		}
	}
	return list
}

// judge writes down what the alarm proved to be; a true one goes on as a clue.
func (s *Service) judge(ctx context.Context, tx *db.Tx, actor auth.Actor, a *Alarm, st flow.Step, form flow.Form, pack []string) error {
	a.Verdict = "false"
	if st.Verb == Confirm {
		a.Verdict = "true"
		if a.ClueID == "" {
			if err := s.forward(ctx, tx, a, form.Text("text"), nil); err != nil {
				return err
			}
		}
		if len(pack) > 0 {
			if err := s.funnel.AddEvidence(ctx, tx, actor, clue.ID(a.ClueID), "预警 "+a.Number+" 核实属实", pack); err != nil {
				return err
			}
			form["pack"] = pack
		}
	}
	return s.conclude(ctx, tx, actor, a, st, form)
}

var errStale = fault.Conflictf("这条预警已被他人或新数据更新，请刷新后重试")

// conclude takes the step, clears an alarm that is handled and over, and sets the
// clocks anew by what is now waited for.
func (s *Service) conclude(ctx context.Context, tx *db.Tx, actor auth.Actor, a *Alarm, st flow.Step, form flow.Form) error {
	word := s.word(a, st.Verb)
	if err := s.take(ctx, tx, actor, a, st, form); err != nil {
		return err
	}
	if word {
		if err := s.answerWord(ctx, tx, a, st.Verb, form); err != nil {
			return err
		}
	}
	if err := s.clear(ctx, tx, a); err != nil || a.State == StateCleared {
		return err
	}
	return s.climb(ctx, tx, a)
}

// take moves the alarm along the step and writes it down.
func (s *Service) take(ctx context.Context, tx *db.Tx, actor auth.Actor, a *Alarm, st flow.Step, form flow.Form) error {
	from := a.State
	a.State = st.Target(from)
	if a.State != from || st.Verb == Forward || wordVerbs[st.Verb] != "" || st.Verb == Confirm || st.Verb == Refute {
		if err := saveState(ctx, tx, a); err != nil {
			return err
		}
	}
	_, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: actor, Subject: string(a.ID), Area: a.Area, From: from, Form: form})
	return err
}

// auto takes a step of the system when the table allows it now.
func (s *Service) auto(ctx context.Context, tx *db.Tx, a *Alarm, v flow.Verb) (bool, error) {
	st, err := Machine.Check(a.State, v, func(string) bool { return true }, facts(*a))
	if err != nil {
		return false, nil // not now: a guard or the state says no
	}
	return true, s.take(ctx, tx, auth.System("rule"), a, st, flow.Form{})
}

func (s *Service) clear(ctx context.Context, tx *db.Tx, a *Alarm) error {
	cleared, err := s.auto(ctx, tx, a, Clear)
	if err != nil || !cleared {
		return err
	}
	if err := s.over(ctx, tx, a); err != nil {
		return err
	}
	return job.Cancel(ctx, tx, jobRung, string(a.ID))
}
