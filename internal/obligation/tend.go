package obligation

import (
	"context"
	"fmt"
	"strings"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/mark"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/permit"
)

// Topics are the events after which an enterprise's calendar is made again.
var Topics = []string{"enterprise.*", "outlet.*", "device.*", "mark.*"}

// Jobs registers the morning pass over all enterprises, before people come to
// work.
func (s *Service) Jobs(r *job.Runner) {
	r.Daily("obligation.tend", "07:30", func(ctx context.Context, _ job.Job) error { return s.Tend(ctx) })
}

// Heard makes the calendar of the enterprise that an event concerns again.
func (s *Service) Heard(ctx context.Context, e bus.Event) error {
	var id string
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		id, err = enterpriseOf(ctx, tx, e.Kind, e.Subject)
		return err
	})
	if err != nil || id == "" {
		return err
	}
	return s.tend(ctx, id)
}

// Tend makes the calendars of all enterprises again and sends what is due.
func (s *Service) Tend(ctx context.Context) error {
	var ids []string
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) { ids, err = enterprises(ctx, tx); return err })
	for _, id := range ids {
		if err == nil {
			err = s.tend(ctx, id)
		}
	}
	return err
}

// tend reads first and writes only when there is something to do.
func (s *Service) tend(ctx context.Context, id string) error {
	idle := false
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		changes, err := s.plan(ctx, tx, id)
		idle = len(changes) == 0
		return err
	})
	if err != nil || idle {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := lockEnterprise(ctx, tx, id); err != nil {
			return err
		}
		changes, err := s.plan(ctx, tx, id)
		if err != nil {
			return err
		}
		return s.carryOut(ctx, tx, changes)
	})
}

// plan leaves out what was written down before.
func (s *Service) plan(ctx context.Context, tx *db.Tx, id string) ([]Change, error) {
	f, err := factsOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	rows, err := rowsOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	var outlets []string
	for _, o := range f.Outlets {
		outlets = append(outlets, o.ID)
	}
	var marks []mark.Mark
	if len(outlets) > 0 {
		if marks, err = mark.InForceAt(ctx, tx, outlets, tx.Now.AddDate(-1, -1, 0), tx.Now.AddDate(0, 2, 0)); err != nil {
			return nil, err
		}
	}
	written, err := onces(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	var out []Change
	for _, c := range Plan(s.Rules, f, rows, marks, tx.Now) {
		if c.Once == "" || !written[string(c.Obligation.ID)+" "+c.Once] {
			out = append(out, c)
		}
	}
	return out, nil
}

func (s *Service) carryOut(ctx context.Context, tx *db.Tx, changes []Change) error {
	by := auth.System("obligation")
	made := map[key]Obligation{} // ids and versions that this pass gave
	var near, late []Obligation
	for _, c := range changes {
		o := c.Obligation
		if m, ok := made[o.key()]; ok {
			o = m
		}
		switch {
		case c.New:
			o.ID, o.CreatedAt, o.UpdatedAt, o.Version = ID(db.NewID()), tx.Now, tx.Now, 1
			if err := insert(ctx, tx, o); err != nil {
				return err
			}
		case c.Move:
			if err := save(ctx, tx, &o); err != nil {
				return err
			}
		default:
			st, ok := Machine.Find(o.State, c.Verb)
			if !ok {
				continue
			}
			if err := s.take(ctx, tx, by, &o, st, flow.Form{}, c.Once, c.Note); err != nil {
				return err
			}
			switch c.Verb {
			case Remind:
				near = append(near, o)
			case Lapse:
				late = append(late, o)
			}
		}
		made[o.key()] = o
	}
	if err := s.announce(ctx, tx, "即将到期", near); err != nil {
		return err
	}
	return s.announce(ctx, tx, "已逾期", late)
}

// announce tells an enterprise in one notice what is near or over; officers hear
// of what is over.
func (s *Service) announce(ctx context.Context, tx *db.Tx, what string, list []Obligation) error {
	if len(list) == 0 {
		return nil
	}
	first := list[0]
	n := notify.Notice{To: []notify.Audience{{Capability: auth.ObligationReport, Enterprise: first.EnterpriseID}}, Kind: Machine.Kind, Subject: string(first.ID), Area: first.Area,
		Title: fmt.Sprintf("义务%s：%s", what, first.Title), Link: "/obligations/" + string(first.ID)}
	var lines []string
	for _, o := range list {
		lines = append(lines, fmt.Sprintf("%s%s（%s），%s 前", pre(o.OutletName), o.Title, o.Period, o.DueAt.In(beijing).Format("01-02")))
	}
	n.Text = strings.Join(lines, "；")
	if len(list) > 1 {
		n.Title, n.Link = fmt.Sprintf("%d 项义务%s", len(list), what), "/obligations"
	}
	if _, err := s.Notify.Tell(ctx, tx, n); err != nil || what != "已逾期" {
		return err
	}
	n.To = []notify.Audience{{Capability: auth.ObligationReview, Area: first.Area}}
	n.Title += "：" + first.EnterpriseName
	if len(list) > 1 {
		n.Link = "/obligations?enterprise_id=" + first.EnterpriseID
	}
	_, err := s.Notify.Tell(ctx, tx, n)
	return err
}

func pre(name string) string {
	if name == "" {
		return ""
	}
	return name + " "
}

func factsOf(ctx context.Context, tx *db.Tx, id string) (f Facts, err error) {
	if f.Enterprise, err = enterprise.ByID(ctx, tx, id); err != nil {
		return f, err
	}
	if f.Certificate, err = permit.CertificateOf(ctx, tx, id); err != nil {
		return f, err
	}
	list, err := enterprise.OutletsOf(ctx, tx, id)
	if err != nil {
		return f, err
	}
	with, err := equipped(ctx, tx, id)
	if err != nil {
		return f, err
	}
	for _, o := range list {
		p, err := permit.Of(ctx, tx, o.ID)
		if err != nil {
			return f, err
		}
		f.Outlets = append(f.Outlets, Outlet{o, p.Monitor, with[o.ID]})
	}
	return f, nil
}
