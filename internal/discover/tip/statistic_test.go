package tip

import (
	"slices"
	"testing"
	"time"
)

// heap makes groups of so many reports.
func heap(sizes map[string]int) map[string][]counted {
	out := map[string][]counted{}
	for v, n := range sizes {
		out[v] = make([]counted, n)
	}
	return out
}

func TestSplit_NobodyIsFoundBySubtraction(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sizes           map[string]int
		shown, together []string
	}{
		"all large":                 {map[string]int{"a": 9, "b": 5}, []string{"a", "b"}, nil},
		"one small takes the next":  {map[string]int{"a": 9, "b": 6, "c": 2}, []string{"a"}, []string{"c", "b"}},
		"two small take the next":   {map[string]int{"a": 9, "b": 8, "c": 2, "d": 1}, []string{"a"}, []string{"d", "c", "b"}},
		"small ones are enough":     {map[string]int{"a": 9, "c": 4, "d": 3}, []string{"a"}, []string{"d", "c"}},
		"one large and one small":   {map[string]int{"a": 9, "d": 1}, []string{}, []string{"d", "a"}},
		"nothing":                   {map[string]int{}, []string{}, nil},
		"only small ones":           {map[string]int{"a": 3, "b": 3}, []string{}, []string{"b", "a"}},
		"of the same size, by name": {map[string]int{"b": 7, "a": 7}, []string{"a", "b"}, nil},
	} {
		shown, together := split(heap(c.sizes))
		if !slices.Equal(shown, c.shown) || !slices.Equal(together, c.together) {
			t.Errorf("%s: %v and %v", name, shown, together)
		}
		n := 0
		for _, v := range together {
			n += c.sizes[v]
		}
		if len(together) > 0 && n < few && len(shown) > 0 {
			t.Errorf("%s: %d can be found by subtraction", name, n)
		}
	}
}

func TestSum(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	day := func(n int) time.Time { return at.AddDate(0, 0, n) }
	got := sum([]counted{
		{answer: "accepted", created: at, answered: day(1), acceptBy: day(3), closed: true, closedAt: day(10), score: "solved"},
		{answer: "refused", created: at, answered: day(4), acceptBy: day(3), closed: true, closedAt: day(4), score: "unsolved", reopened: 2},
		{answer: "elsewhere", created: at, answered: day(3), acceptBy: day(3), closed: true, closedAt: day(3), score: "partly"},
		{created: at, acceptBy: day(3)},
	})
	want := Counts{All: 4, Waiting: 1, Accepted: 1, Refused: 1, Elsewhere: 1, InTime: 2, Late: 1, Closed: 3, Reopened: 1, Solved: 1, Partly: 1, Unsolved: 1, Days: 4}
	if got != want {
		t.Errorf("%+v", got)
	}
	if c := sum(nil); c.Days != -1 || c.All != 0 {
		t.Errorf("%+v", c)
	}
}
