package telemetry

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
)

func TestParked_AdoptedOnceAndInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		b.device("MN1", enterprise.Gas)
		var want []string
		var all [][]byte
		for i := range 30 { // over two months, the older data last
			at := fmt.Sprintf("202611%02d000000", i+1)
			if i >= 20 {
				at = fmt.Sprintf("202610%02d000000", i+1)
			}
			raw := frame("NEW", "31", "2061", at, fmt.Sprintf("a21026-Avg=%d", i))
			all = append(all, raw)
			b.want(b.send(raw), Parked)
			want = append(want, fmt.Sprintf("NEW 2061 %s v1 a21026-Avg=%d", at, i))
		}
		if d.Engine() == db.SQLite { // adopted file by file, each in the order of arrival
			want = append(want[20:], want[:20]...)
		}
		b.want(b.send(all[3], all[25], frame("MN1", "31", "2061", "20261101000000", "a21026-Avg=1")), Duplicate, Duplicate, Stored)
		corrected := frame("NEW", "31", "2061", "20261130000000", "a21026-Avg=99")
		b.want(b.send(corrected), Parked)
		want = append(want, "NEW 2061 20261130000000 v1 a21026-Avg=99")
		b.restart()

		list, err := b.s.Parked(context.Background())
		if err != nil || len(list) != 1 || list[0].MN != "NEW" || list[0].Frames != 31 || string(list[0].LastRaw) != strings.TrimSpace(string(corrected)) {
			t.Fatalf("%+v %v", list, err)
		}
		if got := told(b.since(0)); len(got) != 1 {
			t.Fatalf("parked frames must not be read: %q", got)
		}
		head := b.s.Head()
		b.device("NEW", enterprise.Gas)
		for range 2 {
			if diff := cmp.Diff(want, told(b.since(head))); diff != "" {
				t.Error(diff)
			}
			if list, err := b.s.Parked(context.Background()); err != nil || len(list) != 0 {
				t.Errorf("still parked: %v %v", list, err)
			}
			b.restart()
		}
		b.want(b.send(all[0], all[29], corrected), Duplicate, Duplicate, Duplicate)
	})
}

// A device registered by another process, or just before a crash, is adopted
// when the store opens.
func TestParked_AdoptedAtStart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		o := b.outlet(enterprise.Water)
		x, y := frame("NEW", "32", "2011", "20261121093000", "w01018-Rtd=1"), frame("NEW", "32", "2011", "20261121093000", "w01018-Rtd=2")
		b.want(b.send(x, y), Parked, Parked)
		if err := b.s.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			_, err := Register(context.Background(), tx, auth.DefaultPolicy(), duty, Device{MN: "NEW", OutletID: o.ID})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		b.start(Options{})
		if err := b.s.Adopted(context.Background(), "NEW"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"NEW 2011 20261121093000 v1 w01018-Rtd=1", "NEW 2011 20261121093000 v2 w01018-Rtd=2"}, told(b.since(0))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestParked_WrongPasswordGoesToQuarantine(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		good := frame("NEW", "31", "2011", "20261121093000", "a21026-Rtd=1")
		bad := framed("QN=20261121093000123;ST=31;CN=2011;PW=000000;MN=NEW;Flag=5;CP=&&DataTime=20261121093100;a21026-Rtd=2&&")
		b.want(b.send(good, bad), Parked, Parked)
		b.device("NEW", enterprise.Gas)
		if got := told(b.since(0)); len(got) != 1 || got[0] != "NEW 2011 20261121093000 v1 a21026-Rtd=1" {
			t.Errorf("%q", got)
		}
		page, err := b.s.QuarantineList(context.Background(), b.devices.policy, duty, QuarantineQuery{})
		if err != nil || len(page.Items) != 1 || page.Items[0].Reason != WrongPassword {
			t.Errorf("%+v %v", page, err)
		}
	})
}

func TestParked_Bounds(t *testing.T) {
	t.Parallel()
	b := &bench{t: t, d: sqlite(t)}
	b.start(Options{ParkedFrames: 2, ParkedDevices: 2})
	at := func(n int) string { return fmt.Sprintf("202611210930%02d", n) }
	one := func(mn string, n int) []byte { return frame(mn, "31", "2011", at(n), "a21026-Rtd=1") }
	b.want(b.send(one("A", 1)), Parked)
	b.want(b.send(one("A", 2)), Parked)
	b.want(b.send(one("A", 3)), Failed)
	b.want(b.send(one("B", 1)), Parked)
	b.want(b.send(one("C", 1)), Failed)
	b.device("A", enterprise.Gas)
	b.want(b.send(one("A", 3)), Stored)
	b.want(b.send(one("C", 1)), Parked)
}

// A device that moves is registered anew; its old readings stay with the old
// outlet.
func TestDevice_Moves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d)
		old := b.device("MN1", enterprise.Gas)
		b.want(b.send(frame("MN1", "31", "2011", "20261121093000", "a21026-Rtd=1")), Stored)
		place := b.outlet(enterprise.Gas)
		if _, _, err := b.devices.Register(ctx, duty, Device{MN: "MN1", OutletID: place.ID}); !fault.Is(err, fault.Conflict) {
			t.Fatalf("one MN twice: %v", err)
		}
		old.Active = false
		if _, err := b.devices.Update(ctx, duty, old); err != nil {
			t.Fatal(err)
		}
		b.want(b.send(frame("MN1", "31", "2011", "20261121093100", "a21026-Rtd=2")), Parked)
		b.register(Device{MN: "MN1", OutletID: place.ID})
		b.want(b.send(frame("MN1", "31", "2011", "20261121093200", "a21026-Rtd=3")), Stored)
		got := b.since(0)
		if len(got) != 3 || got[0].OutletID != old.OutletID || got[1].OutletID != place.ID || got[2].OutletID != place.ID {
			t.Errorf("%+v", got)
		}
		if _, err := b.devices.Update(ctx, duty, old); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old version was accepted: %v", err)
		}
		old, err := b.devices.Get(ctx, duty, old.ID)
		if err != nil {
			t.Fatal(err)
		}
		old.Active = true
		if _, err := b.devices.Update(ctx, duty, old); !fault.Is(err, fault.Conflict) {
			t.Errorf("two devices in use under one MN: %v", err)
		}
		all, err := b.devices.List(ctx, duty, DeviceQuery{Text: "MN1"})
		if err != nil || len(all.Items) != 2 {
			t.Errorf("%+v %v", all, err)
		}
		if of, err := b.devices.Of(ctx, duty, place.ID); err != nil || len(of) != 1 || !of[0].Active {
			t.Errorf("%+v %v", of, err)
		}
	})
}

func TestDevice_Reach(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d)
		dev := b.device("MN1", enterprise.Gas) // in 330302
		far := auth.Actor{ID: "u-far", Roles: []auth.Role{auth.Duty}, Area: "330304"}
		clerk := auth.Actor{ID: "u-clerk", Roles: []auth.Role{auth.Clerk}, Area: "330300"}
		if _, _, err := b.devices.Register(ctx, far, Device{MN: "X", OutletID: dev.OutletID}); !fault.Is(err, fault.NotFound) {
			t.Errorf("registered outside the area: %v", err)
		}
		if _, _, err := b.devices.Register(ctx, clerk, Device{MN: "X", OutletID: dev.OutletID}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a clerk registered: %v", err)
		}
		if _, err := b.devices.Get(ctx, far, dev.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("seen outside the area: %v", err)
		}
		if _, err := b.devices.Of(ctx, far, dev.OutletID); !fault.Is(err, fault.NotFound) {
			t.Errorf("listed outside the area: %v", err)
		}
		if p, err := b.devices.List(ctx, far, DeviceQuery{}); err != nil || len(p.Items) != 0 {
			t.Errorf("%v %v", p, err)
		}
		for field, bad := range map[string]Device{
			"mn":           {MN: "a b", OutletID: dev.OutletID},
			"outlet_id":    {MN: "X"},
			"protocol":     {MN: "X", OutletID: dev.OutletID, Protocol: "1999"},
			"rtd_interval": {MN: "X", OutletID: dev.OutletID, RtdInterval: 10000},
			"password":     {MN: "X", OutletID: dev.OutletID, Password: "1;2"},
		} {
			_, _, err := b.devices.Register(ctx, duty, bad)
			f, ok := err.(*fault.Error)
			if !ok || f.Kind != fault.Invalid || f.Fields[0].Name != field {
				t.Errorf("bad %s: %v", field, err)
			}
		}
	})
}

// After a restore that knows the readings but not the registration, the device
// finds its readings again, and another device does not take them over.
func TestDevice_NumbersSurviveALostRegistration(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := open(t, d)
		dev := b.device("MN1", enterprise.Gas)
		b.want(b.send(frame("MN1", "31", "2011", "20261121093000", "a21026-Rtd=1")), Stored)
		lost := func() {
			t.Helper()
			err := d.Write(ctx, func(tx *db.Tx) error {
				_, err := db.Exec(ctx, tx, `DELETE FROM device WHERE id = $1`, dev.ID)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			b.restart()
		}
		lost()
		b.device("MN2", enterprise.Gas)
		if r := b.since(0); len(r) != 1 || r[0].OutletID != "" {
			t.Errorf("%+v", r)
		}
		again := b.register(Device{MN: "MN1", OutletID: dev.OutletID})
		if r := b.since(0); again.Num != dev.Num || r[0].OutletID != dev.OutletID {
			t.Errorf("number %d, was %d; %+v", again.Num, dev.Num, r)
		}
		again.Active = false
		if _, err := b.devices.Update(ctx, duty, again); err != nil {
			t.Fatal(err)
		}
		if third := b.register(Device{MN: "MN1", OutletID: dev.OutletID}); third.Num == again.Num {
			t.Error("two registrations share a number")
		}
	})
}
