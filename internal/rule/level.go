package rule

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

// The verbs by which an alarm's level changes; the system's alone.
const (
	Rise flow.Verb = "rise"
	Fall flow.Verb = "fall"
)

// regrade brings the alarm to the level that its rule finds now; the caller writes
// its values down. Whether the rule may find a lower one yet is the rule's to say
// (see Window.Level). People hear by the highest level that the alarm ever had:
// only a level above it begins a ladder, a fall or a return to it tells nobody.
func (s *Service) regrade(ctx context.Context, tx *db.Tx, a *Alarm, to Level) error {
	from := a.Level
	if to == from {
		return nil
	}
	verb := Fall
	if to.rank() > from.rank() {
		verb = Rise
	}
	a.Level = to
	if to.rank() > a.Highest.rank() {
		a.Highest, a.LevelAt = to, tx.Now
		if err := lookAgain(ctx, tx, a.ID, tx.Now); err != nil {
			return err
		}
		if err := s.stirred(ctx, tx, a); err != nil {
			return err
		}
	}
	st, ok := Machine.Find(a.State, verb)
	if !ok {
		return nil
	}
	_, err := s.book.Write(ctx, tx, timeline.Act{Machine: Machine, Step: st, Actor: auth.System("rule"), Subject: string(a.ID), Area: a.Area, From: a.State,
		Note: from.Title() + " → " + to.Title()})
	return err
}
