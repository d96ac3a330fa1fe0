package ambient

import (
	"context"
	"fmt"
	"math/big"

	"github.com/qingshao/qingshao/internal/assess"
	"github.com/qingshao/qingshao/internal/assess/air"
	"github.com/qingshao/qingshao/internal/db"
)

// airItem finds the basic item of a factor.
var airItem = func() map[string]air.Item {
	m := map[string]air.Item{}
	for _, i := range air.Items {
		m[i.Factor()] = i
	}
	return m
}()

// readings are a day's hours as the assessment takes them.
func (s *slots) readings() (out [24]air.Reading) {
	for h := range s {
		out[h] = air.Reading{Value: s[h].value, Valid: s[h].flag == valid}
	}
	return out
}

// airClass is an air station's class as the assessment takes it.
func airClass(class int) air.Class {
	if class == 1 {
		return air.I
	}
	return air.II
}

// dayStat is what a day of a factor comes to, with its rule.
func dayStat(k Kind, factor string, day Day, s *slots, class int) (value *big.Rat, have int, ok bool, rule string) {
	if item, basic := airItem[factor]; basic && k == Air {
		r := s.readings()
		st := air.DayOf(day.Begin(), item, &r, airClass(class))
		return st.Value, st.Have, st.Valid, st.Rule
	}
	var sum assess.Sum
	for h := range s {
		// Of water only temperature and of air only weather may be negative.
		if s[h].flag == valid && (s[h].value.Mantissa >= 0 || factor == "w01010" || factor == "a01001") {
			sum.Add(s[h].value)
		}
	}
	return sum.Mean(), sum.Len(), sum.Len() > 0, fmt.Sprintf("%d 个有效值的算术平均", sum.Len())
}

func dailyOf(k Kind, factor string, day Day, s *slots, class int) daily {
	v, have, ok, _ := dayStat(k, factor, day, s, class)
	if v == nil || !v.Num().IsInt64() || !v.Denom().IsInt64() {
		return daily{}
	}
	return daily{num: v.Num().Int64(), den: v.Denom().Int64(), have: have, valid: ok}
}

// compute renews what the touched days come to.
func compute(ctx context.Context, tx *db.Tx, st Station, touched []row) error {
	if len(touched) == 0 {
		return nil
	}
	functions, err := FunctionsOf(ctx, tx, st.ID)
	if err != nil {
		return err
	}
	months := map[monthKey]*month{}
	var order []monthKey
	for i := range touched {
		x := &touched[i]
		k := monthKey{st.Num, x.factor, x.day.Month()}
		m := months[k]
		if m == nil {
			was, err := monthFor(ctx, tx, k)
			if err != nil {
				return err
			}
			m = &was
			months[k] = m
			order = append(order, k)
		}
		m[x.day-k.month.First()] = dailyOf(st.Kind, x.factor, x.day, &x.slots, ClassAt(functions, x.day))
	}
	for _, k := range order {
		if err := putMonth(ctx, tx, k, months[k]); err != nil {
			return err
		}
	}
	return nil
}

// recompute renews all days from one on.
func recompute(ctx context.Context, tx *db.Tx, st Station, from Day) error {
	rows, err := rowsOf(ctx, tx, st.Num, "", from, DayAt(tx.Now)+1)
	if err != nil {
		return err
	}
	return compute(ctx, tx, st, rows)
}
