package rule

import (
	"context"
	"encoding/json"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/rule/custom"
)

const customColumns = `r.id, r.state, r.spec, r.author, COALESCE(u.name, r.author), r.live, r.enabled, r.failures, r.failed_at, r.failure, r.created_at, r.updated_at, r.version`

const customTables = ` FROM custom_rule r LEFT JOIN app_user u ON u.id = r.author `

func scanCustom(s db.Scanner) (Custom, error) {
	var c Custom
	var text string
	var failed, created, updated int64
	if err := s.Scan(&c.ID, &c.State, &text, &c.Author, &c.AuthorName, &c.Live, &c.Enabled, &c.Failures, &failed, &c.Failure, &created, &updated, &c.Version); err != nil {
		return c, err
	}
	c.FailedAt, c.CreatedAt, c.UpdatedAt = moment(failed), moment(created), moment(updated)
	return c, json.Unmarshal([]byte(text), &c.Spec)
}

func insertCustom(ctx context.Context, tx *db.Tx, c Custom) error {
	text, err := specText(c.Spec)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO custom_rule (id, state, title, area, spec, author, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 1)`,
		c.ID, c.State, c.Spec.Title, c.Spec.Area, text, c.Author, tx.Micros())
	return err
}

// saveCustom writes the row, unless another transaction was faster.
func saveCustom(ctx context.Context, tx *db.Tx, c *Custom) error {
	text, err := specText(c.Spec)
	if err != nil {
		return err
	}
	n, err := db.Exec(ctx, tx, `UPDATE custom_rule SET state = $1, title = $2, area = $3, spec = $4, author = $5, live = $6, enabled = $7, failures = $8, failed_at = $9, failure = $10,
		updated_at = $11, version = version + 1 WHERE id = $12 AND version = $13`,
		c.State, c.Spec.Title, c.Spec.Area, text, c.Author, c.Live, c.Enabled, c.Failures, micros(c.FailedAt), c.Failure, tx.Micros(), c.ID, c.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return errStaleCustom
	}
	c.Version++
	return nil
}

// noteFailures adds hours that a rule could not judge. It leaves the version
// alone: a person's open form must not become stale.
func noteFailures(ctx context.Context, tx *db.Tx, id string, n int64, text string) error {
	_, err := db.Exec(ctx, tx, `UPDATE custom_rule SET failures = failures + $1, failed_at = $2, failure = $3 WHERE id = $4`, n, tx.Micros(), text, id)
	return err
}

func findCustom(ctx context.Context, tx *db.Tx, id string) (Custom, error) {
	return db.One(ctx, tx, scanCustom, `SELECT `+customColumns+customTables+`WHERE r.id = $1`, id)
}

func lockCustom(ctx context.Context, tx *db.Tx, id string) (Custom, error) {
	lock := ""
	if l := tx.ForUpdate(); l != "" {
		lock = l + " OF r"
	}
	return db.One(ctx, tx, scanCustom, `SELECT `+customColumns+customTables+`WHERE r.id = $1`+lock, id)
}

func (s *Service) customFilter(actor auth.Actor, q CustomQuery) db.Filter {
	var f db.Filter
	f.Add(s.policy.Where(actor, auth.RuleRead, auth.Columns{Area: "r.area"}, &f.Args))
	f.Add("r.state <> 'discarded'")
	f.In("r.state", q.States)
	if q.Area != "" {
		f.Add("r.area LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	f.Has(q.Text, "r.title")
	return f
}

func (s *Service) listCustom(ctx context.Context, tx *db.Tx, actor auth.Actor, q CustomQuery, before string, limit int) ([]Custom, error) {
	f := s.customFilter(actor, q)
	if before != "" {
		f.Add("r.id < ?", before)
	}
	return db.All(ctx, tx, scanCustom, `SELECT `+customColumns+customTables+`WHERE `+f.Where()+` ORDER BY r.id DESC LIMIT `+f.Put(limit), f.Args...)
}

func (s *Service) countCustom(ctx context.Context, tx *db.Tx, actor auth.Actor, q CustomQuery) (int, bool, error) {
	f := s.customFilter(actor, q)
	return db.Count(ctx, tx, `SELECT 1`+customTables+`WHERE `+f.Where(), f.Args...)
}

// customHits counts alarms of officers' rules since a moment, by rule.
func customHits(ctx context.Context, tx *db.Tx, since time.Time) (map[string]int, error) {
	type row struct {
		rule string
		n    int
	}
	list, err := db.All(ctx, tx, func(s db.Scanner) (r row, err error) {
		err = s.Scan(&r.rule, &r.n)
		return r, err
	}, `SELECT rule, COUNT(*) FROM alarm WHERE rule >= 'custom:' AND rule < 'custom;' AND started_at >= $1 GROUP BY rule`, since.UnixMicro())
	out := map[string]int{}
	for _, r := range list {
		if id, _, ok := readCustomID(r.rule); ok {
			out[id] += r.n
		}
	}
	return out, err
}

func insertVersion(ctx context.Context, tx *db.Tx, v CustomVersion) error {
	text, err := specText(v.Spec)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO custom_version (rule_id, number, title, spec, reason, author, published_by, published_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		v.RuleID, v.Number, v.Spec.Title, text, v.Reason, v.author, v.PublishedBy, tx.Micros())
	return err
}

const versionColumns = `v.rule_id, v.number, v.spec, v.reason, v.author, COALESCE(a.name, v.author), v.published_by, COALESCE(p.name, v.published_by), v.published_at`

const versionTables = ` FROM custom_version v LEFT JOIN app_user a ON a.id = v.author LEFT JOIN app_user p ON p.id = v.published_by `

func scanVersion(s db.Scanner) (CustomVersion, error) {
	var v CustomVersion
	var text string
	var at int64
	if err := s.Scan(&v.RuleID, &v.Number, &text, &v.Reason, &v.author, &v.AuthorName, &v.PublishedBy, &v.PublishedByName, &at); err != nil {
		return v, err
	}
	v.PublishedAt = moment(at)
	return v, json.Unmarshal([]byte(text), &v.Spec)
}

func versionsOf(ctx context.Context, tx *db.Tx, id string) ([]CustomVersion, error) {
	return db.All(ctx, tx, scanVersion, `SELECT `+versionColumns+versionTables+`WHERE v.rule_id = $1 ORDER BY v.number DESC`, id)
}

func versionOf(ctx context.Context, tx *db.Tx, id string, number int64) (CustomVersion, error) {
	return db.One(ctx, tx, scanVersion, `SELECT `+versionColumns+versionTables+`WHERE v.rule_id = $1 AND v.number = $2`, id, number)
}

// versionsInForce are the texts that judge.
func versionsInForce(ctx context.Context, tx *db.Tx) ([]CustomVersion, error) {
	return db.All(ctx, tx, scanVersion, `SELECT `+versionColumns+` FROM custom_rule r JOIN custom_version v ON v.rule_id = r.id AND v.number = r.live
		LEFT JOIN app_user a ON a.id = v.author LEFT JOIN app_user p ON p.id = v.published_by WHERE r.enabled AND r.state <> 'discarded' ORDER BY v.rule_id`)
}

// placesOf are all outlets as scopes of rules see them, by id.
func placesOf(ctx context.Context, tx *db.Tx) (map[string]custom.Place, error) {
	list, err := db.All(ctx, tx, func(s db.Scanner) (p custom.Place, err error) {
		err = s.Scan(&p.ID, &p.Kind, &p.Area, &p.Class, &p.Industry)
		return p, err
	}, `SELECT o.id, o.kind, o.area, e.permit_class, e.industry FROM outlet o JOIN enterprise e ON e.id = o.enterprise_id`)
	out := make(map[string]custom.Place, len(list))
	for _, p := range list {
		out[p.ID] = p
	}
	return out, err
}

// customAlarms are the newest alarms of officers' rules at an outlet, by rule,
// locked.
func customAlarms(ctx context.Context, tx *db.Tx, outlet string, lock bool) (map[string]*Alarm, error) {
	suffix := ""
	if lock {
		suffix = locked(tx)
	}
	list, err := db.All(ctx, tx, scanAlarm, `SELECT `+alarmColumns+alarmTables+`WHERE a.outlet_id = $1 AND a.rule >= 'custom:' AND a.rule < 'custom;'
		ORDER BY a.started_at DESC, a.id DESC LIMIT 500`+suffix, outlet)
	out := map[string]*Alarm{}
	for i := range list {
		id, _, ok := readCustomID(list[i].Rule)
		if old := out[id]; ok && (old == nil || old.State == StateCleared && list[i].State != StateCleared) {
			out[id] = &list[i]
		}
	}
	return out, err
}

// lastingOf are the alarms of an officer's rule that have not ended.
func lastingOf(ctx context.Context, tx *db.Tx, id string) ([]Alarm, error) {
	return db.All(ctx, tx, scanAlarm, `SELECT `+alarmColumns+alarmTables+`WHERE a.rule >= $1 AND a.rule < $2 AND a.state <> 'cleared' AND a.ended_at = 0`+locked(tx),
		customPrefix+id+"@", customPrefix+id+"A")
}

const trialColumns = `t.id, t.rule_id, t.spec, t.state, t.from_at, t.to_at, t.outlets, t.done, t.result, t.trouble, t.created_by, COALESCE(u.name, t.created_by), t.created_at, t.finished_at`

const trialTables = ` FROM custom_trial t LEFT JOIN app_user u ON u.id = t.created_by `

func scanTrial(s db.Scanner) (Trial, error) {
	var t Trial
	var result string
	var from, to, created, finished int64
	if err := s.Scan(&t.ID, &t.RuleID, &t.text, &t.State, &from, &to, &t.Outlets, &t.Done, &result, &t.Trouble, &t.createdBy, &t.CreatedByName, &created, &finished); err != nil {
		return t, err
	}
	t.From, t.To, t.CreatedAt, t.FinishedAt = moment(from), moment(to), moment(created), moment(finished)
	if result != "" {
		if err := json.Unmarshal([]byte(result), &t.Result); err != nil {
			return t, err
		}
	}
	var tried trialText
	if err := json.Unmarshal([]byte(t.text), &tried); err != nil || tried.Settings != nil {
		t.Settings = tried.Settings
		return t, err
	}
	return t, json.Unmarshal([]byte(t.text), &t.Spec)
}

func insertTrial(ctx context.Context, tx *db.Tx, t Trial) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO custom_trial (id, rule_id, spec, state, from_at, to_at, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		t.ID, t.RuleID, t.text, t.State, micros(t.From), micros(t.To), t.createdBy, tx.Micros())
	return err
}

func findTrial(ctx context.Context, tx *db.Tx, id string) (Trial, error) {
	return db.One(ctx, tx, scanTrial, `SELECT `+trialColumns+trialTables+`WHERE t.id = $1`, id)
}

func trialsOf(ctx context.Context, tx *db.Tx, rule string, limit int) ([]Trial, error) {
	return db.All(ctx, tx, scanTrial, `SELECT `+trialColumns+trialTables+`WHERE t.rule_id = $1 ORDER BY t.id DESC LIMIT $2`, rule, limit)
}

// wasTried reports whether exactly this text was tried to the end since a moment.
func wasTried(ctx context.Context, tx *db.Tx, rule, text string, since time.Time) (bool, error) {
	n, err := db.One(ctx, tx, db.Value[int64], `SELECT COUNT(*) FROM custom_trial WHERE rule_id = $1 AND spec = $2 AND state = 'done' AND finished_at >= $3`, rule, text, since.UnixMicro())
	return n > 0, err
}

// goOnTrial writes how far a trial has come; false when somebody cancelled it.
func goOnTrial(ctx context.Context, tx *db.Tx, id string, outlets, done int) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE custom_trial SET state = 'running', outlets = $1, done = $2 WHERE id = $3 AND state IN ('waiting', 'running')`, outlets, done, id)
	return n == 1, err
}

func endTrial(ctx context.Context, tx *db.Tx, id, state, result, trouble string) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE custom_trial SET state = $1, result = $2, trouble = $3, finished_at = $4 WHERE id = $5 AND state IN ('waiting', 'running')`,
		state, result, trouble, tx.Micros(), id)
	return n == 1, err
}

// trimTrials drops trials that nobody needs: those older than the moment.
func trimTrials(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM custom_trial WHERE created_at < $1`, before.UnixMicro())
	return err
}
