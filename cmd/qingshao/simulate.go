package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/world"
)

type simulateCmd struct {
	Target      string        `help:"接收端地址，只能是本机" default:"127.0.0.1:8212"`
	Count       int           `help:"设备数；0 为虚拟城市自有的全部，超出的部分照样复制并另编 MN"`
	Connections int           `help:"TCP 连接数；0 为每台设备一个，最多 64 个"`
	Rate        float64       `help:"每秒报文数；0 为按数据时间的节奏发送"`
	Speed       float64       `help:"按节奏发送时，模拟时间比实际时间快几倍" default:"1"`
	Seed        uint64        `help:"随机种子；种子、起始时间、设备数、连接数和报文数相同，发送的报文就相同" default:"1"`
	Incident    string        `help:"第一台设备发生的异常：none、exceed、bypass、constant、offline" enum:"none,exceed,bypass,constant,offline" default:"none"`
	Start       string        `help:"模拟的起始时间，如 2026-11-21T08:00:00；不填则为现在，按速率发送时为足够早的过去"`
	Duration    time.Duration `help:"发送多久（实际时间），如 5m；0 为不限"`
	Frames      int           `help:"共发送多少个报文；0 为不限"`
	Version     string        `help:"报文版本：2005、2017、2025（明文），或 mixed（按各设备自己的）" enum:"2005,2017,2025,mixed" default:"mixed"`
	Interval    time.Duration `help:"实时数据间隔；0 为不发实时数据" default:"30s"`
	Periods     bool          `help:"发送分钟、小时、日数据" default:"true" negatable:""`
	Manifest    string        `help:"把得到应答的报文逐行记入此文件（JSON）" type:"path"`
	Patience    time.Duration `help:"多久得不到任何应答就放弃" default:"2m"`
	List        bool          `help:"只列出设备及其排放口、因子和限值（每行一个 JSON），不发送"`
	Verbose     bool          `help:"显示连接情况"`
}

// incidentDelay lies between the start and the incident, so that a receiver has
// seen the outlet comply.
const incidentDelay = 20 * time.Second

// Run sends, and prints one line of JSON that sums up.
func (c simulateCmd) Run(ctx context.Context) (err error) {
	if c.Count < 0 {
		return fault.Invalidf("设备数不能为负数")
	}
	w := world.New(c.Seed)
	if c.Count == 0 {
		c.Count = len(w.Outlets())
	}
	start, err := c.start(time.Now())
	if err != nil {
		return err
	}
	if c.Incident != "none" {
		w.Add(w.Outlets()[0], world.Incident{Kind: world.IncidentKind(c.Incident), From: start.Add(incidentDelay), To: start.Add(6 * time.Hour), Ramp: time.Minute})
	}
	devices := w.Devices(c.Count)
	for i, o := range devices {
		if c.Version != "mixed" {
			devices[i] = o.As(c.Version)
		}
	}
	if c.List {
		return list(os.Stdout, devices)
	}
	s := world.Simulator{World: w, Devices: devices, Start: start, Rate: c.Rate, Speed: c.Speed, Frames: c.Frames,
		Duration: c.Duration, Patience: c.Patience, Connections: c.Connections,
		Schedule: world.Schedule{Interval: c.Interval, Minute: c.Periods, Hour: c.Periods, Day: c.Periods}}
	if s.Connections == 0 {
		s.Connections = min(c.Count, 64)
	}
	level := slog.LevelWarn
	if c.Verbose {
		level = slog.LevelDebug
	}
	s.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	if s.Dial, err = world.Loopback(c.Target); err != nil {
		return err
	}
	if c.Manifest != "" {
		f, err := os.OpenFile(c.Manifest, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			return fault.Invalidf("不能写入清单文件 %s：%v", c.Manifest, err)
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		s.Record = world.NewManifest(f).Record
	}
	sum, err := s.Run(ctx)
	return errors.Join(json.NewEncoder(os.Stdout).Encode(sum), err)
}

// start is the simulated beginning. Sending by rate outruns the clock, and data
// from the future would be refused as they should be: it begins as far in the
// past as the packets reach.
func (c simulateCmd) start(now time.Time) (time.Time, error) {
	if c.Start != "" {
		for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime, time.DateOnly} {
			if t, err := time.ParseInLocation(form, c.Start, world.Beijing); err == nil {
				return t, nil
			}
		}
		return time.Time{}, fault.Invalidf("起始时间“%s”应当写成 2026-11-21T08:00:00（北京时间）", c.Start)
	}
	now = now.Truncate(time.Minute)
	if c.Rate == 0 {
		return now, nil
	}
	frames := c.Frames
	if frames == 0 {
		frames = int(c.Rate * c.Duration.Seconds())
	}
	step := c.Interval
	if step == 0 {
		step = world.MinInterval
	}
	back := time.Duration(frames/c.Count+2) * step
	return now.Add(-max(back, time.Hour)), nil
}

// device is one line of the list: what a registry needs to know.
type device struct {
	MN         string   `json:"mn"`
	Protocol   string   `json:"protocol"`
	Password   string   `json:"password"`
	ST         string   `json:"st"`
	Outlet     string   `json:"outlet"`
	OutletName string   `json:"outlet_name"`
	Kind       string   `json:"kind"`
	Enterprise string   `json:"enterprise"`
	Name       string   `json:"enterprise_name"`
	Area       string   `json:"area"`
	Factors    []string `json:"factors"`
	Limits     []limit  `json:"limits"`
}

type limit struct {
	Factor    string `json:"factor"`
	Upper     string `json:"upper,omitempty"`
	Lower     string `json:"lower,omitempty"`
	Statistic string `json:"statistic"`
	Standard  string `json:"standard"`
	Article   string `json:"article"`
	Certain   bool   `json:"certain"`
}

func list(w io.Writer, devices []*world.Outlet) error {
	enc := json.NewEncoder(w)
	for _, o := range devices {
		d := device{MN: o.MN, Protocol: o.Protocol, Password: o.Password, ST: o.ST, Outlet: o.Code, OutletName: o.Name, Kind: string(o.Kind),
			Enterprise: o.Enterprise.Key, Name: o.Enterprise.Name, Area: o.Enterprise.Area, Factors: []string{}, Limits: []limit{}}
		for _, x := range o.Factors {
			d.Factors = append(d.Factors, x.Code)
		}
		for _, l := range o.Limits {
			d.Limits = append(d.Limits, limit(l))
		}
		if err := enc.Encode(d); err != nil {
			return err
		}
	}
	return nil
}
