package outcome

import (
	"context"
	"encoding/json"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func asked(policy auth.Policy, actor auth.Actor, q Query) db.Filter {
	var f db.Filter
	f.Add(policy.Where(actor, auth.AlarmRead, auth.Columns{Area: "a.area", Enterprise: "a.enterprise_id", Agency: "a.sector"}, &f.Args))
	f.Add("a.created_at >= ? AND a.created_at < ?", q.From.UnixMicro(), q.To.UnixMicro())
	if q.Area != "" {
		f.Add("a.area LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	if q.EnterpriseID != "" {
		f.Add("a.enterprise_id = ?", q.EnterpriseID)
	}
	if q.Rule != "" {
		f.Add("a.rule = ?", q.Rule)
	}
	return f
}

func factsOf(ctx context.Context, tx *db.Tx, policy auth.Policy, actor auth.Actor, q Query) ([]fact, error) {
	f := asked(policy, actor, q)
	facts, err := db.All(ctx, tx, func(s db.Scanner) (x fact, err error) {
		var started, last, ended, created int64
		var quiet string
		err = s.Scan(&x.id, &x.rule, &x.level, &x.state, &x.area, &x.enterpriseID, &x.enterpriseName, &x.clue, &x.found, &quiet, &started, &last, &ended, &created)
		x.started, x.last, x.ended, x.created, x.quiet = moment(started), moment(last), moment(ended), moment(created), quiet != "" && quiet != "merged"
		return x, err
	}, `SELECT a.id, a.rule, a.level, a.state, a.area, a.enterprise_id, e.name, COALESCE(c.state, ''), a.verdict, a.quiet, a.started_at, a.last_at, a.ended_at, a.created_at
		FROM alarm a JOIN enterprise e ON e.id = a.enterprise_id LEFT JOIN clue c ON c.id = a.clue_id WHERE `+f.Where(), f.Args...)
	if err != nil {
		return nil, err
	}
	at := make(map[string]*fact, len(facts))
	for i := range facts {
		at[facts[i].id] = &facts[i]
	}
	return facts, addAnswers(ctx, tx, asked(policy, actor, q), at)
}

// answer is an entry of a timeline that says how people took the alarm.
type answer struct {
	alarm, verb, to, cause string
	at                     time.Time
}

// addAnswers puts what people did, in order, to the alarms.
func addAnswers(ctx context.Context, tx *db.Tx, f db.Filter, alarms map[string]*fact) error {
	f.Add("t.kind = 'alarm' AND t.verb IN ('acknowledge', 'explain', 'handle', 'handin', 'accept', 'reject', 'unexplained')")
	answers, err := db.All(ctx, tx, func(s db.Scanner) (x answer, err error) {
		var at int64
		var data string
		if err = s.Scan(&x.alarm, &x.verb, &x.to, &at, &data); err != nil {
			return x, err
		}
		x.at = moment(at)
		var form struct {
			Cause string `json:"cause"`
		}
		err = json.Unmarshal([]byte(data), &form)
		x.cause = form.Cause
		return x, err
	}, `SELECT t.subject, t.verb, t.to_state, t.at, t.data FROM timeline t JOIN alarm a ON a.id = t.subject WHERE `+f.Where()+` ORDER BY t.id`, f.Args...)
	if err != nil {
		return err
	}
	said := map[string]string{} // cause that the enterprise gave, not accepted yet
	for _, x := range answers {
		a := alarms[x.alarm]
		if a == nil {
			continue
		}
		switch x.verb {
		case "acknowledge":
			first(&a.acknowledged, x.at)
		case "explain":
			first(&a.explained, x.at)
			said[x.alarm] = x.cause
		case "handle":
			a.cause = x.cause
		case "accept":
			a.cause, a.accepted = said[x.alarm], true
		case "reject":
			a.rejected = true
		case "unexplained":
			a.late = a.late || a.explained.IsZero() // a word that was sent back has a term of its own
		}
		if x.to == "handled" {
			first(&a.handled, x.at)
		}
	}
	return nil
}

func first(to *time.Time, at time.Time) {
	if to.IsZero() {
		*to = at
	}
}
