package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/qingshao/qingshao/internal/bench"
)

type benchCmd struct {
	Decode benchDecodeCmd `cmd:"" help:"HJ 212 解码速度，单核，约 550 字节一帧；同时测逐字节查表的校验码作对照"`
}

type benchDecodeCmd struct {
	JSON bool          `name:"json" help:"输出一行 JSON"`
	Each time.Duration `help:"每轮时长；共五轮，取中位数" default:"500ms"`
}

// Run measures and prints the medians.
func (c benchDecodeCmd) Run() error {
	d, err := bench.Decode(c.Each)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(d)
	}
	_, err = fmt.Printf("解码 %.0f 帧/秒（%.0f MB/s），每帧 %.2f 次分配；仅校验码（逐字节查表）%.0f 帧/秒\n",
		d.FramesPerSecond, d.BytesPerSecond/1e6, d.AllocsPerFrame, d.CRCOnlyPerSecond)
	return err
}
