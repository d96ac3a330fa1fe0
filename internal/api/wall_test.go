package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule"
)

// levels stands in for the rules: the gravest open alarm by outlet.
type levels map[string]rule.Level

func (l levels) Worst(context.Context) (map[string]rule.Level, error) { return maps.Clone(l), nil }

func TestWall_StatesCountsAndChanges(t *testing.T) {
	eachWatch(t, func(w *watch, c *dbtest.Clock) {
		b := w.as("duty")
		out := b.ok("GET", "/wall", "")
		b.has(out, map[string]any{"full": true, "total": 2.0, "clustered": false, "counts.silent": 2.0, "outlets.0.state": "silent", "outlets.0.value": nil})

		c.Advance(5 * time.Second)
		w.send(upload("MN1", "31", "2011", "20261121093000", "a21026-Rtd=28.0,a21026-ZsRtd=42.0,a21026-Flag=N;a19001-Rtd=12.5,a19001-Flag=N"))
		next := b.ok("GET", "/wall?since="+out["version"].(string), "")
		b.has(next, map[string]any{"full": false, "total": 2.0, "counts.normal": 1.0, "counts.silent": 1.0, "outlets.0.id": w.gas.ID, "outlets.0.state": "normal",
			"outlets.0.factor_name": "二氧化硫", "outlets.0.value": 42.0, "outlets.0.limit": 35.0, "outlets.0.ratio": 1.2, "outlets.0.over": true, "outlets.1": nil})
		if n := len(b.ok("GET", "/wall?since="+next["version"].(string), "")["outlets"].([]any)); n != 0 {
			t.Errorf("%d outlets, nothing had changed", n)
		}

		w.levels[w.gas.ID] = rule.Notice
		c.Advance(11 * time.Minute)
		next = b.ok("GET", "/wall?since="+next["version"].(string), "")
		b.has(next, map[string]any{"counts.notice": 1.0, "outlets.0.state": "notice", "outlets.1": nil})
		delete(w.levels, w.gas.ID)
		c.Advance(5 * time.Second)
		b.has(b.ok("GET", "/wall?since="+next["version"].(string), ""), map[string]any{"counts.offline": 1.0, "outlets.0.state": "offline"})

		b.has(b.ok("GET", "/wall?since=1.1", ""), map[string]any{"full": true, "outlets.0.kind": "water", "outlets.1.kind": "gas"})
		b.has(b.ok("GET", "/wall?state=offline&since="+next["version"].(string), ""), map[string]any{"full": true, "total": 1.0, "counts.silent": 1.0, "outlets.1": nil})
		b.has(b.ok("GET", "/wall?kind=water", ""), map[string]any{"total": 1.0, "outlets.0.id": w.water.ID})
		b.has(b.ok("GET", "/wall?q=%E9%94%85%E7%82%89", ""), map[string]any{"total": 1.0, "outlets.0.id": w.gas.ID})
		b.has(b.ok("GET", "/wall?area=330304", ""), map[string]any{"total": 0.0})
		w.as("far").has(w.as("far").ok("GET", "/wall", ""), map[string]any{"total": 0.0, "counts.offline": 0.0})
		w.as("agency").refused("GET", "/wall", "", 403, "查看监测数据")
	})
}

func TestWall_AlarmsShowBeforeValuesDo(t *testing.T) {
	eachWatch(t, func(w *watch, c *dbtest.Clock) {
		b := w.as("duty")
		out := b.ok("GET", "/wall", "")
		w.levels[w.gas.ID] = rule.Exceed
		b.has(b.ok("GET", "/wall", ""), map[string]any{"counts.exceed": 0.0})
		c.Advance(wallAlarms)
		w.send(upload("MN1", "31", "2011", "20261121093000", "a21026-Rtd=28.0,a21026-Flag=N"))
		out = b.ok("GET", "/wall?since="+out["version"].(string), "")
		b.has(out, map[string]any{"full": false, "counts.exceed": 1.0, "outlets.0.id": w.gas.ID, "outlets.0.state": "exceed", "outlets.0.value": nil, "outlets.1": nil})
		delete(w.levels, w.gas.ID)
		c.Advance(wallAlarms)
		b.has(b.ok("GET", "/wall?since="+out["version"].(string), ""), map[string]any{"counts.exceed": 0.0, "outlets.0.state": "silent", "outlets.1": nil})
		c.Advance(wallPace)
		b.has(b.ok("GET", "/wall?since="+out["version"].(string), ""), map[string]any{"outlets.0.state": "normal", "outlets.0.value": 28.0})
	})
}

func TestWall_StoppedMarkedAndNewOutlets(t *testing.T) {
	eachWatch(t, func(w *watch, c *dbtest.Clock) {
		b := w.as("duty")
		state := func(items, want string) {
			t.Helper()
			c.Advance(time.Minute)
			w.send(upload("MN1", "31", "2011", w.now().In(beijing).Format("20060102150405"), items))
			b.has(b.ok("GET", "/wall?kind=gas", ""), map[string]any{"outlets.0.state": want, "outlets.0.over": false})
		}
		state("a21026-Rtd=0.0,a21026-Flag=F", "stopped")
		state("a21026-Rtd=99.0,a21026-Flag=C", "invalid")
		state("a21026-Rtd=9.0,a21026-Flag=N", "normal")
		before := b.ok("GET", "/wall", "")
		c.Advance(2 * time.Minute)
		b.ok("POST", "/outlets", fmt.Sprintf(`{"enterprise_id":%q,"name":"新排口","kind":"gas","area":"330302"}`, w.gas.EnterpriseID))
		b.has(b.ok("GET", "/wall?since="+before["version"].(string), ""), map[string]any{"full": true, "total": 3.0})
	})
}

func TestWall_Trends(t *testing.T) {
	eachWatch(t, func(w *watch, _ *dbtest.Clock) {
		b := w.as("duty")
		w.send(
			upload("MN1", "31", "2061", "20261121070000", "a21026-Avg=20.0,a21026-ZsAvg=30.0,a21026-Flag=N"),
			upload("MN1", "31", "2061", "20261121080000", "a21026-Avg=21.0,a21026-Flag=M"),
		)
		w.send(upload("MN1", "31", "2061", "20261121070000", "a21026-Avg=22.0,a21026-ZsAvg=33.0,a21026-Flag=N")) // a correction
		path := "/wall/trends?of=" + w.gas.ID + ":a21026"
		get := func(who string) []any {
			r := httptest.NewRequest("GET", Base+path, nil)
			r.Header.Set("Authorization", "Bearer "+who)
			rec := httptest.NewRecorder()
			b.h.ServeHTTP(rec, r)
			var out []any
			if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil {
				t.Fatal(rec.Body.String())
			}
			return out
		}
		out := map[string]any{"list": get("duty")}
		b.has(out, map[string]any{"list.0.outlet": w.gas.ID, "list.0.from": "2026-11-20T09:00:00+08:00", "list.0.values.0.hour": 22.0, "list.0.values.0.value": 33.0,
			"list.0.values.0.valid": true, "list.0.values.1.value": 21.0, "list.0.values.1.valid": false, "list.0.values.2": nil})
		if far := get("far"); len(far) != 0 {
			t.Errorf("another area sees %v", far)
		}
		b.refused("GET", "/wall/trends?of=x", "", 422, "监控点编号")
	})
}

// city is a wall book of n outlets with six factors each, in memory.
type city map[string]telemetry.Current

func (c city) Current(id string) telemetry.Current { return c[id] }

func bigWall(n int, at time.Time) (wall, levels) {
	upper := decimal.Must("50")
	now, outlets, limits, open := city{}, make([]enterprise.Outlet, n), map[string][]enterprise.Limit{}, levels{}
	for i := range outlets {
		id := fmt.Sprintf("outlet-%05d", i)
		outlets[i] = enterprise.Outlet{ID: id, EnterpriseID: fmt.Sprintf("e-%05d", i/3), EnterpriseName: fmt.Sprintf("企业 %05d", i/3), Name: fmt.Sprintf("%d 号排口", i%3+1),
			Kind: enterprise.Gas, Area: fmt.Sprintf("3303%02d%03d000", i%12+1, i%9+1)}
		c := telemetry.Current{LastAt: at.Add(-time.Duration(i%700) * time.Second)}
		for k := range 6 {
			code := fmt.Sprintf("a2100%d", k)
			c.Values = append(c.Values, telemetry.CurrentValue{Factor: code, Value: decimal.Decimal{Mantissa: int64(i*7+k*13) % 60, Scale: 0}, Flag: "N", At: at, CN: hj212.Command(2011)})
			limits[id] = append(limits[id], enterprise.Limit{OutletID: id, Factor: code, Upper: &upper, Statistic: enterprise.Hour})
		}
		now[id] = c
		if i%200 == 0 {
			open[id] = rule.Exceed
		}
	}
	b := &wallBook{digest: now, alarms: open, clock: func() time.Time { return at }}
	b.take(outlets, limits, at)
	b.judge(open, at)
	w := wall{policy: auth.DefaultPolicy(), book: b}
	w.Names = Names{Area: func(code string) string { return code }}
	return w, open
}

func TestWall_SumsUpWhatIsTooMuch(t *testing.T) {
	t.Parallel()
	w, _ := bigWall(20_000, time.Unix(1_800_000_000, 0))
	ask := func(q WallQuery) WallView {
		t.Helper()
		v, err := w.get(context.WithValue(context.Background(), actorKey{}, watchers["duty"]), &q)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	city := ask(WallQuery{})
	if !city.Clustered || city.Total != 20_000 || len(city.Outlets) != 0 || len(city.Groups) != 12 || city.Groups[0].By != "area" || city.Groups[0].Code != "330301" {
		t.Errorf("%+v", city)
	}
	if c := city.Counts; c.Exceed != 100 || c.Exceed+c.Offline+c.Normal != 20_000 || c.Offline == 0 {
		t.Errorf("%+v", c)
	}
	if unit := ask(WallQuery{Area: "330301"}); unit.Clustered || len(unit.Outlets) != unit.Total || unit.Total == 0 {
		t.Errorf("%d of %d, clustered %t", len(unit.Outlets), unit.Total, unit.Clustered)
	}
	if over := ask(WallQuery{State: []string{"exceed"}}); over.Clustered || len(over.Outlets) != 100 || over.Counts != city.Counts {
		t.Errorf("%d, %+v", len(over.Outlets), over.Counts)
	}
	list := w.visible(watchers["duty"], &WallQuery{Area: "330301"}, &WallCounts{})
	if g := w.groups(list); len(g) < 2 || g[0].Code != "330301001000" {
		t.Errorf("%+v", g)
	}
	if g := w.groups(list[:1]); len(g) != 1 || g[0].By != "enterprise_id" {
		t.Errorf("%+v", g)
	}
}

func TestMainValue(t *testing.T) {
	t.Parallel()
	at, limit := time.Unix(1_800_000_000, 0), func(code, low, high string) enterprise.Limit {
		l := enterprise.Limit{Factor: code, Statistic: enterprise.Hour}
		if low != "" {
			d := decimal.Must(low)
			l.Lower = &d
		}
		if high != "" {
			d := decimal.Must(high)
			l.Upper = &d
		}
		return l
	}
	limits := []enterprise.Limit{limit("so2", "", "35"), limit("nox", "", "50"), limit("ph", "6", "9")}
	value := func(code, v, flag string) telemetry.CurrentValue {
		return telemetry.CurrentValue{Factor: code, Value: decimal.Must(v), Flag: flag}
	}
	for _, c := range []struct {
		name   string
		values []telemetry.CurrentValue
		want   string
		over   bool
	}{
		{"nothing", nil, "", false},
		{"without limits the first", []telemetry.CurrentValue{value("flow", "9", "N"), value("temp", "40", "N")}, "flow", false},
		{"what has a limit before what has none", []telemetry.CurrentValue{value("flow", "9", "N"), value("so2", "1", "N")}, "so2", false},
		{"the closest to its limit", []telemetry.CurrentValue{value("nox", "45", "N"), value("so2", "30", "N")}, "nox", false},
		{"a neutral pH is far from its limits", []telemetry.CurrentValue{value("ph", "7.5", "N"), value("so2", "3", "N")}, "so2", false},
		{"a sour one is not", []telemetry.CurrentValue{value("ph", "6.1", "N"), value("so2", "30", "N")}, "ph", false},
		{"outside a limit before all", []telemetry.CurrentValue{value("nox", "49", "N"), value("ph", "5.5", "N")}, "ph", true},
		{"a marked value is never over", []telemetry.CurrentValue{value("nox", "99", "C")}, "nox", false},
		{"valid before marked", []telemetry.CurrentValue{value("nox", "99", "C"), value("so2", "1", "N")}, "so2", false},
		{"equal to the limit complies", []telemetry.CurrentValue{value("nox", "50", "N")}, "nox", false},
	} {
		if got := mainValue(c.values, limits, at); got.factor != c.want || got.over != c.over {
			t.Errorf("%s: %s over %t, want %s %t", c.name, got.factor, got.over, c.want, c.over)
		}
	}
}

// BenchmarkWall: one pass over 20,000 outlets, shared by all viewers, and what
// one viewer costs: the whole city summed up, one unit in full as JSON.
func BenchmarkWall(b *testing.B) {
	at := time.Unix(1_800_000_000, 0)
	w, open := bigWall(20_000, at)
	ctx := context.WithValue(context.Background(), actorKey{}, watchers["duty"])
	b.Run("judge", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			w.book.judge(open, at)
		}
	})
	for name, q := range map[string]WallQuery{"city": {}, "unit": {Area: "330301"}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				v, err := w.get(ctx, &q)
				if err != nil {
					b.Fatal(err)
				}
				body, err := json.Marshal(v)
				if err != nil {
					b.Fatal(err)
				}
				size = len(body)
			}
			b.ReportMetric(float64(size), "B/answer")
		})
	}
}

func TestCompressed_LargeJSONOnly(t *testing.T) {
	eachWatch(t, func(w *watch, _ *dbtest.Clock) {
		get := func(path, accept string) *httptest.ResponseRecorder {
			r := httptest.NewRequest("GET", Base+path, nil)
			r.Header.Set("Authorization", "Bearer duty")
			r.Header.Set("Accept-Encoding", accept)
			rec := httptest.NewRecorder()
			w.as("duty").h.ServeHTTP(rec, r)
			return rec
		}
		for at := range 60 {
			w.send(upload("MN1", "31", "2011", fmt.Sprintf("2026112109%02d00", at%30), fmt.Sprintf("a21026-Rtd=%d.0,a21026-Flag=N", at)))
		}
		large := "/outlets/" + w.gas.ID + "/frames?limit=200"
		if rec := get(large, "gzip, br"); rec.Header().Get("Content-Encoding") != "gzip" || rec.Body.Len() > 4<<10 || rec.Code != 200 {
			t.Errorf("%d, %q, %d bytes", rec.Code, rec.Header().Get("Content-Encoding"), rec.Body.Len())
		}
		for _, c := range [][2]string{{large, ""}, {"/outlets", "gzip"}, {"/outlets/" + w.gas.ID + "/series.csv", "gzip"}, {"/outlets/none", "gzip"}} {
			if rec := get(c[0], c[1]); rec.Header().Get("Content-Encoding") != "" {
				t.Errorf("%s with %q was compressed", c[0], c[1])
			}
		}
		if rec := get("/outlets/none", "gzip"); rec.Code != 404 || !strings.Contains(rec.Body.String(), "没有这个排放口") {
			t.Errorf("%d %s", rec.Code, rec.Body.String())
		}
	})
}
