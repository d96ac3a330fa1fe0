package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/qingshao/qingshao/internal/bench"
)

type benchDetectCmd struct {
	Seed uint64 `help:"虚拟县域的种子" default:"1"`
	JSON bool   `name:"json" help:"输出一行 JSON"`
	Dump string `help:"把数据、真相和发现写入目录：series.csv、truth.json、findings.json" placeholder:"DIR"`
}

// Run lets the rules watch one county and prints how well they did.
func (c benchDetectCmd) Run() error {
	d, err := bench.Detect(c.Seed, c.Dump)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(d)
	}
	fmt.Printf("精确率 %.3f，召回率 %.3f，发现延迟中位数 %s，每点位每年误报 %.2f 次，每值 %.0f 纳秒\n单值单限对照：精确率 %.3f，召回率 %.3f（%d 次）\n",
		d.Precision, d.Recall, time.Duration(d.MedianDelay)*time.Second, d.FalsePerYear, d.NanosPerValue, d.Baseline.Precision, d.Baseline.Recall, d.Baseline.Alarms)
	for _, s := range d.Scenarios {
		fmt.Printf("  %-36s 发生 %2d 发现 %2d\n", s.Name, s.Events, s.Found)
	}
	for _, s := range d.LookAlikes {
		fmt.Printf("  无辜 %-32s 发生 %2d 误报 %2d\n", s.Name, s.Events, s.Alarms)
	}
	return nil
}
