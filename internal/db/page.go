package db

import (
	"context"
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/qingshao/qingshao/internal/fault"
)

// Page is one page of a list: keyset paging, with a count that stops at
// CountCap ("1,000+").
type Page[T any] struct {
	Items  []T
	Next   string // cursor of the next page, "" at the end
	Total  int
	Capped bool // there are more than Total
}

// CountCap is where counting stops.
const CountCap = 1000

// Count counts the rows of "SELECT 1 FROM …" up to CountCap.
func Count(ctx context.Context, tx *Tx, query string, args ...any) (n int, capped bool, err error) {
	n, err = One(ctx, tx, Value[int], `SELECT COUNT(*) FROM (`+query+` LIMIT 1001) AS counted`, args...)
	if n > CountCap {
		return CountCap, true, err
	}
	return n, false, err
}

// Cursor packs the last row's sort key into an opaque text.
func Cursor(key ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(key, "\x00")))
}

// ReadCursor unpacks a cursor of n parts; it reports false for anything else.
func ReadCursor(cursor string, n int) ([]string, bool) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || cursor == "" || !utf8.Valid(text) {
		return nil, false
	}
	key := strings.Split(string(text), "\x00")
	return key, len(key) == n
}

// LikeAny is the pattern that finds text anywhere, with the pattern's own signs
// taken literally; the query says ESCAPE '\'.
func LikeAny(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text) + "%"
}

// Before reads the cursor of a list that is sorted by one key: the key that the
// page before ended with, "" for the first page. What is no cursor is Invalid.
func Before(cursor string) (string, error) {
	if cursor == "" {
		return "", nil
	}
	key, ok := ReadCursor(cursor, 1)
	if !ok {
		return "", fault.Invalidf("翻页位置无效，请从第一页重新查询").With("cursor", "无效")
	}
	return key[0], nil
}
