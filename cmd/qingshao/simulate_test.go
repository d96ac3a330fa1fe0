package main

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/world"
)

func TestSimulate_Start(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 9, 30, 45, 0, world.Beijing)
	at := func(h, m int) time.Time { return time.Date(2026, 11, 21, h, m, 0, 0, world.Beijing) }
	for name, c := range map[string]struct {
		cmd  simulateCmd
		want time.Time
	}{
		"now":                     {simulateCmd{Count: 1}, at(9, 30)},
		"given":                   {simulateCmd{Start: "2026-11-21T08:00:00"}, at(8, 0)},
		"given with a zone":       {simulateCmd{Start: "2026-11-21T00:00:00Z"}, at(8, 0)},
		"given as a day":          {simulateCmd{Start: "2026-11-21", Rate: 5}, at(0, 0)},
		"by rate, few":            {simulateCmd{Count: 10, Rate: 100, Frames: 50, Interval: 30 * time.Second}, at(8, 30)},
		"by rate, many":           {simulateCmd{Count: 10, Rate: 100, Frames: 2400, Interval: 30 * time.Second}, at(7, 29)},
		"by rate and time":        {simulateCmd{Count: 10, Rate: 100, Duration: 24 * time.Second, Interval: 30 * time.Second}, at(7, 29)},
		"by rate without seconds": {simulateCmd{Count: 10, Rate: 100, Frames: 100}, at(7, 30)},
	} {
		if got, err := c.cmd.start(now); err != nil || !got.Equal(c.want) {
			t.Errorf("%s: %s, want %s (%v)", name, got, c.want, err)
		}
	}
	if _, err := (simulateCmd{Start: "昨天"}).start(now); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
}

// Whatever rate and limits, no packet may bear a time in the future.
func TestSimulate_StartKeepsDataOutOfTheFuture(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 9, 30, 45, 0, world.Beijing)
	w := world.New(1)
	for _, frames := range []int{1, 200, 5000} {
		c := simulateCmd{Count: 20, Rate: 1000, Frames: frames, Interval: 30 * time.Second}
		from, err := c.start(now)
		if err != nil {
			t.Fatal(err)
		}
		last := from
		n := 0
		s := world.Schedule{Interval: c.Interval}
		for at := from; n < frames; at = at.Add(c.Interval) {
			for _, o := range w.Devices(c.Count) {
				if w.Online(o, at) {
					n += len(s.Due(at))
				}
			}
			last = at
		}
		if last.After(now) {
			t.Errorf("%d frames reach %s", frames, last)
		}
	}
}

func TestSimulate_List(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := world.New(1)
	if err := list(&out, w.Devices(3)); err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(&out)
	for i := range 3 {
		var d device
		if err := dec.Decode(&d); err != nil {
			t.Fatal(err)
		}
		if o := w.Outlets()[i]; d.MN != o.MN || len(d.Factors) != len(o.Factors) || len(d.Limits) != len(o.Limits) {
			t.Errorf("%+v", d)
		}
	}
	if dec.More() {
		t.Error("one line a device")
	}
}

func TestSimulate_RefusesOtherHosts(t *testing.T) {
	t.Parallel()
	c := simulateCmd{Target: "10.0.0.1:8212", Incident: "none", Version: "mixed", Interval: time.Second, Frames: 1}
	if err := c.Run(t.Context()); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
}
