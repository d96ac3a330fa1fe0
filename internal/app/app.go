// Package app builds every part of the program from its settings, starts them
// in order and stops them in reverse. The command line and the whole-system
// tests use it alike; nothing else knows all the parts.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"time"

	"github.com/qingshao/qingshao/internal/api"
	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/blob"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/calendar"
	"github.com/qingshao/qingshao/internal/closing"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/consult"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/evaluate/riskmap"
	"github.com/qingshao/qingshao/internal/facility"
	"github.com/qingshao/qingshao/internal/filing"
	"github.com/qingshao/qingshao/internal/gateway"
	"github.com/qingshao/qingshao/internal/gateway/broker"
	"github.com/qingshao/qingshao/internal/gateway/command"
	"github.com/qingshao/qingshao/internal/gateway/forward"
	"github.com/qingshao/qingshao/internal/gateway/gap"
	"github.com/qingshao/qingshao/internal/gateway/meter"
	"github.com/qingshao/qingshao/internal/handle/rectify"
	"github.com/qingshao/qingshao/internal/handle/supervise"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/job"
	"github.com/qingshao/qingshao/internal/mark"
	"github.com/qingshao/qingshao/internal/means/reward"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/obligation"
	"github.com/qingshao/qingshao/internal/obs"
	"github.com/qingshao/qingshao/internal/profile"
	"github.com/qingshao/qingshao/internal/protect/circle"
	"github.com/qingshao/qingshao/internal/protect/halt"
	"github.com/qingshao/qingshao/internal/protect/retention"
	"github.com/qingshao/qingshao/internal/protect/safety"
	"github.com/qingshao/qingshao/internal/protect/trace"
	"github.com/qingshao/qingshao/internal/publish"
	"github.com/qingshao/qingshao/internal/rule"
	"github.com/qingshao/qingshao/internal/rule/silence"
	"github.com/qingshao/qingshao/internal/timeline"
	"github.com/qingshao/qingshao/internal/vault"
)

// Config is what the program needs to know. Listen and HJ212 are host:port;
// port 0 picks a free one. Now is the clock, nil for the real one.
type Config struct {
	Dir      string
	Database string
	Listen   string
	HJ212    string
	MQTT     string // where meters report to, "" = nowhere
	Profile  string
	Version  string
	Secure   bool
	Accounts auth.Config // limits of sessions and passwords; Known is ours
	Uploads  blob.Limits // limits of uploaded files
	Callback gap.Pace    // how fast missing data are called back
	// Witnesses are addresses that get the audit log's checkpoint every day.
	Witnesses []string
	// NotifyPrivate are the private networks that notice channels may reach.
	NotifyPrivate []netip.Prefix
	NotifySite    string         // address of the console in messages, "" = none
	Proxies       []netip.Prefix // reverse proxies whose word on the caller's address counts
	Now           func() time.Time
	Deaf          bool // silence of outlets is no alarm (a past that is told in leaps)
	Manual        bool // background work runs only when Settle is called (scripts with a clock of their own)
	Log           *slog.Logger
}

// part is anything that runs beside the requests.
type part interface {
	Start(context.Context) error
	Stop(context.Context) error
}

// App is the built program.
type App struct {
	conf   Config
	place  *profile.Profile
	policy auth.Policy
	db     *db.DB
	jobs   *job.Runner
	bus    *bus.Bus
	audit  *audit.Log
	auth   *auth.Service
	files  *blob.Files
	api    *api.API

	health  *obs.Health
	metrics *obs.Metrics

	enterprises *enterprise.Service
	telemetry   *telemetry.Store
	digest      *telemetry.Digest
	devices     *telemetry.Devices
	gateway     *gateway.Gateway
	facilities  *facility.Service
	units       *facility.Runner
	meterDoor   *meter.Door
	broker      *broker.Broker
	meters      *meter.Service
	commands    *command.Service
	gaps        *gap.Service
	forwards    *forward.Service

	notify   *notify.Service
	post     *notify.Post
	timeline *timeline.Book
	clues    *clue.Service
	issues   *issue.Service
	rectify  *rectify.Service
	closing  *closing.Service
	rules    *rule.Service
	silences *silence.Service
	marks    *mark.Service
	filings  *filing.Service
	consults *consult.Service
	tips     *tip.Service
	vault    *vault.Service
	judges   *rule.Runner
	copies   *trace.Service
	halts    *halt.Service
	kept     *retention.Service
	presses  *supervise.Service
	circles  *circle.Service
	safety   *safety.Service
	calendar *calendar.Calendar

	obligations  *obligation.Service
	rewards      *reward.Service
	risk         *riskmap.Service
	publications *publish.Service

	parts  []part
	due    []func(context.Context) (int, error)
	server *http.Server
	listen net.Listener
	failed chan error
	free   func() error // gives the data folder back
}

// serve adds a part that must run for the program to answer at all.
func (a *App) serve(p part) { a.parts = append(a.parts, p) }

// background adds a part that works by itself in service and by Settle under a
// script's clock; due does what is due now and says how much that was.
func (a *App) background(p part, due func(context.Context) (int, error)) {
	if !a.conf.Manual {
		a.parts = append(a.parts, p)
	}
	a.due = append(a.due, due)
}

// settleLimit bounds the rounds of Settle: work that makes work forever is a
// mistake that a script should show.
const settleLimit = 200

// Settle runs everything that is due, in rounds, until nothing is left. Only a
// program built with Manual needs it.
func (a *App) Settle(ctx context.Context) error {
	if a.tips != nil {
		a.tips.Settled()
	}
	for range settleLimit {
		done := 0
		for _, due := range a.due {
			n, err := due(ctx)
			if err != nil {
				return err
			}
			done += n
		}
		if done == 0 {
			return nil
		}
	}
	return errors.New("background work does not come to rest")
}

// New opens the data, migrates it and builds every part; nothing runs yet.
func New(ctx context.Context, c Config) (*App, error) {
	if c.Log == nil {
		log, err := obs.NewLogger(os.Stderr, obs.LogConfig{Format: "text", Level: "info"})
		if err != nil {
			return nil, err
		}
		c.Log = log
	}
	a := &App{conf: c, failed: make(chan error, 1), health: obs.NewHealth(c.Log), metrics: obs.NewMetrics(c.Version)}
	if err := a.build(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// Close releases what New opened; Run does so by itself.
func (a *App) Close() error {
	var errs []error
	if a.telemetry != nil {
		errs = append(errs, a.telemetry.Stop(context.Background()))
	}
	if a.db != nil {
		errs = append(errs, a.db.Close())
	}
	if a.free != nil {
		errs = append(errs, a.free())
	}
	return errors.Join(errs...)
}

// Start begins to serve. It returns once requests are answered.
func (a *App) Start(ctx context.Context) (err error) {
	if a.free, err = a.db.Guard(); err != nil {
		return err
	}
	for i, p := range a.parts {
		if err := p.Start(ctx); err != nil {
			return errors.Join(fmt.Errorf("start: %w", err), stopAll(ctx, a.parts[:i]))
		}
	}
	if err := errors.Join(a.clues.Index(ctx), a.issues.Index(ctx), a.enterprises.Index(ctx)); err != nil {
		return errors.Join(fmt.Errorf("index the texts: %w", err), stopAll(ctx, a.parts))
	}
	l, err := net.Listen("tcp", a.conf.Listen)
	if err != nil {
		return errors.Join(err, stopAll(ctx, a.parts))
	}
	a.listen = l
	a.server = &http.Server{Handler: obs.Requests(a.conf.Log, a.metrics, a.api.Handler()), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10}
	a.server.RegisterOnShutdown(a.api.EndStreams)
	go func() {
		if err := a.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			a.failed <- err
		}
	}()
	return nil
}

// Addr is the address that answers requests, once started.
func (a *App) Addr() string { return a.listen.Addr().String() }

// OpenAPI renders the document of the whole surface.
func (a *App) OpenAPI() ([]byte, error) { return a.api.OpenAPI() }

// Failed reports a part that stopped by itself.
func (a *App) Failed() <-chan error { return a.failed }

// Stop ends the serving: first no new requests, then the parts in reverse.
func (a *App) Stop(ctx context.Context) error {
	var errs []error
	if a.server != nil {
		if err := a.server.Shutdown(ctx); err != nil {
			errs = append(errs, err, a.server.Close())
		}
	}
	return errors.Join(append(errs, stopAll(ctx, a.parts), a.Close())...)
}

func stopAll(ctx context.Context, parts []part) error {
	var errs []error
	for i := len(parts) - 1; i >= 0; i-- {
		errs = append(errs, parts[i].Stop(ctx))
	}
	return errors.Join(errs...)
}
