package issue

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

// kindIssue names the papers in timeline, files and search.
const kindIssue = "issue"

const selectIssue = `SELECT i.id, i.number, i.state, i.title, i.body, i.severity, i.category, i.area, i.address, i.lng, i.lat,
	i.enterprise_id, i.enterprise_name, i.outlet_id, i.desk_area, i.lead_agency, i.person_id, COALESCE(p.name, ''), i.measures,
	i.clock, i.due_at, i.rectify_by, i.extension_days, i.rectifier_id, i.rectifier_agency, i.file_number,
	(SELECT count(*) FROM timeline t WHERE t.kind = 'issue' AND t.subject = i.id AND t.verb = 'return'),
	i.created_by, i.created_at, i.updated_at, i.closed_at, i.version
	FROM issue i LEFT JOIN app_user p ON p.id = i.person_id `

func scanIssue(s db.Scanner) (Issue, error) {
	var i Issue
	var due, by, created, updated, closed int64
	err := s.Scan(&i.ID, &i.Number, &i.State, &i.Title, &i.Text, &i.Severity, &i.Category, &i.Area, &i.Address, &i.Lng, &i.Lat,
		&i.EnterpriseID, &i.EnterpriseName, &i.OutletID, &i.DeskArea, &i.LeadAgency, &i.PersonID, &i.PersonName, &i.Measures,
		&i.Clock, &due, &by, &i.ExtensionDays, &i.RectifierID, &i.RectifierAgency, &i.FileNumber,
		&i.Returns, &i.CreatedBy, &created, &updated, &closed, &i.Version)
	i.DueAt, i.RectifyBy, i.CreatedAt, i.UpdatedAt, i.ClosedAt = moment(due), moment(by), moment(created), moment(updated), moment(closed)
	i.Assists = []string{}
	return i, err
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

func insertIssue(ctx context.Context, tx *db.Tx, i Issue) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO issue (id, number, state, title, body, severity, category, area, address, lng, lat,
		enterprise_id, enterprise_name, outlet_id, desk_area, clock, due_at, created_by, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, 1)`,
		i.ID, i.Number, i.State, i.Title, i.Text, i.Severity, i.Category, i.Area, i.Address, i.Lng, i.Lat,
		i.EnterpriseID, i.EnterpriseName, i.OutletID, i.DeskArea, i.Clock, micros(i.DueAt), i.CreatedBy, micros(i.CreatedAt), micros(i.UpdatedAt))
	return err
}

// enterText lets the issue be found by its words.
func enterText(ctx context.Context, tx *db.Tx, i Issue) error {
	return db.PutText(ctx, tx, kindIssue, string(i.ID), texts(i)...)
}

func texts(i Issue) []string {
	return []string{i.Number, i.Title, i.Text, i.EnterpriseName, i.Address}
}

// textsBelow gives the issues below an id, newest first.
func textsBelow(ctx context.Context, tx *db.Tx, id string, n int) ([]db.Text, error) {
	return db.All(ctx, tx, func(s db.Scanner) (db.Text, error) {
		var i Issue
		err := s.Scan(&i.ID, &i.Number, &i.Title, &i.Text, &i.EnterpriseName, &i.Address)
		return db.Text{ID: string(i.ID), Texts: texts(i)}, err
	}, `SELECT id, number, title, body, enterprise_name, address FROM issue WHERE id < $1 ORDER BY id DESC LIMIT $2`, id, n)
}

// updateIssue writes what verbs may change; false when the version has moved on.
func updateIssue(ctx context.Context, tx *db.Tx, i Issue) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE issue SET state = $1, title = $2, severity = $3, category = $4, desk_area = $5, lead_agency = $6,
		person_id = $7, measures = $8, clock = $9, due_at = $10, rectify_by = $11, extension_days = $12, rectifier_id = $13,
		rectifier_agency = $14, file_number = $15, closed_at = $16, updated_at = $17, version = version + 1
		WHERE id = $18 AND version = $19`,
		i.State, i.Title, i.Severity, i.Category, i.DeskArea, i.LeadAgency, i.PersonID, i.Measures, i.Clock, micros(i.DueAt), micros(i.RectifyBy),
		i.ExtensionDays, i.RectifierID, i.RectifierAgency, i.FileNumber, micros(i.ClosedAt), tx.Micros(), i.ID, i.Version)
	if err != nil || n != 1 {
		return false, err
	}
	if _, err := db.Exec(ctx, tx, `DELETE FROM issue_assist WHERE issue_id = $1`, i.ID); err != nil {
		return false, err
	}
	for _, a := range i.Assists {
		if _, err := db.Exec(ctx, tx, `INSERT INTO issue_assist (issue_id, agency) VALUES ($1, $2)`, i.ID, a); err != nil {
			return false, err
		}
	}
	return true, nil
}

func findIssue(ctx context.Context, tx *db.Tx, id ID) (Issue, error) {
	list, err := withAssists(ctx, tx, func() ([]Issue, error) {
		return db.All(ctx, tx, scanIssue, selectIssue+`WHERE i.id = $1`, id)
	})
	if err == nil && len(list) == 0 {
		return Issue{}, errMissing
	}
	if err != nil {
		return Issue{}, err
	}
	return list[0], nil
}

// lockByNumber finds an issue and makes others wait who would change it.
func lockByNumber(ctx context.Context, tx *db.Tx, numberOrID string) (Issue, error) {
	id, err := db.One(ctx, tx, db.Value[ID], `SELECT id FROM issue WHERE number = $1 OR id = $1`+tx.ForUpdate(), numberOrID)
	if db.IsMissing(err) {
		return Issue{}, errMissing
	}
	if err != nil {
		return Issue{}, err
	}
	return findIssue(ctx, tx, id)
}

// lockIssue makes others wait who would change the issue.
func lockIssue(ctx context.Context, tx *db.Tx, id ID) error {
	_, err := db.One(ctx, tx, db.Value[string], `SELECT id FROM issue WHERE id = $1`+tx.ForUpdate(), id)
	return err
}

type assist struct {
	issue  ID
	agency string
}

// withAssists adds the assisting agencies to the issues that load reads.
func withAssists(ctx context.Context, tx *db.Tx, load func() ([]Issue, error)) ([]Issue, error) {
	list, err := load()
	if err != nil || len(list) == 0 {
		return list, err
	}
	at := map[ID]int{}
	ids := []string{}
	for n, i := range list {
		at[i.ID] = n
		ids = append(ids, string(i.ID))
	}
	for len(ids) > 0 {
		part := ids[:min(500, len(ids))]
		ids = ids[len(part):]
		var f db.Filter
		f.In("issue_id", part)
		rows, err := db.All(ctx, tx, func(s db.Scanner) (a assist, err error) { return a, s.Scan(&a.issue, &a.agency) },
			`SELECT issue_id, agency FROM issue_assist WHERE `+f.Where()+` ORDER BY issue_id, agency`, f.Args...)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			list[at[r.issue]].Assists = append(list[at[r.issue]].Assists, r.agency)
		}
	}
	return list, nil
}

// columns names what the policy scopes by; see db.Walk.
func columns(walk bool) auth.Columns {
	return auth.Columns{Area: db.Walk("i.area", walk), Agency: "i.lead_agency", Person: "i.person_id",
		AlsoAgency: "EXISTS (SELECT 1 FROM issue_assist a WHERE a.issue_id = i.id AND a.agency = %s)"}
}

func (s *Service) filter(tx *db.Tx, actor auth.Actor, q Query, w db.Words, walk bool) db.Filter {
	var f db.Filter
	walk = walk || !q.From.IsZero() || !q.ClosedFrom.IsZero() // an index on the time finds fewer
	f.Add(s.policy.Where(actor, auth.IssueRead, columns(walk), &f.Args))
	f.In("i.state", q.States)
	f.In("i.category", q.Categories)
	f.In("i.severity", q.Severities)
	if q.Area != "" {
		f.Add(db.Walk("i.area", walk)+" LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	for _, x := range []struct{ col, val string }{{"i.lead_agency", q.LeadAgency}, {"i.person_id", q.PersonID}, {"i.enterprise_id", q.EnterpriseID}} {
		if x.val != "" {
			f.Add(x.col+" = ? AND "+x.col+" <> ''", x.val) // partial indexes need telling
		}
	}
	if q.Overdue {
		f.Add("i.due_at > 0 AND i.due_at < ?", tx.Now.UnixMicro())
	}
	if q.Mine {
		f.Add(s.waitsFor(&f, actor))
	}
	if !q.From.IsZero() {
		f.Add("i.created_at >= ?", micros(q.From))
	}
	if !q.To.IsZero() {
		f.Add("i.created_at < ?", micros(q.To))
	}
	if !q.ClosedFrom.IsZero() {
		f.Add("i.closed_at >= ?", micros(q.ClosedFrom))
	}
	if !q.ClosedTo.IsZero() {
		f.Add("i.closed_at > 0 AND i.closed_at < ?", micros(q.ClosedTo))
	}
	f.Contains(tx, w, "i.id", "i.number", "i.title", "i.body", "i.enterprise_name", "i.address")
	return f
}

// waitsFor is the condition that the next step is the actor's: some verb that
// moves the issue on is within the actor's powers, guards included.
func (s *Service) waitsFor(f *db.Filter, actor auth.Actor) string {
	own := func(c auth.Capability) string { return s.policy.Where(actor, c, columns(false), &f.Args) }
	state := func(st string, conds string) string { return "(i.state = '" + st + "' AND " + conds + ")" }
	desk := "TRUE"
	if actor.Area != "" {
		desk = "i.desk_area LIKE " + f.Put(auth.AreaPrefix(actor.Area)+"%")
	}
	lead := "(i.lead_agency = " + f.Put(actor.Agency) + " AND i.lead_agency <> '' OR i.person_id = " + f.Put(actor.ID) + ")"
	other := "i.rectifier_id <> " + f.Put(actor.ID) + " AND i.person_id <> " + f.Put(actor.ID)
	if actor.Agency != "" {
		other += " AND i.lead_agency <> " + f.Put(actor.Agency) + " AND i.rectifier_agency <> " + f.Put(actor.Agency)
	}
	return "(" + state("pending", own(auth.IssueAssign)+" AND "+desk) +
		" OR " + state("assigned", own(auth.IssueSign)+" AND "+lead) +
		" OR " + state("working", own(auth.IssueRectify)+" AND "+lead) +
		" OR " + state("working", "i.extension_days > 0 AND "+own(auth.IssueApprove)) +
		" OR " + state("submitted", own(auth.IssueAccept)+" AND "+other) +
		" OR " + state("accepted", own(auth.IssueClose)+" AND "+other) + ")"
}

func (s *Service) listIssues(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query, w db.Words, after []string, limit int, walk bool) ([]Issue, error) {
	f := s.filter(tx, actor, q, w, walk && !q.ByDue)
	order := "i.id DESC"
	if q.ByDue {
		order = "i.due_at, i.id"
		f.Add("i.due_at > 0")
		if len(after) == 2 {
			f.Add("(i.due_at > ? OR i.due_at = ? AND i.id > ?)", number(after[0]), number(after[0]), after[1])
		}
	} else if len(after) == 2 {
		f.Add("i.id < ?", after[1])
	}
	return withAssists(ctx, tx, func() ([]Issue, error) {
		return db.All(ctx, tx, scanIssue, selectIssue+`WHERE `+f.Where()+` ORDER BY `+order+` LIMIT `+f.Put(limit), f.Args...)
	})
}

func (s *Service) countIssues(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query, w db.Words) (int, bool, error) {
	f := s.filter(tx, actor, q, w, false)
	if q.ByDue {
		f.Add("i.due_at > 0")
	}
	return db.Count(ctx, tx, `SELECT 1 FROM issue i WHERE `+f.Where(), f.Args...)
}

// AgencyOf is the agency of an active person; missing for anyone else. The
// account stays locked, so that it cannot be deactivated before the work that
// it is about to be given is committed.
func AgencyOf(ctx context.Context, tx *db.Tx, user string) (string, error) {
	return db.One(ctx, tx, db.Value[string], `SELECT agency FROM app_user WHERE id = $1 AND active`+tx.ForUpdate(), user)
}

func openOf(ctx context.Context, tx *db.Tx, user string) ([]ID, error) {
	return db.All(ctx, tx, db.Value[ID], `SELECT id FROM issue WHERE person_id = $1 AND person_id <> '' AND state <> 'closed' ORDER BY id`, user)
}

func runningIssues(ctx context.Context, tx *db.Tx) ([]ID, error) {
	return db.All(ctx, tx, db.Value[ID], `SELECT id FROM issue WHERE clock <> '' ORDER BY id`)
}

// setPerson and setDue are changes that are not verbs of a person.
func setPerson(ctx context.Context, tx *db.Tx, id ID, user string) error {
	_, err := db.Exec(ctx, tx, `UPDATE issue SET person_id = $1, updated_at = $2, version = version + 1 WHERE id = $3`, user, tx.Micros(), id)
	return err
}

func setDue(ctx context.Context, tx *db.Tx, id ID, due, rectifyBy time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE issue SET due_at = $1, rectify_by = $2 WHERE id = $3`, micros(due), micros(rectifyBy), id)
	return err
}
