package audit_test

import (
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/db"
)

// BenchmarkLog shows what sequencing and verifying an entry costs on SQLite.
func BenchmarkLog(b *testing.B) {
	d, err := db.Open(ctx, db.Config{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	l := newLog(d)
	const entries, each = 50_000, 1000
	for range entries / each {
		if err := d.Write(ctx, func(tx *db.Tx) error {
			for range each {
				if err := audit.Record(ctx, tx, audit.Entry{Actor: "u", Action: "issue.assign", Kind: "issue", Subject: "i", Area: "330302", Detail: map[string]string{"to": "sthj"}}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	begun := time.Now()
	if n, err := l.Sequence(ctx); err != nil || n != entries {
		b.Fatal(n, err)
	}
	sequenced := time.Since(begun)
	for b.Loop() {
		if r, err := l.Verify(ctx); err != nil || !r.OK() || r.Checked != entries {
			b.Fatal(err, r.Findings)
		}
	}
	b.ReportMetric(entries/sequenced.Seconds(), "sequenced/s")
	b.ReportMetric(entries*float64(b.N)/b.Elapsed().Seconds(), "verified/s")
}
