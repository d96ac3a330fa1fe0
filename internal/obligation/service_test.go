package obligation_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/looptest"
	. "github.com/qingshao/qingshao/internal/obligation"
	"github.com/qingshao/qingshao/internal/permit"
)

var bg = context.Background()

var rules = []Rule{
	{ID: "renewal", Title: "申请延续排污许可证", Todo: "提交申请", Basis: "条例", Each: EachEnterprise, Every: Expiry, Days: 60, Remind: []int{30, 7}},
	{ID: "quarterly", Title: "提交执行季报", Todo: "提交季报", Basis: "HJ 944", Each: EachEnterprise, Every: Quarter, Days: 15, Remind: []int{10}},
}

type scene struct {
	t     *testing.T
	c     *looptest.City
	s     *Service
	boss  auth.Actor
	rival auth.Actor
	firm  string
}

func each(t *testing.T, f func(x *scene)) {
	t.Helper()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		c := looptest.Build(t, d, clock)
		x := &scene{t: t, c: c, boss: looptest.Person("boss"), rival: looptest.Person("boss"),
			s: NewService(Deps{DB: d, Auth: c.Policy, Rules: rules, Files: c.Files, Notify: c.Notify, Timeline: c.Timeline})}
		x.firm, _ = c.Outlet("热电厂", "330302")
		other, _ := c.Outlet("别家", "330302")
		x.boss.Enterprise, x.rival.Enterprise = x.firm, other
		x.permit("2022-01-01", "2027-01-31")
		f(x)
	})
}

func date(s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, looptest.Beijing)
	if err != nil {
		panic(err)
	}
	return t
}

// permit enters the firm's permit and lets its calendar be made.
func (x *scene) permit(from, until string) {
	x.t.Helper()
	p := permit.New(x.c.DB, x.c.Policy)
	who := looptest.Person("duty")
	c, err := p.Certificate(bg, who, x.firm)
	if err != nil {
		x.t.Fatal(err)
	}
	c.Number, c.ValidFrom, c.ValidUntil = "9133…001P", date(from), date(until).AddDate(0, 0, 1)
	if _, err := p.SetCertificate(bg, who, c); err != nil {
		x.t.Fatal(err)
	}
	if err := x.s.Heard(bg, bus.Event{Topic: permit.CertificateChanged, Kind: "enterprise", Subject: x.firm}); err != nil {
		x.t.Fatal(err)
	}
}

// list writes what somebody sees as rule:period:stage.
func (x *scene) list(who auth.Actor, q Query) string {
	x.t.Helper()
	page, err := x.s.List(bg, who, q)
	if err != nil {
		x.t.Fatal(err)
	}
	var out []string
	for _, o := range page.Items {
		out = append(out, o.Rule+":"+o.Period+":"+string(o.Stage(x.c.Clock.Now())))
	}
	return strings.Join(out, " ")
}

func (x *scene) find(rule string) Obligation {
	x.t.Helper()
	page, err := x.s.List(bg, x.boss, Query{Rules: []string{rule}})
	if err != nil || len(page.Items) == 0 {
		x.t.Fatalf("%s: %v", rule, err)
	}
	return page.Items[0]
}

func (x *scene) do(who auth.Actor, o Obligation, verb flow.Verb, form map[string]any) error {
	f, err := x.s.Get(bg, who, o.ID)
	if err != nil {
		return err
	}
	return x.s.Do(bg, who, o.ID, verb, f.Obligation.Version, form)
}

func (x *scene) to(day string) {
	x.t.Helper()
	x.c.To(day + " 07:30")
	if err := x.s.Tend(bg); err != nil {
		x.t.Fatal(err)
	}
}

func TestCalendar_OfOneEnterpriseAndNobodyElse(t *testing.T) {
	each(t, func(x *scene) {
		// 2026-11-21: the renewal is due on 12-02, near since 11-03.
		const mine = "renewal:2027-01-31:soon quarterly:2026Q4:ahead"
		duty, far := looptest.Person("duty"), looptest.Person("duty-longwan")
		for who, want := range map[*auth.Actor]string{&x.boss: mine, &duty: mine, &far: "", &x.rival: ""} {
			if got := x.list(*who, Query{EnterpriseID: x.firm}); got != want {
				t.Errorf("%s of %s: %s, want %s", who.ID, who.Enterprise, got, want)
			}
		}
		o := x.find("renewal")
		for _, who := range []auth.Actor{x.rival, far, looptest.Person("grid"), looptest.Person("admin")} {
			if _, err := x.s.Get(bg, who, o.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s opens it: %v", who.ID, err)
			}
			if err := x.s.Do(bg, who, o.ID, Report, 1, map[string]any{"text": "代办", "files": []any{"f1"}}); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s reports it: %v", who.ID, err)
			}
		}
		for stages, want := range map[Stage]string{Soon: "renewal:2027-01-31:soon", Ahead: "quarterly:2026Q4:ahead", Overdue: "", Done: ""} {
			if got := x.list(x.boss, Query{Stages: []Stage{stages}}); got != want {
				t.Errorf("%s: %s", stages, got)
			}
		}
		page, err := x.s.List(bg, x.boss, Query{Limit: 1})
		if err != nil || page.Next == "" || page.Total != 2 {
			t.Fatalf("%+v %v", page, err)
		}
		if got := x.list(x.boss, Query{Limit: 1, Cursor: page.Next}); got != "quarterly:2026Q4:ahead" {
			t.Errorf("second page: %s", got)
		}
		if _, err := x.s.List(bg, x.boss, Query{Cursor: "x"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a broken cursor: %v", err)
		}
	})
}

func TestReport_IsLookedAtByAnOfficer(t *testing.T) {
	each(t, func(x *scene) {
		duty := looptest.Person("duty")
		o := x.find("renewal")
		if err := x.do(x.boss, o, Report, map[string]any{"text": "已提交"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("without evidence: %v", err)
		}
		if err := x.do(duty, o, Report, map[string]any{"text": "已提交", "files": []any{"f1"}}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by an officer: %v", err)
		}
		if err := x.do(x.boss, o, Accept, nil); err == nil {
			t.Error("accepted by the enterprise itself")
		}
		if err := x.do(x.boss, o, Report, map[string]any{"text": "已提交", "files": []any{"f1"}}); err != nil {
			t.Fatal(err)
		}
		if x.c.Files.Tied["f1"] != "obligation/"+string(o.ID) {
			t.Errorf("evidence tied to %q", x.c.Files.Tied["f1"])
		}
		if got := x.c.Told(string(o.ID), "企业报告已履行"); len(got) != 1 || got[0] != "duty" {
			t.Errorf("told %v", got)
		}
		if err := x.do(duty, o, Reject, map[string]any{"text": "回执不是本单位的"}); err != nil {
			t.Fatal(err)
		}
		x.to("2026-12-03")
		if got := x.list(x.boss, Query{Stages: []Stage{Overdue}}); got != "renewal:2027-01-31:overdue" {
			t.Errorf("sent back and past its day: %s", got)
		}
		if err := x.do(x.boss, o, Report, map[string]any{"text": "补正", "files": []any{"f2"}}); err != nil {
			t.Fatal(err)
		}
		if err := x.do(duty, o, Accept, nil); err != nil {
			t.Fatal(err)
		}
		if done := x.find("renewal"); done.State != StateDone || !done.DoneAt.Equal(x.c.Clock.Now()) {
			t.Errorf("%+v", done)
		}
		if err := x.s.Do(bg, duty, o.ID, Waive, 1, map[string]any{"text": "x"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old version: %v", err)
		}
	})
}

func TestTend_RemindsOnceAndTellsOfficersWhenItIsOver(t *testing.T) {
	each(t, func(x *scene) {
		o := x.find("renewal")
		history := func() string {
			var out []string
			for _, v := range x.c.History(Machine.Kind, string(o.ID)) {
				out = append(out, string(v))
			}
			return strings.Join(out, " ")
		}
		if got := history(); got != "remind" {
			t.Errorf("near when it was made: %s", got)
		}
		x.to("2026-11-24")
		x.to("2026-11-25")
		if got := history(); got != "remind" {
			t.Errorf("a day later: %s", got)
		}
		x.to("2026-11-26")
		x.to("2026-11-27")
		if got := history(); got != "remind remind" {
			t.Errorf("seven days before: %s", got)
		}
		x.to("2026-12-03")
		x.to("2026-12-04")
		if got := history(); got != "remind remind lapse" {
			t.Errorf("over: %s", got)
		}
		if got := x.c.Told(string(o.ID), "义务已逾期"); len(got) != 1 || got[0] != "duty" {
			t.Errorf("told of the end: %v", got)
		}
		// The permit has been renewed meanwhile: seen, without a paper.
		x.permit("2022-01-01", "2032-01-31")
		if got := history(); got != "remind remind lapse see" {
			t.Errorf("renewed: %s", got)
		}
		if got := x.list(x.boss, Query{Rules: []string{"renewal"}}); got != "renewal:2027-01-31:done renewal:2032-01-31:ahead" {
			t.Errorf("renewed: %s", got)
		}
	})
}

func TestHeard_IgnoresWhatIsNobodys(t *testing.T) {
	each(t, func(x *scene) {
		for _, e := range []bus.Event{{Kind: "enterprise", Subject: "nobody"}, {Kind: "mark", Subject: "none"}, {Kind: "weather", Subject: "1"}} {
			if err := x.s.Heard(bg, e); err != nil {
				t.Errorf("%+v: %v", e, err)
			}
		}
	})
}
