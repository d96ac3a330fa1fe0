package db_test

import (
	"context"
	"testing"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

func TestGuard_OneServerAtATime(t *testing.T) {
	t.Parallel()
	d, err := db.Open(context.Background(), db.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	free, err := d.Guard()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Guard(); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second server: %v", err)
	}
	if err := free(); err != nil {
		t.Fatal(err)
	}
	free, err = d.Guard()
	if err != nil {
		t.Fatalf("after the first has gone: %v", err)
	}
	if err := free(); err != nil {
		t.Fatal(err)
	}
}
