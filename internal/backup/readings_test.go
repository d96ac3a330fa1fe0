package backup_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/backup"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
)

// exported is all readings of a place, as text.
func exported(t *testing.T, d *db.DB) (out []string) {
	t.Helper()
	err := telemetry.Export(ctx, d, telemetry.ExportQuery{}, func(x telemetry.Exported) error {
		out = append(out, fmt.Sprintf("%s %s v%d %s", x.MN, x.DataTime, x.Version, x.Raw))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Closed days, packed frames and partitions survive a backup, and what comes after
// the restore is compared with them.
func TestBackup_KeepsReadings(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		opened := func(d *db.DB) *telemetry.Store {
			t.Helper()
			s, err := telemetry.Open(ctx, d, telemetry.Options{Area: "330300"})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Start(ctx); err != nil {
				t.Fatal(err)
			}
			return s
		}
		entry := func(day, n int) telemetry.Entry {
			at := time.Date(2026, 11, day, 8, n/60, n%60, 0, time.UTC)
			return telemetry.MeterEntry(telemetry.MeterReading{MN: "M1", Device: 1 << 40, Mapping: "m.1", Received: d.Now(), Time: at,
				Values: []telemetry.MeterValue{{Code: "e10101", Text: fmt.Sprintf("%d.50", n)}}, Payload: fmt.Appendf(nil, `{"n":%d,"text":"制表符\t反斜杠\\"}`, n)})
		}
		send := func(s *telemetry.Store, day int) telemetry.Outcome {
			t.Helper()
			g := &telemetry.Group{}
			for n := range 1500 {
				g.Entries = append(g.Entries, entry(day, n))
			}
			if err := s.Submit(ctx, g); err != nil {
				t.Fatal(err)
			}
			return g.Entries[700].Outcome
		}
		s := opened(d)
		send(s, 18)
		clock.Advance(72 * time.Hour)
		if n, err := s.CloseDays(ctx); err != nil || n != 1 {
			t.Fatalf("%d days closed, %v", n, err)
		}
		send(s, 24)
		want := exported(t, d)
		file := write(t, d)
		if err := s.Stop(ctx); err != nil {
			t.Fatal(err)
		}
		to := target(t, d)
		if _, report, err := backup.Restore(ctx, file, to, quiet); err != nil || !report.OK() {
			t.Fatalf("%v %v", report.Findings, err)
		}
		back, err := db.Open(ctx, db.Config{Dir: to.Dir, URL: to.URL, Now: clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer back.Close()
		if got := exported(t, back); len(want) != 3000 || !slices.Equal(got, want) {
			t.Errorf("%d readings restored, want %d", len(got), len(want))
		}
		if v, err := telemetry.Verify(ctx, back); err != nil || len(v.Findings) > 0 || v.Days != 1 {
			t.Errorf("%+v %v", v, err)
		}
		s = opened(back)
		for _, day := range []int{18, 24} {
			if o := send(s, day); o != telemetry.Duplicate {
				t.Errorf("the day %d sent again: %v", day, o)
			}
		}
		if err := s.Stop(ctx); err != nil {
			t.Error(err)
		}
		if d.Engine() == db.SQLite {
			if files, _ := filepath.Glob(filepath.Join(to.Dir, "tele-*.db")); len(files) != 1 {
				t.Errorf("%v", files)
			}
		}
	})
}
