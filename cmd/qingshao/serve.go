package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/qingshao/qingshao/internal/app"
)

// dataFlags are shared by every command that acts on data.
type dataFlags struct {
	Data     string `help:"数据目录" default:"data" type:"path"`
	Database string `help:"PostgreSQL 地址（postgres://…）；不填则使用数据目录中的内置数据库"`
}

type serveCmd struct {
	dataFlags
	Listen  string `help:"网页与接口的监听地址" default:"127.0.0.1:8080"`
	HJ212   string `name:"hj212" help:"HJ 212 数据接收的监听地址" default:"127.0.0.1:8212"`
	Profile string `help:"所在地配置（内置名称或目录）" default:"wenzhou"`
}

// stopLimit bounds a clean stop.
const stopLimit = 9 * time.Second

// Run serves until SIGINT or SIGTERM.
func (s serveCmd) Run(ctx context.Context) error {
	a, err := app.New(ctx, app.Config{Dir: s.Data, Database: s.Database, Listen: s.Listen, HJ212: s.HJ212, Profile: s.Profile, Version: version})
	if err != nil {
		return err
	}
	first, err := a.FirstStart(ctx)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	for _, f := range first {
		fmt.Fprintf(os.Stderr, "首次启动，%s账号 %s 的一次性口令：%s（登录后须修改，不再显示）\n", f.Title, f.Login, f.Password)
	}
	return run(ctx, a)
}

// run starts a built program and stops it when the context ends.
func run(ctx context.Context, a *app.App) error {
	if err := a.Start(ctx); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "清哨已启动：http://%s，HJ 212 接收：%s\n", a.Addr(), a.HJ212())
	var failed error
	select {
	case <-ctx.Done():
	case failed = <-a.Failed():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	if err := a.Stop(stop); err != nil {
		return err
	}
	return failed
}
