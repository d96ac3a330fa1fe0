package main

import (
	"context"
	"os"

	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/demo"
)

type demoCmd struct {
	Data     string `help:"数据目录；空目录会先生成演示数据。不写为 data/demo，其他地方为 data/demo-地方" type:"path"`
	Database string `help:"PostgreSQL 地址（postgres://…）；不填则使用数据目录中的内置数据库"`
	Listen   string `help:"网页与接口的监听地址" default:"127.0.0.1:8080"`
	HJ212    string `name:"hj212" help:"HJ 212 数据接收的监听地址" default:"127.0.0.1:8212"`
	MQTT     string `name:"mqtt" help:"用电与工况设备以 MQTT 上报的监听地址" default:"127.0.0.1:0"`
	Profile  string `help:"地方配置：wenzhou、qingyuan、tiantai、sichuan、yrd-zone" default:"wenzhou"`
	Seed     uint64 `help:"虚拟城市的随机种子，只对空目录有效" default:"1"`
}

// Run fills an empty folder, serves, and lets the synthetic city live until
// SIGINT or SIGTERM.
func (c demoCmd) Run(ctx context.Context) error {
	if c.Data == "" {
		c.Data = "data/demo"
		if c.Profile != "wenzhou" {
			c.Data += "-" + c.Profile
		}
	}
	d, err := demo.Prepare(ctx, demo.Config{Seed: c.Seed, Out: os.Stderr,
		App: app.Config{Dir: c.Data, Database: c.Database, Listen: c.Listen, HJ212: c.HJ212, MQTT: c.MQTT, Profile: c.Profile, Version: version}})
	if err != nil {
		return err
	}
	return run(ctx, d.App(), d.Live)
}
