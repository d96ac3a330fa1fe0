package ambient_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/decimal"
	. "github.com/qingshao/qingshao/internal/discover/ambient"
	"github.com/qingshao/qingshao/internal/fault"
)

var (
	bg    = context.Background()
	duty  = auth.Actor{ID: "u-duty", Roles: []auth.Role{auth.Duty}, Area: "330300"}
	local = auth.Actor{ID: "u-local", Roles: []auth.Role{auth.Duty}, Area: "330302"}
	far   = auth.Actor{ID: "u-far", Roles: []auth.Role{auth.Duty}, Area: "330303"}
	clerk = auth.Actor{ID: "u-clerk", Roles: []auth.Role{auth.Clerk}, Area: "330302"}
)

func station(code string, kind Kind) Station {
	s := Station{Code: code, Name: "站" + code, Kind: kind, Level: "urban", Method: "auto", Purpose: "assess", Area: "330302", Since: DayOf(2020, 1, 1)}
	if kind != Air {
		s.Level = "municipal"
	}
	return s
}

// hoursOf makes the hours of a day.
func hoursOf(factor string, day Day, values ...string) (out []Hour) {
	for h, v := range values {
		if v == "" {
			continue
		}
		x := Hour{At: day.Begin().Add(time.Duration(h) * time.Hour), Factor: factor, Flag: 'N'}
		if text, ok := strings.CutSuffix(v, "M"); ok {
			v, x.Flag = text, 'M'
		}
		x.Value = decimal.Must(v)
		out = append(out, x)
	}
	return out
}

func same(v string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = v
	}
	return out
}

func TestStations_RightsScopeAndLog(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, auth.DefaultPolicy(), nil)
		a, err := s.Create(bg, duty, station("A1", Air), &Function{From: DayOf(2020, 1, 1), Class: 2, Basis: "区划"})
		if err != nil || a.Version != 1 || a.Num == 0 {
			t.Fatalf("%+v %v", a, err)
		}
		if _, err := s.Create(bg, duty, station("A1", Air), nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("a code twice: %v", err)
		}
		if _, err := s.Create(bg, clerk, station("A2", Air), nil); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by who only reads: %v", err)
		}
		w := station("W1", Section)
		w.Area, w.Water = "330303", "瓯江"
		if w, err = s.Create(bg, duty, w, nil); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Get(bg, local, w.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("from another county: %v", err)
		}
		if err := s.SetFunction(bg, far, a.ID, Function{From: DayOf(2026, 1, 1), Class: 1, Basis: "x"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("function from another county: %v", err)
		}
		if _, err := s.Enter(bg, far, a.ID, hoursOf("a34004", DayOf(2021, 1, 1), "1"), "api", ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("values from another county: %v", err)
		}
		if _, err := s.Enter(bg, clerk, a.ID, hoursOf("a34004", DayOf(2021, 1, 1), "1"), "api", ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("values by who only reads: %v", err)
		}
		for _, c := range []struct {
			who  auth.Actor
			q    Query
			want string
		}{
			{duty, Query{}, "A1 W1"}, {local, Query{}, "A1"}, {far, Query{}, "W1"}, {duty, Query{Kind: "section"}, "W1"}, {duty, Query{Text: "瓯"}, "W1"}, {duty, Query{Area: "330302"}, "A1"},
			{duty, Query{Limit: 1}, "A1"}, {duty, Query{Cursor: db.Cursor("A1")}, "W1"}, {auth.Actor{ID: "x", Roles: []auth.Role{auth.Enterprise}, Enterprise: "e"}, Query{}, ""},
		} {
			page, err := s.List(bg, c.who, c.q)
			var codes []string
			for _, x := range page.Items {
				codes = append(codes, x.Code)
			}
			if got := strings.Join(codes, " "); err != nil || got != c.want {
				t.Errorf("%s %+v: %q, want %q (%v)", c.who.ID, c.q, got, c.want, err)
			}
		}
		a.Name, a.Until = "改名", DayOf(2022, 1, 1)
		b, err := s.Update(bg, duty, a)
		if err != nil || b.Version != 2 || b.Name != "改名" {
			t.Fatalf("%+v %v", b, err)
		}
		if _, err := s.Update(bg, duty, a); !fault.Is(err, fault.Conflict) {
			t.Errorf("over somebody else's change: %v", err)
		}
		if page, err := s.List(bg, duty, Query{}); err != nil || len(page.Items) != 1 {
			t.Errorf("a past station is listed: %+v %v", page, err)
		}
		if page, err := s.List(bg, duty, Query{Past: true}); err != nil || len(page.Items) != 2 {
			t.Errorf("past stations: %+v %v", page, err)
		}
		var n int
		if err := d.Read(bg, func(tx *db.Tx) (err error) {
			n, err = db.One(bg, tx, db.Value[int], `SELECT count(*) FROM audit_entry WHERE action LIKE 'ambient.%'`)
			return err
		}); err != nil || n != 4 {
			t.Errorf("%d rows in the log (%v), want 4", n, err)
		}
	})
}

func TestStation_Check(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Station)
		field  string
	}{
		"good":          {func(s *Station) {}, ""},
		"no code":       {func(s *Station) { s.Code = " " }, "code"},
		"no name":       {func(s *Station) { s.Name = "" }, "name"},
		"kind":          {func(s *Station) { s.Kind = "soil" }, "kind"},
		"level of air":  {func(s *Station) { s.Level = "national" }, "level"},
		"method":        {func(s *Station) { s.Method = "x" }, "method"},
		"purpose":       {func(s *Station) { s.Purpose = "x" }, "purpose"},
		"nowhere":       {func(s *Station) { s.Area = "" }, "area"},
		"off the earth": {func(s *Station) { s.Lng = 181 }, "lng"},
		"MN":            {func(s *Station) { s.MN = "a b" }, "mn"},
		"MN by hand":    {func(s *Station) { s.MN, s.Method = "a", "manual" }, "mn"},
		"ends first":    {func(s *Station) { s.Until = s.Since }, "until"},
	} {
		s := station("A", Air)
		c.change(&s)
		err := s.Check()
		f, _ := err.(*fault.Error)
		if c.field == "" && err != nil || c.field != "" && (f == nil || f.Fields[0].Name != c.field) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, c := range []struct {
		kind Kind
		f    Function
		ok   bool
	}{{Air, Function{Class: 2, Basis: "x"}, true}, {Air, Function{Class: 3, Basis: "x"}, false}, {Section, Function{Class: 5, Basis: "x"}, true}, {Section, Function{Class: 6, Basis: "x"}, false}, {Section, Function{Class: 3}, false}} {
		if err := c.f.Check(c.kind); (err == nil) != c.ok {
			t.Errorf("%s %+v: %v", c.kind, c.f, err)
		}
	}
	list := []Function{{From: 10, Class: 2}, {From: 20, Class: 3}}
	if ClassAt(list, 9) != 0 || ClassAt(list, 10) != 2 || ClassAt(list, 19) != 2 || ClassAt(list, 20) != 3 {
		t.Error("class of a day")
	}
}

func TestEnter_GrowsRefusesAndKeepsVersions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, auth.DefaultPolicy(), nil)
		a, err := s.Create(bg, duty, station("A1", Air), nil)
		if err != nil {
			t.Fatal(err)
		}
		day := DayOf(2026, 1, 31)
		put := func(reason string, hours []Hour) (Entered, error) {
			return s.Enter(bg, duty, a.ID, hours, "api", reason)
		}
		if e, err := put("", hoursOf("a34004", day, same("30", 12)...)); err != nil || e != (Entered{Added: 12}) {
			t.Fatalf("%+v %v", e, err)
		}
		if e, err := put("", hoursOf("PM2.5", day, same("30.0", 20)...)); err != nil || e != (Entered{Added: 8, Same: 12}) {
			t.Fatalf("the same again and more: %+v %v", e, err)
		}
		if _, err := put("", hoursOf("a34004", day, "", "31")); !fault.Is(err, fault.Invalid) {
			t.Errorf("another value without a reason: %v", err)
		}
		if e, err := put("仪器校准后更正", hoursOf("a34004", day, "", "50", "70M")); err != nil || e != (Entered{Corrected: 2}) {
			t.Fatalf("%+v %v", e, err)
		}
		list, err := s.Versions(bg, duty, a.ID, "a34004", day)
		if err != nil || len(list) != 2 {
			t.Fatalf("%+v %v", list, err)
		}
		if v := list[0]; v.Hours[1].Value.String() != "30" || v.Reason != "" || v.Author != duty.ID {
			t.Errorf("the first version has changed: %+v", v)
		}
		if v := list[1]; v.Hours[1].Value.String() != "50" || v.Hours[2].Flag != 'M' || v.Hours[19] == nil || v.Hours[20] != nil || v.Reason != "仪器校准后更正" {
			t.Errorf("the second version: %+v", v)
		}
		// 18 × 30 + 50 of 19 valid hours: too few for a day
		got, err := s.Days(bg, clerk, a.ID, day, day)
		if err != nil || len(got.Series) != 1 || got.Series[0].Days[0].Valid || got.Series[0].Days[0].Value.FloatString(4) != "31.0526" {
			t.Fatalf("%+v %v", got, err)
		}
		if _, err := put("", hoursOf("a34004", day, append(same("", 20), "30")...)); err != nil {
			t.Fatal(err)
		}
		if got, err = s.Days(bg, clerk, a.ID, day, day); err != nil || !got.Series[0].Days[0].Valid || got.Series[0].Days[0].Have != 20 {
			t.Errorf("a grown correction: %+v %v", got, err)
		}
		// refused as a whole, each bad value named
		bad := append(hoursOf("a34004", day+1, "1"), Hour{At: day.Begin().Add(90 * time.Minute), Factor: "a34004", Value: decimal.Must("1")}, Hour{At: day.Begin(), Factor: "w01018", Value: decimal.Must("1")},
			Hour{At: DayOf(2019, 12, 31).Begin(), Factor: "a34004", Value: decimal.Must("1")}, Hour{At: time.Now().Add(48 * time.Hour).Truncate(time.Hour), Factor: "a34004", Value: decimal.Must("1")})
		_, err = put("", bad)
		f, _ := err.(*fault.Error)
		if f == nil || len(f.Fields) != 4 || f.Fields[0].Name != "hours[1]" {
			t.Errorf("%v", err)
		}
		if h, err := s.Hours(bg, clerk, a.ID, "", day+1, day+1); err != nil || len(h) != 0 {
			t.Errorf("part of what was refused is there: %+v %v", h, err)
		}
	})
}

// TestFunction_OzoneDaysFollowTheClass: few means count only above the class's limit.
func TestFunction_OzoneDaysFollowTheClass(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, auth.DefaultPolicy(), nil)
		a, err := s.Create(bg, duty, station("A1", Air), &Function{From: DayOf(2020, 1, 1), Class: 2, Basis: "区划"})
		if err != nil {
			t.Fatal(err)
		}
		day := DayOf(2026, 1, 10)
		if _, err := s.Enter(bg, duty, a.ID, hoursOf("a05024", day, same("120", 12)...), "api", ""); err != nil {
			t.Fatal(err)
		}
		ok := func() bool {
			got, err := s.Days(bg, duty, a.ID, day, day)
			if err != nil || len(got.Series) != 1 {
				t.Fatal(err)
			}
			return got.Series[0].Days[0].Valid
		}
		if ok() {
			t.Error("five means of 120 count in class II")
		}
		if err := s.SetFunction(bg, duty, a.ID, Function{From: DayOf(2026, 1, 1), Class: 1, Basis: "新区划"}); err != nil {
			t.Fatal(err)
		}
		if !ok() {
			t.Error("120 is above the limit of class I and does not count")
		}
		if err := s.SetFunction(bg, duty, a.ID, Function{From: DayOf(2026, 1, 1), Class: 2, Basis: "再改"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same day twice: %v", err)
		}
	})
}

func TestManual_VersionsWithReasons(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, auth.DefaultPolicy(), nil)
		st := station("W1", Section)
		st.Method = "manual"
		w, err := s.Create(bg, duty, st, nil)
		if err != nil {
			t.Fatal(err)
		}
		m := MonthOf(2026, time.March)
		put := func(reason, name, value string, below bool) (Entered, error) {
			return s.EnterManual(bg, duty, w.ID, []Manual{{Month: m, Factor: name, Value: decimal.Must(value), Below: below}}, reason)
		}
		if e, err := put("", "氨氮", "0.51", false); err != nil || e.Added != 1 {
			t.Fatalf("%+v %v", e, err)
		}
		if e, err := put("", "nh3n", "0.510", false); err != nil || e.Same != 1 {
			t.Fatalf("%+v %v", e, err)
		}
		if _, err := put("", "w21003", "0.49", false); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		if e, err := put("复核", "w21003", "0.025", true); err != nil || e.Corrected != 1 {
			t.Fatalf("%+v %v", e, err)
		}
		list, err := s.ManualVersions(bg, clerk, w.ID, m, "氨氮")
		if err != nil || len(list) != 2 || list[0].Value.String() != "0.51" || !list[1].Below || list[1].Reason != "复核" {
			t.Errorf("%+v %v", list, err)
		}
		for _, c := range []struct{ name, value string }{{"PM2.5", "1"}, {"氨氮", "-1"}} {
			if _, err := put("", c.name, c.value, false); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", c, err)
			}
		}
	})
}
