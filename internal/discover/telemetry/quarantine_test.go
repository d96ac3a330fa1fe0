package telemetry

import (
	"context"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
)

func TestQuarantine_KeepsScopesAndNotes(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx, p := context.Background(), auth.DefaultPolicy()
		b := open(t, d)
		b.device("MN1", enterprise.Gas) // in 330302
		b.s.Quarantine(Quarantined{At: c.Now(), Address: "10.0.0.1:1", Reason: "crc", MN: "MN1", Raw: []byte("##0001")})
		c.Advance(time.Minute)
		b.s.Quarantine(Quarantined{At: c.Now(), Address: "10.0.0.2:1", Reason: "noise", Raw: []byte{0, 255, '\'', '%'}})
		county := auth.Actor{ID: "u-lc", Roles: []auth.Role{auth.Duty}, Area: "330302"}
		clerk := auth.Actor{ID: "u-clerk", Roles: []auth.Role{auth.Clerk}, Area: "330300"}
		for _, x := range []struct {
			who   auth.Actor
			query QuarantineQuery
			want  string
		}{
			{duty, QuarantineQuery{}, "noise crc"},
			{county, QuarantineQuery{}, "crc"},
			{clerk, QuarantineQuery{}, ""},
			{duty, QuarantineQuery{Reason: "crc"}, "crc"},
			{duty, QuarantineQuery{Text: "10.0.0.2"}, "noise"},
			{duty, QuarantineQuery{From: c.Now()}, "noise"},
			{duty, QuarantineQuery{To: c.Now()}, "crc"},
			{duty, QuarantineQuery{Limit: 1}, "noise"},
		} {
			page, err := b.s.QuarantineList(ctx, p, x.who, x.query)
			got := ""
			for _, it := range page.Items {
				got += " " + it.Reason
			}
			if err != nil || got != "" && got[1:] != x.want || got == "" && x.want != "" {
				t.Errorf("%s %+v: %q %v, want %q", x.who.ID, x.query, got, err, x.want)
			}
			if x.query.Limit == 1 {
				next, err := b.s.QuarantineList(ctx, p, x.who, QuarantineQuery{Limit: 1, Cursor: page.Next})
				if err != nil || len(next.Items) != 1 || next.Items[0].Reason != "crc" || next.Next != "" {
					t.Errorf("second page %+v %v", next, err)
				}
			}
		}
		page, err := b.s.QuarantineList(ctx, p, duty, QuarantineQuery{})
		if err != nil || len(page.Items) != 2 {
			t.Fatal(err)
		}
		noise := page.Items[0]
		if _, err := b.s.QuarantineGet(ctx, p, county, noise.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("seen by a county: %v", err)
		}
		if _, err := b.s.QuarantineNote(ctx, p, duty, noise.ID, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("an empty note: %v", err)
		}
		if x, err := b.s.QuarantineNote(ctx, p, duty, noise.ID, "端口扫描"); err != nil || x.NotedBy != duty.ID {
			t.Errorf("%+v %v", x, err)
		}
		if x, err := b.s.QuarantineGet(ctx, p, duty, noise.ID); err != nil || x.Note != "端口扫描" || string(x.Raw) != "\x00\xff'%" || !x.NotedAt.Equal(c.Now()) {
			t.Errorf("%+v %v", x, err)
		}
	})
}

func TestQuarantine_RateOfOneSender(t *testing.T) {
	t.Parallel()
	clock := dbtest.NewClock()
	b := open(t, sqlite(t))
	put := func(host string, n int) {
		for range n {
			b.s.Quarantine(Quarantined{At: clock.Now(), Address: host + ":99", Reason: "noise", Raw: []byte("x")})
		}
	}
	put("10.0.0.1", quarantineBurst+5)
	put("10.0.0.2", 1) // others are not bound by it
	clock.Advance(quarantineEvery)
	put("10.0.0.1", 2)
	page, err := b.s.QuarantineList(context.Background(), auth.DefaultPolicy(), duty, QuarantineQuery{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	if want := quarantineBurst + 2; len(page.Items) != want {
		t.Errorf("%d kept, want %d", len(page.Items), want)
	}
	if x := page.Items[0]; x.Dropped != 5 || x.Address != "10.0.0.1:99" {
		t.Errorf("%+v", x)
	}
}

func TestQuarantine_LongRunsAreCut(t *testing.T) {
	t.Parallel()
	b := open(t, sqlite(t))
	b.s.Quarantine(Quarantined{At: b.d.Now(), Address: "a", Reason: "noise", Raw: make([]byte, quarantineRaw+10)})
	page, err := b.s.QuarantineList(context.Background(), auth.DefaultPolicy(), duty, QuarantineQuery{})
	if err != nil || page.Items[0].Size != quarantineRaw+10 || len(page.Items[0].Raw) != quarantineRaw {
		t.Error(page.Items[0].Size, len(page.Items[0].Raw), err)
	}
}

func TestReasonTitle(t *testing.T) {
	t.Parallel()
	if len(Reasons()) < 10 {
		t.Errorf("%v", Reasons())
	}
	for _, r := range Reasons() {
		if ReasonTitle(r) == r {
			t.Errorf("%s has no sentence", r)
		}
	}
	if got := ReasonTitle("x"); got != "x" {
		t.Errorf("%q", got)
	}
}

func TestQuarantine_IsTrimmedExceptNotes(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx, p := context.Background(), auth.DefaultPolicy()
		b := open(t, d)
		for _, reason := range []string{"crc", "noise"} {
			b.s.Quarantine(Quarantined{At: c.Now(), Address: "10.0.0.1:1", Reason: reason, Raw: []byte("x")})
		}
		page, err := b.s.QuarantineList(ctx, p, duty, QuarantineQuery{Reason: "crc"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.s.QuarantineNote(ctx, p, duty, page.Items[0].ID, "厂家已更换主板"); err != nil {
			t.Fatal(err)
		}
		c.Advance(quarantineKeep)
		left := func() int {
			t.Helper()
			if err := b.s.TrimQuarantine(ctx); err != nil {
				t.Fatal(err)
			}
			page, err := b.s.QuarantineList(ctx, p, duty, QuarantineQuery{})
			if err != nil {
				t.Fatal(err)
			}
			return len(page.Items)
		}
		if n := left(); n != 2 {
			t.Errorf("%d left on the last day, want 2", n)
		}
		c.Advance(time.Second)
		if n := left(); n != 1 {
			t.Errorf("%d left, want the one with a note", n)
		}
	})
}

func TestQuarantineGroups_ByReasonAndMN(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx, p := context.Background(), auth.DefaultPolicy()
		b := open(t, d)
		dev := b.device("MN1", enterprise.Gas) // in 330302
		for i, x := range []Quarantined{
			{Address: "10.0.0.1:1", Reason: "crc", MN: "MN1"},
			{Address: "10.0.0.1:2", Reason: "crc", MN: "MN1"},
			{Address: "10.0.0.9:1", Reason: "noise"},
			{Address: "10.0.0.1:3", Reason: "length", MN: "MN1"},
		} {
			c.Advance(time.Second)
			x.At, x.Raw = c.Now(), []byte{byte(i)}
			b.s.Quarantine(x)
		}
		list, err := b.s.QuarantineGroups(ctx, p, duty, QuarantineQuery{})
		if err != nil || len(list) != 3 {
			t.Fatalf("%+v %v", list, err)
		}
		crc := list[2]
		if list[0].Reason != "length" || list[1].Reason != "noise" || crc.Reason != "crc" || crc.Runs != 2 || crc.Dropped != 0 || crc.Open != 2 ||
			crc.Devices != 1 || crc.OutletID != dev.OutletID || crc.Outlet == "" || !crc.LastAt.Equal(crc.FirstAt.Add(time.Second)) || list[1].Devices != 0 || list[1].OutletID != "" {
			t.Errorf("%+v", list)
		}
		if x, err := b.s.QuarantineGet(ctx, p, duty, crc.LastID); err != nil || len(x.Raw) != 1 || x.Raw[0] != 1 {
			t.Errorf("the newest of the group: %+v %v", x, err)
		}
		if _, err := b.s.QuarantineNote(ctx, p, duty, crc.LastID, "已更换"); err != nil {
			t.Fatal(err)
		}
		county := auth.Actor{ID: "u-lc", Roles: []auth.Role{auth.Duty}, Area: "330302"}
		for _, x := range []struct {
			who   auth.Actor
			query QuarantineQuery
			want  int
			runs  int64 // of all groups
		}{
			{duty, QuarantineQuery{Open: true}, 3, 3},
			{duty, QuarantineQuery{Reason: "crc"}, 1, 2},
			{duty, QuarantineQuery{Text: "10.0.0.9"}, 1, 1},
			{county, QuarantineQuery{}, 2, 3},
			{auth.Actor{ID: "u-clerk", Roles: []auth.Role{auth.Clerk}, Area: "330300"}, QuarantineQuery{}, 0, 0},
		} {
			list, err := b.s.QuarantineGroups(ctx, p, x.who, x.query)
			runs := int64(0)
			for _, g := range list {
				runs += g.Runs
			}
			if err != nil || len(list) != x.want || runs != x.runs {
				t.Errorf("%s %+v: %+v %v", x.who.ID, x.query, list, err)
			}
		}
		if page, err := b.s.QuarantineList(ctx, p, duty, QuarantineQuery{Open: true}); err != nil || len(page.Items) != 3 {
			t.Errorf("%d %v", len(page.Items), err)
		}
	})
}

func TestReasonAdvice_OfEveryReason(t *testing.T) {
	said := map[string]string{}
	for _, r := range Reasons() {
		a := ReasonAdvice(r)
		if a == ReasonAdvice("") || said[a] != "" {
			t.Errorf("%s: %q, also of %s", r, a, said[a])
		}
		said[a] = r
	}
}
