package riskmap_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/calendar"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/evaluate/riskmap"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

var (
	clerk  = auth.Actor{ID: "u-clerk", Name: "受理员", Roles: []auth.Role{auth.Clerk}, Area: "330300"}
	local  = auth.Actor{ID: "u-local", Name: "鹿城受理员", Roles: []auth.Role{auth.Clerk}, Area: "330302"}
	leader = auth.Actor{ID: "u-leader", Name: "局领导", Roles: []auth.Role{auth.Leader}, Area: "330300"}
	both   = auth.Actor{ID: "u-both", Name: "身兼两职", Roles: []auth.Role{auth.Clerk, auth.Leader}, Area: "330300"}
	grid   = auth.Actor{ID: "u-grid", Roles: []auth.Role{auth.Grid}, Area: "330302"}
)

func service(d *db.DB) *riskmap.Service {
	p := auth.DefaultPolicy()
	same := func(s string) string { return s }
	return riskmap.New(riskmap.Deps{DB: d, Auth: p, Notify: notify.New(d, p), Timeline: timeline.New(timeline.Names{Agency: same, Area: same}), Calendar: calendar.New(nil, nil)},
		riskmap.Config{Profile: "wenzhou", Tables: []riskmap.Table{riskmap.Annex()}, Root: "330300", Prefix: "WZ-R", TaskPrefix: "WZ-T", Sources: []string{"phone", "web"},
			Units:  []riskmap.UnitName{{Code: "330302", Name: "鹿城区"}, {Code: "330303", Name: "龙湾区"}},
			UnitOf: func(a string) string { return a[:6] }})
}

var october = riskmap.MonthOf(2026, 10)

// fill makes 鹿城 red in October 2026: 2 for water, 2 for complaints.
func fill(t *testing.T, s *riskmap.Service) {
	t.Helper()
	for _, v := range []struct {
		m     riskmap.Month
		kind  riskmap.ValueKind
		value string
	}{
		{october, riskmap.WaterShare, "0.8"}, {october - 12, riskmap.WaterShare, "0.9"}, {october - 24, riskmap.WaterShare, "0.88"}, {october - 36, riskmap.WaterShare, "0.86"},
		{october, riskmap.Complaint, "110"}, {october - 12, riskmap.Complaint, "100"}, {october - 24, riskmap.Complaint, "100"}, {october - 36, riskmap.Complaint, "100"},
	} {
		if err := s.Enter(context.Background(), local, riskmap.Value{Area: "330302", Month: v.m, Kind: v.kind, Value: decimal.Must(v.value), Document: "水质月报"}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestService_EnterFreezeSignCorrect(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx, s := context.Background(), service(d)
		fill(t, s)
		v, err := s.Map(ctx, local, october, "", false)
		if err != nil || !v.Live || v.Result.Units[0].Colour != riskmap.Red || v.Result.Units[0].Points != 4 || v.Result.Units[1].Colour != riskmap.Green {
			t.Fatalf("%v %+v", err, v.Result)
		}

		if _, err := s.Freeze(ctx, local, october, ""); err == nil {
			t.Error("a unit's clerk froze the city's map")
		}
		e, err := s.Freeze(ctx, clerk, october, "")
		if err != nil {
			t.Fatal(err)
		}
		if e.State != riskmap.StateDraft || e.Revision != 1 || !strings.HasPrefix(e.Number, "WZ-R-2026-") {
			t.Errorf("%+v", e)
		}
		if _, err := s.Freeze(ctx, clerk, october, ""); err == nil {
			t.Error("two drafts of a month")
		}
		if _, err := s.Do(ctx, clerk, e.ID, riskmap.Sign, e.Version, nil); err == nil {
			t.Error("a clerk signed")
		}
		if e, err = s.Do(ctx, leader, e.ID, riskmap.Sign, e.Version, map[string]any{"text": "同意"}); err != nil || e.State != riskmap.StateSigned || e.SignedBy != leader.ID {
			t.Fatalf("%v %+v", err, e)
		}

		// what is entered later does not touch what was signed
		c.Advance(time.Hour)
		if err := s.Enter(ctx, local, riskmap.Value{Area: "330302", Month: october, Kind: riskmap.WaterShare, Value: decimal.Must("0.88"), Document: "更正的月报"}); err != nil {
			t.Fatal(err)
		}
		frozen, err := s.Map(ctx, local, 0, "", false) // the newest signed month
		if err != nil || frozen.Live || frozen.Edition.ID != e.ID || frozen.Result.Units[0].Points != 4 {
			t.Errorf("%v %+v", err, frozen.Result)
		}
		if live, err := s.Map(ctx, local, october, "", true); err != nil || live.Result.Units[0].Points != 2 {
			t.Errorf("%v %+v", err, live.Result)
		}
		behind, err := s.Unit(ctx, local, "330302", october, "", false)
		if err != nil || len(behind.Rows) != 8 || behind.Name != "鹿城区" || behind.Rows[0].Value != "80%" || behind.Rows[0].Document != "水质月报" {
			t.Errorf("%v %+v", err, behind.Rows)
		}

		// a correction needs a reason and another signature, and keeps the old
		if _, err := s.Freeze(ctx, both, october, " "); err == nil {
			t.Error("a correction without a reason")
		}
		second, err := s.Freeze(ctx, both, october, "水质月报有误")
		if err != nil || second.Revision != 2 {
			t.Fatalf("%v %+v", err, second)
		}
		if _, err := s.Do(ctx, both, second.ID, riskmap.Sign, second.Version, nil); err == nil {
			t.Error("the drafter signed")
		}
		if _, err := s.Do(ctx, leader, second.ID, riskmap.Sign, second.Version+1, nil); err == nil {
			t.Error("signed what has changed meanwhile")
		}
		if second, err = s.Do(ctx, leader, second.ID, riskmap.Sign, second.Version, nil); err != nil {
			t.Fatal(err)
		}
		v, err = s.Map(ctx, grid, october, "", false)
		if err == nil {
			t.Error("a grid member may not see it")
		}
		v, err = s.Map(ctx, leader, october, "", false)
		if err != nil || v.Edition.ID != second.ID || v.Result.Units[0].Points != 2 || len(v.Editions) != 2 || v.Editions[1].State != riskmap.StateSuperseded {
			t.Errorf("%v %+v", err, v)
		}
		if old, err := s.Map(ctx, leader, 0, e.ID, false); err != nil || old.Result.Units[0].Points != 4 {
			t.Errorf("the corrected edition is still there: %v", err)
		}
	})
}

// The frozen facts are a facts file: read back they give the same verdict.
func TestService_FrozenFactsAreAFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, s := context.Background(), service(d)
		fill(t, s)
		for _, x := range []riskmap.Item{
			{Area: "330303", Kind: "event", Date: time.Date(2026, 8, 9, 0, 0, 0, 0, time.UTC), Grade: "较大", Title: "危化品泄漏", Document: "专报 3 号"},
			{Area: "330303", Kind: "discovery", Date: time.Date(2026, 10, 9, 0, 0, 0, 0, time.UTC), Level: "provincial", What: "media", Title: "电镀废水直排", Document: "浙江日报"},
			{Area: "330303", Kind: "discovery", Date: time.Date(2026, 10, 10, 0, 0, 0, 0, time.UTC), Level: "national", What: "circular", SelfFound: true, Title: "固废堆存", Document: "通报"},
			{Area: "330303", Kind: "discovery", Date: time.Date(2026, 9, 10, 0, 0, 0, 0, time.UTC), Level: "national", What: "circular", Title: "上个月的", Document: "通报"},
		} {
			if _, err := s.Add(ctx, clerk, x); err != nil {
				t.Fatal(err)
			}
		}
		e, err := s.Freeze(ctx, clerk, october, "")
		if err != nil {
			t.Fatal(err)
		}
		f, err := riskmap.Read(strings.NewReader(string(e.Facts)), "facts.json", 0)
		if err != nil {
			t.Fatal(err)
		}
		again := riskmap.Judge(riskmap.Annex(), f)
		for i, u := range again.Units {
			if u != e.Result.Units[i] {
				t.Errorf("%+v\n%+v", u, e.Result.Units[i])
			}
		}
		if u := again.Units[1]; u.Points != 2 || u.Aspects.Safety.Points != 1 || u.Aspects.Discovery.Points != 1 {
			t.Errorf("%+v", u)
		}
	})
}

func TestService_Items(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, s := context.Background(), service(d)
		good := riskmap.Item{Area: "330302", Kind: "mass_incident", Date: time.Date(2026, 10, 3, 0, 0, 0, 0, time.UTC), Title: "聚集", Document: "信访专报"}
		for field, spoil := range map[string]func(*riskmap.Item){
			"area": func(x *riskmap.Item) { x.Area = "330399" }, "title": func(x *riskmap.Item) { x.Title = " " }, "document": func(x *riskmap.Item) { x.Document = "" },
			"date": func(x *riskmap.Item) { x.Date = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC) }, "kind": func(x *riskmap.Item) { x.Kind = "rumour" },
			"grade": func(x *riskmap.Item) { x.Kind, x.Grade = "event", "特大" }, "what": func(x *riskmap.Item) { x.Kind, x.Level = "discovery", "city" },
		} {
			x := good
			spoil(&x)
			if _, err := s.Add(ctx, clerk, x); err == nil {
				t.Errorf("%s: taken", field)
			}
		}
		if _, err := s.Add(ctx, grid, good); err == nil {
			t.Error("a grid member entered a fact")
		}
		other := good
		other.Area = "330303"
		if _, err := s.Add(ctx, local, other); err == nil {
			t.Error("entered for another unit")
		}
		x, err := s.Add(ctx, local, good)
		if err != nil {
			t.Fatal(err)
		}
		v, err := s.Unit(ctx, local, "330302", october, "", true)
		if err != nil || v.Unit.Aspects.Complaints.Points != 2 || len(v.Rows) != 1 || v.Rows[0].ItemID != x.ID {
			t.Errorf("%v %+v", err, v)
		}
		if err := s.Withdraw(ctx, local, x.ID, ""); err == nil {
			t.Error("withdrawn without a reason")
		}
		if err := s.Withdraw(ctx, local, x.ID, "重复登记"); err != nil {
			t.Fatal(err)
		}
		if err := s.Withdraw(ctx, local, x.ID, "重复登记"); err == nil {
			t.Error("withdrawn twice")
		}
		if v, _ := s.Map(ctx, local, october, "", true); v.Result.Units[0].Points != 0 {
			t.Errorf("%+v", v.Result.Units[0])
		}
		for _, bad := range []riskmap.Value{
			{Area: "330302", Month: october, Kind: riskmap.WaterShare, Value: decimal.Must("80"), Document: "d"}, {Area: "330302", Month: october, Kind: riskmap.Complaint, Value: decimal.Must("1.5"), Document: "d"},
			{Area: "330302", Month: october + 9, Kind: riskmap.AirIndex, Value: decimal.Must("3"), Document: "d"}, {Area: "330302", Month: october, Kind: "x", Value: decimal.Must("3"), Document: "d"},
			{Area: "330302", Month: october, Kind: riskmap.AirIndex, Value: decimal.Must("3")},
		} {
			if err := s.Enter(ctx, local, bad); err == nil {
				t.Errorf("taken: %+v", bad)
			}
		}
	})
}

func TestService_Suppose(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, s := context.Background(), service(d)
		fill(t, s)
		for _, c := range []struct {
			w    riskmap.WhatIf
			want int
		}{{riskmap.WhatIf{}, 4}, {riskmap.WhatIf{Complaints: -5}, 3}, {riskmap.WhatIf{Share: "0.88"}, 2}, {riskmap.WhatIf{Grade: "重大"}, 6}, {riskmap.WhatIf{Level: "provincial", Kind: "leader_instruction"}, 6}, {riskmap.WhatIf{Index: "9"}, 4}} {
			u, err := s.Suppose(ctx, local, "330302", october, c.w)
			if err != nil || u.Points != c.want {
				t.Errorf("%+v: %d %v", c.w, u.Points, err)
			}
		}
		if v, err := s.Map(ctx, local, october, "", true); err != nil || v.Result.Units[0].Points != 4 {
			t.Error("a supposition was kept")
		}
		if _, err := s.Suppose(ctx, local, "330302", october, riskmap.WhatIf{Share: "五"}); err == nil {
			t.Error("no number")
		}
	})
}

// Every step of the machine leads on, and every state is reached.
func TestMachine_Reaches(t *testing.T) {
	t.Parallel()
	reached := map[flow.State]bool{riskmap.Machine.Initial: true}
	for range riskmap.Machine.Steps {
		for _, st := range riskmap.Machine.Steps {
			for _, from := range st.From {
				if reached[from] {
					reached[st.To] = true
				}
			}
		}
	}
	for _, s := range riskmap.Machine.States {
		if !reached[s.State] {
			t.Errorf("nothing leads to %s", s.State)
		}
	}
}
