package enterprise_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/decimal"
	. "github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
)

var (
	duty    = auth.Actor{ID: "u-duty", Roles: []auth.Role{auth.Duty}, Area: "330300"}
	lucheng = auth.Actor{ID: "u-lc", Roles: []auth.Role{auth.Duty}, Area: "330302"}
	clerk   = auth.Actor{ID: "u-clerk", Roles: []auth.Role{auth.Clerk}, Area: "330300"}
	admin   = auth.Actor{ID: "u-admin", Roles: []auth.Role{auth.Admin}}
)

func factory(t *testing.T, s *Service, name, area string) Enterprise {
	t.Helper()
	e, err := s.Create(context.Background(), duty, Enterprise{Name: name, Area: area})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func stack(t *testing.T, s *Service, e Enterprise) Outlet {
	t.Helper()
	o, err := s.CreateOutlet(context.Background(), duty, Outlet{EnterpriseID: e.ID, Name: e.Name + "排口", Code: "DA001", Kind: Gas})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestCreateAndUpdate_KeepVersionsAndLog(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx, s := context.Background(), New(d, auth.DefaultPolicy())
		e := factory(t, s, "甲厂", "330302")
		c.Advance(time.Hour)
		e.Address = "江滨路 1 号"
		changed, err := s.Update(ctx, duty, e)
		if err != nil || changed.Version != 2 || changed.Address != e.Address || !changed.UpdatedAt.Equal(c.Now()) || changed.UpdatedAt.Equal(changed.CreatedAt) {
			t.Fatalf("%+v %v", changed, err)
		}
		if _, err := s.Update(ctx, duty, e); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old version was accepted: %v", err)
		}
		if n := audited(t, d, e.ID); n != 2 {
			t.Errorf("%d rows in the log, want 2", n)
		}
	})
}

func TestCode_IsGivenOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, s := context.Background(), New(d, auth.DefaultPolicy())
		code := "91350100m000100y43"
		if e, err := s.Create(ctx, duty, Enterprise{Name: "甲", Area: "330302", Code: code}); err != nil || e.Code != "91350100M000100Y43" {
			t.Fatalf("%+v %v", e, err)
		}
		if _, err := s.Create(ctx, duty, Enterprise{Name: "乙", Area: "330302", Code: code}); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same code twice: %v", err)
		}
		for range 2 {
			if _, err := s.Create(ctx, duty, Enterprise{Name: "无代码", Area: "330302"}); err != nil {
				t.Errorf("enterprises without a code: %v", err)
			}
		}
	})
}

func TestReach(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, s := context.Background(), New(d, auth.DefaultPolicy())
		here, there := factory(t, s, "鹿城厂", "330302"), factory(t, s, "瓯海厂", "330304")
		mine := stack(t, s, here)
		stack(t, s, there)
		for _, c := range []struct {
			who  auth.Actor
			want int
		}{{duty, 2}, {clerk, 2}, {lucheng, 1}, {admin, 0}, {auth.Actor{ID: "x", Roles: []auth.Role{auth.Enterprise}, Enterprise: there.ID}, 1}} {
			if p, err := s.List(ctx, c.who, Query{}); err != nil || len(p.Items) != c.want || p.Total != c.want {
				t.Errorf("%s sees %d enterprises (%v), want %d", c.who.ID, len(p.Items), err, c.want)
			}
			if p, err := s.ListOutlets(ctx, c.who, auth.RegistryRead, Query{}); err != nil || len(p.Items) != c.want {
				t.Errorf("%s sees %d outlets (%v), want %d", c.who.ID, len(p.Items), err, c.want)
			}
		}
		if _, err := s.Get(ctx, lucheng, there.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("outside the area: %v", err)
		}
		if _, err := s.Update(ctx, lucheng, there); !fault.Is(err, fault.NotFound) {
			t.Errorf("change outside the area: %v", err)
		}
		if _, err := s.Update(ctx, clerk, here); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a clerk changed the registry: %v", err)
		}
		moved := here
		moved.Area = "330304"
		if _, err := s.Update(ctx, lucheng, moved); !fault.Is(err, fault.Forbidden) {
			t.Errorf("moved out of the own area: %v", err)
		}
		if _, err := s.Create(ctx, lucheng, Enterprise{Name: "x", Area: "330304"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("registered in another area: %v", err)
		}
		if _, err := s.SetLimit(ctx, clerk, limit(mine.ID, "50", time.Unix(0, 0))); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a clerk set a limit: %v", err)
		}
	})
}

func TestList_FiltersAndPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, s := context.Background(), New(d, auth.DefaultPolicy())
		for i := range 7 {
			e := factory(t, s, fmt.Sprintf("厂%d", i%4), "330302")
			stack(t, s, e)
		}
		factory(t, s, "100%纯_水厂", "330304")
		seen, cursor := map[string]bool{}, ""
		for pages := 1; ; pages++ {
			p, err := s.List(ctx, duty, Query{Limit: 3, Cursor: cursor})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range p.Items {
				if seen[e.ID] {
					t.Fatalf("%s twice", e.Name)
				}
				seen[e.ID] = true
			}
			if cursor = p.Next; cursor == "" {
				if pages != 3 || len(seen) != 8 || p.Total != 8 {
					t.Errorf("%d pages, %d enterprises, total %d", pages, len(seen), p.Total)
				}
				break
			}
		}
		for text, want := range map[string]int{"0%纯": 1, "%": 1, "_": 1, "厂0": 2, "无": 0} {
			if p, err := s.List(ctx, duty, Query{Text: text}); err != nil || len(p.Items) != want {
				t.Errorf("%q finds %d (%v), want %d", text, len(p.Items), err, want)
			}
		}
		if p, err := s.ListOutlets(ctx, duty, auth.RegistryRead, Query{Area: "330302", Kind: Gas, Limit: 5}); err != nil || len(p.Items) != 5 || p.Next == "" || p.Total != 7 || p.Items[0].EnterpriseName == "" {
			t.Errorf("%+v %v", p, err)
		}
		if p, err := s.ListOutlets(ctx, duty, auth.RegistryRead, Query{IDs: []string{}}); err != nil || len(p.Items) != 0 {
			t.Errorf("no ids: %d %v", len(p.Items), err)
		}
		if _, err := s.List(ctx, duty, Query{Cursor: "!"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a made-up cursor: %v", err)
		}
	})
}

func limit(outlet, upper string, from time.Time) Limit {
	u := decimal.Must(upper)
	return Limit{OutletID: outlet, Factor: "a21026", Upper: &u, Statistic: Hour, Standard: "GB 13271-2014", Article: "表2", ValidFrom: from}
}

func TestSetLimit_EndsAndSucceeds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, s := context.Background(), New(d, auth.DefaultPolicy())
		o := stack(t, s, factory(t, s, "甲", "330302"))
		at := func(month time.Month) time.Time { return time.Date(2026, month, 1, 0, 0, 0, 0, time.UTC) }
		set := func(upper string, month time.Month) Limit {
			l, err := s.SetLimit(ctx, duty, limit(o.ID, upper, at(month)))
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		set("200.0", 1)
		set("50.00", 9)
		between := set("100", 5)
		if !between.ValidTo.Equal(at(9)) {
			t.Errorf("a limit set before a later one must end there, got %v", between.ValidTo)
		}
		all, err := s.Limits(ctx, clerk, o.ID)
		if err != nil || len(all) != 3 {
			t.Fatalf("%d limits, %v", len(all), err)
		}
		for month, want := range map[time.Month]string{1: "200.0", 4: "200.0", 5: "100", 8: "100", 9: "50.00", 12: "50.00"} {
			if l, ok := LimitAt(all, "a21026", Hour, at(month)); !ok || l.Upper.String() != want {
				t.Errorf("month %d: %v %v, want %s", month, l.Upper, ok, want)
			}
		}
		if _, err := s.SetLimit(ctx, duty, limit(o.ID, "40", at(9))); !fault.Is(err, fault.Conflict) {
			t.Errorf("two limits from one day: %v", err)
		}
		if _, err := s.EndLimit(ctx, duty, between.ID, at(12)); !fault.Is(err, fault.Invalid) {
			t.Errorf("ended after its end: %v", err)
		}
		if l, err := s.EndLimit(ctx, duty, between.ID, at(5)); err != nil || l.Holds(at(5)) {
			t.Errorf("withdrawn: %+v %v", l, err)
		}
		if _, err := s.SetLimit(ctx, duty, limit(o.ID, "90", at(5))); err != nil {
			t.Errorf("after a withdrawal the day is free again: %v", err)
		}
		if n := audited(t, d, o.ID); n != 6 {
			t.Errorf("%d rows in the log, want 6", n)
		}
		if _, err := s.SetLimit(ctx, duty, limit("nowhere", "1", at(1))); !fault.Is(err, fault.NotFound) {
			t.Errorf("limit of no outlet: %v", err)
		}
	})
}

func TestOutlet_UpdateAndCodes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, s := context.Background(), New(d, auth.DefaultPolicy())
		e := factory(t, s, "甲", "330302")
		o := stack(t, s, e)
		if o.Area != e.Area {
			t.Errorf("area %q", o.Area)
		}
		if _, err := s.CreateOutlet(ctx, duty, Outlet{EnterpriseID: e.ID, Name: "二号", Code: "DA001", Kind: Gas}); !fault.Is(err, fault.Conflict) {
			t.Errorf("same code twice: %v", err)
		}
		o.Name = "新名"
		if n, err := s.UpdateOutlet(ctx, lucheng, o); err != nil || n.Name != "新名" || n.Version != 2 {
			t.Errorf("%+v %v", n, err)
		}
		if _, err := s.UpdateOutlet(ctx, lucheng, o); !fault.Is(err, fault.Conflict) {
			t.Errorf("old version: %v", err)
		}
		if _, err := s.CreateOutlet(ctx, duty, Outlet{EnterpriseID: "no", Name: "x", Kind: Water}); !fault.Is(err, fault.NotFound) {
			t.Errorf("no enterprise: %v", err)
		}
		if _, err := s.GetOutlet(ctx, clerk, auth.TelemetryRead, o.ID); err != nil {
			t.Error(err)
		}
		agency := auth.Actor{ID: "u-ag", Roles: []auth.Role{auth.Agency}, Area: "330302", Agency: "a"}
		if _, err := s.GetOutlet(ctx, agency, auth.TelemetryRead, o.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("an agency read values: %v", err)
		}
	})
}

func audited(t *testing.T, d *db.DB, subject string) int {
	t.Helper()
	var n int
	err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
		n, err = db.One(context.Background(), tx, db.Value[int], `SELECT COUNT(*) FROM audit_entry WHERE subject = $1`, subject)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A name is found by its first letters, also after it changed, and when it was
// registered before letters were kept.
func TestList_ByInitials(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, s := context.Background(), New(d, auth.DefaultPolicy())
		e := factory(t, s, "龙湾污水处理厂", "330302")
		factory(t, s, "ABC 电镀", "330302")
		found := func(words string) string {
			t.Helper()
			page, err := s.List(ctx, duty, Query{Text: words})
			if err != nil {
				t.Fatal(err)
			}
			names := ""
			for _, x := range page.Items {
				names += x.Name + " "
			}
			return names
		}
		check := func(words, want string) {
			t.Helper()
			if got := found(words); got != want {
				t.Errorf("%q finds %q, want %q", words, got, want)
			}
		}
		check("lwws", "龙湾污水处理厂 ")
		check("WSCL", "龙湾污水处理厂 ")
		check("abcdd", "ABC 电镀 ")
		check("w_c", "")
		e.Name = "鹿城净水厂"
		if _, err := s.Update(ctx, duty, e); err != nil {
			t.Fatal(err)
		}
		check("lwws", "")
		check("lcjs", "鹿城净水厂 ")
		forget(t, d)
		check("lcjs", "")
		for range 2 {
			if err := s.Index(ctx); err != nil {
				t.Fatal(err)
			}
			check("lcjs", "鹿城净水厂 ")
		}
	})
}

// forget puts the enterprises back to before first letters were kept.
func forget(t *testing.T, d *db.DB) {
	t.Helper()
	if err := d.Write(context.Background(), func(tx *db.Tx) error {
		_, err := db.Exec(context.Background(), tx, `UPDATE enterprise SET initials = ''`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
