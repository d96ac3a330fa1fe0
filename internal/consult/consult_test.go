package consult_test

import (
	"context"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/consult"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

var ctx = context.Background()

type noFiles struct{}

func (noFiles) Attach(context.Context, *db.Tx, []string, string, string) error { return nil }

func TestMachine(t *testing.T) {
	t.Parallel()
	if err := consult.Machine.Validate(); err != nil {
		t.Error(err)
	}
}

// A conversation goes to and fro until one of the two calls it done; others do not see
// it, and nobody speaks for the other side.
func TestConsult_ToAndFro(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		policy := auth.DefaultPolicy()
		reg := enterprise.New(d, policy)
		duty := auth.Actor{ID: "duty", Roles: []auth.Role{auth.Duty}, Area: "330302"}
		var firms []string
		for _, name := range []string{"甲厂", "乙厂"} {
			e, err := reg.Create(ctx, duty, enterprise.Enterprise{Name: name, Area: "330302"})
			if err != nil {
				t.Fatal(err)
			}
			firms = append(firms, e.ID)
		}
		boss := auth.Actor{ID: "boss", Roles: []auth.Role{auth.Enterprise}, Area: "330302", Enterprise: firms[0]}
		rival := auth.Actor{ID: "rival", Roles: []auth.Role{auth.Enterprise}, Area: "330302", Enterprise: firms[1]}
		s := consult.New(consult.Deps{DB: d, Auth: policy, Prefix: "WZ-Z", Files: noFiles{}, Notify: notify.New(d, policy), Timeline: timeline.New(timeline.Names{})})
		for _, c := range []struct {
			c    consult.Consult
			in   map[string]any
			want string
		}{
			{consult.Consult{Topic: "mark"}, map[string]any{"text": "x"}, "title"},
			{consult.Consult{Topic: "weather", Title: "怎样标记"}, map[string]any{"text": "x"}, "topic"},
			{consult.Consult{Topic: "mark", Title: "怎样标记"}, nil, "text"},
		} {
			if _, err := s.Begin(ctx, boss, c.c, c.in); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", c.want, err)
			}
		}
		if _, err := s.Begin(ctx, duty, consult.Consult{Topic: "mark", Title: "怎样标记"}, map[string]any{"text": "x"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an officer asked: %v", err)
		}
		id, err := s.Begin(ctx, boss, consult.Consult{Topic: "mark", Title: "启炉时怎样标记"}, map[string]any{"text": "启炉四小时，应选哪一种标记？"})
		if err != nil {
			t.Fatal(err)
		}
		do := func(who auth.Actor, v flow.Verb, text string) error {
			f, err := s.Get(ctx, who, id)
			if err != nil {
				return err
			}
			in := map[string]any{}
			if text != "" {
				in["text"] = text
			}
			return s.Do(ctx, who, id, v, f.Consult.Version, in)
		}
		if err := do(rival, consult.Add, "我也想知道"); !fault.Is(err, fault.NotFound) {
			t.Errorf("another enterprise: %v", err)
		}
		if err := do(boss, consult.Reply, "自己答"); err == nil {
			t.Error("the enterprise answered itself")
		}
		if err := do(boss, consult.Close, ""); err == nil {
			t.Error("closed before an answer")
		}
		for _, step := range []struct {
			who  auth.Actor
			verb flow.Verb
			text string
			want flow.State
		}{{duty, consult.Reply, "选“启炉”，最长 8 小时。", consult.StateAnswered}, {boss, consult.Add, "超过 8 小时呢？", consult.StateAsked},
			{duty, consult.Reply, "另打一条并说明原因。", consult.StateAnswered}, {boss, consult.Close, "", consult.StateClosed}} {
			if err := do(step.who, step.verb, step.text); err != nil {
				t.Fatalf("%s: %v", step.verb, err)
			}
			if f, err := s.Get(ctx, duty, id); err != nil || f.Consult.State != step.want {
				t.Errorf("%s leads to %s, %v", step.verb, f.Consult.State, err)
			}
		}
		f, err := s.Get(ctx, boss, id)
		if err != nil || len(f.Timeline) != 5 || !strings.HasPrefix(f.Consult.Number, "WZ-Z-") || len(f.Actions) != 0 {
			t.Errorf("%+v %v", f, err)
		}
		if page, err := s.List(ctx, rival, consult.Query{}); err != nil || len(page.Items) != 0 {
			t.Errorf("another enterprise sees %d", len(page.Items))
		}
		if page, err := s.List(ctx, duty, consult.Query{Text: "启炉", States: []string{"closed"}, Topics: []string{"mark"}}); err != nil || len(page.Items) != 1 || page.Total != 1 {
			t.Errorf("%+v %v", page, err)
		}
	})
}
