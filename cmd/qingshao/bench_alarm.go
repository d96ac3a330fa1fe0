package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/bench"
	"github.com/qingshao/qingshao/internal/fault"
)

type benchAlarmCmd struct {
	JSON       bool    `name:"json" help:"输出一行 JSON"`
	Seconds    float64 `help:"发送多少秒" default:"60"`
	Devices    int     `help:"设备数" default:"1000"`
	Rate       float64 `help:"每秒报文数" default:"10000"`
	Alarms     int     `help:"多少次超限，均匀分布在发送期间；默认每秒 20 次，至少 1000 次"`
	Viewers    int     `help:"多少个已登录的值班员页面在接收推送" default:"20"`
	Database   string  `help:"PostgreSQL 连接串，必须是空库；不填用 SQLite" placeholder:"URL"`
	Dir        string  `help:"在哪个目录下建临时数据目录；不填为系统临时目录" type:"path"`
	CPUProfile string  `name:"cpu-profile" help:"把发送期间的 CPU 采样写入此文件（pprof）" type:"path" placeholder:"FILE"`
}

// Run measures once and prints the figures alone; what goes on is told on
// standard error.
func (c benchAlarmCmd) Run(ctx context.Context) error {
	if c.Alarms == 0 {
		c.Alarms = max(1000, int(20*c.Seconds))
	}
	if c.Rate <= 0 {
		return fault.Invalidf("--rate 应大于 0")
	}
	m := bench.Alarm{Viewers: c.Viewers, Alarms: c.Alarms, Ingest: bench.Ingest{Seconds: c.Seconds, Devices: c.Devices, Rate: c.Rate, Dir: c.Dir,
		Serve: func(dir string) (app.Config, error) {
			conf, err := asServed(dir)
			conf.Database = c.Database
			return conf, err
		}, Note: func(s string) { fmt.Fprintln(os.Stderr, s) }}}
	if c.CPUProfile != "" {
		m.Watch = profileTo(c.CPUProfile)
	}
	r, err := m.Run(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	fmt.Printf("%.0f 帧/秒，%d 次超限应推送到 %d 个页面：预警 %d 条，推送 %d 次，漏 %d 次，重 %d 次\n", r.FramesPerSecond, c.Alarms, r.Viewers, r.Alarms, r.Pushed, r.Missed, r.Doubled)
	fmt.Printf("从完成超限的一帧应发时刻到页面收到：p50 %.1f ms，p99 %.1f ms，最长 %.0f ms（同时报文应答 p99 %.1f ms）\n", r.P50, r.P99, r.Max, r.AnswerP99)
	fmt.Printf("收到即打开 %d 条，打不开 %d 条；规则判定 %d 个值，平均 %.0f ns/值（CPU），每条预警的产生与解除另 %.0f µs；整个进程占 %.2f 个核\n", r.Read, r.Unread, r.Values, r.RuleCost, r.AlarmCost, r.Cores)
	return nil
}
