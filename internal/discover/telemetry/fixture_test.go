package telemetry

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
)

var duty = auth.Actor{ID: "u-duty", Roles: []auth.Role{auth.Duty}, Area: "330300"}

// bench is one store with the registry beside it.
type bench struct {
	t       testing.TB
	d       *db.DB
	s       *Store
	devices *Devices
	outlets int
	o       Options
	touched bool // by tamper
}

func open(t testing.TB, d *db.DB) *bench {
	t.Helper()
	b := &bench{t: t, d: d}
	b.start(Options{})
	return b
}

func (b *bench) start(o Options) {
	b.t.Helper()
	b.o = o
	o.Area, o.Refresh = "330300", time.Hour
	if testing.Verbose() {
		o.Log = slog.New(slog.NewTextHandler(testWriter{b.t}, nil))
	}
	s, err := Open(context.Background(), b.d, o)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := s.Start(context.Background()); err != nil {
		b.t.Fatal(err)
	}
	b.s, b.devices = s, NewDevices(b.d, auth.DefaultPolicy(), s)
	b.t.Cleanup(func() { _ = s.Stop(context.Background()) })
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// restart stops the store and opens another one on the same data.
func (b *bench) restart() {
	b.t.Helper()
	if err := b.s.Stop(context.Background()); err != nil {
		b.t.Fatal(err)
	}
	b.start(b.o)
}

func (b *bench) outlet(kind enterprise.Kind) enterprise.Outlet {
	b.t.Helper()
	b.outlets++
	r := enterprise.New(b.d, auth.DefaultPolicy())
	e, err := r.Create(context.Background(), duty, enterprise.Enterprise{Name: fmt.Sprintf("厂%d", b.outlets), Area: "330302"})
	if err != nil {
		b.t.Fatal(err)
	}
	o, err := r.CreateOutlet(context.Background(), duty, enterprise.Outlet{EnterpriseID: e.ID, Name: fmt.Sprintf("排口%d", b.outlets), Kind: kind})
	if err != nil {
		b.t.Fatal(err)
	}
	return o
}

// device registers an MN at a new outlet and waits until its parked frames are
// adopted.
func (b *bench) device(mn string, kind enterprise.Kind) Device {
	b.t.Helper()
	return b.register(Device{MN: mn, OutletID: b.outlet(kind).ID, Password: "123456"})
}

func (b *bench) register(d Device) Device {
	b.t.Helper()
	out, _, err := b.devices.Register(context.Background(), duty, d)
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := b.s.Adopted(ctx, d.MN); err != nil {
		b.t.Fatal(err)
	}
	return out
}

// frame writes a frame of 2017; at is DataTime.
func frame(mn, st, cn, at, items string) []byte {
	return framed("QN=20261121093000123;ST=%s;CN=%s;PW=123456;MN=%s;Flag=5;CP=&&DataTime=%s;%s&&", st, cn, mn, at, items)
}

func framed(format string, args ...any) []byte {
	raw, err := hj212.AppendSegment(nil, fmt.Appendf(nil, format, args...))
	if err != nil {
		panic(err)
	}
	return raw
}

// group reads frames from a stream, as a gateway does.
func group(t testing.TB, received time.Time, raws ...[]byte) *Group {
	t.Helper()
	var r Reader
	g := &Group{}
	for _, raw := range raws {
		var s hj212.Scanner
		_, _ = s.Write(raw)
		s.Close()
		var f hj212.Frame
		if !s.Next(&f) || !f.OK() {
			t.Fatalf("not a frame: %q %v", raw, f.Err())
		}
		g.Entries = append(g.Entries, r.Entry(&f, received, "10.0.0.1:4000"))
	}
	return g
}

// send submits the frames as one group and returns their outcomes.
func (b *bench) send(raws ...[]byte) []Outcome {
	b.t.Helper()
	g := group(b.t, b.d.Now(), raws...)
	if err := b.s.Submit(context.Background(), g); err != nil {
		b.t.Fatal(err)
	}
	out := make([]Outcome, len(g.Entries))
	for i := range g.Entries {
		out[i] = g.Entries[i].Outcome
	}
	return out
}

func (b *bench) want(got []Outcome, want ...Outcome) {
	b.t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		b.t.Fatalf("outcomes %v, want %v", got, want)
	}
}

// since reads everything behind a cursor, in small steps.
func (b *bench) since(cursor int64) []Record {
	b.t.Helper()
	var all []Record
	for {
		out, next, err := b.s.Since(context.Background(), cursor, 3)
		if err != nil {
			b.t.Fatal(err)
		}
		if len(out) == 0 && next == cursor {
			return all
		}
		if next < cursor {
			b.t.Fatalf("the cursor went back from %d to %d", cursor, next)
		}
		all, cursor = append(all, out...), next
	}
}

// told lists records as "MN CN time version values".
func told(records []Record) []string {
	out := []string{}
	for _, r := range records {
		s := fmt.Sprintf("%s %v %s v%d", r.MN, r.CN, hj212.AppendTime(nil, r.Time), r.Version)
		for _, it := range r.Items {
			for _, v := range it.Values {
				s += fmt.Sprintf(" %s-%v=%v", it.Factor, v.Measure, v)
			}
		}
		out = append(out, s)
	}
	return out
}
