package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/qingshao/qingshao/internal/bench"
)

type benchReportCmd struct {
	JSON    bool    `name:"json" help:"输出一行 JSON"`
	Reports int     `help:"举报件数" default:"500"`
	Photos  int     `help:"每件照片张数" default:"3"`
	Width   int     `help:"照片宽度，像素" default:"2560"`
	Seconds float64 `help:"在多少秒内均匀提交" default:"300"`
	Dir     string  `help:"在哪个目录下建临时数据目录；不填为系统临时目录" type:"path"`
}

// Run measures once and prints the figures alone.
func (c benchReportCmd) Run(ctx context.Context) error {
	m := bench.Report{Ingest: bench.Ingest{Seconds: c.Seconds, Dir: c.Dir, Serve: asServed, Note: func(s string) { fmt.Fprintln(os.Stderr, s) }},
		Reports: c.Reports, Photos: c.Photos, Width: c.Width}
	r, err := m.Run(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	fmt.Printf("%d 件举报，%d 张照片（每张 %.1f MB），%.0f 秒：到回执 p50 %.0f ms，p95 %.0f ms，最长 %.0f ms；拒收 %d 件，丢失 %d 件；占 %.2f 核\n",
		r.Reports, r.Photos, float64(r.PhotoBytes)/1e6, r.Seconds, r.P50, r.P95, r.Max, r.Refused, r.Lost, r.Cores)
	return nil
}
