package supervise

import (
	"slices"

	"github.com/qingshao/qingshao/internal/auth"
)

// Rung is one step of the ladder.
type Rung struct {
	ID, Title string
	Paper     string          // what the document is called, e.g. 督办单
	LateDays  int             // proposed so many working days after a clock of the issue has ended; 0 = by people alone
	Answer    int             // working days to answer
	Sign      auth.Capability // who issues it
	Alone     bool            // whoever proposes may issue it too
	Public    bool            // listed on the public page while it lasts
	Upward    bool            // the paper goes to the Party committee and government, about the agency
}

// Ladder is the rungs from the mildest up.
type Ladder []Rung

// DefaultLadder is that of a place that says nothing; its days are this program's
// choice.
func DefaultLadder() Ladder {
	return Ladder{
		{ID: "urge", Title: "催办", Paper: "催办通知", LateDays: 3, Answer: 3, Sign: auth.IssueSupervise, Alone: true},
		{ID: "sheet", Title: "督办", Paper: "督办单", LateDays: 8, Answer: 5, Sign: auth.IssueSupervise},
		{ID: "circular", Title: "通报", Paper: "情况通报", LateDays: 15, Answer: 10, Sign: auth.IssueApprove},
		{ID: "summons", Title: "约谈", Paper: "约谈通知", LateDays: 20, Answer: 10, Sign: auth.IssueApprove},
		{ID: "listed", Title: "挂牌督办", Paper: "挂牌督办通知", LateDays: 30, Answer: 30, Sign: auth.IssueApprove, Public: true},
		{ID: "committee", Title: "提请党委政府督办", Paper: "提请督办的报告", LateDays: 60, Answer: 30, Sign: auth.IssueApprove, Upward: true},
	}
}

// Find gives a rung by its id.
func (l Ladder) Find(id string) (Rung, bool) {
	i := slices.IndexFunc(l, func(r Rung) bool { return r.ID == id })
	if i < 0 {
		return Rung{ID: id, Title: id, Paper: id}, false
	}
	return l[i], true
}

// Next is the rung above; ok is false at the top.
func (l Ladder) Next(id string) (Rung, bool) {
	i := slices.IndexFunc(l, func(r Rung) bool { return r.ID == id })
	if i < 0 || i+1 >= len(l) {
		return Rung{}, false
	}
	return l[i+1], true
}

// Due is the rung that lateness calls for: late tells whether so many working days
// have gone by since the clock ended, reached which rung the issue was at during
// this term, "" for none. One rung at a time, however late.
func (l Ladder) Due(reached string, late func(days int) bool) (Rung, bool) {
	next := Rung{}
	if reached == "" && len(l) > 0 {
		next = l[0]
	} else if reached != "" {
		next, _ = l.Next(reached)
	}
	return next, next.LateDays > 0 && late(next.LateDays)
}
