package issue

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Verb carries a verb of an issue out.
type Verb func(ctx context.Context, actor auth.Actor, id ID, a Act) (Issue, error)

// Verbs are the verbs that this package carries out itself; the others belong
// to handle/rectify and closing.
func (s *Service) Verbs() map[flow.Verb]Verb {
	return map[flow.Verb]Verb{
		Assign: s.Assign, Raise: s.Raise, Withdraw: s.Withdraw, Amend: s.Amend, Sign: s.Sign, Return: s.Return, Appoint: s.Appoint,
		Progress: s.Progress, Extend: s.Extend, Approve: s.Approve, Refuse: s.Refuse, Reopen: s.Reopen, Supervise: s.Supervise,
	}
}

// Adopt makes an issue of a clue (立为问题). The clue's category, place and
// enterprise go along.
func (s *Service) Adopt(ctx context.Context, actor auth.Actor, id clue.ID, a clue.Act) (i Issue, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var made ID
		_, err := s.clues.Conclude(ctx, tx, actor, id, clue.Adopt, a, func(c clue.Clue, f flow.Form) (string, string, error) {
			x, err := s.create(ctx, tx, actor, c, f)
			made = x.ID
			return string(x.ID), "已立为问题 " + x.Number, err
		})
		if err != nil {
			return err
		}
		i, err = findIssue(ctx, tx, made)
		return err
	})
	return i, err
}

func (s *Service) create(ctx context.Context, tx *db.Tx, actor auth.Actor, c clue.Clue, f flow.Form) (Issue, error) {
	number, err := db.NextNumber(ctx, tx, s.rules.Prefix)
	if err != nil {
		return Issue{}, err
	}
	i := Issue{
		ID: ID(db.NewID()), Number: number, State: Pending, Title: f.Text("title"), Text: c.Text, Severity: f.Text("severity"), Category: f.Text("category"),
		Area: c.Area, Address: c.Address, Lng: c.Lng, Lat: c.Lat, EnterpriseID: c.EnterpriseID, EnterpriseName: c.EnterpriseName, OutletID: c.OutletID,
		DeskArea: s.unit(c.Area), Clock: clockAssign, CreatedBy: actor.ID, CreatedAt: tx.Now, UpdatedAt: tx.Now,
	}
	if i.Title == "" {
		i.Title = c.Title
	}
	circled, err := s.clues.Circled(ctx, tx, c)
	if err != nil {
		return i, err
	}
	if i.Text = f.Text("plain"); i.Text == "" {
		if circled {
			return i, fault.Invalidf("这条线索限定了知悉范围").With("form.plain", "请改写交给承办单位的内容，不得看出举报人")
		}
		i.Text = c.Text
	}
	form := flow.Form{}
	timeline.Terms(creating, form, s.term(form))
	i.DueAt = s.cal.AddWorkingDays(tx.Now, s.rules.AssignDays)
	if err := insertIssue(ctx, tx, i); err != nil {
		return i, err
	}
	if err := enterText(ctx, tx, i); err != nil {
		return i, err
	}
	note := "由线索 " + c.Number + " 立为问题"
	if text := f.Text("text"); text != "" {
		note += "。研判意见：" + text
	}
	_, err = s.book.Write(ctx, tx, timeline.Act{Machine: s.machine, Step: creating, Actor: actor, Subject: string(i.ID), Area: i.Area, Form: form, Note: note})
	if err != nil {
		return i, err
	}
	i.Version = 1
	if err := s.schedule(ctx, tx, i, time.Time{}); err != nil {
		return i, err
	}
	return i, s.announce(ctx, tx, actor, Create, Issue{}, i, form, nil)
}

// Join merges a clue into an issue that is already on the list (并入已有问题).
func (s *Service) Join(ctx context.Context, actor auth.Actor, id clue.ID, a clue.Act) (c clue.Clue, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		c, err = s.clues.Conclude(ctx, tx, actor, id, clue.Join, a, func(c clue.Clue, f flow.Form) (string, string, error) {
			wrong := fault.Invalidf("不能并入这个问题")
			i, err := lockByNumber(ctx, tx, f.Text("issue"))
			switch {
			case errors.Is(err, errMissing) || err == nil && !s.policy.Can(actor, auth.IssueRead, i.Scope()):
				return "", "", wrong.With("form.issue", "没有找到编号为 %s 的问题", f.Text("issue"))
			case err != nil:
				return "", "", err
			case i.State == Closed:
				return "", "", wrong.With("form.issue", "问题 %s 已销号；如问题复发请先重新打开，或另立问题", i.Number)
			}
			st, _ := s.machine.Find(i.State, Attach)
			_, err = s.book.Write(ctx, tx, timeline.Act{Machine: s.machine, Step: st, Actor: actor, Subject: string(i.ID), Area: i.Area, From: i.State,
				Form: flow.Form{"clue": c.Number + " " + c.Title, "reason": f.Text("reason")}})
			if err != nil {
				return "", "", err
			}
			return string(i.ID), "已并入问题 " + i.Number, s.announce(ctx, tx, actor, Attach, i, i, f, nil)
		})
		return err
	})
	return c, err
}

// Assign hands the issue to its lead agency with term and demands (交办).
func (s *Service) Assign(ctx context.Context, actor auth.Actor, id ID, a Act) (Issue, error) {
	return s.Carry(ctx, actor, id, Assign, a, func(ctx context.Context, t *Taking) error {
		i, lead := t.Issue, t.Form.Text("lead_agency")
		if err := s.answers(*i, "form.lead_agency", lead); err != nil {
			return err
		}
		i.LeadAgency, i.Assists = lead, []string{}
		for _, x := range t.Form.List("assist_agencies") {
			if _, ok := s.agencies.Find(x); !ok || x == lead {
				return fault.Invalidf("请检查配合单位").With("form.assist_agencies", "配合单位不存在，或与牵头单位相同")
			}
			i.Assists = append(i.Assists, x)
		}
		slices.Sort(i.Assists)
		i.PersonID = t.Form.Text("person")
		return s.belongs(ctx, t)
	})
}

// answers checks that an agency exists and answers for the issue's place.
func (s *Service) answers(i Issue, field, id string) error {
	agency, ok := s.agencies.Find(id)
	if !ok {
		return fault.Invalidf("请选择牵头单位").With(field, "没有这个单位")
	}
	if !auth.Covers(agency.Area, i.Area) {
		return fault.Invalidf("牵头单位应当是属地单位或其上级").With(field, "%s不管辖%s；跨区域的问题请提请上级协调", agency.Name, s.regions.Name(i.Area))
	}
	return nil
}

// belongs checks that the responsible person works at the lead agency.
func (s *Service) belongs(ctx context.Context, t *Taking) error {
	if t.Issue.PersonID == "" {
		return nil
	}
	agency, err := AgencyOf(ctx, t.Tx, t.Issue.PersonID)
	if db.IsMissing(err) || err == nil && agency != t.Issue.LeadAgency {
		return fault.Invalidf("请检查责任人").With("form.person", "责任人应当是牵头单位在岗的人员，请选择一位")
	}
	return err
}

// Raise asks the level above to assign what crosses areas or departments
// (提请上级协调).
func (s *Service) Raise(ctx context.Context, actor auth.Actor, id ID, a Act) (Issue, error) {
	return s.Carry(ctx, actor, id, Raise, a, func(_ context.Context, t *Taking) error {
		t.Issue.DeskArea = s.above(t.Issue.DeskArea)
		return nil
	})
}

// unit is the county-level unit of a place, whose desk assigns first.
func (s *Service) unit(area string) string {
	if r, ok := s.regions.Unit(area); ok {
		return r.Code
	}
	return area
}

// above is the area one level up; the highest stays.
func (s *Service) above(area string) string {
	if r, ok := s.regions.Find(area); ok && r.Parent != "" {
		return r.Parent
	}
	return s.regions.Root().Code
}

// Withdraw takes an assignment back that nobody has signed for (撤回).
func (s *Service) Withdraw(ctx context.Context, actor auth.Actor, id ID, a Act) (Issue, error) {
	return s.Carry(ctx, actor, id, Withdraw, a, func(_ context.Context, t *Taking) error {
		t.Issue.unassign()
		return nil
	})
}

func (i *Issue) unassign() { i.LeadAgency, i.PersonID, i.Measures, i.Assists = "", "", "", []string{} }

// Amend corrects title, category and severity.
func (s *Service) Amend(ctx context.Context, actor auth.Actor, id ID, a Act) (Issue, error) {
	return s.Carry(ctx, actor, id, Amend, a, func(_ context.Context, t *Taking) error {
		t.Issue.Title, t.Issue.Category, t.Issue.Severity = t.Form.Text("title"), t.Form.Text("category"), t.Form.Text("severity")
		return nil
	})
}

// Sign takes the assignment on, naming the responsible person and the measures
// (签收).
func (s *Service) Sign(ctx context.Context, actor auth.Actor, id ID, a Act) (Issue, error) {
	return s.Carry(ctx, actor, id, Sign, a, func(ctx context.Context, t *Taking) error {
		t.Issue.PersonID, t.Issue.Measures = t.Form.Text("person"), t.Form.Text("measures")
		return s.belongs(ctx, t)
	})
}

// Return hands the assignment back with a reason (退回). With the second return
// the level above the agency must assign, and the body there takes part.
func (s *Service) Return(ctx context.Context, actor auth.Actor, id ID, a Act) (Issue, error) {
	return s.Carry(ctx, actor, id, Return, a, func(_ context.Context, t *Taking) error {
		i := t.Issue
		if x := t.Form.Text("suggest"); x != "" {
			if _, ok := s.agencies.Find(x); !ok {
				return fault.Invalidf("请检查建议责任单位").With("form.suggest", "没有这个单位")
			}
		}
		lead := i.LeadAgency
		i.unassign()
		if count(t.History, Return)+1 < s.rules.ReturnsUp {
			return nil
		}
		i.DeskArea = s.above(i.DeskArea)
		if higher, ok := s.agencies.Higher(lead); ok {
			i.Assists = []string{higher.ID}
			if auth.Covers(higher.Area, i.DeskArea) {
				i.DeskArea = higher.Area
			}
		}
		return nil
	})
}

// Appoint changes the responsible person (变更责任人).
func (s *Service) Appoint(ctx context.Context, actor auth.Actor, id ID, a Act) (Issue, error) {
	return s.Carry(ctx, actor, id, Appoint, a, func(ctx context.Context, t *Taking) error {
		if t.Form.Text("person") == t.Issue.PersonID {
			return fault.Invalidf("责任人没有变化").With("form.person", "请选择另一位责任人")
		}
		t.Issue.PersonID = t.Form.Text("person")
		return s.belongs(ctx, t)
	})
}

// Progress reports how far the rectification has come (报告进展); assisting
// agencies report too.
func (s *Service) Progress(ctx context.Context, actor auth.Actor, id ID, a Act) (Issue, error) {
	return s.Carry(ctx, actor, id, Progress, a, nil)
}

// Extend asks for a longer term (申请延期); the old one runs on until answered.
func (s *Service) Extend(ctx context.Context, actor auth.Actor, id ID, a Act) (Issue, error) {
	return s.Carry(ctx, actor, id, Extend, a, func(_ context.Context, t *Taking) error {
		if n := t.Form.Int("days"); n > s.rules.ExtendDays {
			return fault.Invalidf("一次延期最多 %d 个工作日", s.rules.ExtendDays).With("form.days", "最多 %d 个工作日", s.rules.ExtendDays)
		}
		t.Issue.ExtensionDays = t.Form.Int("days")
		return nil
	})
}

// Approve grants the extension that was asked for, or less (同意延期).
func (s *Service) Approve(ctx context.Context, actor auth.Actor, id ID, a Act) (Issue, error) {
	return s.Carry(ctx, actor, id, Approve, a, func(_ context.Context, t *Taking) error {
		if n := t.Form.Int("days"); n > t.Issue.ExtensionDays {
			return fault.Invalidf("同意的天数不能超过申请的天数").With("form.days", "申请延长 %d 个工作日", t.Issue.ExtensionDays)
		}
		t.Issue.ExtensionDays = 0
		return nil
	})
}

// Refuse leaves the term as it is (不同意延期).
func (s *Service) Refuse(ctx context.Context, actor auth.Actor, id ID, a Act) (Issue, error) {
	return s.Carry(ctx, actor, id, Refuse, a, func(_ context.Context, t *Taking) error {
		t.Issue.ExtensionDays = 0
		return nil
	})
}

// Reopen takes up a closed issue that has come back or was closed wrongly
// (重新打开). The agency and the file stay; the person stays unless another is
// named, as must be when the first has left.
func (s *Service) Reopen(ctx context.Context, actor auth.Actor, id ID, a Act) (Issue, error) {
	return s.Carry(ctx, actor, id, Reopen, a, func(ctx context.Context, t *Taking) error {
		t.Issue.ClosedAt, t.Issue.FileNumber = time.Time{}, ""
		if person := t.Form.Text("person"); person != "" {
			t.Issue.PersonID = person
		}
		return s.belongs(ctx, t)
	})
}

// Supervise puts a demand on record and tells everyone concerned (督办).
func (s *Service) Supervise(ctx context.Context, actor auth.Actor, id ID, a Act) (Issue, error) {
	return s.Carry(ctx, actor, id, Supervise, a, nil)
}
