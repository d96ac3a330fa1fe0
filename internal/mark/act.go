package mark

import (
	"context"
	"encoding/json"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

// jobProof undoes a mark whose document stayed away.
const jobProof = "mark.proof"

// Do carries out a verb of a person. version is the one that the person saw.
func (s *Service) Do(ctx context.Context, actor auth.Actor, id ID, verb flow.Verb, version int64, in map[string]any) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		m, err := s.seen(actor)(lockMark(ctx, tx, id))
		if err != nil {
			return err
		}
		if m.Version != version {
			return errStale
		}
		st, err := Machine.Check(m.State, verb, s.can(actor, m), nil)
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
			if err := s.files.Attach(ctx, tx, files, Machine.Kind, string(m.ID)); err != nil {
				return err
			}
			if verb == Supplement {
				m.Documents += int64(len(files))
			}
		}
		return s.take(ctx, tx, actor, &m, st, form)
	})
}

// take moves the mark along the step, has the values made again when it is no
// longer in force, and tells the other side.
func (s *Service) take(ctx context.Context, tx *db.Tx, actor auth.Actor, m *Mark, st flow.Step, form flow.Form) error {
	from := m.State
	m.State = st.Target(from)
	if err := saveMark(ctx, tx, m); err != nil {
		return err
	}
	if _, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: actor, Subject: string(m.ID), Area: m.Area, From: from, Form: form}); err != nil {
		return err
	}
	if !InForce(m.State) {
		if err := s.values.Recompute(ctx, tx, m.OutletID, m.From, m.Until); err != nil {
			return err
		}
	}
	if !InForce(m.State) || m.Documents > 0 {
		if err := job.Cancel(ctx, tx, jobProof, string(m.ID)); err != nil {
			return err
		}
	}
	officers, firm := notify.Audience{Capability: auth.MarkReview, Area: m.Area}, notify.Audience{Capability: auth.MarkSet, Enterprise: m.EnterpriseID}
	switch st.Verb {
	case Accept, Reject:
		return s.tell(ctx, tx, actor, *m, "标记"+Machine.StateTitle(m.State), form.Text("text"), firm)
	case Undo:
		return s.tell(ctx, tx, actor, *m, "标记已撤销", "规定日期前未补充证明材料，时段内数据恢复为未标记", firm, officers)
	case Supplement:
		return s.tell(ctx, tx, actor, *m, "标记补充了证明材料", form.Text("text"), officers)
	}
	return nil
}

// proof undoes a mark that still has no document when its day is over.
func (s *Service) proof(ctx context.Context, j job.Job) error {
	var id ID
	if err := json.Unmarshal(j.Payload, &id); err != nil {
		return job.Permanent(err)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		m, err := lockMark(ctx, tx, id)
		if err != nil || m.Documents > 0 || !InForce(m.State) {
			return err
		}
		st, ok := Machine.Find(m.State, Undo)
		if !ok {
			return nil
		}
		return s.take(ctx, tx, auth.System("mark"), &m, st, flow.Form{})
	})
}

func (s *Service) can(actor auth.Actor, m Mark) func(string) bool {
	return func(c string) bool { return s.policy.Can(actor, auth.Capability(c), m.Scope()) }
}

// seen makes a mark that the actor may not see one that is not there.
func (s *Service) seen(actor auth.Actor) func(Mark, error) (Mark, error) {
	return func(m Mark, err error) (Mark, error) {
		if db.IsMissing(err) || err == nil && !s.policy.Can(actor, auth.TelemetryRead, m.Scope()) {
			return Mark{}, fault.NotFoundf("没有这条标记，或者它不在您的查看范围内")
		}
		return m, err
	}
}
