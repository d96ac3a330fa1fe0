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
	"github.com/qingshao/qingshao/internal/fault"
)

func beijing(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", s, hj212.Beijing)
	if err != nil {
		panic(err)
	}
	return t
}

func (b *bench) series(q SeriesQuery) string {
	b.t.Helper()
	all, truncated, err := b.s.SeriesOf(context.Background(), q)
	if err != nil || truncated {
		b.t.Fatal(err, truncated)
	}
	out := []string{}
	for _, s := range all {
		line := s.Factor
		for _, p := range s.Points {
			line += fmt.Sprintf(" %s=%v/%s[%s]", hj212.AppendTime(nil, p.At)[6:12], p.Value, text(p.Converted), p.Flag)
		}
		out = append(out, line)
	}
	return strings.Join(out, "; ")
}

func TestSeries_NewestVersionOfEachFactor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Gas)
		other := b.device("MN2", enterprise.Gas)
		b.want(b.send(
			frame("MN1", "31", "2011", "20261031235930", "02-Rtd=1,02-Flag=N"),
			frame("MN1", "31", "2011", "20261101000000", "a21026-Rtd=2,a21026-ZsRtd=3,a21026-Flag=N;a19001-Rtd=9"),
			frame("MN2", "31", "2011", "20261101000000", "a21026-Rtd=77"),
			frame("MN1", "31", "2011", "20261101000000", "a21026-Rtd=2.5,a21026-Flag=D"), // a correction of one factor
			frame("MN1", "31", "2051", "20261101000000", "a21026-Min=1,a21026-Avg=4,a21026-Max=9,a21026-Flag=N"),
			frame("MN1", "31", "2011", "20261101000030", "a21026-Rtd=-,a21026-Flag=B;a19001-Rtd=9999.99,a19001-ZsRtd=9999.99,a19001-Flag=N"),
		), Stored, Stored, Stored, Stored, Stored, Stored)
		q := SeriesQuery{OutletID: dev.OutletID, Kind: SeriesRealtime, From: beijing("2026-10-31 23:59:00"), To: beijing("2026-11-01 00:01:00")}
		if got, want := b.series(q), "a19001 010000=9/-[] 010000=9999.99/-[N]; a21026 312359=1/-[N] 010000=2.5/-[D]"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		q.Factors, q.From = []string{"a21026"}, beijing("2026-11-01 00:00:00")
		if got := b.series(q); got != "a21026 010000=2.5/-[D]" {
			t.Error(got)
		}
		q.To = q.From
		if _, _, err := b.s.SeriesOf(context.Background(), q); !fault.Is(err, fault.Invalid) {
			t.Errorf("an empty stretch: %v", err)
		}
		q.To = q.From.Add(4 * 24 * time.Hour)
		if _, _, err := b.s.SeriesOf(context.Background(), q); !fault.Is(err, fault.Invalid) {
			t.Errorf("too long a stretch: %v", err)
		}
		q.Kind = "week"
		if _, _, err := b.s.SeriesOf(context.Background(), q); !fault.Is(err, fault.Invalid) {
			t.Errorf("an unknown kind: %v", err)
		}
		q.Kind = SeriesMinute
		all, _, err := b.s.SeriesOf(context.Background(), q)
		if err != nil || len(all) != 1 || text(all[0].Points[0].Min) != "1" || text(all[0].Points[0].Max) != "9" {
			t.Errorf("%+v %v", all, err)
		}
		q.OutletID, q.Kind, q.Factors, q.To = other.OutletID, SeriesRealtime, nil, q.From.Add(time.Hour)
		if got := b.series(q); got != "a21026 010000=77/-[]" {
			t.Error(got)
		}
	})
}

func TestSeries_OfficialValues(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Water)
		for h, avg := range []string{"40", "41", "42"} {
			b.want(b.send(frame("MN1", "32", "2061", fmt.Sprintf("202611210%d0000", h), "w01018-Avg="+avg+",w01018-Flag=N")), Stored)
		}
		b.want(b.send(frame("MN1", "32", "2061", "20261121010000", "w01018-Avg=51,w01018-Flag=M")), Stored)
		settle(t, NewDigest(b.s, DigestOptions{}))
		q := SeriesQuery{OutletID: dev.OutletID, Kind: SeriesHour, From: beijing("2026-11-21 00:00:00"), To: beijing("2026-11-21 02:00:00")}
		if got := b.series(q); got != "w01018 210000=40/-[N] 210100=51/-[M]" {
			t.Error(got)
		}
		q.Kind = SeriesDay
		if got := b.series(q); got != "" {
			t.Error(got)
		}
	})
}

func TestFramesOf_PagesBackwards(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		dev := b.device("MN1", enterprise.Gas)
		other := b.device("MN2", enterprise.Gas)
		var want []string
		for i := range 12 { // over the end of a month
			at := beijing("2026-10-31 23:00:00").Add(time.Duration(i) * 10 * time.Minute)
			stamp := string(hj212.AppendTime(nil, at))
			raw := frame("MN1", "31", "2011", stamp, fmt.Sprintf("a21026-Rtd=%d", i))
			b.want(b.send(raw, frame("MN2", "31", "2011", stamp, "a21026-Rtd=0")), Stored, Stored)
			want = append([]string{strings.TrimSpace(string(raw))}, want...)
		}
		better := frame("MN1", "31", "2011", "20261101005000", "a21026-Rtd=99")
		part := framed("QN=20261121091000534;ST=31;CN=2051;PW=123456;MN=MN1;Flag=7;PNUM=2;PNO=2;CP=&&DataTime=20261101005000;a21026-Avg=1&&")
		b.want(b.send(better, part), Stored, Stored)
		want = append([]string{strings.TrimSpace(string(part)), strings.TrimSpace(string(better))}, want...)
		// The same moment: minute frames stand behind realtime ones, corrections first.
		var got []string
		q := FrameQuery{OutletID: dev.OutletID, Limit: 5}
		for pages := 0; ; pages++ {
			list, next, err := b.s.FramesOf(context.Background(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range list {
				got = append(got, string(f.Raw))
				if f.MN != "MN1" || f.ST != "31" || !f.Received.Equal(d.Now()) {
					t.Errorf("%+v", f)
				}
			}
			if q.Cursor = next; next == "" {
				if pages != 2 {
					t.Errorf("%d pages", pages+1)
				}
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		list, next, err := b.s.FramesOf(context.Background(), FrameQuery{OutletID: other.OutletID, From: beijing("2026-11-01 00:00:00"), To: beijing("2026-11-01 00:20:00")})
		if err != nil || len(list) != 2 || next != "" {
			t.Errorf("%d frames, %q, %v", len(list), next, err)
		}
		if _, _, err := b.s.FramesOf(context.Background(), FrameQuery{OutletID: dev.OutletID, Cursor: "nonsense"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a made-up cursor: %v", err)
		}
	})
}
