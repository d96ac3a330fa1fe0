package telemetry

import (
	"context"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/official"
)

// tallied are the factors whose hours the rates of transmission count.
var tallied = append(official.RateFactors(enterprise.Gas), official.RateFactors(enterprise.Water)...)

// tallyHours notes in the days of new hourly values which hours came, are valid,
// stood still or bear a mark.
func tallyHours(ctx context.Context, tx *db.Tx, fresh []PeriodValue) error {
	for _, v := range fresh {
		if !slices.Contains(tallied, v.Factor) {
			continue
		}
		bit := int64(hourBit(v.At))
		set := func(on bool) int64 {
			if on {
				return bit
			}
			return 0
		}
		_, err := db.Exec(ctx, tx, `INSERT INTO hour_tally (outlet_id, factor, day, received, valid, marked, stopped) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (outlet_id, factor, day) DO UPDATE SET received = hour_tally.received | excluded.received,
				valid = (hour_tally.valid & ~excluded.received) | excluded.valid, marked = (hour_tally.marked & ~excluded.received) | excluded.marked,
				stopped = (hour_tally.stopped & ~excluded.received) | excluded.stopped`,
			v.OutletID, v.Factor, Day.Start(v.At).UnixMicro(), bit, set(v.Valid()), set(v.Marks != ""), set(v.Flag == "F"))
		if err != nil {
			return err
		}
	}
	return nil
}

// TallyRow is one day of one factor at an outlet, hours as bits.
type TallyRow struct {
	OutletID, Factor                 string
	Day                              time.Time
	Received, Valid, Marked, Stopped uint32
}

func scanTally(s db.Scanner) (r TallyRow, err error) {
	var day, received, valid, marked, stopped int64
	err = s.Scan(&r.OutletID, &r.Factor, &day, &received, &valid, &marked, &stopped)
	r.Day, r.Received, r.Valid, r.Marked, r.Stopped = moment(day), uint32(received), uint32(valid), uint32(marked), uint32(stopped)
	return r, err
}

// eachTally reads the days of from <= t < to of the outlets, of all when none is
// named, by outlet, factor and day.
func eachTally(ctx context.Context, tx *db.Tx, outlets []string, from, to time.Time, take func(TallyRow)) error {
	var f db.Filter
	f.Add("day >= ? AND day < ?", from.UnixMicro(), to.UnixMicro())
	f.In("outlet_id", outlets)
	_, err := db.All(ctx, tx, func(s db.Scanner) (struct{}, error) {
		r, err := scanTally(s)
		if err == nil {
			take(r)
		}
		return struct{}{}, err
	}, `SELECT outlet_id, factor, day, received, valid, marked, stopped FROM hour_tally WHERE `+f.Where()+` ORDER BY outlet_id, factor, day`, f.Args...)
	return err
}
