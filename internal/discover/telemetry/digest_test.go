package telemetry

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
)

// settle runs the digest until nothing is left.
func settle(t *testing.T, g *Digest) {
	t.Helper()
	for range 20 {
		n, err := g.RunDue(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
	t.Fatal("the digest does not come to rest")
}

// periods tells an outlet's official values, "hour factor value count/due flag
// source vN".
func (b *bench) periods(p Period, outlet string) []string {
	b.t.Helper()
	out := []string{}
	err := b.d.Read(context.Background(), func(tx *db.Tx) error {
		all, err := PeriodsOf(context.Background(), tx, p, outlet, time.Unix(0, 0), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC))
		for _, v := range all {
			out = append(out, fmt.Sprintf("%s %s %s %d/%d %s %s v%d", hj212.AppendTime(nil, v.At)[6:10], v.Factor, text(v.Value), v.Count, v.Due, v.Flag, v.Source, v.Version))
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func (b *bench) expect(p Period, outlet string, want ...string) {
	b.t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), b.periods(p, outlet)); diff != "" {
		b.t.Error(diff)
	}
}

// The clock starts at 09:30 on 2026-11-21.
func TestDigest_HourFromRealtime(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Gas)
		g := NewDigest(b.s, DigestOptions{})
		at := func(minute int) string { return fmt.Sprintf("2026112109%02d00", minute) }
		for i := range 50 {
			b.want(b.send(frame("MN1", "31", "2011", at(i), fmt.Sprintf("a21026-Rtd=%d,a21026-ZsRtd=%d,a21026-Flag=N;a19001-Rtd=9.5,a19001-Flag=D", 30+i%2, 40+i%2))), Stored)
		}
		settle(t, g)
		b.expect(Hour, dev.OutletID)
		c.Advance(30 * time.Minute) // 10:00, the hour is over but its own value may still come
		settle(t, g)
		b.expect(Hour, dev.OutletID)
		c.Advance(15 * time.Minute)
		settle(t, g)
		want := []string{
			"2109 a19001 9.5 0/60 D realtime v1",
			"2109 a21026 30.5 50/60 N realtime v1",
		}
		b.expect(Hour, dev.OutletID, want...)

		// A late reading makes a new version after the late ones have gathered.
		b.want(b.send(frame("MN1", "31", "2011", at(55), "a21026-Rtd=81.5,a21026-Flag=N")), Stored)
		settle(t, g)
		b.expect(Hour, dev.OutletID, want...)
		c.Advance(time.Minute)
		settle(t, g)
		b.expect(Hour, dev.OutletID, want[0], "2109 a21026 31.5 51/60 N realtime v2")

		// The station's own value goes before it and stays.
		b.want(b.send(frame("MN1", "31", "2061", "20261121090000", "a21026-Min=1,a21026-Avg=33.3,a21026-Max=99,a21026-Flag=N")), Stored)
		settle(t, g)
		b.want(b.send(frame("MN1", "31", "2011", at(56), "a21026-Rtd=1,a21026-Flag=N")), Stored)
		settle(t, g)
		c.Advance(time.Hour)
		settle(t, g)
		b.expect(Hour, dev.OutletID, want[0], "2109 a21026 33.3 0/0 N report v3")

		// All versions are kept.
		err := d.Read(context.Background(), func(tx *db.Tx) error {
			all, err := PeriodVersions(context.Background(), tx, Hour, dev.OutletID, "a21026", Hour.Start(c.Now().Add(-2*time.Hour)))
			if len(all) != 3 || text(all[0].Converted) != "40.5" {
				t.Errorf("%+v", all)
			}
			changes, err2 := HoursSince(context.Background(), tx, 0, 100)
			if len(changes) != 4 || changes[0].Seq != 1 || changes[3].Seq != 4 {
				t.Errorf("%+v", changes)
			}
			if err == nil {
				err = err2
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestDigest_MinutesGoBeforeRealtime(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Water)
		g := NewDigest(b.s, DigestOptions{})
		for i := range 6 {
			b.want(b.send(
				frame("MN1", "32", "2011", fmt.Sprintf("202611210%d5500", 8), fmt.Sprintf("w01018-Rtd=9%d,w01018-Flag=N", i)),
				frame("MN1", "32", "2051", fmt.Sprintf("2026112108%d000", i), fmt.Sprintf("w01018-Avg=%d,w01018-Cou=2,w01018-Flag=N", 40+i)),
			), Stored, Stored)
		}
		// A correction of one minute value counts in place of the first.
		b.want(b.send(frame("MN1", "32", "2051", "20261121080000", "w01018-Avg=46,w01018-Cou=2,w01018-Flag=N")), Stored)
		settle(t, g)
		c.Advance(time.Minute)
		settle(t, g)
		b.expect(Hour, dev.OutletID, "2108 w01018 43.5 6/6 N minute v1")
	})
}

func TestDigest_DayOfWater(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Water)
		g := NewDigest(b.s, DigestOptions{})
		for h := range 24 {
			b.want(b.send(frame("MN1", "32", "2061", fmt.Sprintf("20261120%02d0000", h),
				fmt.Sprintf("w00000-Avg=%d,w00000-Cou=%d,w00000-Flag=N;w01018-Avg=%d,w01018-Flag=N;w01001-Avg=7.%d,w01001-Flag=N", 1+h/12, 3600*(1+h/12), 30+30*(h/12), h%10))), Stored)
		}
		settle(t, g)
		b.expect(Day, dev.OutletID)
		c.Advance(time.Minute)
		settle(t, g)
		b.expect(Day, dev.OutletID,
			"2000 w00000 1.5 24/24 N hour v1",
			"2000 w01001 7.4 24/24 N hour v1",
			"2000 w01018 50 24/24 N hour v1") // (30·1 + 60·2) / 3
		b.want(b.send(frame("MN1", "32", "2031", "20261120000000", "w01018-Avg=50.1,w01018-Flag=N")), Stored)
		settle(t, g)
		if got := b.periods(Day, dev.OutletID); got[2] != "2000 w01018 50.1 0/0 N report v2" {
			t.Errorf("%q", got)
		}
	})
}

// A crash between the readings and what is made of them: another digest on the
// same data ends with the same values, each once.
func TestDigest_IsIdempotentAfterACrash(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Gas)
		hour := func(h int, avg string) []byte {
			return frame("MN1", "31", "2061", fmt.Sprintf("20261121%02d0000", h), "a21026-Avg="+avg+",a21026-Flag=N")
		}
		b.want(b.send(hour(1, "1")), Stored)
		g := NewDigest(b.s, DigestOptions{})
		settle(t, g)
		b.want(b.send(hour(1, "1.5"), hour(1, "2"), hour(2, "5")), Stored, Stored, Stored)
		settle(t, g)
		// The cursor is lost: everything is read again.
		if err := d.Write(context.Background(), func(tx *db.Tx) error { return SaveCursor(context.Background(), tx, digestConsumer, 0) }); err != nil {
			t.Fatal(err)
		}
		b.restart()
		again := NewDigest(b.s, DigestOptions{})
		settle(t, again)
		b.expect(Hour, dev.OutletID, "2101 a21026 2 0/0 N report v3", "2102 a21026 5 0/0 N report v1")
		if c := again.Current(dev.OutletID); len(c.Values) != 1 || c.Values[0].Value.String() != "5" {
			t.Errorf("%+v", c)
		}
	})
}

func TestDigest_ImplausibleTimesAreNotComputedWith(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Gas)
		b.want(b.send(
			frame("MN1", "31", "2061", "20300101000000", "a21026-Avg=1"),
			framed("ST=31;CN=2061;PW=123456;MN=MN1;CP=&&a21026-Avg=2&&"),
			frame("MN1", "31", "2061", "20261121103000", "a21026-Avg=3"), // an hour ahead: a clock that is a little fast
		), Stored, Stored, Stored)
		settle(t, NewDigest(b.s, DigestOptions{}))
		b.expect(Hour, dev.OutletID, "2110 a21026 3 0/0 N report v1")
	})
}

func TestCurrent_FollowsAndIsRebuilt(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Gas)
		hourly := b.device("MN2", enterprise.Water)
		g := NewDigest(b.s, DigestOptions{})
		tell := func(g *Digest, outlet string) string {
			s := []string{}
			for _, v := range g.Current(outlet).Values {
				s = append(s, fmt.Sprintf("%s=%v/%s[%s]@%s", v.Factor, v.Value, text(v.Converted), v.Flag, hj212.AppendTime(nil, v.At)[8:12]))
			}
			return strings.Join(s, " ")
		}
		b.want(b.send(
			frame("MN1", "31", "2011", "20261121092900", "02-Rtd=35.0,02-ZsRtd=40,02-Flag=N;S01-Rtd=9"),
			frame("MN1", "31", "2011", "20261121092800", "a21026-Rtd=1,a21026-Flag=N;a34013-Rtd=5"), // late: only what is not known yet
			frame("MN1", "31", "2051", "20261121092000", "a21026-Avg=99,a21026-Flag=N"),             // realtime goes before
			frame("MN1", "31", "2011", "20261121093000", "a19001-Rtd=10,a19001-Flag=D"),
			frame("MN2", "32", "2061", "20261121080000", "w01018-Avg=41,w01018-Flag=N"),
		), Stored, Stored, Stored, Stored, Stored)
		settle(t, g)
		want := "a19001=10/-[D]@0930 a21026=35.0/40[N]@0929 a34013=5/-[]@0928"
		if got := tell(g, dev.OutletID); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if got := tell(g, hourly.OutletID); got != "w01018=41/-[N]@0800" {
			t.Error(got)
		}
		if cur := g.Current(dev.OutletID); !cur.Online(c.Now()) || cur.Online(c.Now().Add(11*time.Minute)) {
			t.Errorf("%+v", cur)
		}
		if cur := g.Current("nowhere"); cur.Online(c.Now()) || len(cur.Values) != 0 {
			t.Errorf("%+v", cur)
		}
		b.restart()
		fresh := NewDigest(b.s, DigestOptions{})
		settle(t, fresh)
		if got := tell(fresh, dev.OutletID); got != want {
			t.Errorf("rebuilt %s, want %s", got, want)
		}
		if got := tell(fresh, hourly.OutletID); got != "w01018=41/-[N]@0800" {
			t.Errorf("rebuilt %s", got)
		}
		if !g.DeviceHeard(dev.Num).Equal(c.Now()) || fresh.DeviceHeard(dev.Num).IsZero() || !fresh.DeviceHeard(999).IsZero() {
			t.Errorf("%v %v", g.DeviceHeard(dev.Num), fresh.DeviceHeard(dev.Num))
		}
		if heard := fresh.Heard(); len(heard) != 2 || heard[dev.OutletID].IsZero() {
			t.Errorf("%v", heard)
		}
	})
}

// Many outlets of one hour are computed by one walk, few by leaps; both find the
// same.
func TestDigest_ManyOutlets(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := open(t, d)
		var devs []Device
		for i := range fewOutlets + 2 {
			devs = append(devs, b.device(fmt.Sprintf("MN%d", i), enterprise.Gas))
		}
		send := func(n int) {
			for i := range n {
				for m := range 45 {
					b.want(b.send(frame(devs[i].MN, "31", "2011", fmt.Sprintf("2026112108%02d00", m), fmt.Sprintf("a21026-Rtd=%d,a21026-Flag=N", i))), Stored)
				}
			}
		}
		send(2)
		g := NewDigest(b.s, DigestOptions{})
		settle(t, g)
		c.Advance(time.Minute)
		settle(t, g)
		for i := range 2 {
			b.expect(Hour, devs[i].OutletID, fmt.Sprintf("2108 a21026 %d 45/60 N realtime v1", i))
		}
		for i := 2; i < len(devs); i++ {
			for m := range 45 {
				b.want(b.send(frame(devs[i].MN, "31", "2011", fmt.Sprintf("2026112107%02d00", m), fmt.Sprintf("a21026-Rtd=%d,a21026-Flag=N", i))), Stored)
			}
		}
		b.want(b.send(frame(devs[0].MN, "31", "2011", "20261121070000", "a21026-Rtd=7,a21026-Flag=N")), Stored)
		settle(t, g)
		c.Advance(time.Minute)
		settle(t, g)
		for i := 2; i < len(devs); i++ {
			b.expect(Hour, devs[i].OutletID, fmt.Sprintf("2107 a21026 %d 45/60 N realtime v1", i))
		}
	})
}

func TestDigest_FollowsWhileRunning(t *testing.T) {
	t.Parallel()
	b := open(t, sqlite(t))
	dev := b.device("MN1", enterprise.Gas)
	g := NewDigest(b.s, DigestOptions{})
	if err := g.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	b.want(b.send(frame("MN1", "31", "2061", "20261121080000", "a21026-Avg=5")), Stored)
	deadline := time.Now().Add(20 * time.Second)
	for (len(g.Current(dev.OutletID).Values) == 0 || len(b.periods(Hour, dev.OutletID)) == 0) && time.Now().Before(deadline) {
		<-time.After(5 * time.Millisecond)
	}
	if err := g.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	b.expect(Hour, dev.OutletID, "2108 a21026 5 0/0 N report v1")
}

func TestHourlySince_PagesChangesInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Gas)
		g := NewDigest(b.s, DigestOptions{})
		for _, avg := range []string{"1", "2", "3"} {
			b.want(b.send(frame("MN1", "31", "2061", "20261121080000", "a21026-Avg="+avg+",a21026-Flag=N")), Stored)
			settle(t, g)
		}
		got, cursor := "", int64(0)
		for range 5 {
			page, next, err := g.HourlySince(context.Background(), cursor, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range page {
				got += fmt.Sprintf("%v v%d %s %v; ", v.Value, v.Version, v.OutletKind, v.OutletID == dev.OutletID)
			}
			cursor = next
		}
		if got != "1 v1 gas true; 2 v2 gas true; 3 v3 gas true; " || cursor != 3 {
			t.Errorf("%q, cursor %d", got, cursor)
		}
		if none, next, err := g.DailySince(context.Background(), 7, 2); len(none) != 0 || next != 7 || err != nil {
			t.Error(none, next, err)
		}
	})
}
