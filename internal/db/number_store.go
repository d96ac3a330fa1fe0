package db

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// beijing is where a year begins for the numbers of papers (no summer time).
var beijing = time.FixedZone("CST", 8*3600)

var numberForm = regexp.MustCompile(`^[A-Z]{2,8}-[A-Z]-\d{4}-\d{6}$`)

// ReadNumber recognises the whole number of a paper in what a person searches
// for, so that it is looked up and not searched for.
func ReadNumber(words string) (string, bool) {
	n := strings.ToUpper(strings.TrimSpace(words))
	return n, numberForm.MatchString(n)
}

// NextNumber takes the next number of a series of papers in this year, e.g.
// WZ-W-2026-000123 for the prefix WZ-W. It is taken in the caller's transaction:
// a rollback gives it back, so a series has no holes.
func NextNumber(ctx context.Context, tx *Tx, prefix string) (string, error) {
	name := fmt.Sprintf("%s-%d", prefix, tx.Now.In(beijing).Year())
	var n int64
	err := tx.QueryRowContext(ctx, `INSERT INTO sequence (name, n) VALUES ($1, 1)
		ON CONFLICT (name) DO UPDATE SET n = sequence.n + 1 RETURNING n`, name).Scan(&n)
	return fmt.Sprintf("%s-%06d", name, n), err
}
