package clue

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/protect/circle"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Act is a verb's input: the version that the person saw and the form.
type Act struct {
	Version int64
	Form    map[string]any
}

// Verb carries a verb of the desk out.
type Verb func(ctx context.Context, actor auth.Actor, id ID, a Act) (Clue, error)

// Verbs are the verbs that this package carries out itself; adopt and join
// belong to package issue.
func (s *Service) Verbs() map[flow.Verb]Verb {
	return map[flow.Verb]Verb{
		Take: s.Take, Consult: s.Consult, Supplement: s.Supplement, Move: s.Move, Merge: s.Merge, Refer: s.Refer,
		Dismiss: s.Dismiss, ComeBack: s.ComeBack, Settle: s.Settle, Reconsider: s.Reconsider, Split: s.Split,
	}
}

// Take makes the actor the owner (领办).
func (s *Service) Take(ctx context.Context, actor auth.Actor, id ID, a Act) (Clue, error) {
	return s.do(ctx, actor, id, Take, a, func(_ *db.Tx, c *Clue, _ flow.Form) error {
		c.OwnerID = actor.ID
		return nil
	})
}

// Consult records a consultation: meeting, field study or expert review (会商).
func (s *Service) Consult(ctx context.Context, actor auth.Actor, id ID, a Act) (Clue, error) {
	return s.do(ctx, actor, id, Consult, a, nil)
}

// Supplement adds material; the receiver of a referred clue answers with it.
func (s *Service) Supplement(ctx context.Context, actor auth.Actor, id ID, a Act) (Clue, error) {
	return s.do(ctx, actor, id, Supplement, a, func(tx *db.Tx, c *Clue, f flow.Form) error {
		return s.tell(ctx, tx, actor, *c, "线索有补充材料", c.Title+"："+f.Text("text"), s.waiting(*c)...)
	})
}

// Move hands the clue to the desk of another area (转交); its term goes on.
func (s *Service) Move(ctx context.Context, actor auth.Actor, id ID, a Act) (Clue, error) {
	return s.do(ctx, actor, id, Move, a, func(tx *db.Tx, c *Clue, f flow.Form) error {
		area := f.Text("area")
		if _, ok := s.regions.Find(area); !ok || area == c.Area {
			return fault.Invalidf("请选择要转交到的辖区").With("form.area", "请选择另一个辖区")
		}
		c.Area, c.OwnerID = area, ""
		return s.tell(ctx, tx, actor, *c, "转交的线索待研判", c.Title, desk(*c, false))
	})
}

// Merge joins the clue to another one that is about the same thing (合并). When
// the other has become an issue, this one goes with it.
func (s *Service) Merge(ctx context.Context, actor auth.Actor, id ID, a Act) (Clue, error) {
	return s.doLocked(ctx, actor, id, Merge, a, s.lockBoth, func(tx *db.Tx, c *Clue, f flow.Form) error {
		wrong := fault.Invalidf("不能合并到这条线索")
		into, err := findByNumber(ctx, tx, f.Text("into"))
		switch {
		case db.IsMissing(err) || err == nil && !s.policy.Can(actor, auth.ClueRead, into.Scope()):
			return wrong.With("form.into", "没有找到编号为 %s 的线索", f.Text("into"))
		case err != nil:
			return err
		}
		if inside, err := circle.Admits(ctx, tx, actor, into.SourceID); err != nil || !inside {
			return errors.Join(err, wrong.With("form.into", "没有找到编号为 %s 的线索", f.Text("into")))
		}
		switch {
		case into.ID == c.ID:
			return wrong.With("form.into", "不能合并到自身")
		case into.State == StateMerged || into.State == StateDismissed:
			return wrong.With("form.into", "线索 %s %s，请选择仍在办理或已立为问题的线索", into.Number, s.machine.StateTitle(into.State))
		}
		c.MergedInto, c.IssueID = into.ID, into.IssueID
		if err := follow(ctx, tx, c.ID, c.IssueID); err != nil {
			return err
		}
		return s.tellSource(ctx, tx, actor, *c, "已与线索 "+into.Number+" 合并办理")
	})
}

// Refer sends the clue to the body whose duty it is (移送).
func (s *Service) Refer(ctx context.Context, actor auth.Actor, id ID, a Act) (Clue, error) {
	return s.do(ctx, actor, id, Refer, a, func(tx *db.Tx, c *Clue, f flow.Form) error {
		agency, ok := s.agencies.Find(f.Text("agency"))
		if !ok {
			return fault.Invalidf("请选择接收单位").With("form.agency", "没有这个单位")
		}
		c.ReferredTo = agency.ID
		to := notify.Audience{Capability: auth.IssueSign, Agencies: []string{agency.ID}}
		err := s.tell(ctx, tx, actor, *c, "收到移送的线索", c.Title+"。移送理由："+f.Text("reason"), to)
		if err != nil {
			return err
		}
		return s.tellSource(ctx, tx, actor, *c, "已移送"+agency.Name)
	})
}

// Dismiss ends a clue that is no problem, with the reason (不予立案).
func (s *Service) Dismiss(ctx context.Context, actor auth.Actor, id ID, a Act) (Clue, error) {
	return s.do(ctx, actor, id, Dismiss, a, func(tx *db.Tx, c *Clue, f flow.Form) error {
		return s.tellSource(ctx, tx, actor, *c, "不予立案，理由："+f.Text("reason"))
	})
}

// TurnAway ends a clue whose source was told that it is not accepted (不予受理),
// in the caller's transaction. What is judged already stays as it is.
func (s *Service) TurnAway(ctx context.Context, tx *db.Tx, actor auth.Actor, id ID, ground, reason string) error {
	c, err := s.find(ctx, tx, actor, id)
	if err != nil {
		return err
	}
	if c.State != StateNew {
		return fault.Conflictf("线索 %s %s，不能再答复不受理；请在线索上办理", c.Number, s.machine.StateTitle(c.State))
	}
	_, err = s.take(ctx, tx, actor, id, Dismiss, Act{Version: c.Version, Form: map[string]any{"ground": ground, "reason": reason}}, nil)
	return err
}

// ComeBack takes a referred clue back because the receiver declined it.
func (s *Service) ComeBack(ctx context.Context, actor auth.Actor, id ID, a Act) (Clue, error) {
	return s.do(ctx, actor, id, ComeBack, a, func(tx *db.Tx, c *Clue, _ flow.Form) error {
		c.ReferredTo = ""
		return s.tell(ctx, tx, actor, *c, "移送的线索被退回，待研判", c.Title, desk(*c, false))
	})
}

// Settle records what the receiver of a referred clue has done with it.
func (s *Service) Settle(ctx context.Context, actor auth.Actor, id ID, a Act) (Clue, error) {
	return s.do(ctx, actor, id, Settle, a, func(tx *db.Tx, c *Clue, _ flow.Form) error {
		return s.tellSource(ctx, tx, actor, *c, "接收单位已办结")
	})
}

// Reconsider takes a dismissed or settled clue up again.
func (s *Service) Reconsider(ctx context.Context, actor auth.Actor, id ID, a Act) (Clue, error) {
	return s.do(ctx, actor, id, Reconsider, a, func(tx *db.Tx, c *Clue, _ flow.Form) error {
		c.ReferredTo = ""
		return s.tell(ctx, tx, actor, *c, "线索重新研判", c.Title, desk(*c, false))
	})
}

// Split undoes a merger.
func (s *Service) Split(ctx context.Context, actor auth.Actor, id ID, a Act) (Clue, error) {
	return s.do(ctx, actor, id, Split, a, func(tx *db.Tx, c *Clue, _ flow.Form) error {
		c.MergedInto, c.IssueID = "", ""
		if err := follow(ctx, tx, c.ID, ""); err != nil {
			return err
		}
		return s.tell(ctx, tx, actor, *c, "线索撤销合并，待研判", c.Title, desk(*c, false))
	})
}

// Conclude carries out Adopt or Join in the caller's transaction. The caller
// makes or finds the issue in between: it gets the clue and the checked form and
// gives the issue's id and the sentence for who handed the clue in.
func (s *Service) Conclude(ctx context.Context, tx *db.Tx, actor auth.Actor, id ID, verb flow.Verb, a Act,
	issue func(Clue, flow.Form) (issueID, sentence string, err error)) (Clue, error) {
	return s.take(ctx, tx, actor, id, verb, a, func(tx *db.Tx, c *Clue, f flow.Form) error {
		issueID, sentence, err := issue(*c, f)
		if err != nil {
			return err
		}
		c.IssueID = issueID
		if category := f.Text("category"); category != "" {
			c.Category = category
		}
		if err := follow(ctx, tx, c.ID, issueID); err != nil {
			return err
		}
		return s.tellSource(ctx, tx, actor, *c, sentence)
	})
}

// follow gives the issue of a clue to what was merged into it, however deep.
// What is split off meanwhile goes its own way.
func follow(ctx context.Context, tx *db.Tx, id ID, issueID string) error {
	merged, err := mergedInto(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, m := range merged {
		still, err := setIssue(ctx, tx, m.ID, id, issueID)
		if err != nil {
			return err
		}
		if !still {
			continue
		}
		if err := follow(ctx, tx, m.ID, issueID); err != nil {
			return err
		}
	}
	return nil
}

// lockBoth makes others wait who would change the clue or the one that it is to
// be merged into: two clues merged into each other at once would both be lost,
// and one merged into a clue that becomes an issue at that moment would be left
// behind. The order of ids keeps two such mergers from waiting for each other.
func (s *Service) lockBoth(ctx context.Context, tx *db.Tx, id ID, a Act) error {
	ids := []ID{id}
	if number, ok := a.Form["into"].(string); ok {
		into, err := findByNumber(ctx, tx, strings.TrimSpace(number))
		if err != nil && !db.IsMissing(err) {
			return err
		}
		if err == nil {
			ids = append(ids, into.ID)
		}
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if err := lockClue(ctx, tx, id); err != nil && !db.IsMissing(err) {
			return err
		}
	}
	return nil
}

// do is take in a transaction of its own.
func (s *Service) do(ctx context.Context, actor auth.Actor, id ID, verb flow.Verb, a Act, change func(*db.Tx, *Clue, flow.Form) error) (Clue, error) {
	return s.doLocked(ctx, actor, id, verb, a, nil, change)
}

// doLocked is do after lock has locked more than the clue.
func (s *Service) doLocked(ctx context.Context, actor auth.Actor, id ID, verb flow.Verb, a Act, lock func(context.Context, *db.Tx, ID, Act) error,
	change func(*db.Tx, *Clue, flow.Form) error) (c Clue, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if lock != nil {
			if err := lock(ctx, tx, id, a); err != nil {
				return err
			}
		}
		c, err = s.take(ctx, tx, actor, id, verb, a, change)
		return err
	})
	return c, err
}

// take carries one verb out: decide by the table, change, write the row, its
// timeline with audit and event, and its clock.
func (s *Service) take(ctx context.Context, tx *db.Tx, actor auth.Actor, id ID, verb flow.Verb, a Act, change func(*db.Tx, *Clue, flow.Form) error) (Clue, error) {
	if err := lockClue(ctx, tx, id); err != nil && !db.IsMissing(err) {
		return Clue{}, err
	}
	c, err := s.find(ctx, tx, actor, id)
	if err != nil {
		return c, err
	}
	if a.Version != c.Version {
		return c, stale(c)
	}
	st, err := s.machine.Check(c.State, verb, s.can(actor, c), facts(actor, c))
	if err != nil {
		return c, err
	}
	form, err := st.Fill(a.Form)
	if err != nil {
		return c, err
	}
	before, from := c, c.State
	if files := form.List("files"); len(files) > 0 {
		if err := s.files.Attach(ctx, tx, files, s.machine.Kind, string(c.ID)); err != nil {
			return c, err
		}
	}
	if change != nil {
		if err := change(tx, &c, form); err != nil {
			return c, err
		}
	}
	c.State = st.Target(from)
	timeline.Terms(st, form, s.term)
	_, err = s.book.Write(ctx, tx, timeline.Act{Machine: s.machine, Step: st, Actor: actor, Subject: string(c.ID), Area: c.Area, From: from, Form: form,
		Behalf: actor.OnBehalf(before.OwnerID, before.CreatedBy)})
	if err != nil {
		return c, err
	}
	return s.save(ctx, tx, c)
}

// save derives the clock from the timeline, plans its jobs and writes the row.
func (s *Service) save(ctx context.Context, tx *db.Tx, c Clue) (Clue, error) {
	entries, err := s.book.Of(ctx, tx, s.machine.Kind, string(c.ID))
	if err != nil {
		return c, err
	}
	c.Clock, c.DueAt = s.due(entries)
	ok, err := updateClue(ctx, tx, c)
	if err != nil {
		return c, err
	}
	if !ok {
		return c, stale(c)
	}
	if err := s.schedule(ctx, tx, c); err != nil {
		return c, err
	}
	return findClue(ctx, tx, c.ID)
}

func stale(c Clue) error {
	return fault.Conflictf("线索 %s 已被他人修改，请刷新后重试", c.Number)
}

func (s *Service) can(actor auth.Actor, c Clue) func(string) bool {
	return func(capability string) bool { return s.policy.Can(actor, auth.Capability(capability), c.Scope()) }
}

func facts(actor auth.Actor, c Clue) flow.Facts {
	return flow.Facts{"not_owner": c.OwnerID != actor.ID}
}

// actions are the actor's buttons, with the forms filled as far as known.
func (s *Service) actions(actor auth.Actor, c Clue) []flow.Action {
	list := s.machine.Actions(c.State, s.can(actor, c), facts(actor, c))
	for i := range list {
		list[i].Fields = slices.Clone(list[i].Fields)
		for j := range list[i].Fields {
			switch f := &list[i].Fields[j]; f.Name {
			case "title":
				f.Default = c.Title
			case "category":
				f.Default = c.Category
			}
		}
	}
	return list
}

// due derives the running clock and its end from the timeline.
func (s *Service) due(entries []timeline.Entry) (string, time.Time) {
	c := timeline.Recompute(entries, s.step, s.cal)
	for _, clock := range []string{clockJudge, clockReply} {
		if end, ok := c.Running[clock]; ok {
			return clock, end
		}
	}
	return "", time.Time{}
}

// step finds the row that an entry carried out.
func (s *Service) step(e timeline.Entry) flow.Step {
	if e.Verb == Register {
		return registering
	}
	st, _ := s.machine.Find(e.From, e.Verb)
	return st
}

// desk is the triage desk of the clue's area.
func desk(c Clue, all bool) notify.Audience {
	return notify.Audience{Capability: auth.ClueTriage, Area: c.Area, AllLevels: all}
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, actor auth.Actor, c Clue, title, text string, to ...notify.Audience) error {
	in, drawn, err := circle.Readers(ctx, tx, c.SourceID)
	if err != nil {
		return err
	}
	if drawn {
		to = []notify.Audience{{Persons: in}, {Capability: auth.CircleManage, Area: c.Area}}
		text = "请在线索页查看"
	}
	_, err = s.notify.Tell(ctx, tx, notify.Notice{To: to, Except: []string{actor.ID}, Kind: s.machine.Kind, Subject: string(c.ID), Area: c.Area,
		Title: title + "：" + c.Number, Text: text, Link: "/clues/" + string(c.ID), Confidential: c.Source != SourceAlarm}) // what people told us stays inside
	return err
}

// tellSource tells the person who handed the clue in.
func (s *Service) tellSource(ctx context.Context, tx *db.Tx, actor auth.Actor, c Clue, sentence string) error {
	return s.tell(ctx, tx, actor, c, "您提交的线索有进展", c.Title+"："+sentence, notify.Audience{Persons: []string{c.CreatedBy}})
}

const (
	remindJob  = "clue.remind"
	overdueJob = "clue.overdue"
)

// ticking is the payload of a clock's job: which end it was planned for.
type ticking struct {
	Clue ID    `json:"clue"`
	Due  int64 `json:"due"`
}

// schedule plans the jobs of the running clock and cancels those of none.
func (s *Service) schedule(ctx context.Context, tx *db.Tx, c Clue) error {
	if c.Clock == "" {
		if err := job.Cancel(ctx, tx, remindJob, string(c.ID)); err != nil {
			return err
		}
		return job.Cancel(ctx, tx, overdueJob, string(c.ID))
	}
	tick := ticking{c.ID, micros(c.DueAt)}
	if at := timeline.Before(s.cal, c.DueAt, s.rules.RemindDays); at.After(tx.Now) {
		if err := job.Enqueue(ctx, tx, job.Spec{Kind: remindJob, Dedup: string(c.ID), Payload: tick, RunAt: at}); err != nil {
			return err
		}
	} else if err := job.Cancel(ctx, tx, remindJob, string(c.ID)); err != nil {
		return err
	}
	// A term ends with its last second; the notice comes after it.
	return job.Enqueue(ctx, tx, job.Spec{Kind: overdueJob, Dedup: string(c.ID), Payload: tick, RunAt: c.DueAt.Add(time.Second)})
}
