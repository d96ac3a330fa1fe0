package telemetry

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
)

// meter submits readings and returns their outcomes.
func (b *bench) meter(readings ...MeterReading) []Outcome {
	b.t.Helper()
	g := &Group{}
	for _, m := range readings {
		m.MN, m.Device, m.Mapping, m.Received = "METER1", 1<<31+7, "p@1", b.d.Now()
		g.Entries = append(g.Entries, MeterEntry(m))
	}
	if err := b.s.Submit(context.Background(), g); err != nil {
		b.t.Fatal(err)
	}
	var out []Outcome
	for _, e := range g.Entries {
		out = append(out, e.Outcome)
	}
	return out
}

func TestMeter_StoredOnceAndReadAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		at := d.Now().Truncate(time.Second)
		one := MeterReading{Time: at, Values: []MeterValue{{"Ia01", "1.20"}, {"P01", "0.9"}}, Payload: []byte(`{"Ia":1.20,"P":0.9}`)}
		b.want(b.meter(one), Stored)
		// The same moment said again, in another payload: QoS 1 repeats.
		again := one
		again.Payload = []byte(`[{"P":0.9,"Ia":1.20}]`)
		b.want(b.meter(again), Duplicate)
		// A further factor of the same moment, and one that could not be mapped.
		b.want(b.meter(MeterReading{Time: at, Values: []MeterValue{{"Ib01", "7"}}, Payload: []byte(`{"Ib":7}`)}, MeterReading{Time: at, Payload: []byte(`Ia=?`)}), Stored, Stored)
		// A device of the same name is another sender.
		b.want(b.send(frame("METER1", "32", "2011", "20261121093000", "w01018-Rtd=1")), Parked)

		want := []string{"METER1 2011 20261121093000 v1 Ia01-Rtd=1.20 P01-Rtd=0.9", "METER1 2011 20261121093000 v2 Ib01-Rtd=7", "METER1 0000 20261121093000 v1"}
		if diff := cmp.Diff(want, told(b.since(0))); diff != "" {
			t.Error(diff)
		}
		b.restart()
		if diff := cmp.Diff(want, told(b.since(0))); diff != "" {
			t.Errorf("after a restart: %s", diff)
		}
		series, _, err := b.s.MeterSeries(context.Background(), 1<<31+7, []string{"Ia01", "Ib01"}, at.Add(-time.Minute), at.Add(time.Minute))
		if err != nil || len(series) != 2 || len(series[0].Points) != 1 || series[0].Points[0].Value.String() != "1.20" {
			t.Errorf("%+v %v", series, err)
		}
		list, next, err := b.s.MetersReadings(context.Background(), MeterQuery{Device: 1<<31 + 7, Limit: 2})
		if err != nil || len(list) != 2 || next == "" || list[0].Mapping != "p@1" {
			t.Fatalf("%+v %q %v", list, next, err)
		}
		rest, next, err := b.s.MetersReadings(context.Background(), MeterQuery{Device: 1<<31 + 7, Limit: 2, Cursor: next})
		if err != nil || len(rest) != 1 || next != "" {
			t.Fatalf("%+v %q %v", rest, next, err)
		}
		var exported []string
		err = Export(context.Background(), d, ExportQuery{}, func(x Exported) error {
			exported = append(exported, x.MN+" "+x.ST+" "+x.DataTime+" "+string(x.Raw))
			return nil
		})
		if diff := cmp.Diff([]string{`METER1 MT 20261121093000 {"Ia":1.20,"P":0.9}`, `METER1 MT 20261121093000 {"Ib":7}`, `METER1 MT 20261121093000 Ia=?`}, exported); err != nil || diff != "" {
			t.Error(err, diff)
		}
	})
}
