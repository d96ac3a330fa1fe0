package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/forecast"
	"github.com/qingshao/qingshao/internal/world/ambient"
)

type forecastCmd struct {
	Backtest forecastBacktestCmd `cmd:"" help:"用外部的小时数据回测预测方法，与持续性和气候均值比较"`
	Sample   forecastSampleCmd   `cmd:"" help:"输出虚拟区域的小时空气质量与气象（CSV），供回测"`
}

type forecastBacktestCmd struct {
	Series   string `help:"小时数据，CSV：time,因子和气象各列；可缺测、缺时" required:"" type:"existingfile" placeholder:"FILE.csv"`
	Factor   string `help:"预测哪一列" required:"" placeholder:"NAME"`
	Horizons []int  `help:"提前几小时，可多个" default:"6,24,72"`
	Until    string `name:"train-until" help:"只用此日零时之前的数据训练，其后的数据用来评分" required:"" placeholder:"DATE"`
	JSON     bool   `name:"json" help:"输出 JSON"`
}

// Run trains, forecasts and prints the scores alone.
func (c forecastBacktestCmd) Run() error {
	file, err := os.Open(c.Series)
	if err != nil {
		return err
	}
	defer file.Close()
	s, err := forecast.Read(file)
	if err != nil {
		return err
	}
	scores, m, err := forecast.Backtest(s, forecast.Request{Factor: c.Factor, Horizons: c.Horizons, Until: c.Until})
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(scores)
	}
	for _, x := range scores {
		if x.RMSE == nil {
			fmt.Printf("提前 %d 小时：没有可比较的数值\n", x.Horizon)
			continue
		}
		fmt.Printf("提前 %d 小时：均方根误差 %.4g，持续性 %.4g，气候均值 %.4g，技巧 %.3f，%.0f%% 区间实际覆盖 %.1f%%，%d 次\n",
			x.Horizon, *x.RMSE, *x.Persistence, *x.Climatology, *x.Skill, 100*forecast.Nominal, 100**x.Coverage, x.Pairs)
		for i, w := range m.Weights(x.Horizon) {
			if w > 0.005 {
				fmt.Printf("  %s %.0f%%", forecast.CandidateNames[i], 100*w)
			}
		}
		fmt.Println()
	}
	return nil
}

type forecastSampleCmd struct {
	Seed uint64 `help:"种子，决定一切" default:"1"`
	From string `help:"第一天" default:"2024-03-01" placeholder:"DATE"`
	Days int    `help:"多少天，1 至 11000" default:"730"`
}

// Run writes the series alone.
func (c forecastSampleCmd) Run() error {
	from, err := time.ParseInLocation(time.DateOnly, c.From, ambient.Beijing)
	if err != nil || c.Days < 1 || c.Days > 11000 {
		return fault.Invalidf("--from 应写成 2024-03-01，--days 应为 1 至 11000")
	}
	return ambient.New(c.Seed, from, 24*c.Days).Write(os.Stdout)
}
