package rule

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
)

// Answers is what a place has set about the bureau's measures, in working days
// except where said otherwise; zero values mean the defaults.
type Answers struct {
	WarningDays    int    // to answer a remote warning
	CheckDays      int    // to check on site
	SuperviseDays  int    // calendar days of key supervision
	UpDays         int    // after which what is overdue goes to the city
	WindowDays     int    // calendar days that count as repetition
	CheckAfter     int    // remote warnings in the window after which a check is suggested
	SuperviseAfter int    // confirmed alarms in the window after which supervision is suggested
	Text           string // of a remote warning; {企业} {监控点} {情况} are filled in
}

func (a Answers) filled() Answers {
	for _, f := range []struct {
		at *int
		n  int
	}{{&a.WarningDays, 1}, {&a.CheckDays, 3}, {&a.SuperviseDays, 90}, {&a.UpDays, 1}, {&a.WindowDays, 90}, {&a.CheckAfter, 2}, {&a.SuperviseAfter, 2}} {
		if *f.at == 0 {
			*f.at = f.n
		}
	}
	if a.Text == "" {
		a.Text = "{企业}：你单位{监控点}{情况}。请立即查明原因、采取措施，并在时限内如实答复。"
	}
	return a
}

// warningText fills the template in.
func (a Answers) warningText(x Alarm) string {
	return strings.NewReplacer("{企业}", x.EnterpriseName, "{监控点}", x.OutletName, "{情况}", x.Summary).Replace(a.Text)
}

// Suggestion is the measure that the past of the enterprise speaks for; a person
// decides.
type Suggestion struct {
	Verb   flow.Verb
	Title  string
	Reason string
}

// Past is what an enterprise's last months hold.
type Past struct {
	Warnings   int // remote warnings
	Confirmed  int // alarms that proved true
	Supervised bool
}

// suggest climbs remote → on site → key supervision by repetition.
func (a Answers) suggest(x Alarm, p Past) Suggestion {
	days := fmt.Sprintf("%d 天内", a.WindowDays)
	switch {
	case p.Supervised:
		return Suggestion{Inspect, "现场核查", "企业正在重点督办"}
	case p.Confirmed >= a.SuperviseAfter:
		return Suggestion{Supervise, "重点督办", fmt.Sprintf("%s已有 %d 起预警核实属实", days, p.Confirmed)}
	case p.Warnings >= a.CheckAfter:
		return Suggestion{Inspect, "现场核查", fmt.Sprintf("%s已发出 %d 次远程预警", days, p.Warnings)}
	case x.Highest == Grave:
		return Suggestion{Inspect, "现场核查", "严重超标"}
	case x.Level != Notice:
		return Suggestion{Warn, "远程预警", "首次或偶发"}
	}
	return Suggestion{}
}

// suggestion is what is suggested for an alarm that is not over and has no measure
// under way.
func (s *Service) suggestion(ctx context.Context, tx *db.Tx, a Alarm, under []Measure) (Suggestion, error) {
	for _, m := range under {
		if row, _ := m.Kind.Machine().Row(m.State); !row.Terminal && m.Kind != Supervision {
			return Suggestion{}, nil
		}
	}
	if a.State == StateCleared {
		return Suggestion{}, nil
	}
	p, err := pastOf(ctx, tx, a.EnterpriseID, tx.Now.AddDate(0, 0, -s.answers().WindowDays))
	return s.answers().suggest(a, p), err
}

func (s *Service) answers() Answers { return s.conf.Answers.filled() }

// endOfDay is the last second of a day of the calendar, written 2026-11-25.
func endOfDay(day string) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly, day, beijing)
	return t.Add(24*time.Hour - time.Second), err
}
