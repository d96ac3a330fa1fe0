//go:build soak

package soak

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/demo"
	"github.com/qingshao/qingshao/internal/world"
)

var (
	kills  = flag.Int("kills", 50, "how often the server is killed")
	frames = flag.Int("frames", 16000, "how many frames the monitors send")
	rate   = flag.Int("rate", 300, "frames a second")
)

// Whatever instant the server dies at: every frame that it answered is stored,
// once; and its alarms are those of a server that never died.
func TestKill_SQLite(t *testing.T) {
	killed(t, func() string { return "" })
}

// The same with PostgreSQL (the server dies, the database does not).
func TestKill_PostgreSQL(t *testing.T) {
	killed(t, func() string { return dbtest.NewPostgres(t) })
}

func killed(t *testing.T, database func() string) {
	start := time.Now().AddDate(0, 0, -2).Truncate(24 * time.Hour).Format(time.RFC3339)
	calm := equip(t, database())
	calm.start()
	sum, _ := simulate(t, calm, start, 4**rate)
	if sum.Sent != *frames || sum.Answered != *frames || sum.Reconnects != 0 {
		t.Fatalf("undisturbed: %+v", sum)
	}
	want := calm.settled()
	if len(want) < 5 || !strings.HasPrefix(want[len(want)-1], "clue: ") {
		t.Fatalf("the run raises too little to compare: %v", want)
	}
	t.Logf("%d alarms and clues to compare", len(want))
	calm.stop()

	s := equip(t, database())
	s.start()
	stop, ended := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		defer func() { ended <- n }()
		for n < *kills {
			select {
			case <-stop:
				return
			case <-time.After(time.Duration(100+rand.IntN(700)) * time.Millisecond):
			}
			s.kill()
			n++
			s.start()
		}
	}()
	sum, manifest := simulate(t, s, start, *rate)
	close(stop)
	n := <-ended
	t.Logf("killed %d times: %+v", n, sum)
	if n < *kills {
		t.Errorf("the run was over after %d kills; send more frames", n)
	}
	if sum.Answered != *frames {
		t.Errorf("%d of %d answered", sum.Answered, *frames)
	}
	once(t, s, manifest)
	if d := cmp.Diff(want, s.settled()); d != "" {
		t.Errorf("alarms of the killed run differ (- undisturbed, + killed):\n%s", d)
	}
	s.stop()
	once(t, s, manifest)
	if out := s.command("verify"); len(out) == 0 {
		t.Error("verify prints no checkpoint")
	}
}

// equip makes a site that knows the monitors of the world.
func equip(t *testing.T, database string) *site {
	t.Helper()
	s := newSite(t, database)
	s.token = strings.TrimSpace(string(s.command("user", "add", "--name", "值班员", "--role", "duty", "--area", "330300", "--token")))
	s.start()
	if _, err := demo.Register(t.Context(), "http://"+s.http, s.token, world.New(seed)); err != nil {
		t.Fatal(err)
	}
	s.stop()
	return s
}

const seed = 20261121

type summary struct {
	Sent, Answered, Resent, Reconnects int
	P99                                float64 `json:"p99_ms"`
}

// simulate sends the world's frames to the site; what is sent depends on seed,
// start, devices, connections and count, not on the rate or on any restart.
func simulate(t *testing.T, s *site, start string, perSecond int) (summary, []world.Entry) {
	t.Helper()
	file := filepath.Join(t.TempDir(), fmt.Sprintf("manifest-%d.jsonl", time.Now().UnixNano()))
	cmd := exec.Command(qingshao(t), "simulate", "--target", s.hj212, "--seed", fmt.Sprint(seed), "--start", start, "--connections", "8",
		"--interval", "10m", "--incident", "exceed", "--frames", fmt.Sprint(*frames), "--rate", fmt.Sprint(perSecond), "--manifest", file)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("simulate: %v: %s %s", err, out, errs.String())
	}
	var sum summary
	if err := json.Unmarshal(out, &sum); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	entries, err := world.ReadManifest(f)
	if err != nil {
		t.Fatal(err)
	}
	return sum, entries
}

// once checks that every answered frame is stored exactly once, unchanged.
func once(t *testing.T, s *site, manifest []world.Entry) {
	t.Helper()
	type key struct {
		mn, cn, datatime string
		pno              int
	}
	have := map[key][]stored{}
	for _, e := range s.export() {
		k := key{e.MN, e.CN, e.DataTime, e.PNO}
		have[k] = append(have[k], e)
	}
	bad := 0
	for _, e := range manifest {
		list := have[key{e.MN, e.CN, e.DataTime, e.PNO}]
		if len(list) == 1 && strings.TrimRight(list[0].Raw, "\r\n") == e.Raw {
			continue
		}
		if bad++; bad <= 5 {
			t.Errorf("answered, and stored %d times: %s\n%+v", len(list), e.Raw, list)
		}
	}
	if bad > 0 {
		t.Errorf("%d of %d answered frames are not stored exactly once", bad, len(manifest))
	}
	t.Logf("%d answered frames, each stored once", len(manifest)-bad)
}
