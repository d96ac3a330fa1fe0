package demo

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/world"
)

// beijing is the zone of office hours.
var beijing = world.Beijing

// span is the past that is played: so long ago the first daily means, hourly
// ones, and readings one by one.
type span struct {
	days  int
	hours time.Duration
	live  time.Duration
}

var usual = span{days: 30, hours: 48 * time.Hour, live: 2 * time.Hour}

// tokenDays is how many days the cast's tokens last: they are made an hour before
// the first step and must outlive the last one, today's office hours included.
func (s span) tokenDays() int { return s.days + 2 }

// moment is one step of the past: who reports, and whether the offices work.
type moment struct {
	at     time.Time
	office bool
}

// fresh is how near the present every hour is a step of its own; farther back
// every third is, which makes the start shorter.
const fresh = 9 * time.Hour

// moments lists the steps from so many days ago until now: each day's end, ends
// of hours near the present, and four office hours on every weekday.
func (s span) moments(now time.Time) []moment {
	var out []moment
	t := now.In(beijing).AddDate(0, 0, -s.days)
	t = time.Date(t.Year(), t.Month(), t.Day(), 0, 10, 0, 0, beijing)
	for ; t.Before(now); t = t.Add(time.Hour) {
		work := t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
		m := moment{t, work && (t.Hour() == 9 || t.Hour() == 11 || t.Hour() == 14 || t.Hour() == 16)}
		if m.office || t.Hour() == 0 || now.Sub(t) < s.hours && (now.Sub(t) < fresh || t.Hour()%3 == 0) {
			out = append(out, m)
		}
	}
	return append(out, moment{at: now})
}

// past plays the days before now through a program of its own on the same data.
type past struct {
	conf   app.Config
	span   span
	world  *world.World
	now    time.Time
	clock  *clock
	app    *app.App
	office *office
	staff  map[string]*person
	tips   []tip
	tokens map[string]auth.Token // to be revoked: the cast signs in afterwards
	sent   time.Time

	secrets map[string]string // of the meters, by name
	phrase  string            // of the keys of the sealed channel

	receipts map[string]receipt // of the public's reports, by number
	claimed  receipt            // whose reward lies ready to be collected
	sink     *sink              // where messages go; nil = nowhere
	courses  []course           // measures not taken yet
	measured map[string]bool    // enterprises with a measure
}

// play leaves a city behind that has been at work for a month.
func (p *past) play(ctx context.Context) (err error) {
	steps := p.span.moments(p.now)
	p.clock = &clock{t: steps[0].at.Add(-time.Hour)}
	p.sent = steps[0].at.Add(-time.Hour)
	c := p.conf
	c.Listen, c.HJ212, c.Now, c.Manual = "127.0.0.1:0", "127.0.0.1:0", p.clock.now, true
	c.Deaf = true
	if p.app, err = app.New(ctx, c); err != nil {
		return err
	}
	if err := p.app.Start(ctx); err != nil {
		return errors.Join(err, p.app.Close())
	}
	defer func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		err = errors.Join(err, p.app.Stop(stop))
	}()
	p.courses, p.measured = fortnight, map[string]bool{}
	if err := p.hire(ctx); err != nil {
		return err
	}
	for _, m := range steps {
		if err := p.step(ctx, m); err != nil {
			return err
		}
	}
	if err := p.consult(ctx); err != nil {
		return err
	}
	if err := p.oblige(ctx); err != nil {
		return err
	}
	if err := p.measuresToday(ctx); err != nil {
		return err
	}
	if err := p.silence(ctx); err != nil {
		return err
	}
	if err := p.rules(ctx); err != nil {
		return err
	}
	if err := p.mark(ctx); err != nil {
		return err
	}
	if err := p.reward(ctx); err != nil {
		return err
	}
	if err := p.judge(ctx); err != nil {
		return err
	}
	if err := p.seal(ctx, p.phrase); err != nil {
		return err
	}
	if err := p.guard(ctx); err != nil {
		return err
	}
	if err := p.supervise(ctx); err != nil {
		return err
	}
	if err := backlog(ctx, p.app.Addr(), p.world, p.secrets, p.now.Add(-p.span.live), p.now); err != nil {
		return err
	}
	if err := p.app.Settle(ctx); err != nil {
		return err
	}
	return p.dismiss(ctx)
}

func (p *past) step(ctx context.Context, m moment) error {
	p.clock.set(m.at)
	if err := p.report(ctx, m.at); err != nil {
		return err
	}
	if err := p.app.Settle(ctx); err != nil {
		return err
	}
	if !m.office {
		return nil
	}
	if err := p.bring(ctx, m.at); err != nil {
		return err
	}
	if err := p.channels(ctx, m.at); err != nil {
		return err
	}
	if err := p.explain(ctx); err != nil {
		return err
	}
	if err := p.measures(ctx, m.at); err != nil {
		return err
	}
	if err := p.office.workHour(ctx); err != nil {
		return err
	}
	return p.app.Settle(ctx)
}

// report lets the monitors send what has fallen due since the last step.
func (p *past) report(ctx context.Context, until time.Time) error {
	s := world.Schedule{Day: true, Hour: p.now.Sub(until) < p.span.hours}
	if err := send(ctx, p.world, s, p.app.HJ212(), p.sent, until); err != nil {
		return err
	}
	if err := p.pastMeters(ctx, until); err != nil {
		return err
	}
	live := p.now.Add(-p.span.live)
	if until.After(live) {
		from := p.sent
		if from.Before(live) {
			from = live
		}
		if err := send(ctx, p.world, world.Schedule{Interval: rtdInterval, Minute: true}, p.app.HJ212(), from, until); err != nil {
			return err
		}
	}
	p.sent = until
	return nil
}

// send lets every monitor report what falls due after from and up to until, as
// fast as the host takes it.
func send(ctx context.Context, w *world.World, s world.Schedule, addr string, from, until time.Time) error {
	dial, err := world.Loopback(addr)
	if err != nil {
		return err
	}
	sim := world.Simulator{World: w, Devices: w.Outlets(), Schedule: s, Connections: 8, Rate: 100_000,
		Start: from.Add(time.Second), End: until, Dial: dial, Patience: 30 * time.Second}
	_, err = sim.Run(ctx)
	return err
}

// hire opens the cast's accounts and has the duty officer register the city.
func (p *past) hire(ctx context.Context) error {
	p.staff, p.tokens = map[string]*person{}, map[string]auth.Token{}
	place := p.app.Place()
	p.office = &office{place: place, people: map[auth.Role][]*person{}, now: p.clock.now, told: map[int]bool{}}
	p.tips, p.receipts = told(place), map[string]receipt{}
	if err := p.enter(ctx, cast(place, "")[3]); err != nil { // the duty officer first
		return err
	}
	ids, err := register(ctx, p.staff["duty"], p.world)
	if err != nil {
		return err
	}
	if err := certificates(ctx, p.staff["duty"], p.world, ids, p.now); err != nil {
		return err
	}
	if err := standings(ctx, p.staff["duty"], p.world, ids); err != nil {
		return err
	}
	if p.secrets, err = meters(ctx, p.staff["duty"], p.world, ids, p.now); err != nil {
		return err
	}
	if err := p.staff["duty"].unequipped(ctx, ids, p.world); err != nil {
		return err
	}
	for _, m := range cast(place, ids[p.world.Enterprises()[0].Key]) {
		if p.staff[m.Login] == nil {
			if err := p.enter(ctx, m); err != nil {
				return err
			}
		}
	}
	return leaveGaps(ctx, p.staff["duty"], p.world, ids, place)
}

func (p *past) enter(ctx context.Context, m member) error {
	s := p.app.Accounts()
	id, _, err := enrol(ctx, s, m)
	if err != nil {
		return err
	}
	who := &person{member: m, id: id, base: "http://" + p.app.Addr() + "/api/v1"}
	if !m.Roles[0].Officer() {
		tok, secret, err := s.IssueToken(ctx, director, id, "演示历史", p.span.tokenDays())
		if err != nil {
			return err
		}
		who.token, p.tokens[id] = secret, tok
	}
	p.staff[m.Login] = who
	p.office.people[m.Roles[0]] = append(p.office.people[m.Roles[0]], who)
	return nil
}

// dismiss takes the tokens away by which the cast worked.
func (p *past) dismiss(ctx context.Context) error {
	for id, tok := range p.tokens {
		if err := p.app.Accounts().RevokeToken(ctx, auth.Actor{ID: id}, tok.ID); err != nil {
			return err
		}
	}
	return nil
}

// bring has the desk enter the tips of the day, each at the first office hour
// after it came.
func (p *past) bring(ctx context.Context, at time.Time) error {
	day := int(p.now.In(beijing).Truncate(24*time.Hour).Sub(at.In(beijing).Truncate(24*time.Hour)).Hours() / 24)
	for i := range p.tips {
		t := &p.tips[i]
		if t.day < day || p.office.told[i] {
			continue
		}
		who, source := p.staff["clerk"], t.source
		if source == "patrol" && auth.Covers(p.staff["grid"].Area, t.area) {
			who = p.staff["grid"]
		}
		if source == "web" {
			if err := p.fileReport(ctx, t); err != nil {
				return err
			}
			p.office.told[i] = true
			continue
		}
		if door(t.source) {
			if err := takeDown(ctx, who, t); err != nil {
				return err
			}
			p.office.told[i] = true
			continue
		}
		body := map[string]any{"title": t.title, "text": t.text, "source": source, "area": t.area, "address": t.address,
			"lng": t.lng, "lat": t.lat, "category": t.category}
		if err := who.call(ctx, http.MethodPost, "/clues", body, nil); err != nil {
			return err
		}
		p.office.told[i] = true
	}
	if day <= 4 && !p.office.imported {
		p.office.imported = true
		return importOrders(ctx, p.staff["clerk"])
	}
	return nil
}
