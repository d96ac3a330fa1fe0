package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/qingshao/qingshao/internal/backtest"
	"github.com/qingshao/qingshao/internal/rule/catalog"
)

type backtestCmd struct {
	Series string `help:"数据文件，CSV：time,factor,value[,flag]" required:"" type:"existingfile" placeholder:"FILE.csv"`
	Meta   string `help:"说明文件，JSON：kind、period_s、limits、spans、units" required:"" type:"existingfile" placeholder:"FILE.json"`
	JSON   bool   `name:"json" help:"输出 JSON"`
}

// Run judges the series by the catalogue and prints what would have been notified.
func (c backtestCmd) Run() error {
	meta, err := os.Open(c.Meta)
	if err != nil {
		return err
	}
	defer meta.Close()
	m, err := backtest.ReadMeta(meta)
	if err != nil {
		return err
	}
	series, err := os.Open(c.Series)
	if err != nil {
		return err
	}
	defer series.Close()
	found, err := backtest.Run(series, m, catalog.Signs())
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(found)
	}
	zone := time.FixedZone("UTC+8", 8*3600)
	for _, f := range found {
		fmt.Printf("%s — %s  %-18s %s：%s\n", f.Start.In(zone).Format("2006-01-02 15:04"), f.End.In(zone).Format("2006-01-02 15:04"), f.Kind, f.Factor, f.Reason)
	}
	if len(found) == 0 {
		fmt.Println("没有发现。")
	}
	return nil
}
