package rule

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/rule/silence"
)

const alarmColumns = `a.id, a.number, a.rule, a.level, a.state, a.outlet_id, o.name, a.enterprise_id, e.name, a.area, a.factor, a.limit_value, a.basis,
	a.value, a.peak, a.times, a.started_at, a.last_at, a.ended_at, a.summary, a.clue_id, a.explained, a.quiet, a.quiet_by, a.event_id, COALESCE(v.number, ''), COALESCE(v.grouped_by, ''), COALESCE(v.version, 0), a.apart, a.also, a.verdict, a.sector, a.grade_why, a.grade_up, a.level_at, a.highest, a.created_at, a.updated_at, a.version`

const alarmTables = ` FROM alarm a JOIN outlet o ON o.id = a.outlet_id JOIN enterprise e ON e.id = a.enterprise_id LEFT JOIN alarm_event v ON v.id = a.event_id `

func scanAlarm(s db.Scanner) (Alarm, error) {
	var a Alarm
	var why, also string
	var started, last, ended, leveled, created, updated int64
	err := s.Scan(&a.ID, &a.Number, &a.Rule, &a.Level, &a.State, &a.OutletID, &a.OutletName, &a.EnterpriseID, &a.EnterpriseName, &a.Area,
		&a.Factor, &a.Limit, &a.Basis, &a.Value, &a.Peak, &a.Times, &started, &last, &ended, &a.Summary, &a.ClueID, &a.Explained, &a.Quiet.Kind, &a.Quiet.By, &a.EventID, &a.EventNumber, &a.EventGrouping, &a.EventVersion, &a.Apart, &also, &a.Verdict, &a.Sector, &why, &a.HearUp, &leveled, &a.Highest, &created, &updated, &a.Version)
	a.StartedAt, a.LastAt, a.EndedAt = moment(started), moment(last), moment(ended)
	a.CreatedAt, a.UpdatedAt, a.LevelAt = moment(created), moment(updated), moment(leveled)
	if a.LevelAt.IsZero() {
		a.LevelAt = a.CreatedAt
	}
	if why != "" {
		a.Why = strings.Split(why, "\n")
	}
	a.Also = readSigns(also)
	if a.Highest.rank() < a.Level.rank() { // of the time before alarms knew it
		a.Highest = a.Level
	}
	return a, err
}

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func findAlarm(ctx context.Context, tx *db.Tx, id ID) (Alarm, error) {
	return db.One(ctx, tx, scanAlarm, `SELECT `+alarmColumns+alarmTables+`WHERE a.id = $1`, id)
}

func insertAlarm(ctx context.Context, tx *db.Tx, a Alarm) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO alarm (id, number, rule, level, state, outlet_id, enterprise_id, area, factor, limit_value, basis,
		value, peak, times, started_at, last_at, ended_at, summary, clue_id, grade_why, grade_up, created_at, updated_at, version, highest, also)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)`,
		a.ID, a.Number, a.Rule, a.Level, a.State, a.OutletID, a.EnterpriseID, a.Area, a.Factor, a.Limit, a.Basis,
		a.Value, a.Peak, a.Times, micros(a.StartedAt), micros(a.LastAt), micros(a.EndedAt), a.Summary, a.ClueID, strings.Join(a.Why, "\n"), a.HearUp, micros(a.CreatedAt), micros(a.UpdatedAt), a.Version, a.Level, writeSigns(a.Also))
	return err
}

// saveValues writes what the data change. It leaves the version alone: new values
// must not make a person's open form stale.
func saveValues(ctx context.Context, tx *db.Tx, a *Alarm) error {
	a.UpdatedAt = tx.Now
	_, err := tx.ExecContext(ctx, `UPDATE alarm SET level = $1, limit_value = $2, basis = $3, value = $4, peak = $5, times = $6,
		started_at = $7, last_at = $8, ended_at = $9, summary = $10, level_at = $11, highest = $12, updated_at = $13 WHERE id = $14`,
		a.Level, a.Limit, a.Basis, a.Value, a.Peak, a.Times, micros(a.StartedAt), micros(a.LastAt), micros(a.EndedAt), a.Summary, micros(a.LevelAt), a.Highest, tx.Micros(), a.ID)
	return err
}

// saveKind writes which signs stand behind a suspicion now.
func saveKind(ctx context.Context, tx *db.Tx, a *Alarm) error {
	_, err := tx.ExecContext(ctx, `UPDATE alarm SET rule = $1, factor = $2, also = $3 WHERE id = $4`, a.Rule, a.Factor, writeSigns(a.Also), a.ID)
	return err
}

// writeSigns and readSigns keep a list of signs in one column, one a line.
func writeSigns(list []silence.Sign) string {
	lines := make([]string, len(list))
	for i, n := range list {
		lines[i] = n.Rule + " " + n.Factor
	}
	return strings.Join(lines, "\n")
}

func readSigns(text string) []silence.Sign {
	if text == "" {
		return nil
	}
	var out []silence.Sign
	for line := range strings.SplitSeq(text, "\n") {
		rule, factor, _ := strings.Cut(line, " ")
		out = append(out, silence.Sign{Rule: rule, Factor: factor})
	}
	return out
}

// saveState writes what a step changes, unless another transaction was faster.
func saveState(ctx context.Context, tx *db.Tx, a *Alarm) error {
	n, err := db.Exec(ctx, tx, `UPDATE alarm SET state = $1, clue_id = $2, explained = $3, sector = $4, verdict = $5, updated_at = $6, version = version + 1 WHERE id = $7 AND version = $8`,
		a.State, a.ClueID, a.Explained, a.Sector, a.Verdict, tx.Micros(), a.ID, a.Version)
	if err != nil {
		return err
	}
	if n == 0 {
		return errStale
	}
	a.Version++
	a.UpdatedAt = tx.Now
	return nil
}

// saveQuiet writes why nobody is told. It leaves the version alone: a silence must
// not make a person's open form stale.
func saveQuiet(ctx context.Context, tx *db.Tx, a *Alarm) error {
	_, err := tx.ExecContext(ctx, `UPDATE alarm SET quiet = $1, quiet_by = $2, updated_at = $3 WHERE id = $4`, a.Quiet.Kind, a.Quiet.By, tx.Micros(), a.ID)
	return err
}

// alarmsUnder reads the alarms that a silence may speak of and those that it
// keeps quiet, locked.
func alarmsUnder(ctx context.Context, tx *db.Tx, n silence.Silence) ([]Alarm, error) {
	var f db.Filter
	f.Add("a.state <> 'cleared'")
	switch {
	case n.OutletID != "":
		f.Add("a.outlet_id = ?", n.OutletID)
	case n.EnterpriseID != "":
		f.Add("a.enterprise_id = ?", n.EnterpriseID)
	default:
		f.Add("a.area LIKE ?", auth.AreaPrefix(n.Area)+"%")
	}
	return db.All(ctx, tx, scanAlarm, `SELECT `+alarmColumns+alarmTables+`WHERE `+f.Where()+` ORDER BY a.id`+locked(tx), f.Args...)
}

// locked is the suffix that keeps the alarms' rows from changing meanwhile.
func locked(tx *db.Tx) string {
	if lock := tx.ForUpdate(); lock != "" {
		return lock + " OF a"
	}
	return ""
}

func lockAlarm(ctx context.Context, tx *db.Tx, id ID) (Alarm, error) {
	return db.One(ctx, tx, scanAlarm, `SELECT `+alarmColumns+alarmTables+`WHERE a.id = $1`+locked(tx), id)
}

// alarmByNumber finds the id of an alarm.
func alarmByNumber(ctx context.Context, tx *db.Tx, number string) (ID, error) {
	return db.One(ctx, tx, db.Value[ID], `SELECT id FROM alarm WHERE number = $1`, number)
}

// mostAsked is how many outlets one question names; with more it asks for all.
const mostAsked = 300

// openAlarms reads the open alarms of a rule at some outlets, locked in the order
// of their ids, as everybody locks alarms.
func openAlarms(ctx context.Context, tx *db.Tx, rule string, outlets []string) (map[place]*Alarm, error) {
	var f db.Filter
	f.Add("a.rule = ?", rule)
	f.Add("a.state <> 'cleared'")
	if len(outlets) <= mostAsked {
		f.In("a.outlet_id", outlets)
	}
	list, err := db.All(ctx, tx, scanAlarm, `SELECT `+alarmColumns+alarmTables+`WHERE `+f.Where()+` ORDER BY a.id`+locked(tx), f.Args...)
	out := map[place]*Alarm{}
	for _, a := range list {
		out[place{a.OutletID, a.Factor}] = &a
	}
	return out, err
}

// openAt is the open alarm of a rule at one place, not locked; nil without one.
func openAt(ctx context.Context, tx *db.Tx, rule string, p place) (*Alarm, error) {
	list, err := db.All(ctx, tx, scanAlarm, `SELECT `+alarmColumns+alarmTables+`WHERE a.outlet_id = $1 AND a.rule = $2 AND a.factor = $3 AND a.state <> 'cleared'`, p.outlet, rule, p.factor)
	if len(list) == 0 {
		return nil, err
	}
	return &list[0], err
}

// lastSuspicion is the outlet's suspicion that is not cleared, nil without one, and
// the last sign of the newest that is. lock keeps the rows from changing meanwhile.
func lastSuspicion(ctx context.Context, tx *db.Tx, outlet, lock string) (open *Alarm, dealt time.Time, err error) {
	list, err := db.All(ctx, tx, scanAlarm, `SELECT `+alarmColumns+alarmTables+`WHERE a.outlet_id = $1 AND a.level = 'suspect' AND NOT (a.rule >= 'custom:' AND a.rule < 'custom;')
		ORDER BY a.created_at DESC, a.id DESC LIMIT 2`+lock, outlet)
	for i := range list {
		if list[i].State != StateCleared {
			open = &list[i]
		} else {
			return open, list[i].LastAt, err
		}
	}
	return open, dealt, err
}

// openPlaces lists where alarms of a rule are not cleared, and how they stand.
func openPlaces(ctx context.Context, tx *db.Tx, rule string) (map[place]pulse, error) {
	type row struct {
		place
		pulse
	}
	list, err := db.All(ctx, tx, func(s db.Scanner) (r row, err error) {
		err = s.Scan(&r.outlet, &r.factor, &r.level, &r.lasts)
		return r, err
	}, `SELECT outlet_id, factor, level, ended_at = 0 FROM alarm WHERE rule = $1 AND state <> 'cleared'`, rule)
	out := make(map[place]pulse, len(list))
	for _, r := range list {
		out[r.place] = r.pulse
	}
	return out, err
}

// columns are where the policy looks.
var columns = auth.Columns{Area: "a.area", Enterprise: "a.enterprise_id", Agency: "a.sector"}

func (s *Service) filter(actor auth.Actor, q Query) db.Filter {
	var f db.Filter
	f.Add(s.policy.Where(actor, auth.AlarmRead, columns, &f.Args))
	f.In("a.state", q.States)
	f.In("a.level", q.Levels)
	f.In("a.explained", q.Explained)
	f.In("a.quiet", q.Quiet)
	f.In("a.rule", q.Rules)
	if q.Key {
		f.Add("a.grade_why <> ''")
	}
	if q.Area != "" {
		f.Add("a.area LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	if q.OutletID != "" {
		f.Add("a.outlet_id = ?", q.OutletID)
	}
	if q.EnterpriseID != "" {
		f.Add("a.enterprise_id = ?", q.EnterpriseID)
	}
	if q.EventID != "" {
		f.Add("a.event_id = ?", q.EventID)
	}
	if !q.From.IsZero() {
		f.Add("a.last_at >= ?", q.From.UnixMicro())
	}
	if !q.To.IsZero() {
		f.Add("a.started_at < ?", q.To.UnixMicro())
	}
	f.Has(q.Text, "a.number", "a.summary", "e.name", "o.name")
	return f
}

func (s *Service) listAlarms(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query, before string, limit int) ([]Alarm, error) {
	f := s.filter(actor, q)
	if before != "" {
		f.Add("a.id < ?", before)
	}
	return db.All(ctx, tx, scanAlarm, `SELECT `+alarmColumns+alarmTables+`WHERE `+f.Where()+` ORDER BY a.id DESC LIMIT `+f.Put(limit), f.Args...)
}

func (s *Service) countAlarms(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query) (int, bool, error) {
	f := s.filter(actor, q)
	return db.Count(ctx, tx, `SELECT 1`+alarmTables+`WHERE `+f.Where(), f.Args...)
}

func (s *Service) openByOutlet(ctx context.Context, tx *db.Tx, actor auth.Actor) (map[string]int, error) {
	var f db.Filter
	f.Add(s.policy.Where(actor, auth.AlarmRead, columns, &f.Args))
	type row struct {
		outlet string
		n      int
	}
	list, err := db.All(ctx, tx, func(s db.Scanner) (r row, err error) {
		err = s.Scan(&r.outlet, &r.n)
		return r, err
	}, `SELECT a.outlet_id, COUNT(*)`+alarmTables+`WHERE a.state <> 'cleared' AND a.rule NOT IN ('offline', 'missing') AND `+f.Where()+` GROUP BY a.outlet_id`, f.Args...)
	out := map[string]int{}
	for _, r := range list {
		out[r.outlet] = r.n
	}
	return out, err
}

func cursorOf(ctx context.Context, tx *db.Tx, stream Stream) (int64, error) {
	n, err := db.One(ctx, tx, db.Value[int64], `SELECT seq FROM rule_cursor WHERE stream = $1`, stream)
	if db.IsMissing(err) {
		return 0, nil
	}
	return n, err
}

// moveCursor claims the batch: of several runners one succeeds.
func moveCursor(ctx context.Context, tx *db.Tx, stream Stream, from, to int64) (bool, error) {
	if from == 0 {
		if _, err := tx.ExecContext(ctx, `INSERT INTO rule_cursor (stream, seq) VALUES ($1, 0) ON CONFLICT (stream) DO NOTHING`, stream); err != nil {
			return false, err
		}
	}
	n, err := db.Exec(ctx, tx, `UPDATE rule_cursor SET seq = $1 WHERE stream = $2 AND seq = $3`, to, stream, from)
	return n == 1, err
}

func windowsOf(ctx context.Context, tx *db.Tx, rule string) (map[place][]Sample, error) {
	type row struct {
		place
		samples []Sample
	}
	list, err := db.All(ctx, tx, func(s db.Scanner) (row, error) {
		var r row
		var text string
		if err := s.Scan(&r.outlet, &r.factor, &text); err != nil {
			return r, err
		}
		return r, json.Unmarshal([]byte(text), &r.samples)
	}, `SELECT outlet_id, factor, samples FROM rule_window WHERE rule = $1`, rule)
	out := map[place][]Sample{}
	for _, r := range list {
		out[r.place] = r.samples
	}
	return out, err
}

// windowsAtOnce is how many windows one statement writes.
const windowsAtOnce = 100

func saveWindows(ctx context.Context, tx *db.Tx, rule string, windows map[place][]Sample) error {
	var f db.Filter
	var rows []string
	flush := func() error {
		_, err := tx.ExecContext(ctx, `INSERT INTO rule_window (rule, outlet_id, factor, samples) VALUES `+strings.Join(rows, ", ")+
			` ON CONFLICT (rule, outlet_id, factor) DO UPDATE SET samples = excluded.samples`, f.Args...)
		f.Args, rows = nil, rows[:0]
		return err
	}
	for p, samples := range windows {
		text, err := json.Marshal(samples)
		if err != nil {
			return err
		}
		rows = append(rows, "("+f.Put(rule)+", "+f.Put(p.outlet)+", "+f.Put(p.factor)+", "+f.Put(string(text))+")")
		if len(rows) == windowsAtOnce {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return flush()
}

func dropWindow(ctx context.Context, tx *db.Tx, rule string, p place) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM rule_window WHERE rule = $1 AND outlet_id = $2 AND factor = $3`, rule, p.outlet, p.factor)
	return err
}

func worstByOutlet(ctx context.Context, tx *db.Tx) (map[string]Level, error) {
	type row struct {
		outlet string
		level  Level
	}
	list, err := db.All(ctx, tx, func(s db.Scanner) (r row, err error) {
		err = s.Scan(&r.outlet, &r.level)
		return r, err
	}, `SELECT DISTINCT outlet_id, level FROM alarm WHERE state <> 'cleared' AND rule NOT IN ('offline', 'missing')`) // boards show silence by itself
	out := make(map[string]Level, len(list))
	for _, r := range list {
		if r.level.rank() > out[r.outlet].rank() {
			out[r.outlet] = r.level
		}
	}
	return out, err
}
