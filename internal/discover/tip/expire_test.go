package tip_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/looptest"
	"github.com/qingshao/qingshao/internal/protect/circle"
	"github.com/qingshao/qingshao/internal/protect/retention"
	"github.com/qingshao/qingshao/internal/vault"
)

// old is a register in which four reports were closed: in clear, in confidence, by an
// insider, and anonymously, which holds nothing.
type old struct {
	*scene
	kept                           *retention.Service
	clear, sealed, insider, nobody tip.ID
}

func aged(t *testing.T, f func(t *testing.T, o old)) {
	t.Helper()
	t.Parallel()
	each(t, func(t *testing.T, s *scene) {
		s.ring.Ceremony()
		o := old{scene: s}
		o.clear, _ = s.file(t, report())
		n := report()
		n.Mode, n.Contact = tip.Anonymous, ""
		o.nobody, _ = s.file(t, n)
		phone := confidential()
		phone.Sealed = s.sealed(vault.Contact{Other: marker})
		_, r, err := s.tips.Enter(bg, looptest.Person("clerk-city"), phone, "")
		if err != nil {
			t.Fatal(err)
		}
		if o.sealed, err = s.tips.Track(bg, r.Number, r.Secret); err != nil {
			t.Fatal(err)
		}
		o.insider = s.insider(t)
		o.kept = retention.New(retention.Deps{DB: s.deps.DB, Auth: s.Policy, Root: "330300", Prefix: "WZ-H", Days: 365, Notify: s.Notify, Timeline: s.Timeline})
		o.kept.Kind(tip.Machine.Kind, retention.Source{Title: "身份", Expired: s.tips.Expired,
			Erase: func(ctx context.Context, tx *db.Tx, id string) (retention.Erased, error) {
				return s.tips.Forget(ctx, tx, tip.ID(id))
			},
			Left: func(ctx context.Context, tx *db.Tx, id string) (int, error) { return s.tips.Held(ctx, tx, tip.ID(id)) }})
		o.kept.Kind(tip.InsiderMachine.Kind, retention.Source{Title: "密件", Expired: s.tips.ExpiredTold,
			Erase: func(ctx context.Context, tx *db.Tx, id string) (retention.Erased, error) {
				return s.tips.ForgetTold(ctx, tx, tip.ID(id))
			},
			Left: func(ctx context.Context, tx *db.Tx, id string) (int, error) {
				return s.tips.HeldTold(ctx, tx, tip.ID(id))
			}})
		f(t, o)
	})
}

// insider lets an insider tell something, as a browser does.
func (s *scene) insider(t *testing.T) tip.ID {
	t.Helper()
	own, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.ring.Vault.Channel(bg)
	if err != nil {
		t.Fatal(err)
	}
	e, err := vault.SealWhole(map[string]any{"text": marker}, nil, c.Keys, own.Recipient().String())
	if err != nil {
		t.Fatal(err)
	}
	number, err := s.tips.Tell(bg, tip.NewTold{Proof: strings.Repeat("ab", 32), ReplyTo: own.Recipient().String(), Once: strings.Repeat("x", 20), Report: e})
	if err != nil {
		t.Fatal(err)
	}
	var id tip.ID
	s.Write(func(ctx context.Context, tx *db.Tx) error {
		id, err = db.One(ctx, tx, db.Value[tip.ID], `SELECT id FROM insider WHERE number = $1`, number)
		return err
	})
	return id
}

// closed closes all reports so many days ago.
func (o old) closed(days int) {
	o.Write(func(ctx context.Context, tx *db.Tx) error {
		at := tx.Now.Add(-time.Duration(days) * 24 * time.Hour).UnixMicro()
		for _, table := range []string{"tip", "insider"} {
			if _, err := db.Exec(ctx, tx, `UPDATE `+table+` SET closed = TRUE, closed_at = $1`, at); err != nil {
				return err
			}
		}
		return nil
	})
}

func (o old) due(t *testing.T, who auth.Actor) (out []string) {
	t.Helper()
	list, err := o.kept.Due(bg, who)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range list {
		out = append(out, l.Subject)
	}
	slices.Sort(out)
	return out
}

func (o old) do(t *testing.T, who auth.Actor, id retention.ID, v flow.Verb) error {
	t.Helper()
	b, err := o.kept.Get(bg, o.ring.Desk1.Actor, id)
	if err != nil {
		t.Fatal(err)
	}
	return o.kept.Do(bg, who, id, v, b.Batch.Version, map[string]any{"text": "已核对"})
}

func TestRetention_TwoPeopleDestroyWhatIsOver(t *testing.T) {
	aged(t, func(t *testing.T, o old) {
		desk, eye := o.ring.Desk1.Actor, o.ring.Eye1.Actor
		all := []string{string(o.clear), string(o.sealed), string(o.insider)}
		slices.Sort(all)
		if got := o.due(t, desk); len(got) != 0 {
			t.Errorf("nothing is closed: %v", got)
		}
		o.closed(365)
		if got := o.due(t, desk); len(got) != 0 {
			t.Errorf("on the last day: %v", got)
		}
		o.closed(366)
		if got := o.due(t, desk); !slices.Equal(got, all) {
			t.Fatalf("due %v, want %v", got, all)
		}
		for _, who := range []string{"clerk", "admin", "secadmin", "auditor"} {
			if _, err := o.kept.Due(bg, looptest.Person(who)); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s sees what is due: %v", who, err)
			}
		}
		if _, err := o.kept.Begin(bg, eye, all, "保存期限已到"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the oversight proposes: %v", err)
		}
		if _, err := o.kept.Begin(bg, desk, append(all, string(o.nobody)), "保存期限已到"); !fault.Is(err, fault.Conflict) {
			t.Errorf("what holds nothing: %v", err)
		}
		if _, err := o.kept.Begin(bg, desk, nil, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("nothing chosen: %v", err)
		}
		b, err := o.kept.Begin(bg, desk, all, "保存期限已到，奖励已结清")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.kept.Begin(bg, desk, all, "再提一次"); !fault.Is(err, fault.Conflict) {
			t.Errorf("two wait at a time: %v", err)
		}
		if got := o.Told(string(b.ID), "待批准：销毁 3 件到期举报的身份"); !slices.Contains(got, eye.ID) {
			t.Errorf("told %v", got)
		}
		if err := o.do(t, desk, b.ID, retention.Approve); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the desk approves: %v", err)
		}
		if err := o.do(t, looptest.Person("clerk"), b.ID, retention.Approve); !fault.Is(err, fault.NotFound) {
			t.Errorf("a clerk approves: %v", err)
		}
		if err := o.do(t, eye, b.ID, retention.Approve); err != nil {
			t.Fatal(err)
		}
		x, err := o.kept.Get(bg, eye, b.ID)
		if err != nil || x.Batch.State != retention.Destroyed || len(x.Batch.Digest) != 64 || len(x.Timeline) != 2 || !strings.Contains(x.Timeline[1].Note, x.Batch.Digest) {
			t.Fatalf("%v %+v", err, x)
		}
		for _, l := range x.Batch.Lines {
			plain := l.Subject == string(o.clear)
			if l.Left != 0 || l.Outcome != retention.LineDestroyed || l.Plain != plain || (l.Digest == "") != plain || (l.Sealed == 0) != plain {
				t.Errorf("%+v", l)
			}
		}
		if got := o.due(t, desk); len(got) != 0 {
			t.Errorf("still due: %v", got)
		}
		o.Write(func(ctx context.Context, tx *db.Tx) error {
			for _, q := range []string{`SELECT COUNT(*) FROM seal_envelope`, `SELECT COUNT(*) FROM seal_share`, `SELECT COUNT(*) FROM clue WHERE contact <> ''`} {
				if n, err := db.One(ctx, tx, db.Value[int], q); err != nil || n != 0 {
					t.Errorf("%s: %d %v", q, n, err)
				}
			}
			return nil
		})
		// The matter itself stays.
		if f, err := o.tips.Get(bg, looptest.Person("clerk-city"), o.clear); err != nil || f.Tip.Text != report().Text {
			t.Errorf("%v %+v", err, f.Tip)
		}
	})
}

func TestRetention_SparesWhatMovedAgain(t *testing.T) {
	aged(t, func(t *testing.T, o old) {
		desk, eye := o.ring.Desk1.Actor, o.ring.Eye1.Actor
		o.closed(400)
		b, err := o.kept.Begin(bg, desk, o.due(t, desk), "保存期限已到")
		if err != nil {
			t.Fatal(err)
		}
		o.Write(func(ctx context.Context, tx *db.Tx) error { // the reporter has it taken up again
			_, err := db.Exec(ctx, tx, `UPDATE tip SET closed = FALSE, closed_at = 0 WHERE id = $1`, o.clear)
			return err
		})
		circles := circle.New(circle.Deps{DB: o.deps.DB, Auth: o.Policy, Notify: o.Notify, Timeline: o.Timeline, Keep: func(context.Context, *db.Tx, string) (string, error) { return "", nil }})
		circles.Kind(tip.Machine.Kind, o.tips.Matter)
		if _, err := circles.Set(bg, looptest.Person("clerk-city"), tip.Machine.Kind, string(o.sealed), []string{"clerk-city"}, "涉及内部人员"); err != nil {
			t.Fatal(err)
		}
		if err := o.do(t, eye, b.ID, retention.Approve); err != nil {
			t.Fatal(err)
		}
		x, err := o.kept.Get(bg, eye, b.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range x.Batch.Lines {
			spared := l.Subject != string(o.insider)
			if (l.Outcome == retention.LineSpared) != spared || (l.Left > 0) != spared {
				t.Errorf("%+v", l)
			}
		}
	})
}

func TestRetention_RefusedOrWithdrawnDestroysNothing(t *testing.T) {
	aged(t, func(t *testing.T, o old) {
		desk, eye := o.ring.Desk1.Actor, o.ring.Eye1.Actor
		o.closed(400)
		due := o.due(t, desk)
		for _, x := range []struct {
			who  auth.Actor
			verb flow.Verb
			to   flow.State
		}{{eye, retention.Refuse, retention.Refused}, {o.ring.Desk2.Actor, retention.Withdraw, retention.Withdrawn}} {
			b, err := o.kept.Begin(bg, desk, due, "保存期限已到")
			if err != nil {
				t.Fatal(err)
			}
			if err := o.do(t, x.who, b.ID, x.verb); err != nil {
				t.Fatal(err)
			}
			f, err := o.kept.Get(bg, eye, b.ID)
			if err != nil || f.Batch.State != x.to || len(f.Actions) != 0 {
				t.Errorf("%v %+v", err, f.Batch)
			}
			if got := o.due(t, desk); !slices.Equal(got, due) {
				t.Errorf("%s: due %v", x.verb, got)
			}
		}
		list, err := o.kept.List(bg, eye)
		if err != nil || len(list) != 2 {
			t.Errorf("%v %+v", err, list)
		}
	})
}
