package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/world"
)

// Alarmed is the outcome of [Alarm.Run]. Times run from the moment at which the
// frame that completes an alarm's condition was due, to the event at a viewer.
type Alarmed struct {
	FramesPerSecond float64 `json:"frames_per_s"`
	Alarms          int     `json:"alarms"` // raised, of those planned
	Pushed          int     `json:"pushed"` // alarms that reached a viewer, each pair once
	Missed          int     `json:"missed"` // planned alarms times viewers, less what was pushed
	P50             float64 `json:"p50_ms"`
	P99             float64 `json:"p99_ms"`
	Max             float64 `json:"max_ms"`
	RuleCost        float64 `json:"rule_ns_per_value"` // processor time of judging; windows, cursor and transaction included
	AlarmCost       float64 `json:"alarm_us"`          // processor time of raising and ending one alarm: records, notices, events
	Viewers         int     `json:"viewers"`
	Doubled         int     `json:"doubled"`  // reached a viewer more than once
	Read            int     `json:"read"`     // alarms that a viewer opened as soon as it heard of them
	Unread          int     `json:"unread"`   // of those, not there
	Values          int64   `json:"values"`   // judged by the rules
	Cores           float64 `json:"cores"`    // processor seconds of the whole process a second, crowd and viewers included
	Answered        int     `json:"answered"` // frames
	AnswerP99       float64 `json:"answer_p99_ms"`
}

// Alarm measures from a frame to the alarm on people's screens: stations send in
// open loop while some begin to exceed their limits at planned moments, and
// signed-in people read the stream of events.
type Alarm struct {
	Ingest      // Rate must be set, Addr must not
	Viewers int // streams of events; a person has up to ten
	Alarms  int // planned, spread over the run
}

// Run measures once.
func (c Alarm) Run(ctx context.Context) (out Alarmed, err error) {
	if err := c.check(); err != nil {
		return out, err
	}
	if c.Connections == 0 {
		c.Connections = min(c.Devices, 64)
	}
	if c.Note == nil {
		c.Note = func(string) {}
	}
	p, err := planEpisodes(int(c.Rate*c.Seconds), c.Devices, c.Alarms)
	if err != nil {
		return out, err
	}
	audience := people(c.Viewers)
	c.ready = func(ctx context.Context, conf app.Config) error { return enrol(ctx, conf, audience) }
	err = c.serve(ctx, c.Devices, func(s *server) error {
		crowd, err := c.plan(s.app.HJ212())
		if err != nil {
			return err
		}
		crowd.Breaks = p.breaks
		return c.watch(ctx, s, crowd, p, audience, &out)
	})
	return out, err
}

func (c Alarm) check() error {
	switch {
	case c.Addr != "":
		return fault.Invalidf("预警测速只能启动自己的服务")
	case c.Rate == 0:
		return fault.Invalidf("请给出每秒报文数")
	case c.Viewers < 1 || c.Viewers > 2000:
		return fault.Invalidf("查看者应为 1 至 2000")
	case c.Alarms < 1:
		return fault.Invalidf("至少要有 1 次超限")
	}
	return c.Ingest.check()
}

// catchUp is how long viewers may wait for the last alarms.
const catchUp = 10 * time.Second

// watch lets the viewers look on while the crowd sends, and counts.
func (c Alarm) watch(ctx context.Context, s *server, crowd *Crowd, p *episodes, audience []string, out *Alarmed) (err error) {
	seats, err := seat(ctx, "http://"+s.app.Addr(), audience, c.Viewers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, seats.leave()) }()
	spent := cpuTime()
	t, err := c.offer(ctx, crowd)
	out.Cores = math.Round(100*spent().Seconds()/max(t.Seconds, c.Seconds)) / 100
	if err != nil {
		return err
	}
	if _, err := s.judged(ctx); err != nil {
		return err
	}
	raised, err := seats.raised(ctx)
	if err != nil {
		return err
	}
	seats.await(ctx, raised, catchUp)
	if err := seats.leave(); err != nil {
		return err
	}
	all := new(world.Latencies)
	for key, id := range raised {
		due, planned := p.due(crowd, key)
		if !planned {
			continue
		}
		out.Alarms++
		for _, v := range seats.viewers {
			times := v.heard(id)
			if len(times) > 0 {
				out.Pushed++
				all.Count(times[0].Sub(due))
			}
			out.Doubled += max(0, len(times)-1)
		}
	}
	if early := p.early(crowd, raised); early > 0 {
		return fmt.Errorf("%d alarms do not begin where they were planned: the early rule has changed", early)
	}
	out.Viewers, out.Missed = c.Viewers, c.Alarms*c.Viewers-out.Pushed
	out.P50, out.P99, out.Max = all.Quantile(0.50), all.Quantile(0.99), all.Quantile(1)
	out.FramesPerSecond = float64(t.Answered) / max(t.Seconds, c.Seconds)
	out.Answered, out.AnswerP99 = t.Answered, t.P99
	out.Read, out.Unread = seats.read, seats.unread
	values, judging, alarms := s.app.RuleCost()
	if out.Values = values; values > 0 && len(raised) > 0 {
		out.RuleCost = math.Round(float64(judging) / float64(values))
		out.AlarmCost = math.Round(float64(alarms.Microseconds()) / float64(len(raised)))
	}
	return nil
}
