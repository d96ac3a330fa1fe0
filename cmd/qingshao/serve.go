package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/blob"
	"github.com/qingshao/qingshao/internal/config"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/gateway/gap"
	"github.com/qingshao/qingshao/internal/obs"
)

type serveCmd struct{ config.Serve }

// stopLimit bounds a clean stop.
const stopLimit = 9 * time.Second

// Run serves until SIGINT or SIGTERM.
func (s serveCmd) Run(ctx context.Context) error {
	c, err := s.app()
	if err != nil {
		return err
	}
	a, err := app.New(ctx, c)
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

// run starts a built program and stops it when the context ends. What runs
// beside it begins when the program serves and ends before it stops.
func run(ctx context.Context, a *app.App, beside ...func(context.Context) error) error {
	if err := a.Start(ctx); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "清哨已启动：http://%s，HJ 212 接收：%s\n", a.Addr(), a.HJ212())
	if a.MQTT() != "" {
		fmt.Fprintf(os.Stderr, "MQTT 接收：%s\n", a.MQTT())
	}
	side, end := context.WithCancel(ctx)
	defer end()
	g, gctx := errgroup.WithContext(side)
	for _, f := range beside {
		g.Go(func() error { return f(gctx) })
	}
	var failed error
	select {
	case <-gctx.Done():
	case failed = <-a.Failed():
	}
	end()
	failed = errors.Join(failed, g.Wait())
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	if err := a.Stop(stop); err != nil {
		return err
	}
	return failed
}

// app turns what the operator set into what the program needs.
func (s serveCmd) app() (app.Config, error) {
	if err := s.Check(); err != nil {
		return app.Config{}, err
	}
	url, err := s.URL()
	if err != nil {
		return app.Config{}, err
	}
	proxies, err := s.Trusted()
	if err != nil {
		return app.Config{}, err
	}
	private, err := s.Reachable()
	if err != nil {
		return app.Config{}, err
	}
	log, err := obs.NewLogger(os.Stderr, obs.LogConfig(s.Log))
	if err != nil {
		return app.Config{}, err
	}
	var steps []auth.Role
	for _, r := range s.Login.TwoStep {
		if r == "none" {
			continue
		}
		if !auth.Role(r).Known() {
			return app.Config{}, fault.Invalidf("--login-two-step 中没有名为“%s”的岗位", r)
		}
		steps = append(steps, auth.Role(r))
	}
	age := time.Duration(s.Login.PasswordDays) * 24 * time.Hour
	if age == 0 {
		age = -1 // never
	}
	return app.Config{Dir: s.Data.Data, Database: url, Listen: s.Listen, HJ212: s.HJ212, MQTT: s.MQTT, Profile: s.Profile, Version: version,
		Secure: s.HTTPS, Proxies: proxies, Witnesses: s.Witness, Log: log, Uploads: blob.Limits{FileBytes: int64(s.FileMB) << 20},
		Callback: gap.Pace(s.Callback), NotifyPrivate: private, NotifySite: s.Notify.Site,
		Accounts: auth.Config{Idle: s.Login.Idle, Absolute: s.Login.Absolute, LoginFailures: s.Login.Failures,
			AddressFailures: s.Login.AddressFailures, Lock: s.Login.Lock, PasswordAge: age, TwoStep: steps}}, nil
}
