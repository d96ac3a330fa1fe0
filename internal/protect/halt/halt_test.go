package halt_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/looptest"
	"github.com/qingshao/qingshao/internal/protect/halt"
)

var bg = context.Background()

func TestMachine_IsSound(t *testing.T) {
	t.Parallel()
	if err := halt.Machine.Validate(); err != nil {
		t.Error(err)
	}
}

type scene struct {
	*looptest.City
	*halt.Service
	t *testing.T
	d *db.DB
}

func each(t *testing.T, f func(t *testing.T, s scene)) {
	t.Helper()
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		c := looptest.Build(t, d, clock)
		f(t, scene{c, halt.New(halt.Deps{DB: d, Auth: c.Policy, Root: "330300", Notify: c.Notify, Timeline: c.Timeline,
			Doors: []halt.Door{{ID: "mode:insider", Title: "内部知情人举报"}, {ID: "channel:web", Title: "网上提交"}}}), t, d})
	})
}

func (s scene) pass(doors ...string) error {
	return s.d.Read(bg, func(tx *db.Tx) error { return s.Pass(bg, tx, doors...) })
}

func (s scene) act(who string, id halt.ID, v flow.Verb, text string) error {
	o, err := s.Get(bg, looptest.Person("secadmin"), id)
	if err != nil {
		s.t.Fatal(err)
	}
	field := "text"
	if v == halt.Reword {
		field = "reason"
	}
	return s.Service.Do(bg, looptest.Person(who), id, v, o.Halt.Version, map[string]any{field: text})
}

func TestShut_ClosesAtOnceAndTellsWhy(t *testing.T) {
	each(t, func(t *testing.T, s scene) {
		for _, who := range []string{"clerk", "supervisor", "admin", "auditor", "leader"} {
			if _, err := s.Shut(bg, looptest.Person(who), "mode:insider", "检查到异常", ""); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s closes: %v", who, err)
			}
		}
		sec := looptest.Person("secadmin")
		if _, err := s.Shut(bg, sec, "mode:x", "", ""); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "补充") {
			t.Errorf("no such door, no reason: %v", err)
		}
		if err := s.pass("mode:insider", "channel:web"); err != nil {
			t.Fatal(err)
		}
		h, err := s.Shut(bg, sec, "mode:insider", "正在检查系统安全，预计明天恢复", "密钥异常")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.pass("mode:insider", "channel:web"); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "内部知情人举报暂时关闭：正在检查系统安全") || strings.Contains(err.Error(), "密钥异常") {
			t.Errorf("the door: %v", err)
		}
		if err := s.pass("mode:public", "channel:web"); err != nil {
			t.Errorf("another door: %v", err)
		}
		if _, err := s.Shut(bg, sec, "mode:insider", "再关一次", ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("twice: %v", err)
		}
		if got := s.Told(string(h.ID), "紧急关闭：内部知情人举报"); !slices.Contains(got, "supervisor") {
			t.Errorf("told %v", got)
		}
		if _, err := s.Shut(bg, sec, halt.Everything, "全部检查", ""); err != nil {
			t.Fatal(err)
		}
		if err := s.pass("mode:public"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("everything is closed: %v", err)
		}
		now, err := s.Now(bg)
		if err != nil || len(now) != 2 {
			t.Errorf("%v %+v", err, now)
		}
	})
}

func TestReopening_TakesTwoPeople(t *testing.T) {
	each(t, func(t *testing.T, s scene) {
		sec := looptest.Person("secadmin")
		h, err := s.Shut(bg, sec, "channel:web", "正在检查", "")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.act("secadmin", h.ID, halt.Confirm, "好了"); !fault.Is(err, fault.Conflict) {
			t.Errorf("without a proposal: %v", err)
		}
		if err := s.act("clerk", h.ID, halt.Propose, "好了"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a clerk: %v", err)
		}
		if err := s.act("secadmin", h.ID, halt.Propose, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a finding: %v", err)
		}
		if err := s.act("secadmin", h.ID, halt.Propose, "已更换密钥"); err != nil {
			t.Fatal(err)
		}
		if err := s.act("secadmin", h.ID, halt.Confirm, "好了"); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "另一个人") {
			t.Errorf("alone: %v", err)
		}
		if err := s.pass("channel:web"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("proposed is not open: %v", err)
		}
		if err := s.act("supervisor", h.ID, halt.Keep, "还没有演练"); err != nil {
			t.Fatal(err)
		}
		if err := s.act("supervisor", h.ID, halt.Propose, "已演练"); err != nil {
			t.Fatal(err)
		}
		if err := s.act("secadmin", h.ID, halt.Confirm, "核对无误"); err != nil {
			t.Fatal(err)
		}
		if err := s.pass("channel:web"); err != nil {
			t.Errorf("open again: %v", err)
		}
		o, err := s.Get(bg, sec, h.ID)
		if err != nil || o.Halt.State != halt.Reopened || o.Halt.EndedAt.IsZero() || len(o.Timeline) != 5 || len(o.Actions) != 0 {
			t.Errorf("%v %+v", err, o)
		}
		if _, err := s.Shut(bg, sec, "channel:web", "又有异常", ""); err != nil {
			t.Errorf("closing again: %v", err)
		}
		list, err := s.List(bg, looptest.Person("supervisor"))
		if err != nil || len(list) != 2 || list[0].State != halt.Closed {
			t.Errorf("%v %+v", err, list)
		}
		if _, err := s.List(bg, looptest.Person("clerk")); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a clerk lists: %v", err)
		}
	})
}

func TestDo_StaleAndReworded(t *testing.T) {
	each(t, func(t *testing.T, s scene) {
		sec := looptest.Person("secadmin")
		h, err := s.Shut(bg, sec, "channel:web", "正在检查", "")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.act("secadmin", h.ID, halt.Reword, "已找到原因，今晚恢复"); err != nil {
			t.Fatal(err)
		}
		if err := s.Service.Do(bg, sec, h.ID, halt.Propose, h.Version, map[string]any{"text": "x"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("stale: %v", err)
		}
		if err := s.pass("channel:web"); err == nil || !strings.Contains(err.Error(), "今晚恢复") {
			t.Errorf("the public reads: %v", err)
		}
		if err := s.See(bg, auth.Actor{ID: "x", Roles: []auth.Role{auth.Clerk}}, string(h.ID)); !fault.Is(err, fault.NotFound) {
			t.Errorf("seen by a clerk: %v", err)
		}
	})
}
