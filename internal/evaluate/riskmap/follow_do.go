package riskmap

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

var (
	errStaleTask = fault.Conflictf("这项任务已被他人更新，请刷新后重试")
	errNoTask    = fault.NotFoundf("没有这项任务")
)

// follow compares what runs with a newly signed month, opens the tasks that it
// calls for and drops those that its correction no longer does. It gives the
// units that got one.
func (s *Service) follow(ctx context.Context, tx *db.Tx, actor auth.Actor, e Edition) (map[string]bool, error) {
	t, _ := At(s.conf.Tables, e.Month)
	history, err := signedResults(ctx, tx, most)
	if err != nil || len(history) == 0 || history[0].Month != e.Month {
		return nil, err // an old month corrected: what to do now follows from the newest
	}
	running, err := runningTasks(ctx, tx)
	if err != nil {
		return nil, err
	}
	told := map[string]bool{}
	for _, u := range e.Result.Units {
		wanted := t.Follow.Wanted(u, Lasting(history, u.Code))
		for _, k := range TaskKinds {
			kind := TaskKind(k.ID)
			reason, want := wanted[kind]
			task, has := running[u.Code][kind]
			if has && task.Month < e.Month {
				if err := s.compare(ctx, tx, task, history, u); err != nil {
					return nil, err
				}
			}
			switch {
			case want && !has:
				told[u.Code] = true
				if err := s.openTask(ctx, tx, actor, Task{Kind: kind, Unit: u.Code, Month: e.Month, Edition: e.ID, Reason: reason}, t.Follow); err != nil {
					return nil, err
				}
			case has && !want && task.Month == e.Month:
				if err := s.drop(ctx, tx, actor, task, e); err != nil {
					return nil, err
				}
			}
		}
	}
	return told, nil
}

func (s *Service) openTask(ctx context.Context, tx *db.Tx, actor auth.Actor, t Task, f Follow) (err error) {
	t.ID, t.State, t.DueAt = TaskID(db.NewID()), TaskOpen, s.Calendar.AddWorkingDays(tx.Now, f.AnswerDays)
	if t.Number, err = db.NextNumber(ctx, tx, s.conf.TaskPrefix); err != nil {
		return err
	}
	if t.Person, err = s.named(ctx, tx, t.Unit); err != nil {
		return err
	}
	if err := insertTask(ctx, tx, t); err != nil {
		return err
	}
	if _, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: TaskMachine, Step: opening, Actor: actor, Subject: string(t.ID), Area: t.Unit, Form: flow.Form{}, Note: t.Reason}); err != nil {
		return err
	}
	if err := s.clock(ctx, tx, t); err != nil {
		return err
	}
	who := t.Person
	if who == "" {
		who = "（单元没有可以答复的账号，请上级确定责任人）"
	}
	return s.tellTask(ctx, tx, actor, t, Open, fmt.Sprintf("%s。责任人：%s。请于 %s 前答复原因、措施和完成日期。", t.Reason, who, t.DueAt.In(beijing).Format(time.DateOnly)))
}

// named is the unit's own person who answers for it: the first who may answer
// for it and belongs to no more than the unit.
func (s *Service) named(ctx context.Context, tx *db.Tx, unit string) (string, error) {
	ids, err := s.Notify.Who(ctx, tx, notify.Audience{Capability: auth.RiskAnswer, Area: unit})
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return nameAt(ctx, tx, ids, unit)
}

// compare writes what the newly signed month says about a running task.
func (s *Service) compare(ctx context.Context, tx *db.Tx, t Task, history []Past, now Unit) error {
	month := history[0].Month
	for _, p := range history {
		if p.Month != t.Month {
			continue
		}
		then, ok := p.Result.Unit(t.Unit)
		effect := EffectOf(then, now)
		if !ok || t.EffectIn == month && t.Effect == effect {
			return nil
		}
		st, ok := TaskMachine.Find(t.State, Compare)
		if !ok {
			return nil
		}
		t.Effect, t.EffectIn = effect, month
		if err := saveTask(ctx, tx, &t); err != nil {
			return err
		}
		note := fmt.Sprintf("%s %s、%d 个警示，%s %s、%d 个警示：%s", t.Month.Title(), then.Colour.Title(), then.Points, month.Title(), now.Colour.Title(), now.Points, effect.Title())
		actor := auth.System("risk")
		if _, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: TaskMachine, Step: st, Actor: actor, Subject: string(t.ID), Area: t.Unit, From: t.State, Form: flow.Form{}, Note: note}); err != nil {
			return err
		}
		return s.tellTask(ctx, tx, actor, t, Compare, note)
	}
	return nil
}

func (s *Service) drop(ctx context.Context, tx *db.Tx, actor auth.Actor, t Task, e Edition) error {
	st, _ := TaskMachine.Find(t.State, Drop)
	from := t.State
	t.State, t.DueAt = TaskDropped, time.Time{}
	if err := saveTask(ctx, tx, &t); err != nil {
		return err
	}
	if err := s.clock(ctx, tx, t); err != nil {
		return err
	}
	_, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: TaskMachine, Step: st, Actor: actor, Subject: string(t.ID), Area: t.Unit, From: from, Form: flow.Form{}, Note: "更正版 " + e.Number})
	return err
}

const taskJob = "risk_task.due"

// clock plans the notice of a term that ends, or cancels it.
func (s *Service) clock(ctx context.Context, tx *db.Tx, t Task) error {
	if t.DueAt.IsZero() {
		return job.Cancel(ctx, tx, taskJob, string(t.ID))
	}
	return job.Enqueue(ctx, tx, job.Spec{Kind: taskJob, Dedup: string(t.ID), Payload: t.ID, RunAt: t.DueAt.Add(time.Second)})
}

// Jobs names the handler of the clock.
func (s *Service) Jobs(r *job.Runner) {
	r.Handle(taskJob, func(ctx context.Context, j job.Job) error {
		var id TaskID
		if err := json.Unmarshal(j.Payload, &id); err != nil {
			return job.Permanent(err)
		}
		return s.due(ctx, id)
	})
}

func (s *Service) due(ctx context.Context, id TaskID) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := lockTask(ctx, tx, id)
		if err != nil || t.DueAt.IsZero() || t.DueAt.After(tx.Now) || t.Overdue {
			return err
		}
		st, ok := TaskMachine.Find(t.State, Overdue)
		if !ok {
			return nil
		}
		t.Overdue = true
		if err := saveTask(ctx, tx, &t); err != nil {
			return err
		}
		actor := auth.System("risk")
		if _, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: TaskMachine, Step: st, Actor: actor, Subject: string(t.ID), Area: t.Unit, From: t.State, Form: flow.Form{},
			Note: "期限：" + t.DueAt.In(beijing).Format(time.DateOnly)}); err != nil {
			return err
		}
		return s.tellTask(ctx, tx, actor, t, Overdue, "期限 "+t.DueAt.In(beijing).Format(time.DateOnly)+" 已过，"+TaskMachine.StateTitle(t.State)+"。")
	})
}

// tellTask tells the unit what the whole's office did, and the other way round;
// of a term that has passed, both.
func (s *Service) tellTask(ctx context.Context, tx *db.Tx, actor auth.Actor, t Task, verb flow.Verb, text string) error {
	unit, office := notify.Audience{Capability: auth.RiskAnswer, Area: t.Unit}, notify.Audience{Capability: auth.RiskFollow, Area: s.conf.Root}
	to, what := []notify.Audience{unit}, ""
	switch verb {
	case Open:
		what = "交办"
	case Visit:
		what = "有新的帮扶记录"
	case Return:
		what = "退回继续落实"
	case Accept:
		what = "核验办结"
	case Answer:
		to, what = []notify.Audience{office}, "已答复"
	case Report:
		to, what = []notify.Audience{office}, "待核验"
	case Compare:
		to, what = []notify.Audience{unit, office}, "成效对照"
	case Overdue:
		to, what = []notify.Audience{unit, office}, "逾期"
	}
	_, err := s.Notify.Tell(ctx, tx, notify.Notice{To: to, Except: []string{actor.ID}, Kind: TaskMachine.Kind, Subject: string(t.ID), Area: t.Unit,
		Title: fmt.Sprintf("%s%s（%s）%s", s.name(t.Unit), Titled(TaskKinds, string(t.Kind)), t.Month.Title(), what), Text: text, Link: "/risk-map/tasks/" + string(t.ID)})
	return err
}

func (s *Service) name(unit string) string {
	for _, u := range s.conf.Units {
		if u.Code == unit {
			return u.Name
		}
	}
	return unit
}

// canTask: the unit's people answer and report, those of the whole follow up.
func (s *Service) canTask(actor auth.Actor, t Task) func(string) bool {
	return func(c string) bool {
		area := t.Unit
		if c == capFollow {
			area = s.conf.Root
		}
		return s.Auth.Can(actor, auth.Capability(c), auth.Scope{Area: area})
	}
}

func taskFacts(actor auth.Actor, t Task) flow.Facts {
	return flow.Facts{isHelp: t.Kind == Help, wasHelped: t.Kind != Help || t.Helped > 0, compared: t.EffectIn > 0, notReporter: !actor.Is(t.ReportedBy)}
}

// TaskFile is a task with what was done.
type TaskFile struct {
	Task     Task
	Colours  []Past // of the signed months since, the newest first
	Actions  []flow.Action
	Timeline []timeline.Entry
}

// Task opens one.
func (s *Service) Task(ctx context.Context, actor auth.Actor, id TaskID) (f TaskFile, err error) {
	if err := s.See(ctx, actor, ""); err != nil {
		return f, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if f.Task, err = taskByID(ctx, tx, id); db.IsMissing(err) {
			return errNoTask
		} else if err != nil {
			return err
		}
		past, err := signedResults(ctx, tx, most)
		if err != nil {
			return err
		}
		for _, p := range past {
			if p.Month >= f.Task.Month {
				f.Colours = append(f.Colours, p)
			}
		}
		f.Actions = withPerson(TaskMachine.Actions(f.Task.State, s.canTask(actor, f.Task), taskFacts(actor, f.Task)), f.Task.Person)
		f.Timeline, err = s.Timeline.Of(ctx, tx, TaskMachine.Kind, string(id))
		return err
	})
	return f, err
}

// Act carries out a verb on a task; version is the one that the person saw.
func (s *Service) Act(ctx context.Context, actor auth.Actor, id TaskID, verb flow.Verb, version int64, in map[string]any) error {
	if err := s.See(ctx, actor, ""); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := lockTask(ctx, tx, id)
		if db.IsMissing(err) {
			return errNoTask
		}
		if err != nil {
			return err
		}
		if t.Version != version {
			return errStaleTask
		}
		st, err := TaskMachine.Check(t.State, verb, s.canTask(actor, t), taskFacts(actor, t))
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
		if list := form.List("files"); len(list) > 0 {
			if err := s.Files.Attach(ctx, tx, list, TaskMachine.Kind, string(t.ID)); err != nil {
				return err
			}
		}
		from := t.State
		t.State = st.Target(from)
		if err := s.change(tx, actor, &t, verb, form); err != nil {
			return err
		}
		if err := saveTask(ctx, tx, &t); err != nil {
			return err
		}
		if err := s.clock(ctx, tx, t); err != nil {
			return err
		}
		if _, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: TaskMachine, Step: st, Actor: actor, Subject: string(t.ID), Area: t.Unit, From: from, Form: form}); err != nil {
			return err
		}
		text := form.Text("text")
		if verb == Answer {
			text = form.Text("measures")
		}
		return s.tellTask(ctx, tx, actor, t, verb, text)
	})
}

// change sets what a verb changes beside the state.
func (s *Service) change(tx *db.Tx, actor auth.Actor, t *Task, verb flow.Verb, form flow.Form) error {
	table, _ := At(s.conf.Tables, t.Month)
	days := table.Follow.ReportDays
	switch verb {
	case Answer:
		until, err := time.ParseInLocation(time.DateOnly, form.Text("until"), beijing)
		last := s.Calendar.AddWorkingDays(tx.Now, days)
		if err != nil || until.Before(tx.Now.In(beijing).AddDate(0, 0, -1)) || until.After(last) {
			return fault.Invalidf("请检查填写的内容").With("until", "应在今天至 %s 之间（%d 个工作日内）", last.In(beijing).Format(time.DateOnly), days)
		}
		t.Person, t.DueAt, t.Overdue = form.Text("person"), until.Add(24*time.Hour-time.Second), false
		return nil
	case Return:
		if n := form.Int("days"); n > 0 {
			days = n
		}
	case Visit:
		t.Helped++
		return nil
	case Report:
		t.ReportedBy, t.DueAt, t.Overdue = actor.ID, time.Time{}, false
		return nil
	case Accept:
		t.Outcome = form.Text("outcome")
		if t.Outcome == "effective" && t.Effect != Better {
			return fault.Invalidf("请检查填写的内容").With("outcome", "%s与%s比较%s，结论不能是“已见效”", t.EffectIn.Title(), t.Month.Title(), t.Effect.Title())
		}
		return nil
	}
	t.DueAt, t.Overdue = s.Calendar.AddWorkingDays(tx.Now, days), false
	return nil
}

// withPerson offers the named person where the form asks who answers.
func withPerson(list []flow.Action, person string) []flow.Action {
	for i := range list {
		if list[i].Verb != Answer {
			continue
		}
		list[i].Fields = slices.Clone(list[i].Fields)
		for k := range list[i].Fields {
			if list[i].Fields[k].Name == "person" {
				list[i].Fields[k].Default = person
			}
		}
	}
	return list
}

// TaskQuery narrows a list of tasks. Empty fields do not narrow.
type TaskQuery struct {
	States []string
	Kinds  []string
	Unit   string
	Cursor string
	Limit  int
}

// Tasks lists them, the newest first.
func (s *Service) Tasks(ctx context.Context, actor auth.Actor, q TaskQuery) (page db.Page[Task], err error) {
	if err := s.See(ctx, actor, ""); err != nil {
		return page, err
	}
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
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if page.Items, err = listTasks(ctx, tx, q, before, q.Limit+1); err != nil {
			return err
		}
		if len(page.Items) > q.Limit {
			page.Items = page.Items[:q.Limit]
			page.Next = db.Cursor(string(page.Items[q.Limit-1].ID))
		}
		page.Total, page.Capped, err = countTasks(ctx, tx, q)
		return err
	})
	return page, err
}
