package ambient

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/decimal"
)

// Manual is a laboratory's result of a month.
type Manual struct {
	Month   Month
	Factor  string
	Value   decimal.Decimal
	Below   bool // not found; the value is the limit of detection
	Version int
	Reason  string
	Author  string
	At      time.Time
}

type manualRow struct {
	station int64
	Manual
}

func scanManual(r db.Scanner) (m manualRow, err error) {
	var value string
	var created int64
	if err = r.Scan(&m.station, &m.Month, &m.Factor, &m.Version, &value, &m.Below, &m.Reason, &m.Author, &created); err != nil {
		return m, err
	}
	m.At = moment(created)
	m.Value, err = decimal.Parse(value)
	return m, err
}

const manualColumns = `station, month, factor, version, value, below, reason, author, created_at`

// manualOf reads the newest results of a station, or of all with station 0.
func manualOf(ctx context.Context, tx *db.Tx, station int64, from, to Month) ([]manualRow, error) {
	where, args := `month >= $1 AND month <= $2`, []any{from, to}
	if station != 0 {
		where, args = where+` AND station = $3`, append(args, station)
	}
	list, err := db.All(ctx, tx, scanManual, `SELECT `+manualColumns+` FROM ambient_manual WHERE `+where+` ORDER BY station, month, factor, version`, args...)
	if err != nil {
		return nil, err
	}
	out := list[:0]
	for _, x := range list {
		if n := len(out); n > 0 && out[n-1].station == x.station && out[n-1].Month == x.Month && out[n-1].Factor == x.Factor {
			out[n-1] = x
			continue
		}
		out = append(out, x)
	}
	return out, nil
}

// manualVersions reads all versions of one result, the first first.
func manualVersions(ctx context.Context, tx *db.Tx, station int64, m Month, factor string) ([]Manual, error) {
	list, err := db.All(ctx, tx, scanManual, `SELECT `+manualColumns+` FROM ambient_manual WHERE station = $1 AND month = $2 AND factor = $3 ORDER BY version`, station, m, factor)
	out := make([]Manual, 0, len(list))
	for _, x := range list {
		out = append(out, x.Manual)
	}
	return out, err
}

func insertManual(ctx context.Context, tx *db.Tx, station int64, m Manual) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO ambient_manual (station, month, factor, version, value, below, reason, author, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		station, m.Month, m.Factor, m.Version, m.Value.String(), m.Below, m.Reason, m.Author, tx.Micros())
	return err
}
