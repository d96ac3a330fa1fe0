package supervise

import (
	"context"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

var errNoInstruction = fault.NotFoundf("没有这件批示，或者它不在您的查看范围内")

// NewInstruction is what is registered of an instruction. Issue is a number or
// "" for none, whose area and lead then stand; Days are working days.
type NewInstruction struct {
	Leader, GivenOn, Text string
	Issue                 string
	Agency, Person        string
	Days                  int
	Files                 []string
}

// mostDays is the longest term that an instruction may be given.
const mostDays = 250

// Register puts an instruction on record and hands it to its agency.
func (s *Service) Register(ctx context.Context, actor auth.Actor, n NewInstruction) (i Instruction, err error) {
	i = Instruction{ID: InstructionID(db.NewID()), Leader: strings.TrimSpace(n.Leader), GivenOn: n.GivenOn, Text: strings.TrimSpace(n.Text), State: Given,
		Area: s.Root, Agency: n.Agency, Person: n.Person, CreatedBy: actor.ID}
	bad := fault.Invalidf("还有内容需要补充")
	if i.Leader == "" {
		bad = bad.With("leader", "请写明谁批示的，姓名和职务")
	}
	if i.Text == "" {
		bad = bad.With("text", "请录入批示内容")
	}
	if n.Days < 1 || n.Days > mostDays {
		bad = bad.With("days", "办理期限应为 1 至 %d 个工作日", mostDays)
	}
	if _, ok := s.Agencies.Find(n.Agency); !ok {
		bad = bad.With("agency", "请选择承办单位")
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		on, err := time.ParseInLocation(time.DateOnly, n.GivenOn, beijing)
		if err != nil || on.After(tx.Now) {
			bad = bad.With("given_on", "请填写批示的日期，不晚于今天")
		}
		if n.Issue = strings.TrimSpace(n.Issue); n.Issue != "" {
			x, err := s.Issues.ByNumber(ctx, tx, actor, n.Issue)
			if fault.Is(err, fault.NotFound) {
				bad = bad.With("issue", "没有找到编号为 %s 的问题", n.Issue)
			} else if err != nil {
				return err
			}
			i.IssueID, i.IssueNo, i.Area = string(x.ID), x.Number, x.Area
		}
		if a, ok := s.Agencies.Find(n.Agency); ok && i.IssueID == "" {
			i.Area = a.Area
		}
		if len(bad.Fields) > 0 {
			return bad
		}
		if err := s.Auth.Require(actor, auth.IssueSupervise, auth.Scope{Area: i.Area}); err != nil {
			return err
		}
		if n.Person != "" {
			if at, err := issue.AgencyOf(ctx, tx, n.Person); err != nil || at != n.Agency {
				return fault.Invalidf("请检查责任人").With("person", "责任人应当是承办单位在岗的人员").Because(err)
			}
		}
		if i.Number, err = db.NextNumber(ctx, tx, s.Prefix+"-P"); err != nil {
			return err
		}
		i.DueAt = s.Calendar.AddWorkingDays(tx.Now, n.Days)
		if err := insertInstruction(ctx, tx, i); err != nil {
			return err
		}
		if len(n.Files) > 0 {
			if err := s.Files.Attach(ctx, tx, n.Files, InstructionMachine.Kind, string(i.ID)); err != nil {
				return err
			}
		}
		if err := s.clock(ctx, tx, replyJob, string(i.ID), i.DueAt); err != nil {
			return err
		}
		form := flow.Form{}
		if len(n.Files) > 0 {
			form["files"] = n.Files
		}
		if _, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: InstructionMachine, Step: registering, Actor: actor, Subject: string(i.ID), Area: i.Area, Form: form,
			Note: i.Leader + "：" + i.Text}); err != nil {
			return err
		}
		return s.tellInstruction(ctx, tx, actor, i, "交办", i.Text+"。请于 "+i.DueAt.In(beijing).Format(time.DateOnly)+" 前报告办理情况。", handlers(i))
	})
	return i, err
}

// handlers is who carries an instruction out.
func handlers(i Instruction) notify.Audience {
	if i.Person != "" {
		return notify.Audience{Persons: []string{i.Person}}
	}
	return notify.Audience{Capability: auth.IssueSign, Agencies: []string{i.Agency}}
}

func keepers(i Instruction) notify.Audience {
	return notify.Audience{Capability: auth.IssueSupervise, Area: i.Area, AllLevels: true, Persons: []string{i.CreatedBy}}
}

func (s *Service) tellInstruction(ctx context.Context, tx *db.Tx, actor auth.Actor, i Instruction, what, text string, to ...notify.Audience) error {
	_, err := s.Notify.Tell(ctx, tx, notify.Notice{To: to, Except: []string{actor.ID}, Kind: InstructionMachine.Kind, Subject: string(i.ID), Area: i.Area, Urgency: notify.Important,
		Title: "批示" + what + "：" + i.Number, Text: text, Link: "/instructions/" + string(i.ID)})
	return err
}

// OpenedInstruction is an instruction with its history and what may be done.
type OpenedInstruction struct {
	Instruction Instruction
	Timeline    []timeline.Entry
	Actions     []flow.Action
}

// Instruction opens one; what the actor may not see is not found.
func (s *Service) Instruction(ctx context.Context, actor auth.Actor, id InstructionID) (o OpenedInstruction, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if o.Instruction, err = s.findInstruction(ctx, tx, actor, id, ""); err != nil {
			return err
		}
		i := o.Instruction
		o.Actions = InstructionMachine.Actions(i.State, s.can(actor, i.Scope()), instructionFacts(actor, i))
		o.Timeline, err = s.Timeline.Of(ctx, tx, InstructionMachine.Kind, string(id))
		return err
	})
	return o, err
}

func (s *Service) findInstruction(ctx context.Context, tx *db.Tx, actor auth.Actor, id InstructionID, lock string) (Instruction, error) {
	i, err := instructionByID(ctx, tx, id, lock)
	if db.IsMissing(err) || err == nil && !s.Auth.Can(actor, auth.IssueRead, i.Scope()) {
		return i, errNoInstruction
	}
	return i, err
}

// SeeInstruction checks that the actor may see an instruction.
func (s *Service) SeeInstruction(ctx context.Context, actor auth.Actor, id string) error {
	return s.DB.Read(ctx, func(tx *db.Tx) error {
		_, err := s.findInstruction(ctx, tx, actor, InstructionID(id), "")
		return err
	})
}

func instructionFacts(actor auth.Actor, i Instruction) flow.Facts {
	return flow.Facts{lead: actor.Agency != "" && actor.Agency == i.Agency || actor.Is(i.Person), notReplier: !actor.Is(i.RepliedBy)}
}

// DoInstruction carries out a verb of an instruction.
func (s *Service) DoInstruction(ctx context.Context, actor auth.Actor, id InstructionID, verb flow.Verb, version int64, in map[string]any) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		i, err := s.findInstruction(ctx, tx, actor, id, tx.ForUpdate())
		if err != nil {
			return err
		}
		if i.Version != version {
			return errStale
		}
		st, err := InstructionMachine.Check(i.State, verb, s.can(actor, i.Scope()), instructionFacts(actor, i))
		if err != nil {
			return err
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		return s.stepInstruction(ctx, tx, actor, i, st, form, "")
	})
}

func (s *Service) stepInstruction(ctx context.Context, tx *db.Tx, actor auth.Actor, i Instruction, st flow.Step, form flow.Form, note string) error {
	if list := form.List("files"); len(list) > 0 {
		if err := s.Files.Attach(ctx, tx, list, InstructionMachine.Kind, string(i.ID)); err != nil {
			return err
		}
	}
	from, to, what, text := i.State, []notify.Audience{keepers(i)}, "", form.Text("text")
	i.State = st.Target(from)
	switch st.Verb {
	case Reply:
		i.RepliedBy, i.DueAt, what = actor.ID, time.Time{}, "已报告办理情况"
	case Again:
		i.DueAt, i.Overdue, to, what = s.Calendar.AddWorkingDays(tx.Now, form.Int("days")), false, []notify.Audience{handlers(i)}, "退回再办"
	case Close:
		i.ClosedAt, to, what = tx.Now, []notify.Audience{handlers(i), keepers(i)}, "办结"
	case Overdue:
		i.Overdue, to, what, text = true, []notify.Audience{handlers(i), keepers(i)}, "逾期", "期限 "+i.DueAt.In(beijing).Format(time.DateOnly)+" 已过，尚未报告办理情况。"
	}
	if err := saveInstruction(ctx, tx, &i); err != nil {
		return err
	}
	if err := s.clock(ctx, tx, replyJob, string(i.ID), i.DueAt); err != nil {
		return err
	}
	if _, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: InstructionMachine, Step: st, Actor: actor, Subject: string(i.ID), Area: i.Area, From: from, Form: form, Note: note}); err != nil {
		return err
	}
	return s.tellInstruction(ctx, tx, actor, i, what, text, to...)
}

func (s *Service) unreplied(ctx context.Context, tx *db.Tx, id string) error {
	i, err := instructionByID(ctx, tx, InstructionID(id), tx.ForUpdate())
	if err != nil || i.DueAt.IsZero() || i.DueAt.After(tx.Now) || i.Overdue {
		return err
	}
	st, ok := InstructionMachine.Find(i.State, Overdue)
	if !ok {
		return nil
	}
	return s.stepInstruction(ctx, tx, program, i, st, flow.Form{}, "期限："+i.DueAt.In(beijing).Format(time.DateOnly))
}

// Instructions reads a page of what the actor may see, newest first; Query's rungs
// do not narrow.
func (s *Service) Instructions(ctx context.Context, actor auth.Actor, q Query) (page db.Page[Instruction], err error) {
	before, err := db.Before(q.Cursor)
	if err != nil {
		return page, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if page.Total, page.Capped, err = s.countInstructions(ctx, tx, actor, q); err != nil {
			return err
		}
		page.Items, err = s.listInstructions(ctx, tx, actor, q, before, q.Limit+1)
		if len(page.Items) > q.Limit {
			page.Items = page.Items[:q.Limit]
			page.Next = db.Cursor(string(page.Items[q.Limit-1].ID))
		}
		return err
	})
	return page, err
}

// InstructionsOf lists the instructions about an issue that the actor may see.
func (s *Service) InstructionsOf(ctx context.Context, actor auth.Actor, id issue.ID) ([]Instruction, error) {
	page, err := s.Instructions(ctx, actor, Query{IssueID: string(id), Limit: 100})
	return page.Items, err
}
