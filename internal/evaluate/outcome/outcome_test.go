package outcome

import (
	"testing"
	"time"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rule, clue, found, cause string
		want                     Verdict
	}{
		{"constant", "", "", "", Unanswered}, {"constant", "", "", "other", Unanswered}, {"constant", "new", "", "", Unanswered},
		{"constant", "", "", "discharge", True}, {"constant", "", "", "instrument", False}, {"constant", "", "", "fluctuation", False}, {"constant", "", "", "maintenance", False},
		{"constant", "adopted", "", "instrument", True}, {"constant", "merged", "", "", True}, {"constant", "dismissed", "", "discharge", False}, {"constant", "referred", "", "", Unanswered},
		{"offline", "", "", "instrument", True}, {"missing", "", "", "maintenance", True}, {"offline", "", "", "discharge", Unanswered},
		{"constant", "", "true", "", True}, {"constant", "", "false", "", False}, {"constant", "dismissed", "true", "", False}, {"constant", "", "false", "discharge", False},
	} {
		if got := judge(c.rule, c.clue, c.found, c.cause); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestSum(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
	at := func(m int) time.Time { return now.Add(time.Duration(m) * time.Minute) }
	facts := []fact{
		{rule: "drop", state: "cleared", cause: "discharge", started: at(-100), ended: at(-90), created: at(-95), acknowledged: at(-85), handled: at(-60)},
		{rule: "drop", state: "cleared", cause: "instrument", started: at(-100), ended: at(-70), created: at(-95), acknowledged: at(-75)},
		{rule: "drop", state: "notified", started: at(-20), last: at(-5), created: at(-10)},
		{rule: "ratio", state: "cleared", created: at(-95), explained: at(-90), rejected: true, accepted: true},
		{rule: "ratio", state: "cleared", created: at(-95), explained: at(-10), late: true},
		{rule: "ratio", state: "notified", created: at(-95), late: true},
		{rule: "ratio", state: "notified", created: at(-5)},
		{rule: "zero", state: "cleared", quiet: true, started: at(-50), last: at(-40), created: at(-45)},
	}
	rows := sum(facts, ByRule, now)
	if len(rows) != 3 || rows[1].ID != "drop" {
		t.Fatalf("%+v", rows)
	}
	r := rows[1]
	if p, ok := r.Precision(); !ok || p != 0.5 || r.Alarms != 3 || r.Open != 1 || r.Lasted != 20*time.Minute || r.Acknowledged != 10*time.Minute || r.Handled != 35*time.Minute || r.Acknowledgements != 2 || r.Explanations != 0 {
		t.Errorf("%+v", r)
	}
	if _, ok := rows[2].Precision(); ok || rows[2].Quiet != 1 || rows[2].Lasted != 10*time.Minute {
		t.Errorf("nobody has answered: %+v", rows[2])
	}
	if w := rows[0]; w.InTime != 1 || w.Late != 2 || w.Accepted != 1 || w.Rejected != 1 {
		t.Errorf("the enterprise's words: %+v", w)
	} else if p, ok := w.Punctual(); !ok || p < 0.33 || p > 0.34 {
		t.Errorf("in time: %v", p)
	}
	if all := total(facts, now); all.Alarms != 8 || all.Answered() != 2 {
		t.Errorf("%+v", all)
	}
	if empty := total(nil, now); empty.Alarms != 0 {
		t.Errorf("%+v", empty)
	}
}
