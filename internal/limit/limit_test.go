package limit

import (
	"fmt"
	"testing"
	"time"
)

func TestBook_EachKeyItsOwnBucket(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	b := New(time.Minute, 2, 10)
	for i, want := range []bool{true, true, false, false} {
		if b.Allow("a", now) != want {
			t.Errorf("%d: want %v", i, want)
		}
	}
	if !b.Allow("b", now) {
		t.Error("another sender is held up")
	}
	if b.Allow("a", now.Add(59*time.Second)) || !b.Allow("a", now.Add(61*time.Second)) {
		t.Error("a token a minute")
	}
}

func TestBook_MemoryIsBounded(t *testing.T) {
	t.Parallel()
	b := New(time.Hour, 1, 100)
	for i := range 10_000 {
		b.Allow(fmt.Sprint(i), time.Time{})
	}
	if len(b.keys) > 100 {
		t.Errorf("%d keys", len(b.keys))
	}
}
