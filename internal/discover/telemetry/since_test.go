package telemetry

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/enterprise"
)

// Readers who keep up get the records of one parse; who comes after they are gone
// gets the same by parsing alone.
func TestSince_ReadersShareOneParse(t *testing.T) {
	t.Parallel()
	b := open(t, sqlite(t))
	first, second := b.device("MN1", enterprise.Gas), b.device("MN2", enterprise.Gas)
	for i := range 20 {
		b.want(b.send(frame("MN1", "31", "2011", fmt.Sprintf("202611210930%02d", i), "a21026-Rtd=1"), frame("MN2", "31", "2011", fmt.Sprintf("202611210930%02d", i), "a21026-Rtd=2")), Stored, Stored)
	}
	read := func(want func(int64) bool) []Record {
		t.Helper()
		out, _, err := b.s.SinceOf(context.Background(), 0, 1000, want)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	only := func(num int64) func(int64) bool { return func(n int64) bool { return n == num } }
	before := read(only(second.Num)) // nobody has parsed yet
	lists := make([][]Record, 4)
	var wait sync.WaitGroup
	for i := range lists {
		wait.Go(func() { lists[i] = read(nil) })
	}
	wait.Wait()
	for _, l := range lists {
		if len(l) != 40 || &l[7].Items[0] != &lists[0][7].Items[0] {
			t.Fatalf("%d records, not of the same parse", len(l))
		}
	}
	if after := read(only(second.Num)); len(after) != 20 || cmp.Diff(told(before), told(after)) != "" || &after[3].Items[0] != &lists[0][7].Items[0] {
		t.Errorf("%d records of one device", len(after))
	}
	if n := len(read(only(first.Num + 1_000_000))); n != 0 {
		t.Errorf("%d records of a device that is not there", n)
	}
	for range 2 { // newer batches take the room
		b.s.tail.remember(&parsed{size: parsedBytes}, nil)
	}
	late := read(nil)
	if diff := cmp.Diff(lists[0], late); diff != "" || &late[7].Items[0] == &lists[0][7].Items[0] {
		t.Errorf("a late reader: %s", diff)
	}
	if b.s.tail.parsedBytes > parsedBytes || len(b.s.tail.parsed) != 1 {
		t.Errorf("%d bytes are kept in %d batches", b.s.tail.parsedBytes, len(b.s.tail.parsed))
	}
}
