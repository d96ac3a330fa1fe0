package app

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/gateway/meter"
	"github.com/qingshao/qingshao/internal/mapping"
	"github.com/qingshao/qingshao/internal/world"
	"github.com/qingshao/qingshao/mqtt"
)

var dutyOfficer = auth.Actor{ID: "u-duty", Roles: []auth.Role{auth.Duty}, Area: "330300"}

// program is the whole program on a data folder.
func program(t testing.TB, dir, url string) *App {
	t.Helper()
	a, err := New(context.Background(), Config{Dir: dir, Database: url, Listen: "127.0.0.1:0", MQTT: "127.0.0.1:0", Profile: "wenzhou", Version: "test", Manual: true,
		Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	return a
}

func stop(t testing.TB, a *App) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := a.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// metered registers a meter at a new enterprise.
func metered(t testing.TB, a *App, mn string) (meter.Meter, string) {
	t.Helper()
	ctx := context.Background()
	e, err := a.enterprises.Create(ctx, dutyOfficer, enterprise.Enterprise{Name: "（演示）" + mn, Area: "330302"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := a.meters.CreateProfile(ctx, dutyOfficer, meter.Profile{Name: "单表", Mapping: mapping.Presets()[0].Mapping})
	if err != nil {
		t.Fatal(err)
	}
	m, secret, err := a.meters.Register(ctx, dutyOfficer, meter.Meter{MN: mn, EnterpriseID: e.ID, Name: "表", ProfileID: p.ID})
	if err != nil {
		t.Fatal(err)
	}
	return m, secret
}

func onBoth(t *testing.T, f func(t *testing.T, dir, url string)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); f(t, dbtest.Dir(t), "") })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); f(t, dbtest.Dir(t), dbtest.NewPostgres(t)) })
}

// block keeps every commit of readings waiting until free is called: a lock on
// the month's file, or on the row that numbers the batches.
func block(t *testing.T, dir, url, month string) (free func()) {
	t.Helper()
	driver, dsn, statement := "sqlite", filepath.Join(dir, "tele-"+month+".db"), `BEGIN IMMEDIATE`
	if url != "" {
		driver, dsn, statement = "pgx", url, `BEGIN; SELECT seq FROM tele_head FOR UPDATE`
	}
	h, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	h.SetMaxOpenConns(1)
	if _, err := h.Exec(statement); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := h.Exec(`ROLLBACK`); err != nil {
			t.Error(err)
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestMQTT_AcknowledgedAfterCommit holds the commit up in the database itself: no
// PUBACK leaves meanwhile, a ping neither, and it comes when the commit is free.
func TestMQTT_AcknowledgedAfterCommit(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, dir, url string) {
		a := program(t, dir, url)
		defer stop(t, a)
		m, secret := metered(t, a, "GW-1")
		r, err := world.DialMQTT(context.Background(), a.MQTT(), world.Hello("GW-1", secret))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		payload := func(n int) []byte { return fmt.Appendf(nil, `{"ts":%d,"values":{"Ia":%d}}`, 1795564800+n, n) } // 2026-11-25
		if err := r.Publish("v1/up", payload(1)); err != nil {
			t.Fatal(err)
		}
		free := block(t, dir, url, "202611")
		id, err := r.Send("v1/up", payload(2))
		if err != nil {
			t.Fatal(err)
		}
		var timeout net.Error
		if p, err := r.Get(400 * time.Millisecond); !errors.As(err, &timeout) || !timeout.Timeout() {
			t.Fatalf("while the commit waits: %+v %v", p, err)
		}
		if s := a.broker.Stats(); s.Messages != 2 || s.Acknowledged != 1 {
			t.Errorf("%+v", s)
		}
		free()
		p, err := r.Get(20 * time.Second)
		if err != nil || p.Type != mqtt.Puback || p.ID != id {
			t.Fatalf("after it: %+v %v", p, err)
		}
		list, _, err := a.telemetry.MetersReadings(context.Background(), telemetry.MeterQuery{Device: m.Num, From: time.Unix(1795564800, 0), To: time.Unix(1795568400, 0)})
		if err != nil || len(list) != 2 {
			t.Errorf("%d readings %v", len(list), err)
		}
	})
}

// TestMQTT_Lost: a client that vanishes is reported with its will, one that
// takes its leave without it, and the second connection of a client ends the
// first without news.
func TestMQTT_Lost(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, dir, url string) {
		ctx := context.Background()
		a := program(t, dir, url)
		m, secret := metered(t, a, "GW-1")
		connect := func() *world.Reporter {
			t.Helper()
			r, err := world.DialMQTT(ctx, a.MQTT(), world.Hello("GW-1", secret))
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		events := func(n int) string {
			t.Helper()
			for deadline := time.Now().Add(20 * time.Second); ; {
				list, err := a.meters.Events(ctx, m.ID, 50)
				if err != nil {
					t.Fatal(err)
				}
				if len(list) >= n || time.Now().After(deadline) {
					var told []string
					for _, e := range list {
						told = append([]string{strings.TrimSpace(e.Kind + " " + e.Reason + " " + e.Will)}, told...)
					}
					return strings.Join(told, ", ")
				}
			}
		}
		r := connect()
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		want := "online connect, offline lost status/GW-1：offline"
		if got := events(2); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		r = connect()
		if err := r.Put(mqtt.Packet{Type: mqtt.Disconnect}); err != nil {
			t.Fatal(err)
		}
		want += ", online connect, offline disconnect"
		if got := events(4); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		_ = r.Close()
		first := connect()
		second := connect()
		if _, err := first.Get(20 * time.Second); err == nil {
			t.Error("the first connection goes on")
		}
		// A secret that is renewed ends the connection at its next word.
		if _, _, err := a.meters.Renew(ctx, dutyOfficer, m.ID, m.Version); err != nil {
			t.Fatal(err)
		}
		if err := second.Put(mqtt.Packet{Type: mqtt.Pingreq}); err != nil {
			t.Fatal(err)
		}
		if p, err := second.Get(20 * time.Second); err == nil {
			t.Errorf("after the renewal: %+v", p)
		}
		want += ", online connect, offline retired status/GW-1：offline"
		if got := events(6); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		stop(t, a)
	})
}

// The server that TestKill kills is this test binary, started again with the
// variable set to the data folder and, behind a |, the database.
const childVariable = "QINGSHAO_TEST_MQTT"

func TestKillMQTT_Child(t *testing.T) {
	at := os.Getenv(childVariable)
	if at == "" {
		t.Skip("runs as the server of TestKillMQTT only")
	}
	dir, url, _ := strings.Cut(at, "|")
	a := program(t, dir, url)
	fmt.Printf("listening %s\n", a.MQTT())
	_, _ = os.Stdin.Read(make([]byte, 1)) // until the parent kills us, or is gone
}

func child(t *testing.T, at string) (address string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKillMQTT_Child$", "-test.v", "-test.count=1")
	cmd.Env = append(os.Environ(), childVariable+"="+at)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if a, ok := strings.CutPrefix(lines.Text(), "listening "); ok {
			return a, func() {
				_ = cmd.Process.Kill() // SIGKILL: nothing is tidied up
				_ = cmd.Wait()
				_ = in.Close()
			}
		}
	}
	t.Fatal("the server did not start")
	return "", nil
}

// sender is a meter that keeps every message until it is acknowledged and sends
// it again after a reconnect.
type sender struct {
	mn, secret string
	next       int // first message not yet acknowledged
}

func (s *sender) payload(n int) []byte {
	return fmt.Appendf(nil, `{"ts":%d,"values":{"Ia":%d}}`, 1793448000+10*n, n) // 2026-10-31 20:00, into the next month
}

// run publishes until the connection breaks or all is acknowledged.
func (s *sender) run(address string, upTo int, progress *atomic.Int64) {
	r, err := world.DialMQTT(context.Background(), address, world.Hello(s.mn, s.secret))
	if err != nil {
		return
	}
	defer r.Close()
	var ids []uint16
	const window = 20
	for sent := s.next; s.next < upTo; {
		for ; sent < min(s.next+window, upTo); sent++ {
			id, err := r.Send("up/"+s.mn, s.payload(sent))
			if err != nil {
				return
			}
			ids = append(ids, id)
		}
		p, err := r.Get(20 * time.Second)
		if err != nil || p.Type != mqtt.Puback || p.ID != ids[0] {
			return
		}
		ids = ids[1:]
		s.next++
		progress.Add(1)
	}
}

// TestKillMQTT kills the program in the middle of the load: what was acknowledged
// is stored, exactly once. QINGSHAO_KILLS sets how often (make soak).
func TestKillMQTT_AcknowledgedIsStoredExactlyOnce(t *testing.T) {
	t.Parallel()
	kills := 2
	if s := os.Getenv("QINGSHAO_KILLS"); s != "" {
		kills, _ = strconv.Atoi(s)
	}
	onBoth(t, func(t *testing.T, dir, url string) {
		const meters, each = 4, 150
		upTo := each * kills
		list := make([]*sender, meters)
		a := program(t, dir, url)
		for i := range list {
			list[i] = &sender{mn: fmt.Sprintf("KILL%d", i)}
			_, list[i].secret = metered(t, a, list[i].mn)
		}
		stop(t, a)
		total := int64(meters * upTo)
		var progress atomic.Int64
		for round := range kills + 1 {
			address, kill := child(t, dir+"|"+url)
			var wait sync.WaitGroup
			for _, s := range list {
				wait.Go(func() { s.run(address, upTo, &progress) })
			}
			if round < kills { // in the middle of what is left
				goal := progress.Load() + (total-progress.Load())/int64(kills-round+1)
				tick := time.NewTicker(time.Millisecond)
				deadline := time.After(time.Minute)
				for late := false; progress.Load() < goal && !late; {
					select {
					case <-tick.C:
					case <-deadline:
						late = true
					}
				}
				tick.Stop()
			} else {
				wait.Wait()
			}
			kill()
			wait.Wait()
		}
		a = program(t, dir, url)
		defer stop(t, a)
		stored := map[string]int{}
		if err := telemetry.Export(context.Background(), a.db, telemetry.ExportQuery{}, func(x telemetry.Exported) error { stored[x.MN+string(x.Raw)]++; return nil }); err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			if s.next != upTo {
				t.Fatalf("%s: %d of %d acknowledged", s.mn, s.next, upTo)
			}
			for n := range upTo {
				if k := stored[s.mn+string(s.payload(n))]; k != 1 {
					t.Fatalf("stored %d times: %s %s", k, s.mn, s.payload(n))
				}
			}
		}
	})
}
