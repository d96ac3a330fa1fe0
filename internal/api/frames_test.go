package api

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/db/dbtest"
)

func TestFrame_TakenApart(t *testing.T) {
	eachWatch(t, func(w *watch, _ *dbtest.Clock) {
		b := w.as("duty")
		w.send(upload("MN1", "31", "2011", "20261121093000", "a21026-Rtd=2.50,a21026-ZsRtd=3.1,a21026-Flag=D;xx9999-Rtd=1"))
		w.send(upload("MN1", "31", "2011", "20261121093000", "a21026-Rtd=3,A21026-flag=N"))
		id := func(n string) string {
			return url.QueryEscape(field(b.ok("GET", "/outlets/"+w.gas.ID+"/frames", ""), "items."+n+".id").(string))
		}
		path := "/outlets/" + w.gas.ID + "/frame?key="
		out := b.ok("GET", path+id("1"), "")
		b.has(out, map[string]any{"protocol": "2017", "crc_ok": true, "length_ok": true, "fault": "", "version": 1.0, "cn_title": "取/上传污染物实时数据",
			"header.0.name": "QN", "header.0.title": "请求编码", "header.1.means": "大气环境污染源", "header.3.name": "PW", "header.3.value": "***", "header.5.means": "2017 版，要求应答",
			"params.0.name": "DataTime", "items.0.code": "a21026", "items.0.name": "二氧化硫", "items.0.unit": "mg/m³", "items.0.fields.0.value": "2.50",
			"items.0.fields.2.means": "故障", "items.1.name": "xx9999"})
		text := fmt.Sprint(out["findings"])
		if !strings.Contains(text, "rule:mn-form text:设备唯一标识 MN") {
			t.Errorf("the MN is no MN of the standard: %s", text)
		}
		if strings.Contains(text, "123456") {
			t.Error("the password is told: " + text)
		}
		if raw := out["raw"].(string); strings.Contains(raw, "123456") {
			t.Error("the password is told: " + raw)
		}
		b.has(b.ok("GET", path+id("0"), ""), map[string]any{"version": 2.0, "items.0.fields.0.value": "3"})
		for _, key := range []string{"x", "1-2-3", "MN1-31-2011-1-0-1"} {
			b.refused("GET", path+key, "", 404, "没有这帧报文")
		}
		w.as("far").refused("GET", path+id("0"), "", 404, "没有这个排放口")
	})
}

func TestSeries_Thinned(t *testing.T) {
	eachWatch(t, func(w *watch, _ *dbtest.Clock) {
		b := w.as("duty")
		var frames []string
		for at := range 120 {
			v := "5.0"
			if at == 77 {
				v = "60.0"
			}
			frames = append(frames, upload("MN1", "31", "2011", minute(at), "a21026-Rtd="+v+",a21026-Flag=N"))
		}
		w.send(frames...)
		path := "/outlets/" + w.gas.ID + "/series?kind=realtime&points="
		whole := b.ok("GET", path+"0", "")
		b.has(whole, map[string]any{"factors.0.of": 120.0, "factors.0.points.119.avg": 5.0})
		thin := b.ok("GET", path+"30", "")
		points := field(thin, "factors.0.points").([]any)
		if len(points) > 45 || len(points) < 10 || !strings.Contains(fmt.Sprint(points), "avg:60") {
			t.Errorf("%d points", len(points))
		}
		b.has(thin, map[string]any{"factors.0.of": 120.0, "factors.0.points.0.t": field(whole, "factors.0.points.0.t")})
		b.refused("GET", path+"-1", "", 422, "")
	})
}

func TestDevice_File(t *testing.T) {
	eachWatch(t, func(w *watch, _ *dbtest.Clock) {
		b := w.as("duty")
		id := field(b.ok("GET", "/devices?q=MN1", ""), "items.0.id").(string)
		b.has(b.ok("GET", "/devices/"+id, ""), map[string]any{"mn": "MN1", "outlet_name": "锅炉排口", "has_password": true, "rtd_interval": 60.0})
		w.as("far").refused("GET", "/devices/"+id, "", 404, "没有这台设备")
	})
}
