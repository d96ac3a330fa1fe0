package world

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/hj212"
)

// Every frame of every monitor and report is one that a receiver takes without
// a word of complaint, and splits where the standard wants it.
func TestPackets_AreStandardFrames(t *testing.T) {
	t.Parallel()
	w := New(1)
	split := false
	for _, edition := range []string{"", "2005", "2017", "2025"} {
		for _, o := range w.Outlets() {
			if edition != "" {
				if edition == "2005" && o.Measures("a24088") {
					continue // the edition has no code for it
				}
				o = o.As(edition)
			}
			for _, r := range []Report{Realtime, Minute, Hour} {
				ps, err := w.Packets(o, r, noon)
				if err != nil {
					t.Fatal(err)
				}
				codes := map[string]bool{}
				for i, p := range ps {
					var f hj212.Frame
					var a hj212.Area
					if err := hj212.ParseFrame(p.Raw(), &f); err != nil {
						t.Fatalf("%s %s: %v\n%s", o.Key, r, err, p.Bytes)
					}
					if w := f.Warnings | f.ParseItems(&a); w != 0 {
						t.Errorf("%s %s: %v\n%s", o.Key, r, w, p.Bytes)
					}
					when, _ := a.Param("DataTime")
					if string(when) != "20261120120000" || p.DataTime != string(when) {
						t.Errorf("DataTime %s", when)
					}
					if string(f.MN) != o.MN || string(f.QN) != p.QN || f.Command.String() != p.CN || string(f.ST) != o.ST {
						t.Errorf("header %s", p.Bytes)
					}
					if f.AnswerCommand() != hj212.DataAnswer || f.Version.String() != o.Protocol {
						t.Errorf("flag %d of %s", f.Flag, o.Protocol)
					}
					if f.Split() != (len(ps) > 1) || len(ps) > 1 && (f.PNUM != len(ps) || f.PNO != i+1 || p.PNO != i+1) || len(ps) == 1 && p.PNO != 0 {
						t.Errorf("%d packets, PNUM %d PNO %d, %d", len(ps), f.PNUM, f.PNO, p.PNO)
					}
					split = split || f.Split()
					for _, it := range a.Items {
						if codes[string(it.Code)] {
							t.Errorf("%s is cut or twice", it.Code)
						}
						codes[string(it.Code)] = true
					}
				}
				if len(codes) != len(o.Factors) {
					t.Errorf("%s %s: %d codes of %d", o.Key, r, len(codes), len(o.Factors))
				}
			}
		}
	}
	if !split {
		t.Error("no report is long enough to be split")
	}
}

// A packet that is sent again after a restart of the simulator is the same.
func TestPackets_DependOnTheReportAlone(t *testing.T) {
	t.Parallel()
	a, b := New(1), New(1)
	for i, o := range a.Outlets()[:6] {
		pa, err := a.Packets(o, Hour, noon)
		if err != nil {
			t.Fatal(err)
		}
		pb, err := b.Packets(b.Outlets()[i], Hour, noon.UTC())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(pa, pb); d != "" {
			t.Error(d)
		}
	}
}

func TestPackets_UniqueQN(t *testing.T) {
	t.Parallel()
	w := New(1)
	midnight := time.Date(2026, 11, 21, 0, 0, 0, 0, Beijing)
	s := Schedule{Interval: 30 * time.Second, Minute: true, Hour: true, Day: true}
	seen := map[string]bool{}
	for _, o := range w.Outlets()[:8] {
		due := s.Due(midnight)
		if len(due) != 4 {
			t.Fatalf("%v", due)
		}
		for _, d := range due {
			ps, err := w.Packets(o, d.Report, d.At)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range ps {
				if seen[p.MN+p.QN] {
					t.Errorf("%s %s twice", p.MN, p.QN)
				}
				seen[p.MN+p.QN] = true
			}
		}
	}
}

func TestPackets_CarryTheReadings(t *testing.T) {
	t.Parallel()
	w := New(1)
	o := first(t, w, Gas)
	ps, err := w.Packets(o, Realtime, noon)
	if err != nil || len(ps) != 1 {
		t.Fatal(len(ps), err)
	}
	for _, x := range o.Factors {
		r, _ := w.Value(o, x.Code, noon)
		want := x.Code + "-Rtd=" + r.Value + ","
		if r.Converted != "" {
			want += x.Code + "-ZsRtd=" + r.Converted + ","
		}
		if want += x.Code + "-Flag=N"; !strings.Contains(string(ps[0].Bytes), ";"+want) {
			t.Errorf("no %s in %s", want, ps[0].Bytes)
		}
	}
	if !bytes.HasSuffix(ps[0].Bytes, []byte("\r\n")) || bytes.ContainsAny(ps[0].Raw(), "\r\n") {
		t.Error("Bytes has the tail, Raw has not")
	}
}

func TestSchedule_Due(t *testing.T) {
	t.Parallel()
	at := func(h, m, s int) time.Time { return time.Date(2026, 11, 21, h, m, s, 0, Beijing) }
	all := Schedule{Interval: 30 * time.Second, Minute: true, Hour: true, Day: true}
	for name, c := range map[string]struct {
		s    Schedule
		at   time.Time
		want []Due
	}{
		"between":     {all, at(9, 30, 15), nil},
		"realtime":    {all, at(9, 31, 30), []Due{{Realtime, at(9, 31, 30)}}},
		"ten minutes": {all, at(9, 40, 0), []Due{{Minute, at(9, 30, 0)}, {Realtime, at(9, 40, 0)}}},
		"full hour":   {all, at(10, 0, 0), []Due{{Hour, at(9, 0, 0)}, {Minute, at(9, 50, 0)}, {Realtime, at(10, 0, 0)}}},
		"midnight":    {all, at(24, 0, 0), []Due{{Day, at(0, 0, 0)}, {Hour, at(23, 0, 0)}, {Minute, at(23, 50, 0)}, {Realtime, at(24, 0, 0)}}},
		"hours alone": {Schedule{Hour: true}, at(24, 0, 0), []Due{{Hour, at(23, 0, 0)}}},
	} {
		got := c.s.Due(c.at)
		if len(got) != len(c.want) {
			t.Errorf("%s: %v", name, got)
			continue
		}
		for i := range got {
			if got[i].Report != c.want[i].Report || !got[i].At.Equal(c.want[i].At) {
				t.Errorf("%s: %v, want %v", name, got[i], c.want[i])
			}
		}
	}
}

func TestSchedule_StepMeetsEveryReport(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		s    Schedule
		want time.Duration
	}{
		{Schedule{Interval: 30 * time.Second, Minute: true}, 30 * time.Second},
		{Schedule{Interval: 45 * time.Second, Minute: true}, 15 * time.Second},
		{Schedule{Interval: 7 * time.Second}, time.Second},
		{Schedule{Minute: true, Hour: true}, 10 * time.Minute},
		{Schedule{Hour: true}, time.Hour},
		{Schedule{Day: true}, time.Hour},
	} {
		if got := c.s.step(); got != c.want {
			t.Errorf("%+v: %s", c.s, got)
		}
	}
}

func TestPack_NeverCutsAnItem(t *testing.T) {
	t.Parallel()
	items := [][]byte{[]byte(";aaa"), []byte(";bbb"), []byte(";cccccccccc"), []byte(";d")}
	got := pack(items, 8)
	if d := cmp.Diff([][]byte{[]byte(";aaa;bbb"), []byte(";cccccccccc"), []byte(";d")}, got); d != "" {
		t.Error(d)
	}
	if got := pack(nil, 8); len(got) != 1 || len(got[0]) != 0 {
		t.Errorf("a report without items is one packet: %q", got)
	}
}
