package telemetry

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
)

func TestSubmit_StoresOnceAndKeepsVersions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Gas)
		first := frame("MN1", "31", "2011", "20261121093000", "a21026-Rtd=35.0,a21026-Flag=N;a19001-Rtd=9,a19001-Flag=N")
		b.want(b.send(first), Stored)
		b.want(b.send(first), Duplicate)
		b.want(b.send(first, first), Duplicate, Duplicate)
		again := framed("QN=20261121093500999;ST=31;CN=2011;PW=123456;MN=MN1;Flag=5;CP=&&DataTime=20261121093000;a21026-Rtd=35.0,a21026-Flag=N;a19001-Rtd=9,a19001-Flag=N&&")
		b.want(b.send(again), Duplicate) // a new QN around the same data
		better := frame("MN1", "31", "2011", "20261121093000", "a21026-Rtd=36.5,a21026-Flag=N")
		b.want(b.send(better, better), Stored, Duplicate)
		b.want(b.send(first), Duplicate) // a late repeat is no correction back
		third := frame("MN1", "31", "2011", "20261121093000", "a21026-Rtd=37,a21026-Flag=D")
		b.want(b.send(first, third), Duplicate, Stored)
		want := []string{
			"MN1 2011 20261121093000 v1 a21026-Rtd=35.0 a19001-Rtd=9",
			"MN1 2011 20261121093000 v2 a21026-Rtd=36.5",
			"MN1 2011 20261121093000 v3 a21026-Rtd=37",
		}
		for _, how := range []string{"from memory", "from the tables"} {
			got := b.since(0)
			if diff := cmp.Diff(want, told(got)); diff != "" {
				t.Errorf("%s: %s", how, diff)
			}
			if r := got[0]; r.OutletID != dev.OutletID || r.ST != "31" || r.OutletKind != "gas" || !r.Received.Equal(d.Now()) || r.Items[0].Flag != "N" || !r.Items[0].Valid() || !r.Plausible() {
				t.Errorf("%s: %+v", how, r)
			}
			b.restart()
		}
	})
}

func TestSubmit_OneKeyTwiceInOneBatch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		b.device("MN1", enterprise.Water)
		x := frame("MN1", "32", "2051", "20261121090000", "w01018-Avg=40,w01018-Flag=N")
		y := frame("MN1", "32", "2051", "20261121090000", "w01018-Avg=41,w01018-Flag=N")
		b.want(b.send(x, y, x, y), Stored, Stored, Duplicate, Duplicate)
		if got := told(b.since(0)); len(got) != 2 || got[1] != "MN1 2051 20261121090000 v2 w01018-Avg=41" {
			t.Errorf("%q", got)
		}
	})
}

func TestSubmit_KeysApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		b.device("MN1", enterprise.Water)
		b.device("MN2", enterprise.Water)
		same := "w01018-Avg=40"
		b.want(b.send(
			frame("MN1", "32", "2051", "20261121090000", same),
			frame("MN2", "32", "2051", "20261121090000", same), // another device
			frame("MN1", "31", "2051", "20261121090000", same), // another system
			frame("MN1", "32", "2061", "20261121090000", same), // another command
			frame("MN1", "32", "2051", "20261121091000", same), // another time
			framed("QN=20261121093000123;ST=32;CN=2051;PW=123456;MN=MN1;Flag=7;PNUM=2;PNO=2;CP=&&DataTime=20261121090000;w01018-Avg=40&&"),
		), Stored, Stored, Stored, Stored, Stored, Stored)
	})
}

func TestSplitPackets_AreRowsOfTheirOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		b.device("MN1", enterprise.Gas)
		part := func(n int, qn, items string) []byte {
			return framed("QN=%s;ST=31;CN=2051;PW=123456;MN=MN1;Flag=7;PNUM=2;PNO=%d;CP=&&DataTime=20261121090000;%s&&", qn, n, items)
		}
		one, two := part(1, "20261121091000534", "a21026-Avg=1"), part(2, "20261121091000535", "a21002-Avg=2")
		b.want(b.send(two), Stored) // the second came first
		b.want(b.send(one, two), Stored, Duplicate)
		got := b.since(0)
		if len(got) != 2 || got[0].Part != 2 || got[1].Part != 1 || got[1].Version != 1 {
			t.Errorf("%+v", got)
		}
	})
}

func TestMonthBoundary_WritesTwoFiles(t *testing.T) {
	t.Parallel()
	b := open(t, sqlite(t))
	b.device("MN1", enterprise.Gas)
	late := frame("MN1", "31", "2061", "20261031230000", "a21026-Avg=1")
	b.want(b.send(
		frame("MN1", "31", "2061", "20261101000000", "a21026-Avg=2"),
		late,
		frame("MN1", "31", "2061", "20261101010000", "a21026-Avg=3"),
	), Stored, Stored, Stored)
	files, err := months(b.d.Dir())
	if err != nil || fmt.Sprint(files) != "[202610 202611]" {
		t.Fatalf("%v %v", files, err)
	}
	for range 2 {
		got := told(b.since(0))
		want := []string{ // within a batch by month, then as received
			"MN1 2061 20261031230000 v1 a21026-Avg=1",
			"MN1 2061 20261101000000 v1 a21026-Avg=2",
			"MN1 2061 20261101010000 v1 a21026-Avg=3",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		b.restart()
	}
	b.want(b.send(late), Duplicate)
}

// The month is that of the data in Beijing, whatever the server's zone: midnight
// there is 16:00 UTC of the day before.
func TestMonthOf_IsBeijing(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 10, 31, 16, 0, 0, 0, time.UTC)
	if m := monthOf(at.UnixMicro()); m != "202611" {
		t.Error(m)
	}
	if m := monthOf(at.Add(-time.Microsecond).UnixMicro()); m != "202610" {
		t.Error(m)
	}
}

func sqlite(t testing.TB) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), db.Config{Dir: t.TempDir(), Now: dbtest.NewClock().Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// One month file cannot be opened, the other can: the frames of the first are
// not answered and come again, those of the second are stored once.
func TestCommitFailsBetweenMonthFiles(t *testing.T) {
	t.Parallel()
	b := open(t, sqlite(t))
	b.device("MN1", enterprise.Gas)
	october := frame("MN1", "31", "2061", "20261031230000", "a21026-Avg=1")
	november := frame("MN1", "31", "2061", "20261101000000", "a21026-Avg=2")
	blocked := filepath.Join(b.d.Dir(), fileOf("202611"))
	if err := os.Mkdir(blocked, 0o700); err != nil {
		t.Fatal(err)
	}
	b.want(b.send(october, november), Stored, Failed)
	b.want(b.send(november), Failed)
	if got := told(b.since(0)); len(got) != 1 || got[0] != "MN1 2061 20261031230000 v1 a21026-Avg=1" {
		t.Errorf("%q", got)
	}
	if err := os.Remove(blocked); err != nil {
		t.Fatal(err)
	}
	b.want(b.send(october, november), Duplicate, Stored)
	want := []string{"MN1 2061 20261031230000 v1 a21026-Avg=1", "MN1 2061 20261101000000 v1 a21026-Avg=2"}
	if diff := cmp.Diff(want, told(b.since(0))); diff != "" {
		t.Error(diff)
	}
	b.restart()
	if diff := cmp.Diff(want, told(b.since(0))); diff != "" {
		t.Error(diff)
	}
}

func TestPassword(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		b.device("MN1", enterprise.Gas)
		b.register(Device{MN: "MN2", OutletID: b.outlet(enterprise.Gas).ID}) // without a password
		wrong := framed("QN=20261121093000123;ST=31;CN=2011;PW=000000;MN=MN1;Flag=5;CP=&&DataTime=20261121093000;a21026-Rtd=1&&")
		b.want(b.send(wrong, frame("MN2", "31", "2011", "20261121093000", "a21026-Rtd=1")), Refused, Stored)
		page, err := b.s.QuarantineList(context.Background(), b.devices.policy, duty, QuarantineQuery{})
		if err != nil || len(page.Items) != 1 {
			t.Fatalf("%+v %v", page, err)
		}
		if x := page.Items[0]; x.Reason != WrongPassword || x.MN != "MN1" || string(x.Raw) != strings.TrimSpace(string(wrong)) || x.Area != "330302" || x.Address != "10.0.0.1:4000" {
			t.Errorf("%+v", x)
		}
		if err := b.s.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
		b.start(Options{AcceptWrongPassword: true})
		b.want(b.send(wrong), Stored)
	})
}

// A frame without DataTime is filed under its QN, one without either under its
// receipt; both are kept, only realtime values are computed with.
func TestTime_OfFramesWithoutDataTime(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		b := open(t, d)
		b.device("MN1", enterprise.Gas)
		beat := framed("QN=20261121092959000;ST=31;CN=9015;PW=123456;MN=MN1;Flag=9;CP=&&&&")
		old := framed("ST=31;CN=2011;PW=123456;MN=MN1;CP=&&a21026-Rtd=7&&") // 2005, no QN, no time
		b.want(b.send(beat, old), Stored, Stored)
		b.want(b.send(beat), Duplicate)
		c.Advance(time.Second)
		b.want(b.send(old), Stored) // another reading: nothing says otherwise
		b.want(b.send(frame("MN1", "31", "2011", "19700101000000", "a21026-Rtd=8")), Stored)
		b.want(b.send(frame("MN1", "31", "2011", "20300101000000", "a21026-Rtd=9")), Stored)
		got := b.since(0)
		if len(got) != 5 {
			t.Fatalf("%q", told(got))
		}
		for i, want := range []string{
			"MN1 9015 20261121092959 v1",
			"MN1 2011 20261121093000 v1 a21026-Rtd=7",
			"MN1 2011 20261121093001 v1 a21026-Rtd=7",
			"MN1 2011 20261121093000 v1 a21026-Rtd=8", // its QN, 123 ms later
			"MN1 2011 20300101000000 v1 a21026-Rtd=9",
		} {
			if told(got)[i] != want {
				t.Errorf("%d: %q, want %q", i, told(got)[i], want)
			}
			if realtime := i > 0 && i < 4; got[i].Plausible() != realtime {
				t.Errorf("%d: %q plausible %v", i, want, got[i].Plausible())
			}
		}
	})
}

func TestSince_OrderLimitAndWake(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		b.device("MN1", enterprise.Gas)
		wake := b.s.Wake()
		var want []string
		for i := range 40 {
			at := fmt.Sprintf("202611210930%02d", i)
			b.want(b.send(frame("MN1", "31", "2011", at, "a21026-Rtd=1")), Stored)
			want = append(want, "MN1 2011 "+at+" v1 a21026-Rtd=1")
		}
		select {
		case <-wake:
		default:
			t.Error("a commit must wake the readers")
		}
		for range 2 {
			if diff := cmp.Diff(want, told(b.since(0))); diff != "" {
				t.Error(diff)
			}
			few, cursor, err := b.s.Since(context.Background(), 0, 5)
			if err != nil || len(few) != 5 {
				t.Fatalf("%d records, %v", len(few), err)
			}
			if rest := b.since(cursor); len(rest) != 35 {
				t.Errorf("%d left, want 35", len(rest))
			}
			if none, at, err := b.s.Since(context.Background(), b.s.Head(), 5); len(none) != 0 || at != b.s.Head() || err != nil {
				t.Errorf("%v %d %v", none, at, err)
			}
			b.restart()
		}
		// Numbers go on after a restart.
		head := b.s.Head()
		b.want(b.send(frame("MN1", "31", "2011", "20261121094500", "a21026-Rtd=2")), Stored)
		if got := told(b.since(head)); len(got) != 1 {
			t.Errorf("%q", got)
		}
	})
}
