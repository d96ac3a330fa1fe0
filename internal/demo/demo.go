package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"time"

	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/profile"
	"github.com/qingshao/qingshao/internal/world"
)

// Config is what a demo is made of. App is how the program is to serve; its
// clock must be the real one. Seed counts on an empty data folder only. Out is
// for people: what goes on, and who may sign in.
type Config struct {
	App  app.Config
	Seed uint64
	Out  io.Writer
	past span // zero for the usual one
}

// rtdInterval is the realtime interval of the demo's monitors, the shortest that
// HJ 212-2017 knows.
const rtdInterval = 30 * time.Second

// The incident comes at once and severely: its second reading raises the early
// notice.
const (
	incidentLasts = 40 * time.Minute
	incidentTimes = 8
)

// heartbeat is how often the memory of what was sent is renewed.
const heartbeat = time.Minute

// Demo is a prepared demonstration.
type Demo struct {
	conf   Config
	place  *profile.Profile
	world  *world.World
	memory memory
	app    *app.App
	faulty *world.Outlet
	sink   *sink
}

// Prepare plays the past on an empty data folder, builds the program, gives the
// cast fresh passwords and prints them. Nothing is served yet.
func Prepare(ctx context.Context, c Config) (*Demo, error) {
	if c.App.Now != nil {
		return nil, errors.New("demo: the program's clock must be the real one")
	}
	if c.App.Log == nil {
		c.App.Log = slog.New(slog.NewTextHandler(c.Out, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	if c.past == (span{}) {
		c.past = usual
	}
	d := &Demo{conf: c}
	var err error
	if d.place, err = profile.Load(c.App.Profile); err != nil {
		return nil, err
	}
	d.conf.App.NotifyPrivate = append(d.conf.App.NotifyPrivate, netip.MustParsePrefix("127.0.0.1/32")) // the demo's own sink
	m, _, err := recall(d.conf.App.Dir)
	if err != nil {
		return nil, err
	}
	if d.sink, err = openSink(m.Sink); err != nil {
		return nil, err
	}
	if err := d.remember(ctx); err != nil {
		d.sink.close()
		return nil, err
	}
	if d.app, err = app.New(ctx, d.conf.App); err != nil {
		return nil, err
	}
	if err := d.admit(ctx); err != nil {
		return nil, errors.Join(err, d.app.Close())
	}
	return d, nil
}

// App is the program, to be started and stopped by the caller.
func (d *Demo) App() *app.App { return d.app }

// remember recalls earlier starts, or plays the past on the first one.
func (d *Demo) remember(ctx context.Context) error {
	m, known, err := recall(d.conf.App.Dir)
	if err != nil {
		return err
	}
	if known && m.Place != "" && m.Place != d.place.ID {
		return fault.Invalidf("%s 里是另一个地方（%s）的演示数据，请用 --data 换一个目录", d.conf.App.Dir, m.Place)
	}
	if !known {
		if err := d.first(ctx); err != nil {
			return err
		}
	} else {
		d.memory = m
		d.world = world.In(m.Seed, sites(d.place))
	}
	for _, a := range d.memory.Incidents {
		if !known {
			break // the past has been played with them
		}
		for _, o := range d.world.Outlets() {
			if o.Key == a.Outlet {
				d.world.Add(o, world.Incident{Kind: world.Exceed, From: a.From, To: a.To, Times: incidentTimes})
			}
		}
	}
	return nil
}

// first plays the past. Data that others have written stay untouched.
func (d *Demo) first(ctx context.Context) error {
	began := time.Now()
	fmt.Fprintf(d.conf.Out, "正在生成%s的演示数据（全部为虚构）……\n", d.place.Name)
	d.memory = memory{Seed: d.conf.Seed, Place: d.place.ID}
	d.world = world.In(d.conf.Seed, sites(d.place))
	if a, ok := treatmentStops(d.world, began); ok {
		d.memory.Incidents = append(d.memory.Incidents, a)
		d.world.Add(d.world.Meters()[stopped].Outlet, world.Incident{Kind: world.Exceed, From: a.From, To: a.To, Times: incidentTimes})
	}
	d.memory.Sink, d.memory.Phrase = d.sink.port, auth.RandomPassword()
	p := &past{conf: d.conf.App, span: d.conf.past, world: d.world, now: began.Truncate(time.Second), sink: d.sink, phrase: d.memory.Phrase}
	if err := p.play(ctx); err != nil {
		return fault.New(fault.Internal, "演示数据没有生成完，请换一个空的数据目录再试").Because(err)
	}
	d.memory.Sent, d.memory.Secrets = p.sent, p.secrets
	fmt.Fprintf(d.conf.Out, "演示数据已生成，用时 %.1f 秒\n", time.Since(began).Seconds())
	if p.claimed.Number != "" {
		fmt.Fprintf(d.conf.Out, "演示举报回执：编号 %s，查询码 %s；在 /public/track 查询，可取得领奖码\n", p.claimed.Number, p.claimed.Secret)
	}
	return d.memory.keep(d.conf.App.Dir)
}

// admit gives the cast fresh passwords and prints them.
func (d *Demo) admit(ctx context.Context) error {
	var list []credential
	for _, m := range cast(d.place, "") {
		_, password, err := enrol(ctx, d.app.Accounts(), m)
		if err != nil {
			return err
		}
		list = append(list, credential{m, password})
	}
	if err := table(d.conf.Out, d.place, list); err != nil || d.memory.Phrase == "" {
		return err
	}
	_, err := fmt.Fprintf(d.conf.Out, "保密密钥的口令：%s（演示中 reward、reward2、supervisor、supervisor2 共用；正式使用时各人自己定，谁也不告诉）\n", d.memory.Phrase)
	return err
}

// Live lets the monitors report until ctx ends: first what fell due while the
// demo was not running, then in real time, with an incident at the beginning.
// The program must be serving.
func (d *Demo) Live(ctx context.Context) error {
	defer d.sink.close()
	now := time.Now()
	d.incident(now)
	from := d.memory.Sent
	if from.Before(now.Add(-usual.hours)) {
		from = now.Add(-usual.hours)
	}
	d.memory.Starts++
	if err := d.memory.keep(d.conf.App.Dir); err != nil {
		return err
	}
	all := world.Schedule{Interval: rtdInterval, Minute: true, Hour: true, Day: true}
	gap := all
	if now.Sub(from) > usual.live {
		gap.Interval, gap.Minute = 0, false
	}
	if err := send(ctx, d.world, gap, d.app.HJ212(), from, now); err != nil || ctx.Err() != nil {
		return err
	}
	if d.memory.Starts == 1 {
		if err := strangers(ctx, d.app.HJ212(), d.place.Regions.Root().Code, d.world.Outlets()[0].MN, now); err != nil && ctx.Err() == nil {
			d.conf.App.Log.Warn("demo strangers", "error", err)
		}
	}
	dial, err := world.Loopback(d.app.HJ212())
	if err != nil {
		return err
	}
	sim := world.Simulator{World: d.world, Devices: d.world.Outlets(), Schedule: all, Start: now.Add(time.Second), Dial: dial, Log: d.conf.App.Log}
	meters := make(chan struct{})
	go func() { d.liveMeters(ctx); close(meters) }()
	defer func() { <-meters }()
	done := make(chan error, 1)
	go func() {
		_, err := sim.Run(ctx)
		done <- err
	}()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case err := <-done:
			d.memory.Sent = time.Now().Add(-rtdInterval)
			return errors.Join(err, d.memory.keep(d.conf.App.Dir))
		case t := <-beat.C:
			// What was due a little while ago has been answered by now.
			d.memory.Sent = t.Add(-heartbeat)
			if err := d.memory.keep(d.conf.App.Dir); err != nil {
				d.conf.App.Log.Warn("demo memory", "error", err)
			}
		}
	}
}

// incident makes a stack fail, another one at every start, so that an alarm of
// an earlier start does not stand in the way of a new one. It begins with the
// first reading that nobody has sent yet: after the past was played that is the
// next one behind it, after a restart the next one from now.
func (d *Demo) incident(now time.Time) {
	from := now
	if d.memory.Starts == 0 {
		from = d.memory.Sent
	}
	from = from.Truncate(rtdInterval).Add(rtdInterval)
	var stacks []*world.Outlet
	for _, o := range d.world.Outlets() {
		if o.Kind == world.Gas && o.Measures("a21026") {
			stacks = append(stacks, o)
		}
	}
	d.faulty = stacks[d.memory.Starts%len(stacks)]
	a := accident{Outlet: d.faulty.Key, From: from, To: now.Add(incidentLasts).Truncate(rtdInterval)}
	d.memory.Incidents = append(d.memory.Incidents, a)
	d.world.Add(d.faulty, world.Incident{Kind: world.Exceed, From: a.From, To: a.To, Times: incidentTimes})
	fmt.Fprintf(d.conf.Out, "演示事故：%s %s 的污染治理设施失效，一分钟内出现早期提醒\n", d.faulty.Enterprise.Name, d.faulty.Name)
	fmt.Fprintf(d.conf.Out, "在浏览器打开上面的地址，先用 duty 登录，等工作台上出现这条提醒；按 Ctrl+C 停止，数据留在 %s\n", d.conf.App.Dir)
}
