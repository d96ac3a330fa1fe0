package telemetry

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
)

func (b *bench) export(q ExportQuery) []string {
	b.t.Helper()
	out := []string{}
	err := Export(context.Background(), b.d, q, func(x Exported) error {
		out = append(out, fmt.Sprintf("%s %s %s %s %d v%d %s", x.MN, x.ST, x.CN, x.DataTime, x.PNO, x.Version, x.Raw))
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// The export runs beside the writing store.
func TestExport_InTheOrderOfCommit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		if got := b.export(ExportQuery{}); len(got) != 0 {
			t.Errorf("%q", got)
		}
		b.device("MN1", enterprise.Gas)
		var want []string
		for i := range 2*batchPage + 5 { // several pages, over three months
			at := fmt.Sprintf("2026%02d21%02d3000", 9+i%3, i%24)
			raw := frame("MN1", "31", "2011", at, fmt.Sprintf("a21026-Rtd=%d", i))
			b.want(b.send(raw), Stored)
			want = append(want, fmt.Sprintf("MN1 31 2011 %s 0 v%d %s", at, 1+i/24, strings.TrimSpace(string(raw))))
		}
		b.want(b.send(frame("NEW", "32", "2051", "20261121000000", "w01018-Avg=1")), Parked)
		if diff := cmp.Diff(want, b.export(ExportQuery{})); diff != "" {
			t.Error(diff)
		}
		parked := b.export(ExportQuery{Parked: true})
		if len(parked) != 1 || !strings.HasPrefix(parked[0], "NEW 32 2051 20261121000000 0 v1 ##") {
			t.Errorf("%q", parked)
		}
		if got := b.export(ExportQuery{Parked: true, To: beijing("2026-11-21 00:00:00")}); len(got) != 0 {
			t.Errorf("%q", got)
		}
		got := b.export(ExportQuery{From: beijing("2026-10-21 01:30:00"), To: beijing("2026-10-21 04:30:01")})
		if diff := cmp.Diff([]string{want[1], want[4], want[25], want[28]}, got); diff != "" {
			t.Error(diff)
		}
		b.device("NEW", enterprise.Water)
		if got := b.export(ExportQuery{Parked: true}); len(got) != 0 {
			t.Errorf("%q", got)
		}
		if got := b.export(ExportQuery{}); len(got) != len(want)+1 || got[len(want)] != parked[0] {
			t.Errorf("%q", got[len(got)-1])
		}
	})
}

func TestExport_FramesWithoutTimeAndGBK(t *testing.T) {
	t.Parallel()
	b := open(t, sqlite(t))
	b.device("MN1", enterprise.Gas)
	gbk := framed("QN=20261121093000123;ST=31;CN=3020;PW=123456;MN=MN1;Flag=4;CP=&&PolId=a21026;i11001-Info=//\xd4\xcb\xd0\xd0//&&")
	b.want(b.send(gbk), Stored)
	want := "MN1 31 3020  0 v1 " + strings.TrimSpace(string(gbk))
	if got := b.export(ExportQuery{}); len(got) != 1 || got[0] != want {
		t.Errorf("%q, want %q", got, want)
	}
}
