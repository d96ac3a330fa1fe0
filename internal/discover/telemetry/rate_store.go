package telemetry

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

// networked is an outlet with a device, as the rates see it.
type networked struct {
	RatePlace
	since time.Time   // first device registered
	first []time.Time // first day with hours, by tallied factor; zero = none
}

// within narrows a list of outlets to an actor's reach.
func within(p auth.Policy, actor auth.Actor) func(*db.Filter) {
	return func(f *db.Filter) {
		f.Add(p.Where(actor, auth.TelemetryRead, auth.Columns{Area: "o.area", Enterprise: "o.enterprise_id"}, &f.Args))
	}
}

// networkedOutlets lists the outlets with devices within reach that have factors to
// count.
func networkedOutlets(ctx context.Context, tx *db.Tx, reach func(*db.Filter), q RateQuery) ([]networked, error) {
	var f db.Filter
	reach(&f)
	if q.Area != "" {
		f.Add("o.area LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	if q.EnterpriseID != "" {
		f.Add("o.enterprise_id = ?", q.EnterpriseID)
	}
	if q.OutletID != "" {
		f.Add("o.id = ?", q.OutletID)
	}
	if q.Kind != "" {
		f.Add("o.kind = ?", string(q.Kind))
	}
	f.Has(q.Text, "o.name", "e.name")
	f.Add("o.kind IN ('gas', 'water')")
	firsts := ""
	for _, code := range tallied {
		firsts += `, (SELECT MIN(t.day) FROM hour_tally t WHERE t.outlet_id = o.id AND t.factor = ` + f.Put(code) + `)`
	}
	return db.All(ctx, tx, func(s db.Scanner) (n networked, err error) {
		var since int64
		days := make([]*int64, len(tallied))
		to := []any{&n.OutletID, &n.OutletName, &n.Kind, &n.Area, &n.EnterpriseID, &n.EnterpriseName, &since}
		for i := range days {
			to = append(to, &days[i])
		}
		err = s.Scan(to...)
		n.since, n.first = moment(since), make([]time.Time, len(days))
		for i, d := range days {
			if d != nil {
				n.first[i] = moment(*d)
			}
		}
		return n, err
	}, `SELECT o.id, o.name, o.kind, o.area, o.enterprise_id, e.name, d.since`+firsts+`
		FROM outlet o JOIN enterprise e ON e.id = o.enterprise_id
		JOIN (SELECT outlet_id, MIN(created_at) AS since FROM device GROUP BY outlet_id) d ON d.outlet_id = o.id
		WHERE `+f.Where()+` ORDER BY o.id`, f.Args...)
}

// limitedFactors says which tallied factors have a limit at which outlets during
// from <= t < to.
func limitedFactors(ctx context.Context, tx *db.Tx, from, to time.Time) (map[Channel]bool, error) {
	var f db.Filter
	f.In("factor", tallied)
	f.Add("valid_from < ? AND (valid_to = 0 OR valid_to > ?)", to.UnixMicro(), from.UnixMicro())
	list, err := db.All(ctx, tx, func(s db.Scanner) (c Channel, err error) {
		err = s.Scan(&c.Outlet, &c.Factor)
		return c, err
	}, `SELECT DISTINCT outlet_id, factor FROM outlet_limit WHERE `+f.Where(), f.Args...)
	out := make(map[Channel]bool, len(list))
	for _, c := range list {
		out[c] = true
	}
	return out, err
}
