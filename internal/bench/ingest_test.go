package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/world"
)

func quiet(dir string) (app.Config, error) {
	return app.Config{Dir: dir, Listen: "127.0.0.1:0", HJ212: "127.0.0.1:0", Profile: "wenzhou", Version: "test", Log: slog.New(slog.DiscardHandler)}, nil
}

func TestIngest_CountsWhatIsStoredAndListsIt(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "manifest")
	out, err := Ingest{Seconds: 0.5, Devices: 12, Connections: 3, Rate: 400, Manifest: file, Serve: quiet, Dir: t.TempDir()}.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if out.Sent != 200 || out.Answered != 200 || *out.Stored != 200 || *out.Lost != 0 || *out.Duplicated != 0 {
		t.Errorf("%+v", out)
	}
	if out.FramesPerSecond <= 0 || out.ValuesPerSecond != 8*out.FramesPerSecond || out.P99 < out.P50 || out.P50 <= 0 {
		t.Errorf("%+v", out)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := world.ReadManifest(f)
	if err != nil || len(list) != 200 {
		t.Fatalf("%d lines, %v", len(list), err)
	}
	mns, raws := map[string]int{}, map[string]bool{}
	for _, e := range list {
		mns[e.MN]++
		raws[e.Raw] = true
	}
	if len(mns) != 12 || len(raws) != 200 {
		t.Errorf("%d stations, %d frames", len(mns), len(raws))
	}
	text, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]any
	if err := json.Unmarshal(text, &keys); err != nil || len(keys) != 9 {
		t.Errorf("%s", text)
	}
}

func TestIngest_RefusesNonsense(t *testing.T) {
	t.Parallel()
	for _, c := range []Ingest{{Devices: 1}, {Seconds: 1}, {Seconds: 1, Devices: 2, Connections: 3}, {Seconds: 1, Devices: 1, Rate: -1},
		{Seconds: 1, Devices: 1, Addr: "192.0.2.1:8212"}} {
		if _, err := c.Run(context.Background()); err == nil {
			t.Errorf("%+v ran", c)
		}
	}
}

// host answers as a program would, but drops what the script tells it to.
func host(t *testing.T, serve func(conn net.Conn, n int)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for n := 0; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer conn.Close(); serve(conn, n) }()
		}
	}()
	return l.Addr().String()
}

// eachFrame answers those frames for which f says so, until it says stop.
func eachFrame(conn net.Conn, f func(*hj212.Frame) (answer, stop bool)) {
	var sc hj212.Scanner
	var fr hj212.Frame
	for {
		if _, err := sc.Fill(conn); err != nil {
			return
		}
		for sc.Next(&fr) {
			answer, stop := f(&fr)
			if answer {
				if _, err := conn.Write(hj212.AppendAnswer(nil, &fr, fr.AnswerCommand(), 0)); err != nil {
					return
				}
			}
			if stop {
				return
			}
		}
	}
}

func crowdAt(t *testing.T, addr string) *Crowd {
	t.Helper()
	dial, err := Loopback(addr)
	if err != nil {
		t.Fatal(err)
	}
	return &Crowd{Stations: 4, Connections: 1, Rate: 1000, Frames: 100, Dial: dial, Start: time.Date(2026, 11, 1, 0, 0, 0, 0, hj212.Beijing), Step: time.Second}
}

func TestCrowd_SendsAgainOverANewConnection(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	addr := host(t, func(conn net.Conn, n int) {
		left := 30
		eachFrame(conn, func(f *hj212.Frame) (bool, bool) {
			seen[string(f.Raw)]++ // one connection at a time
			left--
			return n > 0 || left%2 == 0, n == 0 && left == 0
		})
	})
	c := crowdAt(t, addr)
	got, err := c.Run(context.Background())
	if err != nil || got.Sent != 100 || got.Answered != 100 || got.Reconnects != 1 || got.Resent < 15 {
		t.Errorf("%+v, %v", got, err)
	}
	if len(seen) != 100 {
		t.Errorf("%d different frames", len(seen))
	}
}

func TestCrowd_LatencyRunsFromTheMomentAFrameWasDue(t *testing.T) {
	t.Parallel()
	addr := host(t, func(conn net.Conn, _ int) {
		first := true
		eachFrame(conn, func(*hj212.Frame) (bool, bool) {
			if first { // a host that stalls once
				time.Sleep(150 * time.Millisecond)
				first = false
			}
			return true, false
		})
	})
	got, err := crowdAt(t, addr).Run(context.Background())
	if err != nil || got.Answered != 100 {
		t.Fatalf("%+v, %v", got, err)
	}
	// All but the last third were due while the host stalled.
	if got.P50 < 50 || got.Max < 149 {
		t.Errorf("the stall is hidden: %+v", got)
	}
}

func TestCrowd_GivesUpAndTellsWhatIsUnanswered(t *testing.T) {
	t.Parallel()
	addr := host(t, func(conn net.Conn, _ int) {
		n := 0
		eachFrame(conn, func(*hj212.Frame) (bool, bool) { n++; return n <= 10, false })
	})
	c := crowdAt(t, addr)
	c.OverTime, c.Patience = 50*time.Millisecond, 200*time.Millisecond
	got, err := c.Run(context.Background())
	if err != nil || got.Sent != 100 || got.Answered != 10 || got.Resent == 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestCheck_FindsLostDoubledAndChangedFrames(t *testing.T) {
	t.Parallel()
	addr := host(t, func(conn net.Conn, _ int) {
		eachFrame(conn, func(*hj212.Frame) (bool, bool) { return true, false })
	})
	c := crowdAt(t, addr)
	if _, err := c.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	k, n := c.Check(), 0
	if err := c.Each(func(station int, at time.Time, frame []byte, answered bool) error {
		if !answered {
			t.Error("not answered")
		}
		stamp := string(hj212.AppendTime(nil, at))
		switch n++; n {
		case 5: // lost
			return nil
		case 6:
			k.See(MN(station), "2011", stamp, frame)
		case 7:
			frame = bytes.Replace(bytes.Clone(frame), []byte("Rtd="), []byte("Rtd=9"), 1)
		}
		k.See(MN(station), "2011", stamp, frame)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	k.See("OTHER", "2011", "20261101000000", nil)
	if k.Stored != 98 || k.Duplicated != 1 || k.Strange != 1 || k.Lost() != 2 {
		t.Errorf("%+v, lost %d", k, k.Lost())
	}
}

func TestFrames_AreReadableAndOfTheirSize(t *testing.T) {
	t.Parallel()
	for _, minute := range []bool{false, true} {
		f := newFrames(minute, []int{7})
		a := f.append(nil, 0, 7, time.Date(2026, 11, 1, 0, 0, 0, 0, hj212.Beijing))
		var sc hj212.Scanner
		if _, err := io.Copy(&sc, bytes.NewReader(a)); err != nil {
			t.Fatal(err)
		}
		var fr hj212.Frame
		var area hj212.Area
		if !sc.Next(&fr) || !fr.OK() || fr.ParseItems(&area) != 0 || len(area.Items) != Factors || len(a) < 450 || len(a) > 900 {
			t.Errorf("%d bytes: %s", len(a), a)
		}
		if n, ok := stationOf(string(fr.MN)); !ok || n != 7 {
			t.Errorf("MN %s", fr.MN)
		}
	}
}
