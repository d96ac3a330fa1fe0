package ambient

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

// row is a day of a factor of a station, one version.
type row struct {
	station int64
	factor  string
	day     Day
	version int
	slots   slots
}

func scanRow(r db.Scanner) (x row, err error) {
	var data []byte
	if err = r.Scan(&x.station, &x.factor, &x.day, &x.version, &data); err == nil {
		x.slots, err = unpackSlots(data)
	}
	return x, err
}

// rowsOf reads the newest versions of a station's days, of one factor or all.
func rowsOf(ctx context.Context, tx *db.Tx, station int64, factor string, from, to Day) ([]row, error) {
	where, args := `d.station = $1 AND d.day >= $2 AND d.day <= $3`, []any{station, from, to}
	if factor != "" {
		where, args = where+` AND d.factor = $4`, append(args, factor)
	}
	list, err := db.All(ctx, tx, scanRow, `SELECT d.station, d.factor, d.day, d.version, d.hours FROM ambient_day d WHERE `+where+` ORDER BY d.factor, d.day, d.version`, args...)
	if err != nil {
		return nil, err
	}
	// In order, so that of a day the last version stays; cheaper than asking for it.
	out := list[:0]
	for _, x := range list {
		if n := len(out); n > 0 && out[n-1].factor == x.factor && out[n-1].day == x.day {
			out[n-1] = x
			continue
		}
		out = append(out, x)
	}
	return out, nil
}

// rowFor reads the newest version of one day, to be written next; version 0 =
// there is none.
func rowFor(ctx context.Context, tx *db.Tx, station int64, factor string, day Day) (row, error) {
	x, err := db.One(ctx, tx, scanRow, `SELECT d.station, d.factor, d.day, d.version, d.hours FROM ambient_day d WHERE d.station = $1 AND d.factor = $2 AND d.day = $3 ORDER BY d.version DESC LIMIT 1`+tx.ForUpdate(),
		station, factor, day)
	if db.IsMissing(err) {
		return row{station: station, factor: factor, day: day}, nil
	}
	return x, err
}

func growRow(ctx context.Context, tx *db.Tx, x row) error {
	_, err := db.Exec(ctx, tx, `UPDATE ambient_day SET hours = $1, updated_at = $2 WHERE station = $3 AND factor = $4 AND day = $5 AND version = $6`,
		x.slots.pack(), tx.Micros(), x.station, x.factor, x.day, x.version)
	return err
}

// fresh is a row to be inserted.
type fresh struct {
	row
	source, reason, author string
}

// batch is how many rows one statement inserts.
const batch = 40

func insertRows(ctx context.Context, tx *db.Tx, list []fresh) error {
	for len(list) > 0 {
		n := min(batch, len(list))
		var b strings.Builder
		b.WriteString(`INSERT INTO ambient_day (station, factor, day, version, hours, source, reason, author, created_at, updated_at) VALUES `)
		args := make([]any, 0, 9*n)
		for i, x := range list[:n] {
			if i > 0 {
				b.WriteString(", ")
			}
			k := 9 * i
			fmt.Fprintf(&b, "($%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d)", k+1, k+2, k+3, k+4, k+5, k+6, k+7, k+8, k+9, k+9)
			args = append(args, x.station, x.factor, x.day, x.version, x.slots.pack(), x.source, x.reason, x.author, tx.Micros())
		}
		if _, err := db.Exec(ctx, tx, b.String(), args...); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

// hasDays reports whether a station has values at all.
func hasDays(ctx context.Context, tx *db.Tx, station int64) (bool, error) {
	_, err := db.One(ctx, tx, db.Value[int64], `SELECT station FROM ambient_day WHERE station = $1 LIMIT 1`, station)
	if db.IsMissing(err) {
		return false, nil
	}
	return err == nil, err
}

// Version is one version of a factor's day.
type Version struct {
	Version int
	Source  string
	Reason  string
	Author  string
	At      time.Time
	Updated time.Time
	Hours   [24]*Hour
}

func versionsOf(ctx context.Context, tx *db.Tx, station int64, factor string, day Day) ([]Version, error) {
	return db.All(ctx, tx, func(r db.Scanner) (v Version, err error) {
		var data []byte
		var created, updated int64
		if err = r.Scan(&v.Version, &v.Source, &v.Reason, &v.Author, &created, &updated, &data); err != nil {
			return v, err
		}
		v.At, v.Updated = moment(created), moment(updated)
		s, err := unpackSlots(data)
		v.Hours = s.hours(factor, day)
		return v, err
	}, `SELECT version, source, reason, author, created_at, updated_at, hours FROM ambient_day WHERE station = $1 AND factor = $2 AND day = $3 ORDER BY version`, station, factor, day)
}

// hours gives a day's hours as they are shown.
func (s *slots) hours(factor string, day Day) (out [24]*Hour) {
	for h := range s {
		if s[h].flag != 0 {
			out[h] = &Hour{At: day.Begin().Add(time.Duration(h) * time.Hour), Factor: factor, Value: s[h].value, Flag: s[h].flag}
		}
	}
	return out
}

// monthKey names a row of computed days.
type monthKey struct {
	station int64
	factor  string
	month   Month
}

func monthFor(ctx context.Context, tx *db.Tx, k monthKey) (month, error) {
	data, err := db.One(ctx, tx, db.Value[[]byte], `SELECT days FROM ambient_month WHERE station = $1 AND factor = $2 AND month = $3`, k.station, k.factor, k.month)
	if db.IsMissing(err) {
		return month{}, nil
	}
	if err != nil {
		return month{}, err
	}
	return unpackMonth(data)
}

func putMonth(ctx context.Context, tx *db.Tx, k monthKey, m *month) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO ambient_month (station, factor, month, days) VALUES ($1, $2, $3, $4)
		ON CONFLICT (station, factor, month) DO UPDATE SET days = excluded.days`, k.station, k.factor, k.month, m.pack())
	return err
}

type monthRow struct {
	monthKey
	days month
}

// monthsOf reads the computed days of a station, or of all with station 0.
func monthsOf(ctx context.Context, tx *db.Tx, station int64, from, to Month) ([]monthRow, error) {
	where, args := `m.month >= $1 AND m.month <= $2`, []any{from, to}
	if station != 0 {
		where, args = where+` AND m.station = $3`, append(args, station)
	}
	return db.All(ctx, tx, func(r db.Scanner) (x monthRow, err error) {
		var data []byte
		if err = r.Scan(&x.station, &x.factor, &x.month, &data); err == nil {
			x.days, err = unpackMonth(data)
		}
		return x, err
	}, `SELECT m.station, m.factor, m.month, m.days FROM ambient_month m WHERE `+where+` ORDER BY m.station, m.factor, m.month`, args...)
}

// lastDays reads, of every station and factor, the newest versions of the days
// from one on.
func lastDays(ctx context.Context, tx *db.Tx, since Day) (map[int64][]row, error) {
	list, err := db.All(ctx, tx, scanRow, `SELECT d.station, d.factor, d.day, d.version, d.hours FROM ambient_station s JOIN ambient_day d ON d.station = s.num
		WHERE d.day >= $1 ORDER BY d.station, d.factor, d.day, d.version`, since)
	out := map[int64][]row{}
	for _, x := range list {
		of := out[x.station]
		if n := len(of); n > 0 && of[n-1].factor == x.factor && of[n-1].day == x.day {
			of[n-1] = x
			continue
		}
		out[x.station] = append(of, x)
	}
	return out, err
}
