package api

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
)

func init() {
	watchers["clerk"] = auth.Actor{ID: "u-clerk", Roles: []auth.Role{auth.Clerk}, Area: "330300"}
	watchers["county"] = auth.Actor{ID: "u-county", Roles: []auth.Role{auth.Duty}, Area: "330302"}
}

func TestDevices_ParkedFramesAreAdopted(t *testing.T) {
	eachWatch(t, func(w *watch, _ *dbtest.Clock) {
		b := w.as("duty")
		w.submit(telemetry.Parked, upload("NEW", "31", "2011", "20261121092900", "a21026-Rtd=1"), upload("NEW", "31", "2011", "20261121093000", "a21026-Rtd=2"))
		list := b.ok("GET", "/parked", "")
		b.has(list, map[string]any{"items.0.mn": "NEW", "items.0.frames": 2.0, "items.0.first_at": "2026-11-21T09:30:00+08:00", "items.1": nil})
		b.has(list, map[string]any{"items.0.kind": "gas", "items.0.protocol": "2017", "items.0.factors.0": "二氧化硫", "items.0.factors.1": nil})
		if raw := field(list, "items.0.last_raw").(string); !strings.Contains(raw, "Rtd=2") {
			t.Error(raw)
		}
		w.as("clerk").refused("GET", "/parked", "", 403, "的权限")
		w.as("county").refused("GET", "/parked", "", 403, "的权限")

		body := fmt.Sprintf(`{"mn":"NEW","outlet_id":%q,"password":"123456","protocol":"2017"}`, w.gas.ID)
		w.as("far").refused("POST", "/devices", body, 404, "没有这个排放口")
		w.as("clerk").refused("POST", "/devices", body, 403, "的权限")
		b.refused("POST", "/devices", strings.Replace(body, "2017", "1999", 1), 422, "")
		out := b.ok("POST", "/devices", body)
		b.has(out, map[string]any{"mn": "NEW", "has_password": true, "protocol": "2017", "active": true, "adopted": 2.0, "rtd_interval": 60.0, "last_at": "", "version": 1.0})
		if _, told := out["password"]; told {
			t.Error("the password was told")
		}
		b.refused("POST", "/devices", body, 409, "已登记在另一个排放口")
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := w.store.Adopted(ctx, "NEW"); err != nil {
			t.Fatal(err)
		}
		if items := b.ok("GET", "/parked", "")["items"].([]any); len(items) != 0 {
			t.Errorf("%v", items)
		}
		if _, err := w.digest.RunDue(context.Background()); err != nil {
			t.Fatal(err)
		}
		b.has(b.ok("GET", "/devices?q=NEW", ""), map[string]any{"total": 1.0, "items.0.last_at": "2026-11-21T09:30:00+08:00"})
		b.has(b.ok("GET", "/outlets/"+w.gas.ID, ""), map[string]any{"devices.1.mn": "NEW", "values.0.value": 2.0})

		id := out["id"].(string)
		changed := b.ok("PATCH", "/devices/"+id, `{"active":false,"answer_always":true,"version":1}`)
		b.has(changed, map[string]any{"active": false, "answer_always": true, "version": 2.0, "has_password": true})
		b.refused("PATCH", "/devices/"+id, `{"active":true,"version":1}`, 409, "已被他人修改")
		w.as("far").refused("PATCH", "/devices/"+id, `{"active":true,"version":2}`, 404, "")
		w.submit(telemetry.Parked, upload("NEW", "31", "2011", "20261121093100", "a21026-Rtd=3"))
	})
}

func TestQuarantine_OverTheSurface(t *testing.T) {
	eachWatch(t, func(w *watch, c *dbtest.Clock) {
		b := w.as("duty")
		w.submit(telemetry.Refused, strings.Replace(upload("MN1", "31", "2011", "20261121093000", "a21026-Rtd=1"), "PW=123456", "PW=000000", 1))
		w.store.Quarantine(telemetry.Quarantined{At: c.Now(), Address: "10.0.0.9:1", Reason: "noise", Raw: []byte("\xd6\xd0\x00")})
		out := b.ok("GET", "/quarantine?reason=password", "")
		b.has(out, map[string]any{"total": 1.0, "items.0.mn": "MN1", "items.0.reason_title": "访问密码 PW 与登记的不符", "items.0.hex": "", "items.0.address": "10.0.0.1:1"})
		w.as("county").has(w.as("county").ok("GET", "/quarantine", ""), map[string]any{"total": 1.0, "items.0.reason": "password"})
		w.as("clerk").refused("GET", "/quarantine", "", 403, "查看隔离区")
		groups := b.ok("GET", "/quarantine/groups", "")
		b.has(groups, map[string]any{"items.0.reason": "noise", "items.0.mn": "", "items.0.registered": false, "items.1.mn": "MN1", "items.1.registered": true, "items.1.outlet_id": w.gas.ID, "items.1.open": 1.0, "items.2": nil})
		if field(groups, "items.1.advice").(string) == "" {
			t.Error("no advice")
		}
		b.has(b.ok("GET", "/quarantine/groups?q=MN1", ""), map[string]any{"items.0.reason": "password", "items.1": nil})
		w.as("clerk").refused("GET", "/quarantine/groups", "", 403, "查看隔离区")
		noise := b.ok("GET", "/quarantine?reason=noise", "")
		id := field(noise, "items.0.id").(string)
		b.has(b.ok("GET", "/quarantine/"+id, ""), map[string]any{"hex": "d6d000", "text": "中\x00", "size": 3.0})
		w.as("county").refused("GET", "/quarantine/"+id, "", 404, "没有这条隔离记录")
		b.has(b.ok("POST", "/quarantine/"+id+"/note", `{"note":"端口扫描"}`), map[string]any{"note": "端口扫描", "noted_at": "2026-11-21T09:30:00+08:00"})
		b.refused("POST", "/quarantine/"+id+"/note", `{"note":""}`, 422, "")
	})
}

func TestEnterprises_OverTheSurface(t *testing.T) {
	eachWatch(t, func(w *watch, _ *dbtest.Clock) {
		b := w.as("duty")
		e := b.ok("POST", "/enterprises", `{"name":"新厂","area":"330304","permit_class":"重点","code":"91350100M000100Y43"}`)
		b.has(e, map[string]any{"name": "新厂", "area_name": "区330304", "synthetic": false, "version": 1.0})
		b.refused("POST", "/enterprises", `{"name":"重复","area":"330304","code":"91350100M000100Y43"}`, 409, "统一社会信用代码已登记")
		w.as("clerk").refused("POST", "/enterprises", `{"name":"x","area":"330304"}`, 403, "的权限")
		id := e["id"].(string)
		b.has(b.ok("PATCH", "/enterprises/"+id, `{"name":"改名","area":"330304","version":1}`), map[string]any{"name": "改名", "version": 2.0})
		b.refused("PATCH", "/enterprises/"+id, `{"name":"晚了","area":"330304","version":1}`, 409, "已被他人修改")
		o := b.ok("POST", "/outlets", fmt.Sprintf(`{"enterprise_id":%q,"name":"总排口","kind":"water","area":"330304"}`, id))
		b.has(b.ok("GET", "/enterprises/"+id, ""), map[string]any{"outlets.0.name": "总排口", "outlets.0.enterprise_name": "改名"})
		w.as("county").refused("GET", "/enterprises/"+id, "", 404, "没有这个企业")
		b.has(b.ok("GET", "/enterprises?q=改", ""), map[string]any{"total": 1.0})

		limits := "/outlets/" + o["id"].(string) + "/limits"
		first := b.ok("POST", limits, `{"factor":"w01018","upper":50.0,"statistic":"day","standard":"GB 18918-2002","article":"一级A","valid_from":"2026-01-01T00:00:00+08:00"}`)
		b.has(first, map[string]any{"upper": 50.0, "factor_name": "化学需氧量", "unit": "mg/L", "valid_to": ""})
		b.ok("POST", limits, `{"factor":"w01018","upper":40,"statistic":"day","standard":"DB33/2169-2018","valid_from":"2026-06-01T00:00:00+08:00"}`)
		b.refused("POST", limits, `{"factor":"w01018","upper":30,"statistic":"day","standard":"x","valid_from":"2026-06-01T00:00:00+08:00"}`, 409, "同一日期已有限值")
		b.refused("POST", limits, `{"factor":"w01018","statistic":"day","standard":"x","valid_from":"2026-07-01T00:00:00+08:00"}`, 422, "")
		b.has(b.ok("GET", limits, ""), map[string]any{"items.0.upper": 40.0, "items.1.valid_to": "2026-06-01T00:00:00+08:00"})
	})
}
