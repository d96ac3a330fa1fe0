package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"time"

	"github.com/alecthomas/kong"

	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/bench"
	"github.com/qingshao/qingshao/internal/fault"
)

type benchCmd struct {
	Alarm  benchAlarmCmd  `cmd:"" help:"预警速度：从报文应发时刻到预警入库并推送到在线页面"`
	Decode benchDecodeCmd `cmd:"" help:"HJ 212 解码速度，单核，约 550 字节一帧；同时测逐字节查表的校验码作对照"`
	Desk   benchDeskCmd   `cmd:"" help:"研判台和问题清单的速度：在百万条线索、二十万个问题上打开列表、详情、检索和工作台"`
	Detect benchDetectCmd `cmd:"" help:"预警规则在虚拟县域上的精确率、召回率和延迟，与单值单限对照"`
	Report benchReportCmd `cmd:"" help:"公众举报：按计划时刻提交带照片的举报，到回执为止；之后逐件凭回执查询"`
	Ingest benchIngestCmd `cmd:"" help:"接收速度：从网口到落盘后应答，按计划时刻发送，延迟自应发时刻算起"`
}

type benchDecodeCmd struct {
	JSON bool          `name:"json" help:"输出一行 JSON"`
	Each time.Duration `help:"每轮时长，1ms 至 1m；共五轮，取中位数" default:"500ms"`
}

// Run measures and prints the medians.
func (c benchDecodeCmd) Run() error {
	if c.Each < time.Millisecond || c.Each > time.Minute {
		return fault.Invalidf("--each 应为 1ms 至 1m，而不是 %s", c.Each)
	}
	d, err := bench.Decode(c.Each)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(d)
	}
	others, err := bench.Layouts(c.Each)
	if err != nil {
		return err
	}
	fmt.Printf("解码 %.0f 帧/秒（%.0f MB/s），每帧 %.2f 次分配；仅校验码（逐字节查表）%.0f 帧/秒\n",
		d.FramesPerSecond, d.BytesPerSecond/1e6, d.AllocsPerFrame, d.CRCOnlyPerSecond)
	for _, l := range others {
		fmt.Printf("  %s，%d 字节：%.0f 帧/秒\n", l.Name, l.Bytes, l.FramesPerSecond)
	}
	return nil
}

type benchIngestCmd struct {
	JSON        bool    `name:"json" help:"输出一行 JSON"`
	Seconds     float64 `help:"发送多少秒" default:"10"`
	Devices     int     `help:"设备数" default:"1000"`
	Connections int     `help:"TCP 连接数，几台设备可共用一个；0 为每台一个，最多 64 个"`
	Rate        float64 `help:"每秒报文数；0 为先压满测出上限，再按其四分之三发送（发往已运行的服务时为 10000）"`
	Addr        string  `help:"已运行的服务的 HJ 212 地址，只能是本机；不填则启动一个与 serve 相同的服务，设备已登记" placeholder:"HOST:PORT"`
	Manifest    string  `help:"把发送的报文逐行写入此文件（JSON，注明是否得到应答），可与导出比对" type:"path" placeholder:"FILE"`
	Dir         string  `help:"在哪个目录下建临时数据目录；不填为系统临时目录" type:"path"`
	CPUProfile  string  `name:"cpu-profile" help:"把发送期间的 CPU 采样写入此文件（pprof）" type:"path" placeholder:"FILE"`
}

// Run measures once and prints the figures alone; what goes on is told on
// standard error.
func (c benchIngestCmd) Run(ctx context.Context) error {
	m := bench.Ingest{Seconds: c.Seconds, Devices: c.Devices, Connections: c.Connections, Rate: c.Rate, Addr: c.Addr, Manifest: c.Manifest, Dir: c.Dir,
		Serve: asServed, Note: func(s string) { fmt.Fprintln(os.Stderr, s) }}
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
	if r.Peak > 0 {
		fmt.Printf("压满 %.0f 帧/秒；", r.Peak)
	}
	fmt.Printf("按 %.0f 帧/秒发送：应答 %.0f 帧/秒（%.0f 个因子/秒），延迟 p50 %.1f ms，p99 %.1f ms，最长 %.0f ms\n",
		r.Rate, r.FramesPerSecond, r.ValuesPerSecond, r.P50, r.P99, r.Max)
	if r.Stored != nil {
		fmt.Printf("最后一帧应答后 %d ms，规则判完全部数据\n", r.Judged.Milliseconds())
	}
	fmt.Printf("发送 %d 帧，应答 %d 帧，重发 %d 次，重连 %d 次", r.Sent, r.Answered, r.Resent, r.Reconnects)
	if r.Stored != nil {
		fmt.Printf("；入库 %d 帧，已应答而未入库 %d 帧，重复 %d 帧", *r.Stored, *r.Lost, *r.Duplicated)
	}
	fmt.Println()
	return nil
}

// asServed is what serve runs with all its defaults, on free ports. It asks
// neither environment nor configuration file: they may name a database in use.
func asServed(dir string) (app.Config, error) {
	var s serveCmd
	parser, err := kong.New(&s, kong.Name("serve"))
	if err == nil {
		_, err = parser.Parse([]string{"--data", dir, "--listen", "127.0.0.1:0", "--hj212", "127.0.0.1:0", "--log-level", "warn"})
	}
	if err != nil {
		return app.Config{}, err
	}
	return s.app()
}

// profileTo samples the CPU into a file until the end is called.
func profileTo(file string) func() (func(), error) {
	return func() (end func(), err error) {
		f, err := os.Create(file)
		if err == nil {
			err = pprof.StartCPUProfile(f)
		}
		if err != nil {
			return nil, fault.Invalidf("不能写入采样文件 %s：%v", file, err)
		}
		return func() {
			pprof.StopCPUProfile()
			if err := errors.Join(f.Sync(), f.Close()); err != nil {
				fmt.Fprintln(os.Stderr, "采样文件没有写完："+err.Error())
			}
		}, nil
	}
}
