package demo

import (
	"testing"
	"time"
)

// The demo starts on any day of the week and at any hour: on a working day the
// offices still work today, a month after the cast's tokens were made.
func TestSpan_TokensOutliveTheLastOfficeHour(t *testing.T) {
	t.Parallel()
	for _, s := range []span{usual, {days: 8}, {days: 1}} {
		for hour := range 7 * 24 {
			now := time.Date(2026, 11, 23, 0, 30, 0, 0, beijing).Add(time.Duration(hour) * time.Hour)
			steps := s.moments(now)
			made := steps[0].at.Add(-time.Hour)
			if end := made.AddDate(0, 0, s.tokenDays()); !end.After(now) {
				t.Errorf("%d days, now %v: tokens end %v", s.days, now, end)
			}
		}
	}
}
