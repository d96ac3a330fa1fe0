package main

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/qingshao/qingshao/internal/evaluate/riskmap"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/profile"
)

type riskmapCmd struct {
	Profile string `help:"地方配置：自带的名称，或文件夹路径" required:""`
	Facts   string `help:"事实文件，JSON" required:"" type:"existingfile" placeholder:"FILE.json"`
	Month   string `help:"评价月，例如 2026-10；文件没有写明月份时必填" placeholder:"YYYY-MM"`
}

// Run judges the facts of a file by the profile's table and prints the verdict
// alone.
func (c riskmapCmd) Run() error {
	p, err := profile.Load(c.Profile)
	if err != nil {
		return err
	}
	var month riskmap.Month
	if c.Month != "" {
		if month, err = riskmap.ParseMonth(c.Month); err != nil {
			return fault.Invalidf("--month：%v", err)
		}
	}
	file, err := os.Open(c.Facts)
	if err != nil {
		return err
	}
	defer file.Close()
	name := filepath.Base(c.Facts)
	facts, err := riskmap.Read(file, name, month)
	if err != nil {
		return err
	}
	if facts.Profile != "" && facts.Profile != p.ID {
		return fault.Invalidf("事实文件 %s 的 profile 为“%s”，与 --profile 的 %s 不一致", name, facts.Profile, p.ID)
	}
	t, ok := riskmap.At(p.RiskMap, facts.Month)
	if !ok {
		return fault.Invalidf("地方配置 %s 的 risk_map 中没有适用于 %s 的规则；请补一张 valid_from 不晚于该月的", p.ID, facts.Month)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	return out.Encode(riskmap.Judge(t, facts))
}
