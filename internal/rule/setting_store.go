package rule

import (
	"context"
	"encoding/json"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/rule/setting"
)

const tuningColumns = `t.id, t.rule, t.area, t.state, t.draft, t.author, COALESCE(u.name, t.author), t.live, t.in_force, t.created_at, t.updated_at, t.version`

const tuningTables = ` FROM rule_setting t LEFT JOIN app_user u ON u.id = t.author `

func scanTuning(s db.Scanner) (Tuning, error) {
	var t Tuning
	var text string
	var created, updated int64
	if err := s.Scan(&t.ID, &t.Rule, &t.Area, &t.State, &text, &t.Author, &t.AuthorName, &t.Live, &t.InForce, &created, &updated, &t.Version); err != nil {
		return t, err
	}
	t.CreatedAt, t.UpdatedAt = moment(created), moment(updated)
	return t, json.Unmarshal([]byte(text), &t.Draft)
}

func valuesText(v setting.Values) (string, error) {
	if v == nil {
		v = setting.Values{}
	}
	b, err := json.Marshal(v)
	return string(b), err
}

func insertTuning(ctx context.Context, tx *db.Tx, t Tuning) error {
	text, err := valuesText(t.Draft)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO rule_setting (id, rule, area, state, draft, author, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 1)`,
		t.ID, t.Rule, t.Area, t.State, text, t.Author, tx.Micros())
	return err
}

// saveTuning writes the row, unless another transaction was faster.
func saveTuning(ctx context.Context, tx *db.Tx, t *Tuning) error {
	text, err := valuesText(t.Draft)
	if err != nil {
		return err
	}
	n, err := db.Exec(ctx, tx, `UPDATE rule_setting SET state = $1, draft = $2, author = $3, live = $4, in_force = $5, updated_at = $6, version = version + 1 WHERE id = $7 AND version = $8`,
		t.State, text, t.Author, t.Live, t.InForce, tx.Micros(), t.ID, t.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return errStaleTuning
	}
	t.Version++
	return nil
}

func findTuning(ctx context.Context, tx *db.Tx, id string) (Tuning, error) {
	return db.One(ctx, tx, scanTuning, `SELECT `+tuningColumns+tuningTables+`WHERE t.id = $1`, id)
}

func lockTuning(ctx context.Context, tx *db.Tx, id string) (Tuning, error) {
	lock := ""
	if l := tx.ForUpdate(); l != "" {
		lock = l + " OF t"
	}
	return db.One(ctx, tx, scanTuning, `SELECT `+tuningColumns+tuningTables+`WHERE t.id = $1`+lock, id)
}

// tuningAt is what an area has on a rule; false when it never set anything.
func tuningAt(ctx context.Context, tx *db.Tx, rule, area string) (Tuning, bool, error) {
	t, err := db.One(ctx, tx, scanTuning, `SELECT `+tuningColumns+tuningTables+`WHERE t.rule = $1 AND t.area = $2`, rule, area)
	if db.IsMissing(err) {
		return t, false, nil
	}
	return t, err == nil, err
}

// listTunings are what the actor may see, of one rule or of all.
func (s *Service) listTunings(ctx context.Context, tx *db.Tx, actor auth.Actor, rule string) ([]Tuning, error) {
	var f db.Filter
	f.Add(s.policy.Where(actor, auth.RuleRead, auth.Columns{Area: "t.area"}, &f.Args))
	if rule != "" {
		f.Add("t.rule = ?", rule)
	}
	return db.All(ctx, tx, scanTuning, `SELECT `+tuningColumns+tuningTables+`WHERE `+f.Where()+` ORDER BY t.rule, t.area LIMIT 2000`, f.Args...)
}

func insertTuningVersion(ctx context.Context, tx *db.Tx, v TuningVersion) error {
	text, err := valuesText(v.Values)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO rule_setting_version (setting_id, number, rule, area, settings, withdrawn, reason, author, published_by, from_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		v.TuningID, v.Number, v.Rule, v.Area, text, v.Withdrawn, v.Reason, v.Author, v.PublishedBy, micros(nextMinute(tx.Now)))
	return err
}

// nextMinute is since when what is published now holds: by then it is committed, and
// no value of the time since has been judged by anything else.
func nextMinute(now time.Time) time.Time { return now.Truncate(time.Minute).Add(time.Minute) }

const tuningVersionColumns = `v.setting_id, v.number, v.rule, v.area, v.settings, v.withdrawn, v.reason, v.author, COALESCE(a.name, v.author), v.published_by, COALESCE(p.name, v.published_by), v.from_at`

const tuningVersionTables = ` FROM rule_setting_version v LEFT JOIN app_user a ON a.id = v.author LEFT JOIN app_user p ON p.id = v.published_by `

func scanTuningVersion(s db.Scanner) (TuningVersion, error) {
	var v TuningVersion
	var text string
	var at int64
	if err := s.Scan(&v.TuningID, &v.Number, &v.Rule, &v.Area, &text, &v.Withdrawn, &v.Reason, &v.Author, &v.AuthorName, &v.PublishedBy, &v.PublishedByName, &at); err != nil {
		return v, err
	}
	v.From = moment(at)
	return v, json.Unmarshal([]byte(text), &v.Values)
}

func tuningVersions(ctx context.Context, tx *db.Tx, id string) ([]TuningVersion, error) {
	return db.All(ctx, tx, scanTuningVersion, `SELECT `+tuningVersionColumns+tuningVersionTables+`WHERE v.setting_id = $1 ORDER BY v.number DESC`, id)
}

// published is everything that was ever published, for those who judge. It asks no
// policy.
func published(ctx context.Context, tx *db.Tx) (setting.Table, error) {
	list, err := db.All(ctx, tx, func(s db.Scanner) (v setting.Version, err error) {
		var area, text string
		var at int64
		if err := s.Scan(&v.Rule, &area, &text, &v.Withdrawn, &at); err != nil {
			return v, err
		}
		v.Area, v.From = auth.AreaPrefix(area), moment(at)
		return v, json.Unmarshal([]byte(text), &v.Values)
	}, `SELECT rule, area, settings, withdrawn, from_at FROM rule_setting_version ORDER BY setting_id, number`)
	if len(list) == 0 {
		return nil, err
	}
	return setting.NewTable(list), err
}
