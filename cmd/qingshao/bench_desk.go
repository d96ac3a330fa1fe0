package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/bench"
)

type benchDeskCmd struct {
	JSON     bool   `name:"json" help:"输出一行 JSON"`
	Clues    int    `help:"线索条数" default:"1000000"`
	Issues   int    `help:"问题个数" default:"200000"`
	Times    int    `help:"每个页面打开多少次" default:"40"`
	Database string `help:"PostgreSQL 连接串，必须是空库；不填用 SQLite" placeholder:"URL"`
	Dir      string `help:"在哪个目录下建临时数据目录；不填为系统临时目录" type:"path"`
}

// Run measures once and prints the figures alone; what goes on is told on
// standard error.
func (c benchDeskCmd) Run(ctx context.Context) error {
	m := bench.Desk{Clues: c.Clues, Issues: c.Issues, Times: c.Times, Ingest: bench.Ingest{Dir: c.Dir,
		Serve: func(dir string) (app.Config, error) {
			conf, err := asServed(dir)
			conf.Database = c.Database
			return conf, err
		}, Note: func(s string) { fmt.Fprintln(os.Stderr, s) }}}
	r, err := m.Run(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	fmt.Printf("%d 条线索、%d 个问题（写入 %.0f 秒），区县研判员逐页打开：列表与详情 p95 至多 %.0f ms，工作台 %.0f ms\n", r.Clues, r.Issues, r.Fill, r.Lists, r.Boards)
	for _, p := range r.Pages {
		fmt.Printf("  p50 %7.1f  p95 %7.1f  最长 %7.1f ms  %s\n", p.P50, p.P95, p.Max, p.Page)
	}
	return nil
}
