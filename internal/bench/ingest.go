package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/fault"
)

// Ingested is the outcome of [Ingest.Run]. What only the program's own data can
// tell is nil when it runs elsewhere.
type Ingested struct {
	FramesPerSecond float64 `json:"frames_per_s"`
	ValuesPerSecond float64 `json:"values_per_s"` // one value for each factor of a frame
	P50             float64 `json:"p50_ms"`       // from the moment at which a frame was due to its answer
	P99             float64 `json:"p99_ms"`
	Sent            int     `json:"sent"`
	Answered        int     `json:"answered"`
	Stored          *int    `json:"stored"`
	Lost            *int    `json:"lost"`       // answered, and not stored as sent
	Duplicated      *int    `json:"duplicated"` // stored more than once

	Max        float64       `json:"-"`
	Resent     int           `json:"-"`
	Reconnects int           `json:"-"`
	Rate       float64       `json:"-"` // as it was planned
	Judged     time.Duration `json:"-"` // from the last answer until the rules had judged everything
	Peak       float64       `json:"-"` // answered a second under pressure, 0 = not measured
}

// Ingest measures frames from the wire to the answer behind the synced commit.
type Ingest struct {
	Seconds     float64
	Devices     int
	Connections int     // 0 = one a device, at most 64
	Rate        float64 // frames a second; 0 = three quarters of what Peak measures, 10,000 with Addr
	Addr        string  // of a running program; "" = one of our own
	Manifest    string  // file that lists what was sent, "" = none
	// Serve is the program as it serves, on an empty data folder; nil with Addr.
	Serve func(dir string) (app.Config, error)
	Dir   string                 // where data folders are made, "" = the system's
	Note  func(string)           // told what goes on
	Watch func() (func(), error) // called around the measured part, e.g. to profile

	ready func(context.Context, app.Config) error // called on the prepared folder, before the program starts
}

// Run measures once.
func (c Ingest) Run(ctx context.Context) (out Ingested, err error) {
	if err := c.check(); err != nil {
		return out, err
	}
	if c.Connections == 0 {
		c.Connections = min(c.Devices, 64)
	}
	if c.Note == nil {
		c.Note = func(string) {}
	}
	if c.Addr != "" {
		if c.Rate == 0 {
			c.Rate = 10_000
		}
		crowd, err := c.load(ctx, c.Addr, &out)
		return out, errors.Join(err, c.list(crowd))
	}
	if c.Rate == 0 {
		if out.Peak, err = c.peak(ctx); err != nil {
			return out, err
		}
		c.Rate = math.Floor(out.Peak * 0.75)
	}
	err = c.serve(ctx, c.Devices, func(s *server) error {
		crowd, err := c.load(ctx, s.app.HJ212(), &out)
		if err != nil {
			return err
		}
		if out.Judged, err = s.judged(ctx); err != nil {
			return err
		}
		if err := s.stop(ctx); err != nil {
			return err
		}
		if err := crowd.compare(ctx, s.conf, &out); err != nil {
			return err
		}
		return c.list(crowd)
	})
	return out, err
}

func (c Ingest) check() error {
	switch {
	case c.Seconds <= 0 || c.Seconds > 24*3600:
		return fault.Invalidf("测量时长应为 1 秒至 24 小时")
	case c.Devices < 1 || c.Devices > 200_000:
		return fault.Invalidf("设备数应为 1 至 200000")
	case c.Connections < 0 || c.Connections > c.Devices:
		return fault.Invalidf("连接数应当在 1 到设备数 %d 之间，现为 %d", c.Devices, c.Connections)
	case c.Rate < 0 || c.Rate > 10_000_000:
		return fault.Invalidf("速率应为每秒 1 至 10000000 帧")
	}
	return nil
}

// load offers the planned frames to an address.
func (c Ingest) load(ctx context.Context, addr string, out *Ingested) (*Crowd, error) {
	crowd, err := c.plan(addr)
	if err != nil {
		return nil, err
	}
	t, err := c.offer(ctx, crowd)
	out.FramesPerSecond = float64(t.Answered) / max(t.Seconds, c.Seconds)
	out.ValuesPerSecond = Factors * out.FramesPerSecond
	out.P50, out.P99, out.Max, out.Sent, out.Answered, out.Resent, out.Reconnects = t.P50, t.P99, t.Max, t.Sent, t.Answered, t.Resent, t.Reconnects
	out.Rate = c.Rate
	return crowd, err
}

// plan says what is sent. A station's data run up to now, a second apart at
// least, so that no two frames bear the same time.
func (c Ingest) plan(addr string) (*Crowd, error) {
	dial, err := Loopback(addr)
	if err != nil {
		return nil, err
	}
	frames := max(1, int(c.Rate*c.Seconds))
	turns := (frames + c.Devices - 1) / c.Devices
	step := max(time.Second, time.Duration(float64(c.Devices)/c.Rate*float64(time.Second)).Truncate(time.Second))
	return &Crowd{Stations: c.Devices, Connections: c.Connections, Rate: c.Rate, Frames: frames, Dial: dial,
		Start: time.Now().Truncate(time.Second).Add(-time.Duration(turns) * step), Step: step}, nil
}

// offer sends it, watched.
func (c Ingest) offer(ctx context.Context, crowd *Crowd) (Tally, error) {
	c.Note(fmt.Sprintf("按 %.0f 帧/秒发送 %g 秒：%d 台设备，%d 个连接", c.Rate, c.Seconds, c.Devices, c.Connections))
	end := func() {}
	if c.Watch != nil {
		var err error
		if end, err = c.Watch(); err != nil {
			return Tally{}, err
		}
	}
	t, err := crowd.Run(ctx)
	end()
	return t, err
}

// peakSeconds is how long pressure is applied to find the rate.
const peakSeconds = 3

// peak measures what a program of its own answers when every connection keeps 32
// frames unanswered.
func (c Ingest) peak(ctx context.Context) (perSecond float64, err error) {
	devices := min(c.Devices, 1000)
	err = c.serve(ctx, devices, func(s *server) error {
		dial, err := Loopback(s.app.HJ212())
		if err != nil {
			return err
		}
		crowd := &Crowd{Stations: devices, Connections: min(c.Connections, devices), Duration: peakSeconds * time.Second, Window: 32, Dial: dial,
			Start: time.Now().Truncate(time.Second).Add(-time.Hour), Step: time.Second}
		t, err := crowd.Run(ctx)
		if err != nil {
			return err
		}
		perSecond = float64(t.Answered) / max(t.Seconds, peakSeconds)
		c.Note(fmt.Sprintf("压满时 %.0f 帧/秒", perSecond))
		return s.stop(ctx)
	})
	if err == nil && perSecond < 10 {
		err = fault.New(fault.Unavailable, "测不出接收速度，请检查数据目录所在的磁盘")
	}
	return perSecond, err
}
