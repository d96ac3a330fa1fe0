package overview

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/protect/circle"
)

// view is whose figures are counted, and where.
type view struct {
	policy auth.Policy
	actor  auth.Actor
	area   string // "" = all that the actor may see
}

// scope begins a filter with what the actor may see by a capability.
func (v view) scope(c auth.Capability, col auth.Columns) db.Filter {
	var f db.Filter
	f.Add(v.policy.Where(v.actor, c, col, &f.Args))
	if v.area != "" {
		f.Add(col.Area+" LIKE ?", auth.AreaPrefix(v.area)+"%")
	}
	return f
}

func (v view) issues() db.Filter {
	return v.scope(auth.IssueRead, auth.Columns{Area: "i.area", Agency: "i.lead_agency", Person: "i.person_id",
		AlsoAgency: "EXISTS (SELECT 1 FROM issue_assist a WHERE a.issue_id = i.id AND a.agency = %s)"})
}

func (v view) clues(c auth.Capability) db.Filter {
	return v.scope(c, auth.Columns{Area: db.Walk("c.area", true), Person: "c.owner_id"}) // by state: its index holds the area
}

func (v view) alarms(c auth.Capability) db.Filter {
	return v.scope(c, auth.Columns{Area: "a.area", Enterprise: "a.enterprise_id", Agency: "a.sector"})
}

// key tells whose figure it is: the scope of the reader as a condition with its
// values.
func (v view) key() string {
	parts := []string{v.area}
	for _, f := range []db.Filter{v.issues(), v.clues(auth.ClueRead), v.alarms(auth.AlarmRead)} {
		parts = append(parts, f.Where(), fmt.Sprint(f.Args...))
	}
	return strings.Join(parts, "\x00")
}

func counted(ctx context.Context, tx *db.Tx, query string, f db.Filter) (int, error) {
	return db.One(ctx, tx, db.Value[int], query+f.Where(), f.Args...)
}

// then is the state that a timeline had reached at a moment. It is asked only of
// things that are not at an end or have ended since.
const then = `(SELECT t.to_state FROM timeline t WHERE t.kind = ? AND t.subject = `

// stillOpen names the open states, which an index finds; “not closed” it would
// not.
const stillOpen = `i.state IN ('pending', 'assigned', 'working', 'submitted', 'accepted')`

// issuesOpen counts the open issues.
func (v view) issuesOpen(ctx context.Context, tx *db.Tx) (int, error) {
	f := v.issues()
	f.Add(stillOpen)
	return counted(ctx, tx, `SELECT count(*) FROM issue i WHERE `, f)
}

// issuesOpenThen counts the issues that were open at a past moment.
func (v view) issuesOpenThen(ctx context.Context, tx *db.Tx, at time.Time) (int, error) {
	f := v.issues()
	v.issuesOpenAt(&f, at)
	return counted(ctx, tx, `SELECT count(*) FROM issue i WHERE `, f)
}

func (v view) issuesOpenAt(f *db.Filter, at time.Time) {
	m := at.UnixMicro()
	f.Add("i.created_at <= ? AND ("+stillOpen+" OR i.closed_at > ? AND i.closed_at > 0)", m, m)
	f.Add(then+`i.id AND t.at <= ? ORDER BY t.id DESC LIMIT 1) <> 'closed'`, "issue", m)
}

// issuesOverdue counts the issues whose running clock has ended.
func (v view) issuesOverdue(ctx context.Context, tx *db.Tx) (int, error) {
	f := v.issues()
	f.Add("i.due_at > 0 AND i.due_at < ?", tx.Micros())
	return counted(ctx, tx, `SELECT count(*) FROM issue i WHERE `, f)
}

// issuesOverdueThen counts the issues that were overdue at a past moment: an
// overdue entry was the last that concerned their clock.
func (v view) issuesOverdueThen(ctx context.Context, tx *db.Tx, at time.Time) (int, error) {
	f := v.issues()
	v.issuesOpenAt(&f, at)
	m := at.UnixMicro()
	f.Add(`(SELECT t.verb FROM timeline t WHERE t.kind = 'issue' AND t.subject = i.id AND t.at <= ?
		AND (t.verb IN ('overdue', 'approve') OR t.from_state <> t.to_state) ORDER BY t.id DESC LIMIT 1) = 'overdue'`, m)
	return counted(ctx, tx, `SELECT count(*) FROM issue i WHERE `, f)
}

// issuesClosed counts the issues that were closed within a period and were still
// closed at its end.
func (v view) issuesClosed(ctx context.Context, tx *db.Tx, from, to time.Time) (int, error) {
	f := v.issues()
	f.Add("t.kind = 'issue' AND t.verb = 'close' AND t.at >= ? AND t.at < ?", from.UnixMicro(), to.UnixMicro())
	f.Add(`(SELECT s.to_state FROM timeline s WHERE s.kind = 'issue' AND s.subject = i.id AND s.at < ? ORDER BY s.id DESC LIMIT 1) = 'closed'`, to.UnixMicro())
	return counted(ctx, tx, `SELECT count(DISTINCT i.id) FROM timeline t JOIN issue i ON i.id = t.subject WHERE `, f)
}

// cluesNew counts the clues that wait for judgement.
func (v view) cluesNew(ctx context.Context, tx *db.Tx) (int, error) {
	f := v.clues(auth.ClueRead)
	f.Add("c.state = 'new'")
	return counted(ctx, tx, `SELECT count(*) FROM clue c WHERE `, f)
}

// cluesNewThen counts the clues that waited for judgement at a past moment. A
// clue that has been judged since was updated since.
func (v view) cluesNewThen(ctx context.Context, tx *db.Tx, at time.Time) (int, error) {
	f := v.clues(auth.ClueRead)
	m := at.UnixMicro()
	f.Add("c.created_at <= ? AND (c.state = 'new' OR c.updated_at > ?)", m, m)
	f.Add(then+`c.id AND t.at <= ? ORDER BY t.id DESC LIMIT 1) = 'new'`, "clue", m)
	return counted(ctx, tx, `SELECT count(*) FROM clue c WHERE `, f)
}

// alarmsOpen counts the alarms that are not cleared.
func (v view) alarmsOpen(ctx context.Context, tx *db.Tx) (int, error) {
	f := v.alarms(auth.AlarmRead)
	f.Add(notCleared)
	return counted(ctx, tx, `SELECT count(*) FROM alarm a WHERE `, f)
}

const notCleared = `a.state IN ('open', 'notified', 'acknowledged', 'handled')`

// alarmsOpenThen counts the alarms that were not cleared at a past moment.
func (v view) alarmsOpenThen(ctx context.Context, tx *db.Tx, at time.Time) (int, error) {
	f := v.alarms(auth.AlarmRead)
	m := at.UnixMicro()
	f.Add("a.created_at <= ? AND ("+notCleared+" OR a.updated_at > ?)", m, m)
	f.Add(then+`a.id AND t.at <= ? ORDER BY t.id DESC LIMIT 1) <> 'cleared'`, "alarm", m)
	return counted(ctx, tx, `SELECT count(*) FROM alarm a WHERE `, f)
}

type areaCount struct {
	area string
	n    int
}

func scanArea(s db.Scanner) (a areaCount, err error) { return a, s.Scan(&a.area, &a.n) }

func (v view) issuesByArea(ctx context.Context, tx *db.Tx, overdue bool) ([]areaCount, error) {
	f := v.issues()
	f.Add(stillOpen)
	if overdue {
		f.Add("i.due_at > 0 AND i.due_at < ?", tx.Micros())
	}
	return db.All(ctx, tx, scanArea, `SELECT i.area, count(*) FROM issue i WHERE `+f.Where()+` GROUP BY i.area`, f.Args...)
}

func (v view) alarmsByArea(ctx context.Context, tx *db.Tx) ([]areaCount, error) {
	f := v.alarms(auth.AlarmRead)
	f.Add(notCleared)
	return db.All(ctx, tx, scanArea, `SELECT a.area, count(*) FROM alarm a WHERE `+f.Where()+` GROUP BY a.area`, f.Args...)
}

func scanTodo(kind string) func(db.Scanner) (Todo, error) {
	return func(s db.Scanner) (Todo, error) {
		t := Todo{Kind: kind}
		var due int64
		err := s.Scan(&t.ID, &t.Number, &t.Title, &t.State, &due)
		if due > 0 {
			t.DueAt = time.UnixMicro(due).UTC()
		}
		return t, err
	}
}

// cluesWaiting are the clues at the reader's desk that nobody else has taken.
func (v view) cluesWaiting(ctx context.Context, tx *db.Tx) ([]Todo, error) {
	f := v.clues(auth.ClueTriage)
	circle.Within(&f, v.actor, "c.source_id")
	f.Add("c.state = 'new' AND (c.owner_id = '' OR c.owner_id = ?)", v.actor.ID)
	return db.All(ctx, tx, scanTodo("clue"), `SELECT c.id, c.number, c.title, c.state, c.due_at FROM clue c
		WHERE `+f.Where()+` ORDER BY c.due_at, c.id LIMIT `+f.Put(fewTodo), f.Args...)
}

// alarmsWaiting are the alarms that the reader must answer, newest first.
func (v view) alarmsWaiting(ctx context.Context, tx *db.Tx) ([]Todo, error) {
	f := v.alarms(auth.AlarmHandle)
	f.Add("a.state IN ('open', 'notified', 'acknowledged') AND a.quiet <> 'merged'") // an event waits once
	return db.All(ctx, tx, scanTodo("alarm"), `SELECT a.id, a.number, e.name || '：' || a.summary, a.state, 0
		FROM alarm a JOIN enterprise e ON e.id = a.enterprise_id WHERE `+f.Where()+` ORDER BY a.id DESC LIMIT `+f.Put(fewTodo), f.Args...)
}
