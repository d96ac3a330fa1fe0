package ladder

import "time"

// Default is the ladder of a place that has set none.
func Default() []Ladder {
	minutes := func(n int) Term { return Term{Span: time.Duration(n) * time.Minute} }
	hours := func(n int) Term { return Term{Span: time.Duration(n) * time.Hour} }
	return []Ladder{
		{Name: "早期提醒", Levels: []string{"notice"}, Rungs: []Rung{
			{Always, minutes(0), []Audience{EnterpriseHead, Enterprise, Duty}, "ordinary"},
			{Unacknowledged, minutes(30), []Audience{Duty, Leader}, "important"},
		}},
		{Name: "其余各级", Rungs: []Rung{
			{Always, minutes(0), []Audience{EnterpriseHead, Enterprise, Duty, Sector}, "important"},
			{Unacknowledged, minutes(30), []Audience{Duty, Leader}, "urgent"},
			{Unexplained, hours(24), []Audience{Enterprise, Duty, Leader}, "important"},
		}},
	}
}
