package supervise_test

import (
	"testing"

	"github.com/qingshao/qingshao/internal/handle/supervise"
)

func TestMachines_AreSound(t *testing.T) {
	t.Parallel()
	if err := supervise.Machine.Validate(); err != nil {
		t.Error(err)
	}
	if err := supervise.InstructionMachine.Validate(); err != nil {
		t.Error(err)
	}
}

func TestLadder_Due(t *testing.T) {
	t.Parallel()
	l := supervise.DefaultLadder()
	for _, c := range []struct {
		reached string
		days    int // that have gone by
		want    string
	}{
		{"", 2, ""}, {"", 3, "urge"}, {"", 90, "urge"}, // one rung at a time
		{"urge", 7, ""}, {"urge", 8, "sheet"}, {"sheet", 14, ""}, {"sheet", 15, "circular"}, {"circular", 20, "summons"},
		{"summons", 29, ""}, {"summons", 30, "listed"}, {"listed", 59, ""}, {"listed", 60, "committee"},
		{"committee", 300, ""}, {"unknown", 300, ""},
	} {
		r, due := l.Due(c.reached, func(days int) bool { return c.days >= days })
		got := ""
		if due {
			got = r.ID
		}
		if got != c.want {
			t.Errorf("%d days late at %q: %q, want %q", c.days, c.reached, got, c.want)
		}
	}
	people := supervise.Ladder{{ID: "sheet", LateDays: 0}}
	if _, due := people.Due("", func(int) bool { return true }); due {
		t.Error("a rung of 0 days was proposed by itself")
	}
	if _, due := (supervise.Ladder{}).Due("", func(int) bool { return true }); due {
		t.Error("an empty ladder proposed something")
	}
}
