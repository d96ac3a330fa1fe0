package api

import (
	"context"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/issue"
)

// WorkingDays counts the working days from one day to another.
type WorkingDays interface {
	WorkingDaysBetween(a, b time.Time) int
}

// Registered finds an enterprise that the person may see.
type Registered interface {
	Get(ctx context.Context, actor auth.Actor, id string) (enterprise.Enterprise, error)
}

// Loop is what the resources of clues and issues work with.
type Loop struct {
	Clues  *clue.Service
	Issues *issue.Service
	// Verbs carry an issue's verbs out; several packages share them.
	Verbs []map[flow.Verb]issue.Verb
	Names Names
	// Categories, Severities and Sources give ids their Chinese names.
	Categories, Severities, Sources map[string]string
	Enterprises                     Registered
	Files                           Describer
	Calendar                        WorkingDays
	Now                             func() time.Time
}

// clock shows a running clock: when it ends, whether it has, and the working
// days left, negative when it has.
func (l Loop) clock(due time.Time) (at string, overdue bool, left int) {
	if due.IsZero() {
		return "", false, 0
	}
	now := l.Now()
	return when(due), now.After(due), l.Calendar.WorkingDaysBetween(now, due)
}

// title gives an id its name, or itself.
func title(names map[string]string, id string) string {
	if n, ok := names[id]; ok {
		return n
	}
	return id
}

// Ref names another agency.
type Ref struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// ClueRef is a clue as an issue's file lists it.
type ClueRef struct {
	ID         clue.ID    `json:"id"`
	Number     string     `json:"number"`
	Title      string     `json:"title"`
	Source     string     `json:"source"`
	SourceName string     `json:"source_title"`
	State      flow.State `json:"state"`
	StateTitle string     `json:"state_title"`
	CreatedAt  string     `json:"created_at"`
}

// period reads the ends of a period: a day (2026-11-21, the last one included)
// or a moment.
func period(from, to string) (a, b time.Time, err error) {
	if a, _, err = instant("from", from); err != nil {
		return a, b, err
	}
	b, whole, err := instant("to", to)
	if whole {
		b = b.AddDate(0, 0, 1)
	}
	return a, b, err
}

func instant(name, s string) (t time.Time, day bool, err error) {
	if s == "" {
		return t, false, nil
	}
	if t, err = time.ParseInLocation(time.DateOnly, s, beijing); err == nil {
		return t, true, nil
	}
	if t, err = time.Parse(time.RFC3339, s); err == nil {
		return t, false, nil
	}
	return t, false, fault.Invalidf("日期应为 2026-11-21 或 RFC 3339 时间").With(name, "应为 2026-11-21 或 RFC 3339 时间")
}

// states reads a filter of states; “open” stands for all that are not at an end.
func states(m *flow.Machine, list []string) []string {
	var out []string
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "open" {
			out = append(out, s)
			continue
		}
		for _, o := range m.Open() {
			out = append(out, string(o))
		}
	}
	return out
}

// filesIn lists every file of a timeline once, in order.
func filesIn(entries []EntryView) []File {
	out, seen := []File{}, map[string]bool{}
	for _, e := range entries {
		for _, f := range e.Files {
			if !seen[f.ID] {
				seen[f.ID] = true
				out = append(out, f)
			}
		}
	}
	return out
}
