package reward

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

// Stat is one line of the statistics: counts and sums, no report and nobody.
type Stat struct {
	Month   string // 2026-11, by when it was granted
	Area    string
	Act     string
	Count   int
	Amount  Fen
	Paid    int
	PaidFen Fen
	Days    int // median of the days from the notice to the payment, -1 when nothing was paid
}

// Statistics counts what was granted from a moment to another, by month, area
// and act; the last line has no month and is the whole.
func (s *Service) Statistics(ctx context.Context, actor auth.Actor, from, to time.Time) (out []Stat, err error) {
	var list []Award
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err = s.told(ctx, tx, actor, from.UnixMicro(), to.UnixMicro())
		return err
	})
	return count(list), err
}

func count(list []Award) []Stat {
	type key struct{ month, area, act string }
	rows, days := map[key]*Stat{}, map[key][]int{}
	add := func(k key, a Award) {
		st := rows[k]
		if st == nil {
			st = &Stat{Month: k.month, Area: k.area, Act: k.act}
			rows[k] = st
		}
		st.Count++
		st.Amount += a.Amount
		if a.State == Paid || a.State == Recovering || a.State == Forgiven {
			st.Paid++
			st.PaidFen += a.Amount
			days[k] = append(days[k], int(a.PaidAt.Sub(a.ToldAt).Hours()/24))
		}
	}
	for _, a := range list {
		add(key{a.ToldAt.In(beijing).Format("2006-01"), a.Area, a.Act}, a)
		add(key{}, a)
	}
	out := []Stat{}
	for k, st := range rows {
		st.Days = median(days[k])
		out = append(out, *st)
	}
	slices.SortFunc(out, func(a, b Stat) int {
		if (a.Month == "") != (b.Month == "") {
			return cmp.Compare(len(b.Month), len(a.Month)) // the whole comes last
		}
		return cmp.Or(strings.Compare(b.Month, a.Month), strings.Compare(a.Area, b.Area), strings.Compare(a.Act, b.Act))
	})
	return out
}

// median of whole days, rounded down; -1 for none.
func median(list []int) int {
	if len(list) == 0 {
		return -1
	}
	slices.Sort(list)
	m := len(list) / 2
	if len(list)%2 == 1 {
		return list[m]
	}
	return (list[m-1] + list[m]) / 2
}
