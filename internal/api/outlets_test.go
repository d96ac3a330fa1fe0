package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
)

// watchers are the people of the outlets' tests, by token.
var watchers = map[string]auth.Actor{
	"duty":   {ID: "u-duty", Roles: []auth.Role{auth.Duty}, Area: "330300"},
	"far":    {ID: "u-far", Roles: []auth.Role{auth.Duty}, Area: "330304"},
	"agency": {ID: "u-agency", Roles: []auth.Role{auth.Agency}, Area: "330302", Agency: "a"},
}

type watchDoor struct{}

func (watchDoor) BySession(ctx context.Context, token string) (auth.Actor, error) {
	return watchDoor{}.ByToken(ctx, token)
}

func (watchDoor) ByToken(_ context.Context, token string) (auth.Actor, error) {
	if w, ok := watchers[token]; ok {
		return w, nil
	}
	return auth.Actor{}, fault.New(fault.Unauthorized, "请先登录")
}

// alarmed stands in for the rules: open alarms by outlet.
type alarmed map[string]int

func (a alarmed) Open(context.Context, auth.Actor) (map[string]int, error) { return a, nil }

// watch is a surface with two outlets of one enterprise, gas and water, whose
// monitors MN1 and MN2 are registered.
type watch struct {
	t          *testing.T
	store      *telemetry.Store
	digest     *telemetry.Digest
	alarms     alarmed
	levels     levels
	gas, water enterprise.Outlet
	as         func(who string) *browser
	now        func() time.Time
}

func eachWatch(t *testing.T, f func(w *watch, c *dbtest.Clock)) {
	t.Helper()
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx, p := context.Background(), auth.DefaultPolicy()
		store, err := telemetry.Open(ctx, d, telemetry.Options{Area: "330300", Refresh: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Start(ctx); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Stop(context.Background()) })
		reg, devices := enterprise.New(d, p), telemetry.NewDevices(d, p, store)
		w := &watch{t: t, store: store, digest: telemetry.NewDigest(store, telemetry.DigestOptions{}), alarms: alarmed{}, levels: levels{}, now: d.Now}
		a := New(Config{Title: "测试", Version: "1", Policy: p, Auth: watchDoor{}, Log: slog.New(slog.DiscardHandler),
			Exported: func(context.Context, auth.Actor, string, string) error { return nil }})
		names := Names{Area: func(code string) string { return "区" + code }, Agency: func(id string) string { return id }}
		a.Enterprises(reg, names, nil)
		a.Devices(devices, store, w.digest, "330300")
		parts := OutletParts{Registry: reg, Devices: devices, Store: store, Digest: w.digest, Alarms: w.alarms, Names: names}
		a.Outlets(parts)
		a.Wall(parts, w.levels)
		h := a.Handler()
		w.as = func(who string) *browser { return &browser{t: t, h: h, bearer: who} }
		duty := watchers["duty"]
		e, err := reg.Create(ctx, duty, enterprise.Enterprise{Name: "瓯江化工", Area: "330302"})
		if err != nil {
			t.Fatal(err)
		}
		outlet := func(name, mn string, kind enterprise.Kind) enterprise.Outlet {
			o, err := reg.CreateOutlet(ctx, duty, enterprise.Outlet{EnterpriseID: e.ID, Name: name, Kind: kind})
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := devices.Register(ctx, duty, telemetry.Device{MN: mn, OutletID: o.ID, Password: "123456"}); err != nil {
				t.Fatal(err)
			}
			return o
		}
		w.gas, w.water = outlet("锅炉排口", "MN1", enterprise.Gas), outlet("总排口", "MN2", enterprise.Water)
		upper := decimal.Must("35.0")
		if _, err := reg.SetLimit(ctx, duty, enterprise.Limit{OutletID: w.gas.ID, Factor: "a21026", Upper: &upper, Statistic: enterprise.Hour,
			Standard: "GB 13271-2014", ValidFrom: c.Now().Add(-1000 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
		f(w, c)
	})
}

// send stores frames and digests them.
func (w *watch) send(segments ...string) {
	w.t.Helper()
	w.submit(telemetry.Stored, segments...)
}

// submit hands frames in, expects one outcome for all, and digests them.
func (w *watch) submit(want telemetry.Outcome, segments ...string) {
	w.t.Helper()
	var r telemetry.Reader
	g := &telemetry.Group{}
	for _, s := range segments {
		raw, err := hj212.AppendSegment(nil, []byte(s))
		if err != nil {
			w.t.Fatal(err)
		}
		var f hj212.Frame
		if err := hj212.ParseFrame(raw, &f); err != nil {
			w.t.Fatal(err)
		}
		g.Entries = append(g.Entries, r.Entry(&f, w.now(), "10.0.0.1:1"))
	}
	if err := w.store.Submit(context.Background(), g); err != nil {
		w.t.Fatal(err)
	}
	for _, e := range g.Entries {
		if e.Outcome != want {
			w.t.Fatalf("outcome %v", e.Outcome)
		}
	}
	if _, err := w.digest.RunDue(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

func upload(mn, st, cn, at, items string) string {
	return fmt.Sprintf("QN=20261121093000123;ST=%s;CN=%s;PW=123456;MN=%s;Flag=5;CP=&&DataTime=%s;%s&&", st, cn, mn, at, items)
}

// minute is 07:00 on the day of the tests and so many minutes, as a DataTime.
func minute(n int) string { return fmt.Sprintf("20261121%02d%02d00", 7+n/60, n%60) }

func TestOutlets_ListShowsValuesAgainstLimits(t *testing.T) {
	eachWatch(t, func(w *watch, c *dbtest.Clock) {
		b := w.as("duty")
		out := b.ok("GET", "/outlets", "")
		b.has(out, map[string]any{"total": 2.0, "items.0.name": "总排口", "items.0.state": "offline", "items.0.last_at": "", "items.0.kind": "water"})
		w.send(upload("MN1", "31", "2011", "20261121093000", "a21026-Rtd=28.0,a21026-ZsRtd=42.0,a21026-Flag=N;a19001-Rtd=12.5,a19001-Flag=N"))
		out = b.ok("GET", "/outlets?kind=gas", "")
		b.has(out, map[string]any{"total": 1.0, "items.0.id": w.gas.ID, "items.0.state": "online", "items.0.area_name": "区330302", "items.0.enterprise_name": "瓯江化工",
			"items.0.last_at": "2026-11-21T09:30:00+08:00", "items.0.values.0.code": "a19001", "items.0.values.0.ratio": 0.0, "items.0.values.0.limit": nil,
			"items.0.values.1.name": "二氧化硫", "items.0.values.1.value": 28.0, "items.0.values.1.converted": 42.0, "items.0.values.1.limit": 35.0,
			"items.0.values.1.ratio": 1.2, "items.0.values.1.statistic": "hour", "items.0.values.1.flag": "N", "items.0.alarms_open": 0.0})

		for state, want := range map[string]string{"online": w.gas.ID, "offline": w.water.ID, "alarm": ""} {
			expectIDs(b, state, want)
		}
		w.alarms[w.water.ID] = 2
		for state, want := range map[string]string{"online": w.gas.ID, "offline": "", "alarm": w.water.ID} {
			expectIDs(b, state, want)
		}
		b.has(b.ok("GET", "/outlets?state=alarm", ""), map[string]any{"items.0.alarms_open": 2.0, "items.0.state": "alarm"})
		c.Advance(11 * time.Minute)
		expectIDs(b, "online", "")
		expectIDs(b, "offline", w.gas.ID)

		w.as("far").has(w.as("far").ok("GET", "/outlets", ""), map[string]any{"total": 0.0})
		w.as("agency").refused("GET", "/outlets", "", 403, "查看监测数据")

		b.has(b.ok("GET", "/outlets?device=none", ""), map[string]any{"total": 0.0})
		bare := b.ok("POST", "/outlets", fmt.Sprintf(`{"enterprise_id":%q,"name":"新建排口","kind":"water","area":"330302"}`, w.gas.EnterpriseID))
		b.has(b.ok("GET", "/outlets?device=none", ""), map[string]any{"total": 1.0, "items.0.id": bare["id"]})
		b.has(b.ok("GET", "/outlets?device=none&kind=gas", ""), map[string]any{"total": 0.0})
	})
}

func expectIDs(b *browser, state, want string) {
	b.t.Helper()
	items := b.ok("GET", "/outlets?state="+state, "")["items"].([]any)
	got := []string{}
	for _, it := range items {
		got = append(got, it.(map[string]any)["id"].(string))
	}
	if strings.Join(got, " ") != want {
		b.t.Errorf("%s: %v, want %q", state, got, want)
	}
}

func TestOutlet_FileAndReach(t *testing.T) {
	eachWatch(t, func(w *watch, _ *dbtest.Clock) {
		b := w.as("duty")
		out := b.ok("GET", "/outlets/"+w.gas.ID, "")
		b.has(out, map[string]any{"name": "锅炉排口", "devices.0.mn": "MN1", "limits.0.upper": 35.0, "limits.0.standard": "GB 13271-2014", "state": "offline"})
		for _, who := range []string{"far", "agency"} {
			for _, path := range []string{"", "/series", "/series.csv", "/frames"} {
				w.as(who).refused("GET", "/outlets/"+w.gas.ID+path, "", 404, "没有这个排放口")
			}
		}
		b.refused("GET", "/outlets/nowhere", "", 404, "没有这个排放口")
		b.refused("GET", "/outlets?state=broken", "", 422, "")
	})
}

func TestOutlet_Series(t *testing.T) {
	eachWatch(t, func(w *watch, c *dbtest.Clock) {
		b := w.as("duty")
		w.send(
			upload("MN1", "31", "2061", "20261121070000", "a21026-Min=1.5,a21026-Avg=20.0,a21026-ZsAvg=30.0,a21026-Max=50,a21026-Flag=N;a19001-Avg=9,a19001-Flag=N"),
			upload("MN1", "31", "2061", "20261121080000", "a21026-Avg=21.0,a21026-Flag=M"),
			upload("MN1", "31", "2011", "20261121083000", "a21026-Rtd=5.0,a21026-Flag=N"),
		)
		path := "/outlets/" + w.gas.ID + "/series"
		out := b.ok("GET", path+"?factors=a21026", "")
		b.has(out, map[string]any{"kind": "hour", "truncated": false, "factors.0.code": "a21026", "factors.0.unit": "mg/m³", "factors.1": nil,
			"factors.0.limits.0.upper": 35.0, "factors.0.limits.0.kind": "hour", "factors.0.limits.0.to": "",
			"factors.0.points.0.t": "2026-11-21T07:00:00+08:00", "factors.0.points.0.avg": 30.0, "factors.0.points.0.measured": 20.0, "factors.0.points.0.min": 1.5,
			"factors.0.points.0.max": 50.0, "factors.0.points.0.source": "report", "factors.0.points.1.flag": "M", "factors.0.points.1.measured": nil})
		b.has(b.ok("GET", path+"?kind=realtime", ""), map[string]any{"factors.0.points.0.avg": 5.0, "factors.0.limits.0.kind": "hour"})
		b.has(b.ok("GET", path+"?kind=hour&from=2026-11-21T08:00:00%2B08:00&to=2026-11-21T09:00:00%2B08:00", ""), map[string]any{"factors.0.points.0.flag": "M", "factors.1": nil})
		if items := b.ok("GET", path+"?kind=day", "")["factors"].([]any); len(items) != 0 {
			t.Errorf("%v", items)
		}
		b.refused("GET", path+"?kind=realtime&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z", "", 422, "一次最多查询 3 天")
		b.refused("GET", path+"?from=2026-11-21T08:00:00Z&to=2026-11-21T07:00:00Z", "", 422, "结束时间应晚于开始时间")

		r := httptest.NewRequest("GET", Base+path+".csv?kind=hour", nil)
		r.Header.Set("Authorization", "Bearer duty")
		rec := httptest.NewRecorder()
		b.h.ServeHTTP(rec, r)
		want := "\xEF\xBB\xBF时间,因子编码,因子,单位,值,折算前的值,最小值,最大值,数据标记,来源\n" +
			"2026-11-21T07:00:00+08:00,a19001,氧气含量,%,9,,,,N,report\n" +
			"2026-11-21T07:00:00+08:00,a21026,二氧化硫,mg/m³,30,20,1.5,50,N,report\n" +
			"2026-11-21T08:00:00+08:00,a21026,二氧化硫,mg/m³,21,,,,M,report\n"
		if got := rec.Body.String(); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}

func TestOutlet_Frames(t *testing.T) {
	eachWatch(t, func(w *watch, _ *dbtest.Clock) {
		b := w.as("duty")
		w.send(upload("MN1", "31", "2011", "20261121092900", "a21026-Rtd=1"))
		w.send(upload("MN1", "31", "2011", "20261121093000", "a21026-Rtd=2"))
		w.send(upload("MN1", "31", "2011", "20261121093000", "a21026-Rtd=3"))
		out := b.ok("GET", "/outlets/"+w.gas.ID+"/frames?limit=2", "")
		b.has(out, map[string]any{"items.0.version": 2.0, "items.0.superseded": false, "items.1.version": 1.0, "items.1.superseded": true, "items.2": nil,
			"items.0.cn": "2011", "items.0.datatime": "2026-11-21T09:30:00+08:00", "items.0.at": "2026-11-21T09:30:00+08:00", "items.0.mn": "MN1"})
		if raw := field(out, "items.0.raw").(string); !strings.Contains(raw, "PW=***;MN=MN1") || !strings.Contains(raw, "a21026-Rtd=3") {
			t.Error(raw)
		}
		rest := b.ok("GET", "/outlets/"+w.gas.ID+"/frames?limit=2&cursor="+out["next"].(string), "")
		b.has(rest, map[string]any{"items.0.datatime": "2026-11-21T09:29:00+08:00", "items.1": nil, "next": ""})
		b.refused("GET", "/outlets/"+w.gas.ID+"/frames?cursor=x", "", 422, "翻页标记无效")
		if items := b.ok("GET", "/outlets/"+w.water.ID+"/frames", "")["items"].([]any); len(items) != 0 {
			t.Errorf("%v", items)
		}
	})
}
