package rule

import (
	"context"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/rule/grade"
)

// Key reports whether the alarm is of the key grade (重点级).
func (a Alarm) Key() bool { return len(a.Why) > 0 }

// grade asks the place's table whether the alarm weighs more than others of its level.
// It is asked once, when the alarm begins: what it says stays.
func (s *Service) grade(ctx context.Context, tx *db.Tx, a *Alarm) error {
	if len(s.conf.Grades) == 0 {
		return nil
	}
	w, err := enterprise.WeightOf(ctx, tx, a.OutletID)
	if err != nil {
		return err
	}
	about := grade.Subject{Factor: a.Factor, Kind: string(w.Kind), Class: string(w.Class), Size: w.Size, Lists: w.Lists, Receiving: w.Receiving}
	rows := s.conf.Grades.For(about, a.StartedAt)
	a.Why, a.HearUp = grade.Why(rows), grade.Up(rows)
	return nil
}

// Grades is the place's table.
func (s *Service) Grades() grade.Table { return s.conf.Grades }
