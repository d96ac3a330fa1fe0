package rule_test

import (
	"log/slog"
	"math"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/catalog"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Two instruments of an outlet show one value for hours. A silence for one of them
// does not keep quiet what the other says; one for each does.
func TestSilence_OfOneSignOfTwo(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		r := newRoom(t, d, c)
		hours := &past{}
		r.service = rule.NewService(rule.Deps{DB: d, Auth: auth.DefaultPolicy(), Policy: rule.Policy{Prefix: "WZ-Y", Category: map[enterprise.Kind]string{enterprise.Gas: "air"}},
			Rules: catalog.All(), Funnel: r.funnel, Files: noFiles{}, Notify: notify.New(d, auth.DefaultPolicy()), Timeline: timeline.New(timeline.Names{}), Signs: catalog.Signs(), Hours: hours})
		r.jobs = job.NewRunner(d, slog.New(slog.DiscardHandler))
		r.service.Jobs(r.jobs)
		hush := r.hushing()
		r.after(0) // the schedule begins
		add := func(at time.Time, stuck bool) {
			h := float64(at.Unix() / 3600)
			so2, nox := 20+3*math.Sin(h/5)+.3*math.Sin(h*1.7), 30+4*math.Sin(h/7)+.4*math.Sin(h*2.3)
			if stuck {
				so2, nox = 21.5, 31.7
			}
			for f, v := range map[string]float64{"a21026": so2, "a21002": nox, "a00000": 20 + math.Sin(float64(at.Unix())*2.1)} {
				*hours = append(*hours, rule.HourValue{Factor: f, At: at, Mean: v, Min: v, Max: v, Flag: "N"})
			}
		}
		for h := -30 * 24; h < 0; h++ {
			add(r.start.Add(time.Duration(h)*time.Hour), false)
		}
		pass := func(n int) {
			t.Helper()
			for range n {
				add(c.Now().Truncate(time.Hour), true)
				r.after(time.Hour)
			}
		}
		only := func(factor string) {
			t.Helper()
			n := r.forHours(100)
			n.Factor = factor
			if _, err := hush.Set(ctx, r.duty, n); err != nil {
				t.Fatal(err)
			}
		}
		only("a21026")
		only("a00000")
		pass(12)
		a := r.one().Alarm
		also := map[string]bool{a.Factor: true}
		for _, n := range a.Also {
			also[n.Factor] = true
		}
		if !also["a21026"] || !also["a21002"] {
			t.Fatalf("it rests on both: %+v", a)
		}
		told := r.told()
		if a.Quiet.Kind != rule.Loud || told == 0 {
			t.Errorf("one of two: %+v, told %d", a.Quiet, told)
		}
		only("a21002")
		if a := r.one().Alarm; a.Quiet.Kind != rule.Silenced {
			t.Errorf("each of them: %+v", a.Quiet)
		}
		pass(2)
		if b := r.one().Alarm; b.Quiet.Kind != rule.Silenced || r.told() != told {
			t.Errorf("it stays so: %+v, told %d, %d before", b.Quiet, r.told(), told)
		}
	})
}
