package telemetry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
)

// few makes a closing take many steps with little data.
var few = Options{flushChunks: 2, sliceRows: 3, leastBlock: 1}

// past is what stations have sent of the days before yesterday, of yesterday and
// of today; the test's clock stands at 2026-11-21 09:30.
func past(b *bench) (outlets []string) {
	b.t.Helper()
	for i := range 5 {
		d := b.device(fmt.Sprintf("MN%d", i), enterprise.Gas)
		outlets = append(outlets, d.OutletID)
	}
	for _, day := range []string{"20261031", "20261118", "20261119", "20261120", "20261121"} {
		var raws [][]byte
		for i := range outlets {
			mn := fmt.Sprintf("MN%d", i)
			for h := range 3 {
				at := fmt.Sprintf("%s0%d", day, h)
				raws = append(raws,
					frame(mn, "31", "2011", at+"0000", fmt.Sprintf("a21026-Rtd=%d.%d0,a21026-ZsRtd=%d.5,a21026-Flag=N;a19001-Rtd=9.%d,a19001-Flag=D", 30+i, h, 40+h, h)),
					frame(mn, "31", "2011", at+"3000", fmt.Sprintf("a21026-Rtd=00%d,a21026-Flag=NN;a01011-Rtd=1e3", i)),
					frame(mn, "31", "2051", at+"1000", fmt.Sprintf("a21026-Min=%d,a21026-Avg=%d.25,a21026-Max=%d,a21026-Flag=N", h, h+1, h+2)),
					frame(mn, "31", "2061", at+"0000", fmt.Sprintf("a21026-Avg=%d.1,a21026-ZsAvg=%d.2,a21026-Flag=N", i, h)))
			}
			raws = append(raws, frame(mn, "31", "2031", day+"000000", fmt.Sprintf("a21026-Avg=%d.5,a21026-Flag=N", i)),
				framed("QN=%s091500%03d;ST=31;CN=9015;PW=123456;MN=%s;Flag=5;CP=&&&&", day, i, mn),
				framed("QN=%s101500%03d;ST=31;CN=2051;PW=123456;MN=%s;Flag=7;PNUM=2;PNO=2;CP=&&DataTime=%s012000;a21026-Avg=7,a21026-Flag=N&&", day, i, mn, day))
		}
		raws = append(raws, frame("MN1", "31", "2061", day+"010000", "a21026-Avg=77,a21026-Flag=N"), // a correction
			frame("MN1", "31", "2061", day+"010000", "a21026-Avg=78,a21026-Flag=N"))
		for i, o := range b.send(raws...) {
			if o != Stored {
				b.t.Fatalf("%q: %v", raws[i], o)
			}
		}
		at, _ := hj212.ParseTime([]byte(day + "020000"))
		g := &Group{Entries: []Entry{
			MeterEntry(MeterReading{MN: "M1", Device: 1 << 40, Mapping: "m.1", Received: b.d.Now(), Time: at, Values: []MeterValue{{"e10101", "12.50"}}, Payload: []byte(`{"p":12.50}`)}),
			MeterEntry(MeterReading{MN: "M1", Device: 1 << 40, Mapping: "m.1", Received: b.d.Now(), Time: at, Payload: []byte(`?`)}),
		}}
		if err := b.s.Submit(context.Background(), g); err != nil {
			b.t.Fatal(err)
		}
	}
	return outlets
}

// everything is what all reading paths tell, as text.
func everything(b *bench, outlets []string) string {
	b.t.Helper()
	ctx := context.Background()
	must := func(err error) {
		b.t.Helper()
		if err != nil {
			b.t.Fatal(err)
		}
	}
	var out strings.Builder
	day := time.Date(2026, 11, 18, 0, 0, 0, 0, hj212.Beijing)
	for _, id := range outlets {
		for _, q := range []SeriesQuery{
			{Kind: SeriesRealtime, From: day, To: day.AddDate(0, 0, 3)}, {Kind: SeriesRealtime, From: day.Add(time.Hour), To: day.Add(25 * time.Hour), Factors: []string{"a19001"}},
			{Kind: SeriesMinute, From: day.AddDate(0, 0, -20), To: day.AddDate(0, 0, 5)}, {Kind: SeriesHour, From: day, To: day.AddDate(0, 0, 5)},
			{Kind: SeriesDay, From: day, To: day.AddDate(0, 0, 5)},
		} {
			q.OutletID = id
			all, cut, err := b.s.SeriesOf(ctx, q)
			must(err)
			fmt.Fprintf(&out, "series %s %s %v\n", id[:4], q.Kind, cut)
			for _, s := range all {
				fmt.Fprintf(&out, " %s", s.Factor)
				for _, p := range Thin(s.Points, 8, nil) {
					fmt.Fprintf(&out, " %s=%v/%v/%v/%v %s", hj212.AppendTime(nil, p.At), p.Value, p.Converted, p.Min, p.Max, p.Flag)
				}
				out.WriteString("\n")
			}
		}
		q := FrameQuery{OutletID: id, Limit: 40, To: day.AddDate(0, 0, 6)}
		for {
			frames, next, err := b.s.FramesOf(ctx, q)
			must(err)
			for _, f := range frames {
				fmt.Fprintf(&out, "frame %s %s %d v%d %v %s\n", f.MN, hj212.AppendTime(nil, f.Time), f.Part, f.Version, f.Received.UnixMicro(), f.Raw)
			}
			if q.Cursor = next; next == "" {
				break
			}
		}
	}
	meters, _, err := b.s.MetersReadings(ctx, MeterQuery{Device: 1 << 40, From: day, To: day.AddDate(0, 0, 6)})
	must(err)
	for _, m := range meters {
		fmt.Fprintf(&out, "meter %v %s %s\n", m.Time, m.Mapping, m.Payload)
	}
	series, _, err := b.s.MeterSeries(ctx, 1<<40, nil, day, day.AddDate(0, 0, 3))
	must(err)
	fmt.Fprintf(&out, "meter series %v\n", series)
	for _, cursor := range []int64{0, 2, 4} {
		for _, line := range told(b.since(cursor)) {
			fmt.Fprintf(&out, "since %d %s\n", cursor, line)
		}
	}
	must(Export(ctx, b.d, ExportQuery{}, func(x Exported) error {
		fmt.Fprintf(&out, "export %s %s %s v%d %s\n", x.MN, x.CN, x.DataTime, x.Version, x.Raw)
		return nil
	}))
	for _, cn := range []hj212.Command{CNRealtime, CNMinute, CNHour} {
		var means []string
		must(b.s.HourMeans(ctx, cn, day.Add(30*time.Minute).UnixMicro(), day.AddDate(0, 0, 3).UnixMicro(), func(m HourMean) {
			means = append(means, fmt.Sprintf("mean %v %d %s %d %.9f %d\n", cn, m.Device, m.Factor, m.At, m.Mean, m.Count))
		}))
		slices.Sort(means)
		out.WriteString(strings.Join(means, ""))
	}
	g := NewDigest(b.s, DigestOptions{})
	must(g.load(ctx))
	for _, id := range outlets {
		c := g.Current(id)
		fmt.Fprintf(&out, "current %s %v", id[:4], c.LastAt)
		for _, v := range c.Values {
			fmt.Fprintf(&out, " %s=%v/%v %s", v.Factor, v.Value, v.Converted, hj212.AppendTime(nil, v.At))
		}
		out.WriteString("\n")
	}
	for n := 1; n <= len(outlets); n += len(outlets) - 1 { // one by one, and all in one walk
		for h := range 6 {
			at := day.Add(time.Duration(9*h/2) * time.Hour).UnixMicro()
			var due []dueRow
			for _, id := range outlets[:n] {
				due = append(due, dueRow{due: dueOf(id, at)})
			}
			found, err := g.samples(ctx, due, at, at+int64(time.Hour/time.Microsecond))
			must(err)
			for _, id := range outlets {
				for _, code := range []string{"a21026", "a19001", "a01011"} {
					if s := found[id][code]; s != nil {
						fmt.Fprintf(&out, "samples %d %d %s", n, h, code)
						for _, x := range append(inOrder(s.minute), inOrder(s.realtime)...) {
							fmt.Fprintf(&out, " %d=%v/%v %s", x.at, x.value, x.converted, x.flag)
						}
						out.WriteString("\n")
					}
				}
			}
		}
	}
	return out.String()
}

func dueOf(outlet string, at int64) due { return due{period: Hour, outlet: outlet, at: at} }

// openRows counts the rows that stand in no chunk, of the days that are over.
func openRows(b *bench) (n int) {
	b.t.Helper()
	for _, sh := range b.s.shards.list(anyTime, everTime) {
		err := b.s.shards.reader(sh, func(h querier) error {
			kinds, err := kindsIn(context.Background(), h)
			for _, k := range kinds {
				if err == nil {
					err = openOfAll(context.Background(), h, k, 0, midnight(b.d.Now().Add(-24*time.Hour).UnixMicro()), func(*packedRow) error { n++; return nil })
				}
			}
			return err
		})
		if err != nil {
			b.t.Fatal(err)
		}
	}
	return n
}

func (b *bench) close(want int) {
	b.t.Helper()
	if n, err := b.s.CloseDays(context.Background()); err != nil || n != want {
		b.t.Fatalf("%d days closed, want %d; %v", n, want, err)
	}
}

func TestCloseDays_NobodyNotices(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := &bench{t: t, d: d}
		b.start(few)
		outlets := past(b)
		if _, err := NewDigest(b.s, DigestOptions{}).RunDue(context.Background()); err != nil { // hours and days
			t.Fatal(err)
		}
		same := func(when, want string) string {
			t.Helper()
			got := everything(b, outlets)
			if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
				t.Fatalf("%s: %s", when, diff)
			}
			return got
		}
		want := everything(b, outlets)
		b.close(3) // 31 October, 18 and 19 November
		if n := openRows(b); n != 0 {
			t.Errorf("%d rows of closed days are left", n)
		}
		same("after closing", want)
		b.restart()
		same("after a restart", want)
		b.close(0)

		late := frame("MN2", "31", "2061", "20261118010000", "a21026-Avg=99,a21026-Flag=N")
		again := frame("MN2", "31", "2061", "20261118010000", "a21026-Avg=2.1,a21026-ZsAvg=1.2,a21026-Flag=N")
		missing := frame("MN2", "31", "2061", "20261118050000", "a21026-Avg=5,a21026-Flag=N")
		corrected := frame("MN1", "31", "2061", "20261118010000", "a21026-Avg=78,a21026-Flag=N")
		fourth := frame("MN1", "31", "2061", "20261118010000", "a21026-Avg=79,a21026-Flag=N")
		b.want(b.send(late, again, missing, corrected, fourth, missing), Stored, Duplicate, Stored, Duplicate, Stored, Duplicate)
		g := b.since(0)
		if got := told(g[len(g)-3:]); got[0] != "MN2 2061 20261118010000 v2 a21026-Avg=99" || got[1] != "MN2 2061 20261118050000 v1 a21026-Avg=5" || got[2] != "MN1 2061 20261118010000 v4 a21026-Avg=79" {
			t.Errorf("late rows: %q", got)
		}
		want = everything(b, outlets)
		b.close(1)
		if n := openRows(b); n != 0 {
			t.Errorf("%d rows of closed days are left", n)
		}
		same("after closing late data", want)
		b.restart()
		b.want(b.send(late, again, missing, corrected, fourth), Duplicate, Duplicate, Duplicate, Duplicate, Duplicate)
		b.close(0)
		same("after their repeats", want)

		clock.Advance(48 * time.Hour)
		want = everything(b, outlets)
		b.close(2) // 20 and 21 November, and the frames are packed
		if n := blocksOf(b); n == 0 {
			t.Error("no frames were packed")
		}
		same("after packing frames", want)
		b.restart()
		same("after packing frames and a restart", want)
		head := b.s.Head()
		b.want(b.send(frame("MN1", "31", "2011", "20261123093000", "a21026-Rtd=1,a21026-Flag=N")), Stored)
		if got := told(b.since(head)); len(got) != 1 {
			t.Errorf("behind the blocks: %q", got)
		}
		if v, err := Verify(context.Background(), d); err != nil || len(v.Findings) > 0 {
			t.Errorf("%+v %v", v, err)
		}
	})
}

// blocksOf counts the blocks, and fails when a batch of theirs stands beside.
func blocksOf(b *bench) (n int) {
	b.t.Helper()
	for _, sh := range b.s.shards.list(anyTime, everTime) {
		err := b.s.shards.reader(sh, func(h querier) error {
			var beside int
			return errors.Join(eachBlock(context.Background(), h, -1, func(*block) error { n++; return nil }),
				h.QueryRowContext(context.Background(), `SELECT COUNT(*) FROM tele_batch WHERE seq <= (SELECT MAX(upto) FROM tele_block)`).Scan(&beside),
				errIf(beside > 0, "batches stand beside their block"))
		})
		if err != nil {
			b.t.Fatal(err)
		}
	}
	return n
}

func errIf(yes bool, text string) error {
	if yes {
		return errors.New(text)
	}
	return nil
}

var errStopped = fmt.Errorf("by the test: %w", ErrStopped)

// A closing that is cut short between any two steps loses nothing, shows nothing
// twice, keeps knowing what it has, and the next one finishes it.
func TestCloseDays_StoppedAnywhere(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := &bench{t: t, d: d}
		b.start(few)
		outlets := past(b)
		clock.Advance(48 * time.Hour)
		repeat := frame("MN0", "31", "2011", "20261118013000", "a21026-Rtd=000,a21026-Flag=NN;a01011-Rtd=1e3")
		want := everything(b, outlets)
		stops := []string{"marked", "chunks", "chunks", "written", "sealed", "forgotten", "removed", "removed", "written", "sealed", "packed"}
		// Each run stops after the step of this name, the second time it is taken
		// where the name stands twice.
		for i, step := range stops {
			left := 1
			if i > 0 && stops[i-1] == step {
				left = 2
			}
			b.s.between = func(s string) error {
				if s == step {
					if left--; left == 0 {
						return errStopped
					}
				}
				return nil
			}
			if _, err := b.s.CloseDays(context.Background()); !errors.Is(err, errStopped) {
				t.Fatalf("stop after %s: %v", step, err)
			}
			if err := b.s.Stop(context.Background()); err != nil {
				t.Fatal(err)
			}
			b.start(few)
			b.want(b.send(repeat), Duplicate)
			if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(everything(b, outlets), "\n")); diff != "" {
				t.Fatalf("stopped after %s: %s", step, diff)
			}
		}
		b.s.between = nil
		if _, err := b.s.CloseDays(context.Background()); err != nil {
			t.Fatal(err)
		}
		if n := openRows(b); n != 0 {
			t.Errorf("%d rows of closed days are left", n)
		}
		if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(everything(b, outlets), "\n")); diff != "" {
			t.Fatal(diff)
		}
		b.close(0)
	})
}

// A day that cannot be closed keeps its rows and holds up no other.
func TestCloseDays_ADamagedDayHoldsUpNoOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := &bench{t: t, d: d}
		b.start(few)
		past(b)
		b.s.between = func(step string) error {
			if step == "marked" {
				b.s.between = nil // the first day, 31 October
				return errors.New("damaged")
			}
			return nil
		}
		n, err := b.s.CloseDays(context.Background())
		if n != 2 || err == nil || !strings.Contains(err.Error(), "close 2026-10-31: damaged") {
			t.Fatalf("%d days closed, %v", n, err)
		}
		if n := openRows(b); n != 79 {
			t.Errorf("%d rows are open, want those of one day", n)
		}
		b.close(1)
		b.sound("closed in the end")
	})
}

// Another node that opened before the day was closed still knows what there is.
func TestCloseDays_OtherNodesNotice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Engine() != db.Postgres {
			t.Skip("SQLite has one node")
		}
		b := &bench{t: t, d: d}
		b.start(few)
		b.device("MN1", enterprise.Gas)
		other := &bench{t: t, d: d}
		other.start(Options{})
		old := frame("MN1", "31", "2061", "20261118010000", "a21026-Avg=1,a21026-Flag=N")
		b.want(b.send(old), Stored)
		other.want(other.send(old), Duplicate)
		b.s.between = func(step string) error {
			if step == "written" { // it looks into chunks already and finds none of this device
				other.want(other.send(old), Duplicate)
			}
			return nil
		}
		b.close(1)
		other.want(other.send(old), Duplicate)
		other.want(other.send(frame("MN1", "31", "2061", "20261118010000", "a21026-Avg=2,a21026-Flag=N")), Stored)
		if got := told(other.since(0)); len(got) != 2 || got[1] != "MN1 2061 20261118010000 v2 a21026-Avg=2" {
			t.Errorf("%q", got)
		}
	})
}
