package bench

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
)

func TestAlarm_EveryPlannedAlarmReachesEveryViewerOnce(t *testing.T) {
	t.Parallel()
	out, err := Alarm{Viewers: 12, Alarms: 9, Ingest: Ingest{Seconds: 1, Devices: 10, Rate: 400, Serve: quiet, Dir: t.TempDir()}}.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if out.Alarms != 9 || out.Pushed != 9*12 || out.Missed != 0 || out.Doubled != 0 || out.Read == 0 || out.Unread != 0 || out.Answered != 400 || out.Values != 400*Factors {
		t.Errorf("%+v", out)
	}
	if out.P50 <= 0 || out.P99 < out.P50 || out.Max < out.P99 || out.RuleCost <= 0 || out.FramesPerSecond <= 0 {
		t.Errorf("%+v", out)
	}
	text, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]any
	if err := json.Unmarshal(text, &keys); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"frames_per_s", "alarms", "pushed", "missed", "p50_ms", "p99_ms", "max_ms", "rule_ns_per_value"} {
		if _, ok := keys[key]; !ok {
			t.Errorf("%s lacks %s", text, key)
		}
	}
}

func TestAlarm_RefusesNonsense(t *testing.T) {
	t.Parallel()
	good := Alarm{Viewers: 1, Alarms: 1, Ingest: Ingest{Seconds: 1, Devices: 10, Rate: 100}}
	for name, change := range map[string]func(*Alarm){
		"no rate":    func(c *Alarm) { c.Rate = 0 },
		"elsewhere":  func(c *Alarm) { c.Addr = "127.0.0.1:8212" },
		"no viewers": func(c *Alarm) { c.Viewers = 0 },
		"no alarms":  func(c *Alarm) { c.Alarms = 0 },
		"no devices": func(c *Alarm) { c.Devices = 0 },
		"too many":   func(c *Alarm) { c.Alarms = 99 },
	} {
		c := good
		change(&c)
		if _, err := c.Run(context.Background()); err == nil {
			t.Errorf("%s: ran", name)
		}
	}
}

func TestEpisodes_AreApartAndDueWithTheFrameThatCompletesThem(t *testing.T) {
	t.Parallel()
	const devices, frames, n = 300, 60_000, 1500
	p, err := planEpisodes(frames, devices, n)
	if err != nil {
		t.Fatal(err)
	}
	c := &Crowd{Stations: devices, Rate: 1000, Frames: frames, Start: time.Date(2026, 11, 1, 0, 0, 0, 0, hj212.Beijing), Step: time.Second, began: time.Unix(0, 0)}
	total := 0
	for station, starts := range p.starts {
		if always(station) {
			t.Errorf("station %d exceeds always", station)
		}
		for i, start := range starts {
			total++
			if i > 0 && start-starts[i-1] < between {
				t.Errorf("station %d: %v", station, starts)
			}
			over := 0
			for turn := start - 1; turn <= start+lasts; turn++ {
				if p.breaks(station, turn) {
					over++
				}
			}
			if over != lasts || (start+lasts)*devices > frames {
				t.Errorf("station %d at %d: %d frames", station, start, over)
			}
			due, ok := p.due(c, begun{station, c.at(start).Unix()})
			if want := c.due((start+completes-1)*devices + station); !ok || !due.Equal(want) {
				t.Errorf("due %v, want %v", due, want)
			}
		}
	}
	if total != n {
		t.Errorf("%d episodes", total)
	}
	if _, ok := p.due(c, begun{0, 5}); ok {
		t.Error("what was not planned is due")
	}
	if p.early(c, map[begun]string{{7, 1}: "always", {8, 1}: "elsewhere"}) != 1 {
		t.Error("alarms that begin elsewhere are not counted")
	}
}
