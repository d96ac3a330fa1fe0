package audit_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
)

var ctx = context.Background()

func newLog(d *db.DB, w ...audit.Witness) *audit.Log {
	return audit.New(d, "wenzhou", slog.New(slog.DiscardHandler), w...)
}

// record writes n acts, each in a transaction of its own.
func record(t *testing.T, d *db.DB, n int) {
	t.Helper()
	for i := range n {
		if err := d.Write(ctx, func(tx *db.Tx) error {
			return audit.Record(ctx, tx, audit.Entry{Actor: fmt.Sprintf("u%d", i%3), Action: "issue.assign", Kind: "issue",
				Subject: fmt.Sprintf("i%d", i), Area: "330302", Detail: map[string]any{"to": "sthj", "n": i}})
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func verify(t *testing.T, l *audit.Log) audit.Report {
	t.Helper()
	return must[audit.Report](t)(l.Verify(ctx))
}

func clean(t *testing.T, l *audit.Log) {
	t.Helper()
	if r := verify(t, l); !r.OK() {
		t.Errorf("an untouched log has findings: %+v", r.Findings)
	}
}

func TestLog_SequencesSignsAndVerifies(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		l := newLog(d)
		record(t, d, 700) // more than a batch, and the first before there is a key
		first := must[audit.Checkpoint](t)(l.Checkpoint(ctx))
		if first.Size != 701 || !strings.HasPrefix(first.Origin, "wenzhou/") { // 700 and the key
			t.Errorf("%+v", first)
		}
		if again := must[audit.Checkpoint](t)(l.Checkpoint(ctx)); again.Note != first.Note {
			t.Error("a log that did not grow was signed twice")
		}
		c.Advance(time.Hour)
		record(t, d, 5)
		second := must[audit.Checkpoint](t)(l.Checkpoint(ctx))
		r := verify(t, l)
		if !r.OK() || r.Size != 706 || r.Checked != 706 || r.Checkpoints != 2 || r.Root != second.Root || r.Origin != first.Origin {
			t.Errorf("%+v", r)
		}
		for _, old := range []audit.Checkpoint{first, second} {
			if got := must[audit.Checkpoint](t)(l.Since(ctx, old.Note)); got.Size != old.Size {
				t.Errorf("since %d: %+v", old.Size, got)
			}
		}
		s := must[audit.Status](t)(l.Status(ctx))
		if s.Size != 706 || s.Pending != 0 || s.Signed != 706 || !s.SignedAt.Equal(c.Now()) {
			t.Errorf("%+v", s)
		}
		again := newLog(d) // a restart keeps the key
		record(t, d, 1)
		must[audit.Checkpoint](t)(again.Checkpoint(ctx))
		if keys := must[[]string](t)(again.Keys(ctx)); len(keys) != 1 {
			t.Errorf("keys %v", keys)
		}
		clean(t, again)
	})
}

func TestLog_EmptyVerifies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := verify(t, newLog(d))
		if !r.OK() || r.Size != 0 || r.Findings == nil {
			t.Errorf("%+v", r)
		}
		if _, err := newLog(d).Newest(ctx); !fault.Is(err, fault.NotFound) {
			t.Errorf("got %v", err)
		}
	})
}

func TestRecord_RolledBackLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		boom := errors.New("boom")
		err := d.Write(ctx, func(tx *db.Tx) error {
			if err := audit.Record(ctx, tx, audit.Entry{Actor: "u", Action: "x.y"}); err != nil {
				return err
			}
			return boom
		})
		if n, serr := newLog(d).Sequence(ctx); !errors.Is(err, boom) || serr != nil || n != 0 {
			t.Errorf("%v: %d %v", err, n, serr)
		}
		err = d.Write(ctx, func(tx *db.Tx) error {
			return audit.Record(ctx, tx, audit.Entry{Actor: "u", Action: "x.y", Detail: func() {}})
		})
		if err == nil {
			t.Error("a detail that is no JSON was recorded")
		}
	})
}

func TestLog_ManyWritersAndTwoSequencers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b := newLog(d), newLog(d)
		var writers, sequencers sync.WaitGroup
		stop := make(chan struct{})
		for _, l := range []*audit.Log{a, b} {
			sequencers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					if _, err := l.Sequence(ctx); err != nil && !fault.Is(err, fault.Unavailable) {
						t.Error(err)
						return
					}
				}
			})
		}
		for range 6 {
			writers.Go(func() { record(t, d, 40) })
		}
		writers.Wait()
		close(stop)
		sequencers.Wait()
		total := 0
		for _, l := range []*audit.Log{a, b} {
			n, err := l.Sequence(ctx)
			if err == nil {
				total++
				_ = n
			}
		}
		if total == 0 {
			t.Error("nobody could finish")
		}
		r := verify(t, a)
		if !r.OK() || r.Size != 240 {
			t.Errorf("size %d, %+v", r.Size, r.Findings)
		}
	})
}

// hold has a node that does nothing hold the lease.
func hold(t *testing.T, d *db.DB, until time.Time) {
	t.Helper()
	if err := d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE audit_head SET lease_owner = 'silent', lease_until = $1`, until.UnixMicro())
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestLease_IsTakenOverAfterACrash(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		heir := newLog(d)
		record(t, d, 2)
		hold(t, d, c.Now().Add(8*time.Second))
		if _, err := heir.Sequence(ctx); !fault.Is(err, fault.Unavailable) {
			t.Errorf("two sequencers at a time: %v", err)
		}
		if _, err := heir.Checkpoint(ctx); !fault.Is(err, fault.Unavailable) {
			t.Errorf("signed with a key that is not in the tree yet: %v", err)
		}
		c.Advance(8 * time.Second)
		if n := must[int](t)(heir.Sequence(ctx)); n != 3 {
			t.Errorf("the heir sequenced %d", n)
		}
		next := newLog(d) // what was not started gives the lease back
		record(t, d, 1)
		if n := must[int](t)(next.Sequence(ctx)); n != 1 {
			t.Errorf("the next one sequenced %d", n)
		}
		clean(t, heir)
	})
}

func TestVerify_FlagsWhatAStandingSequencerLeaves(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		l := newLog(d)
		record(t, d, 1)
		hold(t, d, c.Now().Add(time.Minute))
		c.Advance(10 * time.Second)
		clean(t, l)
		c.Advance(time.Second)
		alone(t, verify(t, l), audit.Unsequenced, -1, "超过 10 秒仍未入链")
		c.Advance(time.Minute) // the lease is over: verify itself sequences
		clean(t, l)
	})
}

func TestKey_OfAnotherInstallationIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		other, err := db.Open(ctx, db.Config{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		must[audit.Checkpoint](t)(newLog(other).Checkpoint(ctx))
		text, err := os.ReadFile(filepath.Join(other.Dir(), audit.KeyFile))
		if err != nil {
			t.Fatal(err)
		}
		mine := filepath.Join(d.Dir(), audit.KeyFile)
		for name, text := range map[string]string{"foreign": string(text), "damaged": "x"} {
			if err := os.WriteFile(mine, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := newLog(d).Checkpoint(ctx); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s key: %v", name, err)
			}
		}
		if err := os.Remove(mine); err != nil {
			t.Fatal(err)
		}
		must[audit.Checkpoint](t)(newLog(d).Checkpoint(ctx))
		if info, err := os.Stat(mine); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("key file: %v %v", info, err)
		}
	})
}

func TestKey_ANewOneIsRegisteredAndOldCheckpointsHold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		record(t, d, 3)
		old := must[audit.Checkpoint](t)(newLog(d).Checkpoint(ctx))
		if err := os.Remove(filepath.Join(d.Dir(), audit.KeyFile)); err != nil {
			t.Fatal(err)
		}
		l := newLog(d)
		record(t, d, 3)
		must[audit.Checkpoint](t)(l.Checkpoint(ctx))
		if keys := must[[]string](t)(l.Keys(ctx)); len(keys) != 2 {
			t.Errorf("keys %v", keys)
		}
		must[audit.Checkpoint](t)(l.Since(ctx, old.Note))
		clean(t, l)
	})
}

func TestProve_EveryEntryAndNoOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := newLog(d)
		record(t, d, 13)
		must[audit.Checkpoint](t)(l.Checkpoint(ctx))
		keys := must[[]string](t)(l.Keys(ctx))
		page := must[db.Page[audit.Row]](t)(l.List(ctx, audit.Filter{}, "", 100))
		if len(page.Items) != 14 {
			t.Fatalf("%d rows", len(page.Items))
		}
		var foreign audit.Proof
		for _, row := range page.Items {
			p := must[audit.Proof](t)(l.Prove(ctx, row.ID))
			if err := p.Check(keys...); err != nil || p.Seq != row.Seq || p.Size != 14 {
				t.Errorf("proof of %s: %v", row.ID, err)
			}
			lie := p
			lie.Body = bytes.Replace(p.Body, []byte(`"actor":"u`), []byte(`"actor":"v`), 1)
			if !bytes.Equal(lie.Body, p.Body) && lie.Check(keys...) == nil {
				t.Error("an edited entry was proved")
			}
			lie = p
			lie.Seq = (p.Seq + 1) % p.Size
			if lie.Check(keys...) == nil {
				t.Error("an entry was proved at another place")
			}
			foreign = p
		}
		if foreign.Check() == nil {
			t.Error("a proof was believed without a known key")
		}
		if _, err := l.Prove(ctx, "nobody"); !fault.Is(err, fault.NotFound) {
			t.Errorf("got %v", err)
		}
	})
}

func TestList_FiltersAndPages(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		l := newLog(d)
		begin := c.Now()
		record(t, d, 7) // u0 u1 u2 u0 u1 u2 u0
		c.Advance(time.Hour)
		if err := d.Write(ctx, func(tx *db.Tx) error {
			return audit.Record(ctx, tx, audit.Entry{Actor: "system:job", Action: "clue.merge", Kind: "clue", Subject: "c1"})
		}); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			f    audit.Filter
			want int
		}{
			"all":              {audit.Filter{}, 8},
			"one person":       {audit.Filter{Actor: "u0"}, 3},
			"one action":       {audit.Filter{Action: "issue.assign"}, 7},
			"actions of kind":  {audit.Filter{Action: "clue."}, 1},
			"not a prefix":     {audit.Filter{Action: "clu."}, 0},
			"one subject":      {audit.Filter{Kind: "issue", Subject: "i3"}, 1},
			"until":            {audit.Filter{To: begin.Add(time.Hour)}, 7},
			"from":             {audit.Filter{From: begin.Add(time.Hour)}, 1},
			"words":            {audit.Filter{Words: "STHJ"}, 7},
			"words with signs": {audit.Filter{Words: "%"}, 0},
			"nobody":           {audit.Filter{Actor: "u9"}, 0},
		} {
			p := must[db.Page[audit.Row]](t)(l.List(ctx, c.f, "", 50))
			if len(p.Items) != c.want || p.Total != c.want || p.Next != "" || p.Items == nil {
				t.Errorf("%s: %d items, total %d, next %q; want %d", name, len(p.Items), p.Total, p.Next, c.want)
			}
		}
		var seen []string
		for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
			p := must[db.Page[audit.Row]](t)(l.List(ctx, audit.Filter{}, cursor, 3))
			for _, r := range p.Items {
				seen = append(seen, r.Subject)
			}
			cursor = p.Next
		}
		if got := strings.Join(seen, " "); got != "c1 i6 i5 i4 i3 i2 i1 i0" {
			t.Errorf("paged through %s", got)
		}
		p := must[db.Page[audit.Row]](t)(l.List(ctx, audit.Filter{Subject: "i3"}, "", 1))
		r := p.Items[0]
		if r.Seq != -1 || r.Actor != "u0" || r.Area != "330302" || string(r.Detail) != `{"n":3,"to":"sthj"}` || !r.At.Equal(begin) {
			t.Errorf("row %+v", r)
		}
		if _, err := l.List(ctx, audit.Filter{}, "nonsense", 3); !fault.Is(err, fault.Invalid) {
			t.Errorf("got %v", err)
		}
	})
}

func TestExport_LinesProveThemselves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := newLog(d)
		record(t, d, 300) // more than a page
		var out bytes.Buffer
		n := must[int](t)(l.Export(ctx, audit.Filter{Action: "issue."}, &out))
		lines := bufio.NewScanner(&out)
		lines.Buffer(nil, 1<<20)
		if !lines.Scan() {
			t.Fatal("empty export")
		}
		var head struct {
			Origin, Checkpoint string
			Keys               []string
		}
		if err := json.Unmarshal(lines.Bytes(), &head); err != nil || len(head.Keys) != 1 || !strings.HasPrefix(head.Checkpoint, head.Origin) {
			t.Fatalf("%+v %v", head, err)
		}
		count, last := 0, int64(-1)
		for ; lines.Scan(); count++ {
			var p audit.Proof
			if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
				t.Fatal(err)
			}
			p.Checkpoint = head.Checkpoint
			if err := p.Check(head.Keys...); err != nil || p.Seq <= last {
				t.Fatalf("line %d: %v", count, err)
			}
			last = p.Seq
		}
		if count != 300 || n != 300 {
			t.Errorf("%d lines, reported %d", count, n)
		}
	})
}

func TestTestify_WitnessesGetTheCheckpoint(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var mu sync.Mutex
		var got []string
		answer := http.StatusInternalServerError
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			text, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			got = append(got, string(text))
			w.WriteHeader(answer)
		}))
		defer s.Close()
		l := newLog(d, audit.WebhookWitness(s.URL))
		record(t, d, 3)
		if err := l.Testify(ctx); err == nil {
			t.Error("a witness that refused was not reported")
		}
		mu.Lock()
		answer = http.StatusOK
		mu.Unlock()
		for range 2 { // a repetition is no error
			if err := l.Testify(ctx); err != nil {
				t.Error(err)
			}
		}
		c := must[audit.Checkpoint](t)(l.Newest(ctx))
		if len(got) != 3 || got[2] != c.Note {
			t.Errorf("the webhook got %q", got)
		}
		text, err := os.ReadFile(filepath.Join(d.Dir(), audit.WitnessFolder, "checkpoint-000000000004.txt"))
		if err != nil || string(text) != c.Note {
			t.Errorf("file witness: %q %v", text, err)
		}
		if r := verify(t, l); !r.OK() || r.Checkpoints != 4 { // stored, file, and what both were given
			t.Errorf("%+v", r)
		}
	})
}

// Not parallel: it counts goroutines.
func TestStartStop_WithinASecondAndNothingLeft(t *testing.T) {
	d, err := db.Open(ctx, db.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	before := goleak.IgnoreCurrent()
	l := newLog(d)
	if err := l.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if l.Start(ctx) == nil {
		t.Error("started twice")
	}
	record(t, d, 3)
	begun := time.Now()
	for must[audit.Status](t)(l.Status(ctx)).Size < 4 {
		if time.Since(begun) > 20*time.Second {
			t.Fatal("not sequenced")
		}
		time.Sleep(10 * time.Millisecond) // the sequencer runs by real time
	}
	record(t, d, 2)
	if err := l.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	if err := l.Stop(ctx); err != nil {
		t.Errorf("a second stop: %v", err)
	}
	if s := must[audit.Status](t)(l.Status(ctx)); s.Size != 6 || s.Signed != 6 {
		t.Errorf("after the stop: %+v", s)
	}
	goleak.VerifyNone(t, before)
}
