package telemetry

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/decimal"
)

// eachPoint walks the official values of an outlet as curves show them, of some
// factors or of all: by factor and time, and of one time the newest version last.
func eachPoint(ctx context.Context, tx *db.Tx, p Period, q SeriesQuery, f func(code string, p Point) error) error {
	args := []any{q.OutletID, q.From.UnixMicro(), q.To.UnixMicro()}
	among := ""
	if len(q.Factors) > 0 {
		marks := make([]string, len(q.Factors))
		for i, code := range q.Factors {
			args = append(args, code)
			marks[i] = fmt.Sprintf("$%d", len(args))
		}
		among = ` AND factor IN (` + strings.Join(marks, ", ") + `)`
	}
	found, err := tx.QueryContext(ctx, `SELECT factor, at, value, converted, min, max, total, flag, source FROM `+p.table()+`
		WHERE outlet_id = $1 AND at >= $2 AND at < $3`+among+` ORDER BY factor, at, version`, args...)
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		var code string
		var at int64
		var num [5]sql.NullFloat64
		var x Point
		if err := found.Scan(&code, &at, &num[0], &num[1], &num[2], &num[3], &num[4], &x.Flag, &x.Source); err != nil {
			return err
		}
		value, total := number(num[0]), number(num[4])
		if value == nil {
			value = total
		}
		if value == nil {
			continue
		}
		x.At, x.Value, x.Converted, x.Min, x.Max = time.UnixMicro(at).UTC(), *value, number(num[1]), number(num[2]), number(num[3])
		if err := f(code, x); err != nil {
			return err
		}
	}
	return found.Err()
}

func number(v sql.NullFloat64) *decimal.Decimal {
	if d, ok := decimal.FromFloat(v.Float64); ok && v.Valid {
		return &d
	}
	return nil
}
