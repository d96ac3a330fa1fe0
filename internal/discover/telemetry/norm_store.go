package telemetry

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/mark"
)

const normColumns = `id, outlet_id, valid_from, oxygen, source, flow_unit, created_by, created_at`

func scanNorm(s db.Scanner) (Norm, error) {
	var n Norm
	var from, created int64
	var oxygen *string
	err := s.Scan(&n.ID, &n.OutletID, &from, &oxygen, &n.Source, &n.FlowUnit, &n.CreatedBy, &created)
	n.ValidFrom, n.CreatedAt = moment(from), moment(created)
	if err == nil && oxygen != nil {
		d, err := decimal.Parse(*oxygen)
		if err != nil {
			return n, err
		}
		n.Oxygen = &d
	}
	return n, err
}

func insertNorm(ctx context.Context, tx *db.Tx, n Norm) error {
	var oxygen *string
	if n.Oxygen != nil {
		t := n.Oxygen.String()
		oxygen = &t
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO outlet_norm (`+normColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		n.ID, n.OutletID, n.ValidFrom.UnixMicro(), oxygen, n.Source, string(n.FlowUnit), n.CreatedBy, n.CreatedAt.UnixMicro())
	return err
}

// normsOf reads the settings of outlets, by outlet, each by beginning and age.
func normsOf(ctx context.Context, tx *db.Tx, outlets []string) (map[string][]Norm, error) {
	var f db.Filter
	f.In("outlet_id", outlets)
	all, err := db.All(ctx, tx, scanNorm, `SELECT `+normColumns+` FROM outlet_norm WHERE `+f.Where()+` ORDER BY outlet_id, valid_from, id`, f.Args...)
	out := map[string][]Norm{}
	for _, n := range all {
		out[n.OutletID] = append(out[n.OutletID], n)
	}
	return out, err
}

// settingsOf reads what the outlets' values of from <= t < to are made with.
func settingsOf(ctx context.Context, tx *db.Tx, outlets []string, from, to time.Time) (s settings, err error) {
	s.marks = map[string][]mark.Mark{}
	if s.norms, err = normsOf(ctx, tx, outlets); err != nil {
		return s, err
	}
	list, err := mark.InForceAt(ctx, tx, outlets, from, to)
	for _, m := range list {
		s.marks[m.OutletID] = append(s.marks[m.OutletID], m)
	}
	return s, err
}
