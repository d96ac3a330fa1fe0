package closing

import (
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/issue"
	"github.com/qingshao/qingshao/internal/timeline"
)

func TestVisited(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, beijing)
		if err != nil {
			t.Fatal(err)
		}
		return v.UTC()
	}
	history := []timeline.Entry{
		{Verb: issue.Submit, At: at("2026-11-10 09:00")},
		{Verb: issue.Reject, At: at("2026-11-12 09:00")},
		{Verb: issue.Submit, At: at("2026-11-20 23:30")},
	}
	now := at("2026-11-24 00:10") // still the 23rd in Greenwich
	for day, ok := range map[string]bool{
		"2026-11-19": false, "2026-11-11": false, "2026-11-20": true, "2026-11-24": true, "2026-11-25": false,
	} {
		if err := visited(day, history, now); (err == nil) != ok || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", day, err)
		}
	}
}
