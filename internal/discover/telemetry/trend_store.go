package telemetry

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

// Channel is one factor at one outlet.
type Channel struct{ Outlet, Factor string }

// TrendPoint is one hourly mean as limits judge it.
type TrendPoint struct {
	At    time.Time
	Value float64
	Flag  string
}

// Trends reads the hourly means of some channels in from <= t < to, in the order
// of time, newest versions: what the small curves of a board show.
func (s *Store) Trends(ctx context.Context, channels []Channel, from, to time.Time) (map[Channel][]TrendPoint, error) {
	out := make(map[Channel][]TrendPoint, len(channels))
	if len(channels) == 0 {
		return out, nil
	}
	wanted, outlets, factors := map[Channel]bool{}, map[string]bool{}, map[string]bool{}
	for _, c := range channels {
		wanted[c], outlets[c.Outlet], factors[c.Factor] = true, true, true
	}
	args := []any{from.UnixMicro(), to.UnixMicro()}
	among := func(set map[string]bool) string {
		in := make([]string, 0, len(set))
		for v := range set {
			args = append(args, v)
			in = append(in, fmt.Sprintf("$%d", len(args)))
		}
		return strings.Join(in, ", ")
	}
	type row struct {
		Channel
		TrendPoint
	}
	query := `SELECT outlet_id, factor, at, value, converted, total, flag FROM hourly_value
		WHERE at >= $1 AND at < $2 AND outlet_id IN (` + among(outlets) + `) AND factor IN (` + among(factors) + `) ORDER BY outlet_id, factor, at, version`
	return out, s.d.Read(ctx, func(tx *db.Tx) error {
		rows, err := db.All(ctx, tx, func(s db.Scanner) (r row, err error) {
			var at int64
			var value, converted, total *float64
			err = s.Scan(&r.Outlet, &r.Factor, &at, &value, &converted, &total, &r.Flag)
			r.At = moment(at)
			for _, v := range []*float64{total, value, converted} {
				if v != nil {
					r.Value = *v
				}
			}
			return r, err
		}, query, args...)
		for _, r := range rows {
			if !wanted[r.Channel] {
				continue
			}
			list := out[r.Channel]
			if n := len(list); n > 0 && list[n-1].At.Equal(r.At) {
				list[n-1] = r.TrendPoint
			} else {
				list = append(list, r.TrendPoint)
			}
			out[r.Channel] = list
		}
		return err
	})
}
