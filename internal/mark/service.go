package mark

import (
	"context"
	"slices"
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

// Files keeps what is handed in with a verb.
type Files interface {
	// Attach ties uploaded files to a thing; unknown ids are refused.
	Attach(ctx context.Context, tx *db.Tx, fileIDs []string, kind, subject string) error
}

// Values are the official values that marks change.
type Values interface {
	// Recompute asks, in the caller's transaction, that the hours of from <= t < to
	// be made again with the marks as they are then.
	Recompute(ctx context.Context, tx *db.Tx, outletID string, from, to time.Time) error
	// Hours tells what the hours of from <= t < to say now, by factor and time.
	Hours(ctx context.Context, tx *db.Tx, outletID string, from, to time.Time) ([]Hour, error)
}

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Auth     auth.Policy
	Prefix   string // of numbers, e.g. WZ-B
	Values   Values
	Files    Files
	Notify   *notify.Service
	Timeline *timeline.Book
}

// Service holds the verbs of marking.
type Service struct {
	db     *db.DB
	policy auth.Policy
	prefix string
	values Values
	files  Files
	notify *notify.Service
	book   *timeline.Book
}

// NewService makes the service.
func NewService(d Deps) *Service {
	return &Service{d.DB, d.Auth, d.Prefix, d.Values, d.Files, d.Notify, d.Timeline}
}

// Jobs registers the clock of documents.
func (s *Service) Jobs(r *job.Runner) { r.Handle(jobProof, s.proof) }

// Plan is what a new mark would do: the rules that hold, what is wrong or worth a
// look, and the hours that it touches as they stand.
type Plan struct {
	Outlet   enterprise.Outlet
	Table    Table
	Problems []Problem
	Hours    []Hour
}

// Preview plans a mark without setting it.
func (s *Service) Preview(ctx context.Context, actor auth.Actor, n New) (p Plan, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		p, err = s.plan(ctx, tx, actor, n)
		if err != nil || !n.From.Before(n.Until) || n.Until.Sub(n.From) > 100*24*time.Hour {
			return err
		}
		all, err := s.values.Hours(ctx, tx, n.OutletID, n.From.Truncate(time.Hour), n.Until)
		for _, h := range all {
			if len(n.Factors) == 0 || slices.Contains(n.Factors, h.Factor) {
				p.Hours = append(p.Hours, h)
			}
		}
		return err
	})
	return p, err
}

func (s *Service) plan(ctx context.Context, tx *db.Tx, actor auth.Actor, n New) (p Plan, err error) {
	if p.Outlet, err = enterprise.OutletByID(ctx, tx, n.OutletID); err != nil {
		return p, err
	}
	if !s.policy.Can(actor, auth.TelemetryRead, p.Outlet.Scope()) {
		return p, fault.NotFoundf("没有这个排放口，可能已被移出或不在您的管辖范围内")
	}
	if err := s.policy.Require(actor, auth.MarkSet, p.Outlet.Scope()); err != nil {
		return p, err
	}
	firm, err := enterprise.ByID(ctx, tx, p.Outlet.EnterpriseID)
	if err != nil {
		return p, err
	}
	at := n.From
	if at.IsZero() {
		at = tx.Now
	}
	p.Table = TableFor(firm.Industry, at)
	y := at.In(beijing).Year()
	others, err := InForceAt(ctx, tx, []string{n.OutletID}, time.Date(y, 1, 1, 0, 0, 0, 0, beijing), time.Date(y+1, 2, 1, 0, 0, 0, 0, beijing))
	p.Problems = Check(p.Table, p.Outlet.Kind, n, others, tx.Now)
	return p, err
}

// Set marks a period. What was only pointed out is kept with the mark for the
// officer.
func (s *Service) Set(ctx context.Context, actor auth.Actor, n New) (m Mark, err error) {
	n.Reason, n.WorkOrder = strings.TrimSpace(n.Reason), strings.TrimSpace(n.WorkOrder)
	n.From, n.Until = n.From.UTC().Truncate(time.Minute), n.Until.UTC().Truncate(time.Minute)
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := lockOutlet(ctx, tx, n.OutletID); err != nil && !db.IsMissing(err) {
			return err
		}
		p, err := s.plan(ctx, tx, actor, n)
		if err != nil {
			return err
		}
		if err := refusal(p.Problems); err != nil {
			return err
		}
		k, _ := p.Table.Kind(n.Kind)
		number, err := db.NextNumber(ctx, tx, s.prefix)
		if err != nil {
			return err
		}
		id := ID(db.NewID())
		m = Mark{ID: id, Number: number, State: StateMarked, OutletID: p.Outlet.ID, EnterpriseID: p.Outlet.EnterpriseID, Area: p.Outlet.Area,
			Kind: k.ID, Family: k.Family, Effect: k.Effect, Flag: k.Flag, Rules: p.Table.ID, Factors: n.Factors, From: n.From, Until: n.Until,
			Reason: n.Reason, WorkOrder: n.WorkOrder, Documents: int64(len(n.Files)), Warnings: []string{}, CreatedBy: actor.ID, CreatedAt: tx.Now}
		for _, w := range p.Problems {
			m.Warnings = append(m.Warnings, w.Text)
		}
		if k.Document {
			m.ProofDue = proofDue(p.Table, n.From)
		}
		if err := insertMark(ctx, tx, m); err != nil {
			return err
		}
		if m, err = findMark(ctx, tx, id); err != nil {
			return err
		}
		return s.begun(ctx, tx, actor, m, n.Files)
	})
	return m, err
}

// begun writes a new mark down, starts its clock and tells the officers.
func (s *Service) begun(ctx context.Context, tx *db.Tx, actor auth.Actor, m Mark, files []string) error {
	step := setting
	step.Fields = []flow.Field{{Name: "kind", Title: "类型", Kind: flow.Line}, {Name: "period", Title: "时段", Kind: flow.Line},
		{Name: "reason", Title: "原因", Kind: flow.Text}, {Name: "work_order", Title: "工单号", Kind: flow.Line}}
	form := flow.Form{"kind": m.Title(), "period": spell(m.From, m.Until), "reason": m.Reason}
	if m.WorkOrder != "" {
		form["work_order"] = m.WorkOrder
	}
	if len(files) > 0 {
		if err := s.files.Attach(ctx, tx, files, Machine.Kind, string(m.ID)); err != nil {
			return err
		}
		step.Fields = append(step.Fields, flow.Field{Name: "files", Title: "证明材料", Kind: flow.Files})
		form["files"] = files
	}
	if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: step, Actor: actor, Subject: string(m.ID), Area: m.Area, Form: form}); err != nil {
		return err
	}
	if !m.ProofDue.IsZero() && m.Documents == 0 {
		if err := job.Enqueue(ctx, tx, job.Spec{Kind: jobProof, Dedup: string(m.ID), Payload: m.ID, RunAt: m.ProofDue}); err != nil {
			return err
		}
	}
	if err := s.values.Recompute(ctx, tx, m.OutletID, m.From, m.Until); err != nil {
		return err
	}
	return s.tell(ctx, tx, actor, m, "标记待审核", m.Reason, notify.Audience{Capability: auth.MarkReview, Area: m.Area})
}

func (s *Service) tell(ctx context.Context, tx *db.Tx, actor auth.Actor, m Mark, what, text string, to ...notify.Audience) error {
	_, err := s.notify.Tell(ctx, tx, notify.Notice{To: to, Except: []string{actor.ID}, Kind: Machine.Kind, Subject: string(m.ID), Area: m.Area,
		Title: what + "：" + m.EnterpriseName + " " + m.OutletName + " " + m.Title(), Text: text, Link: "/marks/" + string(m.ID)})
	return err
}

var errStale = fault.Conflictf("这条标记已被他人更新，请刷新后重试")
