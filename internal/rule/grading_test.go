package rule_test

import (
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/catalog"
	"github.com/qingshao/qingshao/internal/rule/grade"
	"github.com/qingshao/qingshao/internal/rule/ladder"
	"github.com/qingshao/qingshao/internal/timeline"
)

// An alarm says why it weighs more by what was on record when it began; what is
// written down later changes only the next one.
func TestGrade_IsKeptByTheAlarm(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		reg := enterprise.New(d, policy)
		loud := ladder.Ladder{Name: "严重超标", Levels: []string{"grave"}, Rungs: []ladder.Rung{{When: ladder.Always, Tell: []ladder.Audience{ladder.Duty}, Urgency: "urgent"}}}
		plain := ladder.Ladder{Name: "其余", Rungs: []ladder.Rung{{When: ladder.Always, Tell: []ladder.Audience{ladder.Duty}, Urgency: "ordinary"}}}
		r.use(rule.NewService(rule.Deps{DB: d, Auth: policy, Rules: catalog.All(), Funnel: r.funnel, Files: noFiles{}, Notify: notify.New(d, policy), Timeline: timeline.New(timeline.Names{}),
			Policy: rule.Policy{Prefix: "WZ-Y", Category: map[enterprise.Kind]string{enterprise.Gas: "air"}, Ladders: []ladder.Ladder{loud, plain},
				Grades: grade.Table{{Name: "环境监管重点单位", Basis: "部令第 27 号", From: r.start.AddDate(-3, 0, 0), Lists: []string{"大气环境"}, Up: true}}}}))
		r.values(enterprise.Hour, time.Hour, "70")
		r.mustRun()
		if a := r.one().Alarm; a.Key() || a.HearUp {
			t.Fatalf("on no list: %v", a.Why)
		}
		firm := r.one().Alarm.EnterpriseID
		if err := reg.SetStanding(ctx, r.duty, enterprise.Standing{EnterpriseID: firm, Size: "巨型"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an unknown size: %v", err)
		}
		x := enterprise.Standing{EnterpriseID: firm, Size: "大型", Lists: []string{"土壤污染", "大气环境", "大气环境"}, Waters: []enterprise.Receiving{{OutletID: r.outlet, Water: "瓯江", Class: "Ⅲ类"}}}
		if err := reg.SetStanding(ctx, r.duty, x); err != nil {
			t.Fatal(err)
		}
		if err := reg.SetStanding(ctx, r.duty, x); !fault.Is(err, fault.Conflict) {
			t.Errorf("what somebody else has written: %v", err)
		}
		stranger := auth.Actor{ID: "s", Roles: []auth.Role{auth.Duty}, Area: "330326"}
		if _, err := reg.StandingOf(ctx, stranger, firm); !fault.Is(err, fault.NotFound) {
			t.Errorf("another area: %v", err)
		}
		if got, err := reg.StandingOf(ctx, r.duty, firm); err != nil || got.Size != "大型" || strings.Join(got.Lists, "") != "大气环境土壤污染" || len(got.Waters) != 1 || got.Version != 1 {
			t.Errorf("%+v %v", got, err)
		}
		if a := r.one().Alarm; a.Key() {
			t.Error("an alarm that had begun was graded anew")
		}
		a := r.one().Alarm
		if err := r.service.Do(ctx, r.duty, a.ID, rule.Acknowledge, a.Version, nil); err != nil {
			t.Fatal(err)
		}
		if err := r.service.Do(ctx, r.duty, a.ID, rule.Handle, a.Version+1, map[string]any{"cause": "discharge", "text": "已整改"}); err != nil {
			t.Fatal(err)
		}
		r.values(enterprise.Hour, time.Hour, "20", "20", "20", "20", "72")
		r.mustRun()
		page, err := r.service.List(ctx, r.duty, rule.Query{Key: true})
		if err != nil || len(page.Items) != 1 || !page.Items[0].HearUp || strings.Join(page.Items[0].Why, "") != "环境监管重点单位（部令第 27 号）" {
			t.Fatalf("%+v %v", page.Items, err)
		}
	})
}
