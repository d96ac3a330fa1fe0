package rule

import (
	"context"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

// Inhibition says that an alarm of the kind Cause makes those of the kinds Hides at
// the same outlet its own consequences.
type Inhibition struct {
	Cause string
	Title string // what is read at the consequence
	Hides []string
}

// inhibitions are the causes that are known. A consequence is raised and stored; it
// is told of when its cause is over and it is not.
var inhibitions = []Inhibition{
	{Cause: RuleOffline, Title: "由设备离线引起", Hides: []string{RuleMissing, "gap", "constant", "smooth"}},
}

// slack is how much earlier than its cause a consequence may seem to begin: values
// count from the end of the hour before.
const slack = 2 * time.Hour

// causeOf finds the open alarm that the alarm follows from.
func causeOf(ctx context.Context, tx *db.Tx, a Alarm) (id ID, ok bool, err error) {
	for _, in := range inhibitions {
		if !slices.Contains(in.Hides, a.Rule) {
			continue
		}
		list, err := openAlarms(ctx, tx, in.Cause, []string{a.OutletID})
		if err != nil {
			return "", false, err
		}
		for _, cause := range list {
			if cause.Lasts() && !a.StartedAt.Before(cause.StartedAt.Add(-slack)) {
				return cause.ID, true, nil
			}
		}
	}
	return "", false, nil
}

// heed lets the consequences of an alarm know that it has come or gone.
func (s *Service) heed(ctx context.Context, tx *db.Tx, cause *Alarm) error {
	for _, in := range inhibitions {
		if in.Cause != cause.Rule {
			continue
		}
		for _, rule := range in.Hides {
			list, err := openAlarms(ctx, tx, rule, []string{cause.OutletID})
			if err != nil {
				return err
			}
			for _, a := range list {
				if err := s.hear(ctx, tx, a); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
