package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/gateway/command"
	"github.com/qingshao/qingshao/internal/sm4key"
	"github.com/qingshao/qingshao/internal/station"
	"github.com/qingshao/qingshao/internal/world"
)

// hj212StationCmd is one simulated station for integrators.
type hj212StationCmd struct {
	Target    string        `help:"接收端地址，只能是本机或内网" default:"127.0.0.1:8212"`
	Version   string        `help:"报文版本" enum:"2005,2017,2025" default:"2017"`
	MN        string        `name:"mn" help:"设备唯一标识 MN；不填则用 --new 申请，或用标准的示例值"`
	Password  string        `help:"访问密码 PW" default:"123456"`
	ST        string        `name:"st" help:"系统编码：31 废气，32 废水" enum:"31,32" default:"32"`
	SM4Key    string        `name:"sm4-key" placeholder:"HEX" help:"2025 版数据区的 SM4 密钥：32 位十六进制或 16 个字符；不填则发明文"`
	New       bool          `help:"2025 版：没有 MN，先上传硬件序号，等接收端分配"`
	AskKey    bool          `help:"2025 版：连接后请求更换密钥"`
	Interval  time.Duration `help:"实时数据间隔；0 为不发，直到接收端要求" default:"30s"`
	Minutes   int           `help:"分钟数据间隔" default:"10"`
	Periods   bool          `help:"发送分钟、小时、日数据" default:"true" negatable:""`
	Heartbeat time.Duration `help:"2025 版心跳间隔；0 为不发" default:"60s"`
	Frames    int           `help:"发够多少帧并得到应答后结束；0 为不限"`
	Duration  time.Duration `help:"运行多久，如 5m；0 为不限"`
	Quiet     bool          `help:"不逐帧显示"`
}

// standardMN is the example the standards print.
var standardMN = map[hj212.Version]string{
	hj212.V2005: "88888880000001", hj212.V2017: "010000A8900016F000169DC0", hj212.V2025: "010000A8900016F000169DC0",
}

// Run connects until the plan is done, and prints one line of JSON that sums up.
func (c hj212StationCmd) Run(ctx context.Context) error {
	s, err := c.station()
	if err != nil {
		return err
	}
	x, err := station.Outlet(world.New(1), c.ST)
	if err != nil {
		return err
	}
	r := station.Runner{Station: s, Instruments: x, Plan: station.Plan{Periods: c.Periods, Heartbeat: c.Heartbeat, AskKey: c.AskKey, Frames: c.Frames}}
	if r.Dial, err = station.Private(c.Target); err != nil {
		return err
	}
	if !c.Quiet {
		r.Show = func(e station.Event) { showEvent(os.Stderr, e) }
	}
	if c.Duration > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, c.Duration)
		defer stop()
	}
	sum, err := r.Run(ctx)
	return errors.Join(json.NewEncoder(os.Stdout).Encode(sum), err)
}

// station makes the station that the flags describe.
func (c hj212StationCmd) station() (*hj212.Station, error) {
	v := map[string]hj212.Version{"2005": hj212.V2005, "2017": hj212.V2017, "2025": hj212.V2025}[c.Version]
	s := &hj212.Station{Version: v, ST: c.ST, PW: c.Password, MN: c.MN, Settings: hj212.StationSettings{
		RtdInterval: max(int(c.Interval/time.Second), 1), MinInterval: c.Minutes, Realtime: c.Interval > 0,
		LoggerID: "6970000000001ABCDEFG1234", ReportTime: "0100", AlarmTarget: "13800000000",
	}}
	if v < hj212.V2025 && (c.New || c.AskKey || c.SM4Key != "") {
		return nil, fault.Invalidf("--new、--ask-key、--sm4-key 只用于 2025 版，请加 --version 2025")
	}
	if !slices.Contains(hj212.MinIntervals, c.Minutes) {
		return nil, fault.Invalidf("分钟数据间隔应当是 1、2、3、4、5、6、10、12、15、20 或 30")
	}
	switch {
	case c.New && c.MN != "":
		return nil, fault.Invalidf("--new 与 --mn 只能给一个")
	case !c.New && c.MN == "":
		s.MN = standardMN[v]
	}
	s.NewCipher = func(key []byte) (hj212.Cipher, error) { return sm4key.New(string(key)) }
	if c.SM4Key != "" {
		var err error
		if s.Key, err = sm4key.New(c.SM4Key); err != nil {
			return nil, err
		}
		s.Settings.KeyCreated = string(hj212.AppendQN(nil, time.Now()))
	}
	return s, nil
}

// showEvent writes one frame for people: when, which way, what it is, its text with
// secrets masked.
func showEvent(w io.Writer, e station.Event) {
	arrow, sealed := "收 ←", ""
	if e.Out {
		arrow = "发 →"
	}
	if e.Sealed {
		sealed = "（密文）"
	}
	fmt.Fprintf(w, "%s %s %s%s\n    %s\n", e.At.In(hj212.Beijing).Format("15:04:05.000"), arrow, e.Note, sealed, command.Mask(e.Text))
}
