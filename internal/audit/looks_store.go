package audit

import (
	"context"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

// Look is how often a person did one thing in a period, and how often of that at
// weekends or before seven and from eight in the evening, Beijing time.
type Look struct {
	Actor  string
	Action string
	Times  int
	Odd    int
}

// odd is true at odd hours: the hour of the day and the day since 1970-01-01, a
// Thursday, in Beijing.
const odd = `CASE WHEN ((e.at / 3600000000) + 8) % 24 < 7 OR ((e.at / 3600000000) + 8) % 24 >= 20 OR ((((e.at / 3600000000) + 8) / 24) + 3) % 7 >= 5 THEN 1 ELSE 0 END`

func looking(actions []string, from, to time.Time) db.Filter {
	var f db.Filter
	f.In("e.action", actions)
	f.Add("e.at >= ?", from.UnixMicro())
	f.Add("e.at < ?", to.UnixMicro())
	return f
}

// Looks counts some actions of a period by person and action.
func Looks(ctx context.Context, tx *db.Tx, actions []string, from, to time.Time) ([]Look, error) {
	f := looking(actions, from, to)
	return db.All(ctx, tx, func(r db.Scanner) (l Look, err error) {
		err = r.Scan(&l.Actor, &l.Action, &l.Times, &l.Odd)
		return l, err
	}, `SELECT e.actor, e.action, COUNT(*), SUM(`+odd+`) FROM audit_entry e WHERE `+f.Where()+` GROUP BY e.actor, e.action ORDER BY e.actor, e.action`, f.Args...)
}

// Files is how many things a person did some actions to in a period, and how many of
// them the person never did anything else to.
type Files struct {
	Actor string
	Files int
	Idle  int
}

// LookedAt counts the things that some actions of a period were done to, by person.
func LookedAt(ctx context.Context, tx *db.Tx, actions []string, from, to time.Time) ([]Files, error) {
	f := looking(actions, from, to)
	where := f.Where()
	marks := make([]string, len(actions))
	for i, a := range actions {
		marks[i] = f.Put(a)
	}
	return db.All(ctx, tx, func(r db.Scanner) (x Files, err error) {
		err = r.Scan(&x.Actor, &x.Files, &x.Idle)
		return x, err
	}, `SELECT d.actor, COUNT(*), SUM(CASE WHEN EXISTS (SELECT 1 FROM audit_entry o WHERE o.kind = d.kind AND o.subject = d.subject AND o.actor = d.actor
		AND o.action NOT IN (`+strings.Join(marks, ", ")+`)) THEN 0 ELSE 1 END)
		FROM (SELECT DISTINCT e.actor, e.kind, e.subject FROM audit_entry e WHERE `+where+`) d GROUP BY d.actor ORDER BY d.actor`, f.Args...)
}
