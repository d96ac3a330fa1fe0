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
	"github.com/qingshao/qingshao/internal/fault"
)

// bulky is a frame whose log text fills pages.
func bulky(n int) []byte {
	return framed("QN=20261121093%03d000;ST=31;CN=3020;PW=123456;MN=MN1;Flag=5;CP=&&DataTime=202611210%d%02d%02d;PolId=a21026;i11001-Info=//%s//&&",
		n%60, n/3600, n/60%60, n%60, strings.Repeat(fmt.Sprint(n*7919), 100))
}

// A full disk: the commit fails, nothing is answered or half written, the store
// goes on by itself when there is room again.
func TestFullDisk_NothingIsAnsweredAndItRecovers(t *testing.T) {
	t.Parallel()
	b := open(t, sqlite(t))
	b.device("MN1", enterprise.Gas)
	b.want(b.send(bulky(0)), Stored)
	// The writer's goroutine rests: Submit has returned.
	if _, err := b.s.shards.all["202611"].write.Exec(`PRAGMA max_page_count = 1`); err != nil {
		t.Fatal(err)
	}
	var group [][]byte
	for i := 1; i < 400; i++ {
		group = append(group, bulky(i))
	}
	for _, o := range b.send(group...) {
		if o != Failed {
			t.Fatalf("outcome %v on a full disk", o)
		}
	}
	if got := b.since(0); len(got) != 1 {
		t.Errorf("%d frames are visible", len(got))
	}
	if why := fault.Sentence(b.s.Failing(), ""); !strings.Contains(why, "空间已满") {
		t.Errorf("it says %q", why)
	}
	for _, o := range b.send(group...) { // the file was opened anew, without the bound
		if o != Stored {
			t.Fatalf("outcome %v with room again", o)
		}
	}
	if err := b.s.Failing(); err != nil {
		t.Errorf("it goes on, and says %v", err)
	}
	b.want(b.send(group[7], bulky(0)), Duplicate, Duplicate)
	for range 2 {
		if got := b.since(0); len(got) != 400 {
			t.Errorf("%d frames, want 400", len(got))
		}
		b.restart()
	}
}

// The database server drops its connections: frames of that commit are either
// answered or not; after their repeats each is stored once.
func TestLostConnections_AreTakenUpAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Engine() != db.Postgres {
			t.Skip("SQLite has no connections to lose")
		}
		ctx := context.Background()
		b := open(t, d)
		b.device("MN1", enterprise.Gas)
		var want []string
		for i := range 30 {
			if i%5 == 2 {
				if _, err := d.Pool().Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
					t.Fatal(err)
				}
			}
			at := fmt.Sprintf("202611210930%02d", i)
			raw := frame("MN1", "31", "2011", at, "a21026-Rtd=1")
			want = append(want, "MN1 2011 "+at+" v1 a21026-Rtd=1")
			ok := false
			for try := 0; try < 10 && !ok; try++ { // as a device does
				ok = b.send(raw)[0].Answered()
			}
			if !ok {
				t.Fatalf("frame %d was never taken", i)
			}
		}
		for range 2 {
			if diff := cmp.Diff(want, told(b.since(0))); diff != "" {
				t.Error(diff)
			}
			b.restart()
		}
	})
}

// A reader that follows through failures sees each frame once and in order.
func TestSince_AcrossAFailedCommit(t *testing.T) {
	t.Parallel()
	b := open(t, sqlite(t))
	b.device("MN1", enterprise.Gas)
	var got []Record
	cursor := int64(0)
	follow := func() {
		t.Helper()
		out, next, err := b.s.Since(context.Background(), cursor, 1000)
		if err != nil {
			t.Fatal(err)
		}
		got, cursor = append(got, out...), next
	}
	for i := range 6 {
		raw := frame("MN1", "31", "2011", fmt.Sprintf("202611210930%02d", i), "a21026-Rtd=1")
		if i%2 == 1 {
			if _, err := b.s.shards.all["202611"].write.Exec(`PRAGMA max_page_count = 1`); err != nil {
				t.Fatal(err)
			}
			var many [][]byte
			for n := range 150 {
				many = append(many, bulky(200*i+n))
			}
			if o := b.send(many...)[0]; o != Failed {
				t.Fatalf("outcome %v on a full disk", o)
			}
			follow()
		}
		for b.send(raw)[0] == Failed {
		}
		follow()
	}
	seen := map[string]int{}
	for _, r := range got {
		seen[fmt.Sprint(r.CN, r.Time)]++
	}
	for k, n := range seen {
		if n != 1 {
			t.Errorf("%s came %d times", k, n)
		}
	}
	if all := b.since(0); len(all) != len(got) {
		t.Errorf("followed %d, stored %d", len(got), len(all))
	}
}

// Bytes that no text column takes, from a sender that nobody knows, hold up
// nobody: they go to quarantine.
func TestStrangeMN_IsNotParked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := open(t, d)
		b.device("MN1", enterprise.Gas)
		good := frame("MN1", "31", "2011", "20261121093000", "a21026-Rtd=1")
		for i, mn := range []string{"\xd6\xd0", "A\x00B", "A B", strings.Repeat("M", maxMN+1)} {
			got := b.send(frame(mn, "31", "2011", "20261121093000", fmt.Sprintf("a21026-Rtd=%d", i)), good)
			if got[0] != Refused || !got[1].Answered() {
				t.Errorf("%q: %v", mn, got)
			}
		}
		b.want(b.send(frame("", "31", "2011", "20261121093000", "a21026-Rtd=1")), Parked)
		page, err := b.s.QuarantineList(context.Background(), b.devices.policy, duty, QuarantineQuery{Reason: WrongMN})
		if err != nil || len(page.Items) != 4 {
			t.Errorf("%d in quarantine, %v", len(page.Items), err)
		}
	})
}

// A group that the database refuses fails alone.
func TestCommit_APoisonedGroupFailsAlone(t *testing.T) {
	t.Parallel()
	b := &bench{t: t, d: sqlite(t)}
	b.start(Options{Gather: 20e6})
	b.device("MN1", enterprise.Gas)
	b.want(b.send(frame("MN1", "31", "2011", "20261121093000", "a21026-Rtd=1")), Stored)
	// A row that the table cannot take: its version is not free to be chosen.
	if _, err := b.s.shards.all["202611"].write.Exec(`CREATE TRIGGER poison BEFORE INSERT ON tele_row WHEN NEW.part = 13 BEGIN SELECT RAISE(ABORT, 'poisoned'); END`); err != nil {
		t.Fatal(err)
	}
	groups := []*Group{}
	for i := range 5 {
		pno := i + 11 // the third is poisoned
		groups = append(groups, group(t, b.d.Now(), framed("QN=20261121093000123;ST=31;CN=2051;PW=123456;MN=MN1;Flag=7;PNUM=99;PNO=%d;CP=&&DataTime=20261121090000;a21026-Avg=1&&", pno)))
	}
	done := make(chan error, len(groups))
	for _, g := range groups {
		go func() { done <- b.s.Submit(context.Background(), g) }()
	}
	for range groups {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	for i, g := range groups {
		want := Stored
		if i == 2 {
			want = Failed
		}
		if g.Entries[0].Outcome != want {
			t.Errorf("group %d: %v, want %v", i, g.Entries[0].Outcome, want)
		}
	}
}
