package riskmap

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

// Past is a month's signed verdict.
type Past struct {
	Month   Month
	Edition ID
	Result  Result
}

// History lists the signed verdicts, the newest first.
func (s *Service) History(ctx context.Context, actor auth.Actor, months int) (out []Past, err error) {
	if err := s.See(ctx, actor, ""); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = signedResults(ctx, tx, min(max(months, 1), most))
		return err
	})
	return out, err
}

// Lasting counts, of a unit, the newest months in a row that were not green.
func Lasting(history []Past, unit string) int {
	for i, p := range history {
		if i > 0 && history[i-1].Month != p.Month+1 {
			return i
		}
		if u, ok := p.Result.Unit(unit); !ok || u.Colour == Green {
			return i
		}
	}
	return len(history)
}

// Unit finds a unit's verdict.
func (r Result) Unit(code string) (Unit, bool) {
	for _, u := range r.Units {
		if u.Code == code {
			return u, true
		}
	}
	return Unit{}, false
}
