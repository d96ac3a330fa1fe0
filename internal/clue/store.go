package clue

import (
	"context"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/protect/circle"
)

// kindClue names the papers in timeline, files and search.
const kindClue = "clue"

const selectClue = `SELECT c.id, c.number, c.state, c.source, c.source_id, c.title, c.body, c.area, c.address, c.lng, c.lat,
	c.category, c.enterprise_id, c.enterprise_name, c.outlet_id, c.contact, c.evidence, c.owner_id, COALESCE(o.name, ''), c.clock, c.due_at,
	c.issue_id, c.merged_into, c.referred_to, c.created_by, COALESCE(u.name, ''), c.created_at, c.updated_at, c.version
	FROM clue c LEFT JOIN app_user o ON o.id = c.owner_id LEFT JOIN app_user u ON u.id = c.created_by `

func scanClue(s db.Scanner) (Clue, error) {
	var c Clue
	var due, created, updated int64
	err := s.Scan(&c.ID, &c.Number, &c.State, &c.Source, &c.SourceID, &c.Title, &c.Text, &c.Area, &c.Address, &c.Lng, &c.Lat,
		&c.Category, &c.EnterpriseID, &c.EnterpriseName, &c.OutletID, &c.Contact, &c.Evidence, &c.OwnerID, &c.OwnerName, &c.Clock, &due,
		&c.IssueID, &c.MergedInto, &c.ReferredTo, &c.CreatedBy, &c.CreatedByName, &created, &updated, &c.Version)
	c.DueAt, c.CreatedAt, c.UpdatedAt = moment(due), moment(created), moment(updated)
	return c, err
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

// insertClue is false when the source has handed the same thing in before.
func insertClue(ctx context.Context, tx *db.Tx, c Clue) (bool, error) {
	n, err := db.Exec(ctx, tx, `INSERT INTO clue (id, number, state, source, source_id, title, body, area, address, lng, lat,
		category, enterprise_id, enterprise_name, outlet_id, contact, evidence, owner_id, clock, due_at,
		created_by, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, 1)
		ON CONFLICT (source, source_id) WHERE source_id <> '' DO NOTHING`,
		c.ID, c.Number, c.State, c.Source, c.SourceID, c.Title, c.Text, c.Area, c.Address, c.Lng, c.Lat,
		c.Category, c.EnterpriseID, c.EnterpriseName, c.OutletID, c.Contact, c.Evidence, c.OwnerID, c.Clock, micros(c.DueAt),
		c.CreatedBy, micros(c.CreatedAt), micros(c.UpdatedAt))
	return n == 1, err
}

// enterText lets the clue be found by its words.
func enterText(ctx context.Context, tx *db.Tx, c Clue) error {
	return db.PutText(ctx, tx, kindClue, string(c.ID), texts(c)...)
}

func texts(c Clue) []string {
	return []string{c.Number, c.Title, c.Text, c.EnterpriseName, c.Address}
}

// textsBelow gives the clues below an id, newest first.
func textsBelow(ctx context.Context, tx *db.Tx, id string, n int) ([]db.Text, error) {
	return db.All(ctx, tx, func(s db.Scanner) (db.Text, error) {
		var c Clue
		err := s.Scan(&c.ID, &c.Number, &c.Title, &c.Text, &c.EnterpriseName, &c.Address)
		return db.Text{ID: string(c.ID), Texts: texts(c)}, err
	}, `SELECT id, number, title, body, enterprise_name, address FROM clue WHERE id < $1 ORDER BY id DESC LIMIT $2`, id, n)
}

// updateClue writes what verbs may change; false when the version has moved on.
func updateClue(ctx context.Context, tx *db.Tx, c Clue) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE clue SET state = $1, area = $2, category = $3, owner_id = $4, clock = $5, due_at = $6,
		issue_id = $7, merged_into = $8, referred_to = $9, updated_at = $10, version = version + 1
		WHERE id = $11 AND version = $12`,
		c.State, c.Area, c.Category, c.OwnerID, c.Clock, micros(c.DueAt),
		c.IssueID, c.MergedInto, c.ReferredTo, tx.Micros(), c.ID, c.Version)
	return n == 1, err
}

func findClue(ctx context.Context, tx *db.Tx, id ID) (Clue, error) {
	return db.One(ctx, tx, scanClue, selectClue+`WHERE c.id = $1`, id)
}

// lockClue makes others wait who would change the clue.
func lockClue(ctx context.Context, tx *db.Tx, id ID) error {
	_, err := db.One(ctx, tx, db.Value[string], `SELECT id FROM clue WHERE id = $1`+tx.ForUpdate(), id)
	return err
}

func findByNumber(ctx context.Context, tx *db.Tx, numberOrID string) (Clue, error) {
	return db.One(ctx, tx, scanClue, selectClue+`WHERE c.number = $1 OR c.id = $1`, numberOrID)
}

func findBySource(ctx context.Context, tx *db.Tx, source, sourceID string) (ID, error) {
	return db.One(ctx, tx, db.Value[ID], `SELECT id FROM clue WHERE source = $1 AND source_id = $2`, source, sourceID)
}

// mergedInto lists what was merged into a clue, directly.
func mergedInto(ctx context.Context, tx *db.Tx, id ID) ([]Clue, error) {
	return db.All(ctx, tx, scanClue, selectClue+`WHERE c.merged_into = $1 AND c.merged_into <> '' ORDER BY c.id`, id)
}

// byIssue lists the clues that became or joined an issue.
func byIssue(ctx context.Context, tx *db.Tx, issue string) ([]Clue, error) {
	return db.All(ctx, tx, scanClue, selectClue+`WHERE c.issue_id = $1 AND c.issue_id <> '' ORDER BY c.id`, issue)
}

func running(ctx context.Context, tx *db.Tx) ([]ID, error) {
	return db.All(ctx, tx, db.Value[ID], `SELECT id FROM clue WHERE clock <> '' ORDER BY id`)
}

// columns names what the policy scopes by; see db.Walk.
func columns(walk bool) auth.Columns {
	return auth.Columns{Area: db.Walk("c.area", walk), Person: "c.owner_id"}
}

// visible is Service.sees as a condition.
func (s *Service) visible(f *db.Filter, actor auth.Actor, walk bool) {
	received := ""
	if agency := s.receives(actor); agency != "" {
		received = " OR " + db.Walk("c.referred_to", walk) + " = " + f.Put(agency) + " AND c.referred_to <> ''"
	}
	f.Add("(" + s.policy.Where(actor, auth.ClueRead, columns(walk), &f.Args) + " OR " + db.Walk("c.created_by", walk) + " = " + f.Put(actor.ID) + received + ")")
}

func (s *Service) filter(tx *db.Tx, actor auth.Actor, q Query, w db.Words, walk bool) db.Filter {
	var f db.Filter
	walk = walk || !q.From.IsZero() // the index on the time finds fewer
	s.visible(&f, actor, walk)
	circle.Within(&f, actor, "c.source_id")
	f.In("c.state", q.States)
	f.In("c.source", q.Sources)
	if q.Area != "" {
		f.Add(db.Walk("c.area", walk)+" LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	if q.EnterpriseID != "" {
		f.Add("c.enterprise_id = ? AND c.enterprise_id <> ''", q.EnterpriseID)
	}
	if q.Mine {
		f.Add("(c.owner_id = ? AND c.owner_id <> '' OR c.created_by = ?)", actor.ID, actor.ID)
	}
	if q.Due {
		y, m, d := tx.Now.In(beijing).Date()
		f.Add("c.due_at > 0 AND c.due_at < ?", time.Date(y, m, d+1, 0, 0, 0, 0, beijing).UnixMicro())
	}
	if !q.From.IsZero() {
		f.Add("c.created_at >= ?", micros(q.From))
	}
	if !q.To.IsZero() {
		f.Add("c.created_at < ?", micros(q.To))
	}
	f.Contains(tx, w, "c.id", "c.number", "c.title", "c.body", "c.enterprise_name", "c.address")
	return f
}

func (s *Service) listClues(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query, w db.Words, before string, limit int, walk bool) ([]Clue, error) {
	f := s.filter(tx, actor, q, w, walk)
	if before != "" {
		f.Add("c.id < ?", before)
	}
	return db.All(ctx, tx, scanClue, selectClue+`WHERE `+f.Where()+` ORDER BY c.id DESC LIMIT `+f.Put(limit), f.Args...)
}

func (s *Service) countClues(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query, w db.Words) (int, bool, error) {
	f := s.filter(tx, actor, q, w, len(q.States) > 0 || q.Due) // their indexes hold what decides
	return db.Count(ctx, tx, `SELECT 1 FROM clue c WHERE `+f.Where(), f.Args...)
}

// candidates are the clues around one that the actor may read. Each reason to
// take one for similar has its index, and a query of its own to use it: together
// with OR they would read all clues of half a year.
func (s *Service) candidates(ctx context.Context, tx *db.Tx, actor auth.Actor, c Clue) ([]Clue, error) {
	near := []Clue{}
	look := func(cond string, vals ...any) error {
		var f db.Filter
		f.Add(cond, vals...)
		f.Add(s.policy.Where(actor, auth.ClueRead, columns(true), &f.Args))
		circle.Within(&f, actor, "c.source_id")
		f.Add("c.id <> ?", c.ID)
		f.Add("COALESCE(c.created_at, 0) BETWEEN ? AND ?", micros(c.CreatedAt.AddDate(0, 0, -similarDays)), micros(c.CreatedAt.AddDate(0, 0, similarDays)))
		list, err := db.All(ctx, tx, scanClue, selectClue+`WHERE `+f.Where()+` ORDER BY `+db.Walk("c.id", true)+` DESC LIMIT 200`, f.Args...)
		near = together(near, list)
		return err
	}
	for _, x := range []struct{ col, val string }{{"c.outlet_id", c.OutletID}, {"c.enterprise_id", c.EnterpriseID}, {"c.enterprise_name", c.EnterpriseName}} {
		if x.val != "" {
			if err := look(x.col+" = ? AND "+x.col+" <> ''", x.val); err != nil {
				return nil, err
			}
		}
	}
	if c.Lat != 0 || c.Lng != 0 {
		dLat, dLng := box(c.Lat, nearMetres)
		if err := look("c.lat BETWEEN ? AND ? AND c.lng BETWEEN ? AND ? AND c.lat <> 0", c.Lat-dLat, c.Lat+dLat, c.Lng-dLng, c.Lng+dLng); err != nil {
			return nil, err
		}
	}
	if c.Source == SourceAlarm {
		return near, nil
	}
	told, err := s.toldNearby(ctx, tx, actor, c)
	return together(near, told), err
}

// together appends the clues that are not there yet.
func together(list, more []Clue) []Clue {
	for _, o := range more {
		if !slices.ContainsFunc(list, func(n Clue) bool { return n.ID == o.ID }) {
			list = append(list, o)
		}
	}
	return list
}

// toldNearby are the clues that people of the same area told within a month
// before: what they say may be the same where nothing else is known.
func (s *Service) toldNearby(ctx context.Context, tx *db.Tx, actor auth.Actor, c Clue) ([]Clue, error) {
	var f db.Filter
	f.Add(s.policy.Where(actor, auth.ClueRead, columns(true), &f.Args))
	circle.Within(&f, actor, "c.source_id")
	f.Add("c.area = ?", c.Area)
	f.Add("c.id < ?", c.ID) // ids grow with time
	f.Add("c.created_at >= ?", micros(c.CreatedAt.AddDate(0, 0, -toldDays)))
	f.Add("c.source <> ?", SourceAlarm)
	return db.All(ctx, tx, scanClue, selectClue+`WHERE `+f.Where()+` ORDER BY c.id DESC LIMIT 200`, f.Args...)
}

// openOwned lists the open clues that a person has taken.
func openOwned(ctx context.Context, tx *db.Tx, user string) ([]ID, error) {
	return db.All(ctx, tx, db.Value[ID], `SELECT id FROM clue WHERE owner_id = $1 AND owner_id <> '' AND state IN ('new', 'referred') ORDER BY id`, user)
}

func setOwner(ctx context.Context, tx *db.Tx, id ID, user string) error {
	_, err := db.Exec(ctx, tx, `UPDATE clue SET owner_id = $1, updated_at = $2, version = version + 1 WHERE id = $3`, user, tx.Micros(), id)
	return err
}

func setDue(ctx context.Context, tx *db.Tx, id ID, due time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE clue SET due_at = $1 WHERE id = $2`, micros(due), id)
	return err
}

// setIssue is false when the clue is no longer merged into the other.
func setIssue(ctx context.Context, tx *db.Tx, id, into ID, issueID string) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE clue SET issue_id = $1, updated_at = $2, version = version + 1 WHERE id = $3 AND merged_into = $4`,
		issueID, tx.Micros(), id, into)
	return n == 1, err
}

// HoldsContact is the condition that the clue that a column names says how to reach who
// told us.
func HoldsContact(column string) string {
	return "EXISTS (SELECT 1 FROM clue k WHERE k.id = " + column + " AND k.contact <> '')"
}

// ForgetContact empties how to reach who told us, and reports whether there was anything.
func ForgetContact(ctx context.Context, tx *db.Tx, id ID) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE clue SET contact = '' WHERE id = $1 AND contact <> ''`, id)
	return n > 0, err
}
