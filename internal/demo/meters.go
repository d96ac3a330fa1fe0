package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qingshao/qingshao/internal/mapping"
	"github.com/qingshao/qingshao/internal/world"
)

// meterInterval is how often the demo's gateways report.
const meterInterval = 20 * time.Second

// meters registers the world's gateways with their mappings, the units that they
// meter, and cameras beside them. It returns the gateways' secrets by name.
func meters(ctx context.Context, p *person, w *world.World, ids map[string]string, now time.Time) (map[string]string, error) {
	profiles := map[string]string{}
	for _, preset := range mapping.Presets() {
		text, err := json.Marshal(preset.Mapping)
		if err != nil {
			return nil, err
		}
		name := map[string]string{"values": "单表（演示）", "gateway": "四回路用电网关（演示）", "single": "逐点上报的采集器（演示）"}[preset.ID]
		if profiles[preset.ID], err = p.create(ctx, "/meter-profiles", map[string]any{"name": name, "mapping": string(text)}); err != nil {
			return nil, err
		}
	}
	secrets := map[string]string{}
	for i, m := range w.Meters() {
		e := m.Outlet.Enterprise
		var made struct {
			Secret string `json:"secret"`
		}
		err := p.call(ctx, http.MethodPost, "/meters", map[string]any{"mn": m.MN, "name": m.Name, "enterprise_id": ids[e.Key], "profile_id": profiles[m.Form], "every": int(meterInterval / time.Second)}, &made)
		if err != nil {
			return nil, err
		}
		secrets[m.MN] = made.Secret
		units := []map[string]any{
			{"code": "MF0001", "name": "生产主机", "kind": "production", "channels": []map[string]any{{"mn": m.MN, "factor": m.LineCode(), "on_above": 10, "off_below": 6}}},
			{"code": "TA001", "name": "废气治理风机", "kind": "treatment", "outlet_code": m.Outlet.Code, "treats": []string{"MF0001"},
				"channels": []map[string]any{{"mn": m.MN, "factor": m.FanCode(), "on_above": 10, "off_below": 5}}},
		}
		if err := p.call(ctx, http.MethodPost, "/enterprises/"+ids[e.Key]+"/facilities", map[string]any{"units": units}, nil); err != nil {
			return nil, err
		}
		if i == ordered {
			at := now.In(beijing)
			err := p.call(ctx, http.MethodPost, "/enterprises/"+ids[e.Key]+"/filings", map[string]any{"kind": "peak", "document": "（演示）错峰〔2026〕7号", "reason": "错峰生产停运：停运全部生产线（演示，虚构）",
				"from": time.Date(at.Year(), at.Month(), at.Day()-1, 0, 0, 0, 0, beijing).Format(time.RFC3339), "until": time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, beijing).Format(time.RFC3339)}, nil)
			if err != nil {
				return nil, err
			}
		}
		if err := cameras(ctx, p, ids[e.Key], m.Outlet); err != nil {
			return nil, err
		}
	}
	return secrets, nil
}

// cameras registers the two cameras of an outlet, on a platform that does not
// exist.
func cameras(ctx context.Context, p *person, enterprise string, o *world.Outlet) error {
	var file struct {
		Outlets []struct {
			ID   string `json:"id"`
			Code string `json:"code"`
		} `json:"outlets"`
	}
	if err := p.call(ctx, http.MethodGet, "/enterprises/"+enterprise, nil, &file); err != nil {
		return err
	}
	for _, x := range file.Outlets {
		if x.Code != o.Code {
			continue
		}
		for i, c := range []struct{ name, place string }{{"排放口全景", "outlet"}, {"站房内", "station"}} {
			channel := fmt.Sprintf("%s-%d", o.MN, i+1)
			if _, err := p.create(ctx, "/cameras", map[string]any{"enterprise_id": enterprise, "outlet_id": x.ID, "name": c.name, "place": c.place, "platform": "演示视频平台（虚构）", "channel": channel,
				"live": "https://video.example/live?c={channel}", "playback": "https://video.example/play?c={channel}&s={start}&e={end}"}); err != nil {
				return err
			}
		}
	}
	return nil
}

// reportMeter sends one payload by HTTP, as a gateway does.
func reportMeter(ctx context.Context, addr, mn, secret string, payload []byte) (err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr+"/api/v1/meter-data", bytes.NewReader(payload))
	if err != nil {
		return err
	}
	req.SetBasicAuth(mn, secret)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(res.Body)
	if cerr := res.Body.Close(); err == nil {
		err = cerr
	}
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("meter %s: %d %s", mn, res.StatusCode, text)
	}
	return err
}

// backlogStep is the interval of what is handed in late.
const backlogStep = 2 * time.Minute

// backlog lets the gateways hand in the past, as they do after an outage; and one of them what no mapping can read.
func backlog(ctx context.Context, addr string, w *world.World, secrets map[string]string, from, until time.Time) error {
	g, ctx := errgroup.WithContext(ctx)
	for i, m := range w.Meters() {
		g.Go(func() error {
			for at := from.Truncate(backlogStep); at.Before(until); at = at.Add(backlogStep) {
				if err := reportMeter(ctx, addr, m.MN, secrets[m.MN], m.Payload(w, at)); err != nil {
					return err
				}
			}
			if i > 0 {
				return nil
			}
			return reportMeter(ctx, addr, m.MN, secrets[m.MN], []byte(`{"cmd":"boot","imei":"860000000000000","csq":23}`))
		})
	}
	return g.Wait()
}

// liveMeters lets the gateways report in real time until ctx ends, each on a line of
// its own that is taken up again when it breaks.
func (d *Demo) liveMeters(ctx context.Context) {
	var wait sync.WaitGroup
	for _, m := range d.world.Meters() {
		secret, known := d.memory.Secrets[m.MN]
		if !known {
			continue
		}
		wait.Go(func() {
			for ctx.Err() == nil {
				if err := d.reportLive(ctx, m, secret); err != nil && ctx.Err() == nil {
					d.conf.App.Log.Warn("demo meter", "mn", m.MN, "error", err)
				}
				pause(ctx, meterInterval)
			}
		})
	}
	wait.Wait()
}

// reportLive reports on one connection until it breaks or ctx ends.
func (d *Demo) reportLive(ctx context.Context, m world.Meter, secret string) error {
	send := func(payload []byte) error { return reportMeter(ctx, d.app.Addr(), m.MN, secret, payload) }
	if !m.HTTP && d.app.MQTT() != "" {
		line, err := world.DialMQTT(ctx, d.app.MQTT(), world.Hello(m.MN, secret))
		if err != nil {
			return err
		}
		defer line.Close()
		send = func(payload []byte) error { return line.Publish("meter/"+m.MN+"/up", payload) }
	}
	for ctx.Err() == nil {
		if err := send(m.Payload(d.world, time.Now().Truncate(time.Second))); err != nil {
			return err
		}
		pause(ctx, meterInterval)
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// ordered is the meter whose enterprise must stand still and does not.
const ordered = 2

// stopped is the meter at whose outlet the treatment stood for some hours while
// production went on.
const stopped = 1

// treatmentStops finds the newest five hours of full production there that ended
// some hours ago.
func treatmentStops(w *world.World, now time.Time) (accident, bool) {
	const lasts = 5
	meters := w.Meters()
	if len(meters) <= stopped {
		return accident{}, false
	}
	o := meters[stopped].Outlet
	for back := lasts + 3; back < 60; back++ {
		from := now.Truncate(time.Hour).Add(-time.Duration(back) * time.Hour)
		full := true
		for h := range 2*lasts + 1 {
			full = full && w.Truth(o, from.Add(time.Duration(h)*time.Hour/2)).Load > 0.6
		}
		if full {
			return accident{Outlet: o.Key, From: from, To: from.Add(lasts * time.Hour)}, true
		}
	}
	return accident{}, false
}

// metered is how far back the meters tell what was drawn, once an hour.
const metered = 15 * 24 * time.Hour

// pastMeters lets the gateways hand in one reading for each hour since the last
// step.
func (p *past) pastMeters(ctx context.Context, until time.Time) error {
	from, end := p.sent, until
	if first := p.now.Add(-metered); from.Before(first) {
		from = first
	}
	if live := p.now.Add(-p.span.live); end.After(live) {
		end = live
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, m := range p.world.Meters() {
		g.Go(func() error {
			for at := from.Truncate(time.Hour).Add(30 * time.Minute); at.Before(end); at = at.Add(time.Hour) {
				if at.Before(from) {
					continue
				}
				if err := reportMeter(ctx, p.app.Addr(), m.MN, p.secrets[m.MN], m.Payload(p.world, at)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}
