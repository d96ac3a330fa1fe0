package tip

import (
	"context"
	"encoding/json"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/protect/circle"
)

const selectTip = `SELECT t.id, t.number, t.mode, t.channel, t.kind, t.body, t.suspect, t.area, t.address, t.lng, t.lat, t.answers, t.media_url, t.files,
	t.clue_id, t.follows, t.issue_id, t.stage, t.closed, t.note, t.agency, t.due_at, t.closed_at,
	t.review, t.shown_body, t.shown_place, t.shown_lng, t.shown_lat, t.shown_media, t.echoes, t.created_at, t.updated_at, t.version FROM tip t `

func scanTip(s db.Scanner) (Tip, error) {
	var t Tip
	var answers, files string
	var due, closed, created, updated int64
	p := &t.Progress
	err := s.Scan(&t.ID, &t.Number, &t.Mode, &t.Channel, &t.Kind, &t.Text, &t.Suspect, &t.Area, &t.Address, &t.Lng, &t.Lat, &answers, &t.MediaURL, &files,
		&t.ClueID, &p.ClueID, &p.IssueID, &p.Stage, &p.Closed, &p.Note, &p.Agency, &due, &closed,
		&t.Review, &t.ShownText, &t.ShownPlace, &t.ShownLng, &t.ShownLat, &t.ShownMedia, &t.Echoes, &created, &updated, &t.Version)
	if err != nil {
		return t, err
	}
	p.DueAt, p.ClosedAt, t.CreatedAt, t.UpdatedAt = instant(due), instant(closed), instant(created), instant(updated)
	if err := json.Unmarshal([]byte(answers), &t.Answers); err != nil {
		return t, err
	}
	return t, json.Unmarshal([]byte(files), &t.Files)
}

func instant(micros int64) time.Time {
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

func insertTip(ctx context.Context, tx *db.Tx, t Tip, proof []byte, once string) error {
	answers, err := json.Marshal(t.Answers)
	if err != nil {
		return err
	}
	files, err := json.Marshal(t.Files)
	if err != nil {
		return err
	}
	p := t.Progress
	_, err = db.Exec(ctx, tx, `INSERT INTO tip (id, number, mode, channel, kind, body, suspect, area, address, lng, lat, answers, media_url, files,
		proof, once, clue_id, follows, issue_id, stage, closed, note, agency, due_at, closed_at, review, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)`,
		t.ID, t.Number, t.Mode, t.Channel, t.Kind, t.Text, t.Suspect, t.Area, t.Address, t.Lng, t.Lat, string(answers), t.MediaURL, string(files),
		proof, once, t.ClueID, p.ClueID, p.IssueID, p.Stage, p.Closed, p.Note, p.Agency, micros(p.DueAt), micros(p.ClosedAt), t.Review, tx.Micros(), tx.Micros())
	return err
}

func numberOnce(ctx context.Context, tx *db.Tx, once string) (string, error) {
	return db.One(ctx, tx, db.Value[string], `SELECT number FROM tip WHERE once = $1`, once)
}

func tipByID(ctx context.Context, tx *db.Tx, id ID) (Tip, error) {
	return db.One(ctx, tx, scanTip, selectTip+`WHERE t.id = $1`, id)
}

func tipByNumber(ctx context.Context, tx *db.Tx, number string) (Tip, error) {
	return db.One(ctx, tx, scanTip, selectTip+`WHERE t.number = $1`, number)
}

func lockTip(ctx context.Context, tx *db.Tx, id ID) (Tip, error) {
	return db.One(ctx, tx, scanTip, selectTip+`WHERE t.id = $1`+tx.ForUpdate(), id)
}

func proofOf(ctx context.Context, tx *db.Tx, id ID) ([]byte, error) {
	return db.One(ctx, tx, db.Value[[]byte], `SELECT proof FROM tip WHERE id = $1`, id)
}

// tipsFollowing finds the reports of a clue, of one merged into it, or of an
// issue.
func tipsFollowing(ctx context.Context, tx *db.Tx, subject string) ([]Tip, error) {
	return db.All(ctx, tx, scanTip, selectTip+`WHERE t.clue_id = $1 OR t.follows = $1 OR t.issue_id = $1`, subject)
}

func saveProgress(ctx context.Context, tx *db.Tx, id ID, p Progress) error {
	_, err := db.Exec(ctx, tx, `UPDATE tip SET follows = $1, issue_id = $2, stage = $3, closed = $4, note = $5, agency = $6, due_at = $7, closed_at = $8,
		updated_at = $9, version = version + 1 WHERE id = $10`,
		p.ClueID, p.IssueID, p.Stage, p.Closed, p.Note, p.Agency, micros(p.DueAt), micros(p.ClosedAt), tx.Micros(), id)
	return err
}

func saveReview(ctx context.Context, tx *db.Tx, t Tip) error {
	_, err := db.Exec(ctx, tx, `UPDATE tip SET review = $1, shown_body = $2, shown_place = $3, shown_lng = $4, shown_lat = $5, shown_media = $6,
		updated_at = $7, version = version + 1 WHERE id = $8`,
		t.Review, t.ShownText, t.ShownPlace, t.ShownLng, t.ShownLat, t.ShownMedia, tx.Micros(), t.ID)
	return err
}

// shownWithin reads the newest reports of a kind that the public may see in a
// box of degrees; open ones only.
func shownWithin(ctx context.Context, tx *db.Tx, kind string, lng, lat, dLng, dLat float64, since time.Time, limit int) ([]Tip, error) {
	return db.All(ctx, tx, scanTip, selectTip+`WHERE t.kind = $1 AND t.mode = $2 AND t.review = 'shown' AND t.closed = FALSE AND t.created_at >= $3
		AND t.shown_lat BETWEEN $4 AND $5 AND t.shown_lng BETWEEN $6 AND $7 ORDER BY t.id DESC LIMIT $8`,
		kind, Public, since.UnixMicro(), lat-dLat, lat+dLat, lng-dLng, lng+dLng, limit)
}

func addEcho(ctx context.Context, tx *db.Tx, id ID) error {
	_, err := db.Exec(ctx, tx, `UPDATE tip SET echoes = echoes + 1, version = version + 1 WHERE id = $1`, id)
	return err
}

func (s *Service) filter(actor auth.Actor, q Query, now time.Time) db.Filter {
	var f db.Filter
	f.Add(s.policy.Where(actor, auth.ClueTriage, auth.Columns{Area: "t.area"}, &f.Args))
	if q.System == "" { // what goes back to its platform holds no content
		circle.Within(&f, actor, "t.id")
	}
	f.In("t.review", q.States)
	f.In("t.kind", q.Kinds)
	f.In("t.mode", q.Modes)
	if q.System == "" && q.Outside == "" { // work orders go back whole to where they came from
		f.Add("(t.mode = 'confidential') = ?", q.Sealed)
	}
	if q.Channel != "" {
		f.Add("t.channel = ?", q.Channel)
	}
	if q.Area != "" {
		f.Add("t.area LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	if q.Open != "" {
		f.Add("t.closed = ?", q.Open == "closed")
	}
	within(&f, q.From, q.To)
	byDesk(&f, q, now)
	f.Has(q.Words, "t.number", "t.body", "t.address", "t.suspect")
	return f
}

// within keeps what was reported from <= t <= to.
func within(f *db.Filter, from, to time.Time) {
	if !from.IsZero() {
		f.Add("t.created_at >= ?", from.UnixMicro())
	}
	if !to.IsZero() {
		f.Add("t.created_at <= ?", to.UnixMicro())
	}
}

func (s *Service) listTips(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query, before string, limit int) ([]Tip, error) {
	f := s.filter(actor, q, tx.Now)
	if before != "" {
		f.Add("t.id < ?", before)
	}
	return db.All(ctx, tx, scanTip, selectTip+`WHERE `+f.Where()+` ORDER BY t.id DESC LIMIT `+f.Put(limit), f.Args...)
}

func (s *Service) countTips(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query) (int, bool, error) {
	f := s.filter(actor, q, tx.Now)
	return db.Count(ctx, tx, `SELECT 1 FROM tip t WHERE `+f.Where(), f.Args...)
}

func listedTips(ctx context.Context, tx *db.Tx, q Search) ([]Tip, error) {
	var f db.Filter
	var modes []string
	for _, m := range Modes() {
		if m.Listed {
			modes = append(modes, string(m.Mode))
		}
	}
	f.In("t.mode", modes)
	if len(q.Numbers) > 0 {
		f.In("t.number", q.Numbers)
	} else {
		f.In("t.kind", q.Kinds)
		within(&f, q.From, q.To)
		if len(q.Statuses) == 1 {
			f.Add("t.closed = ?", q.Statuses[0] == "closed")
		}
	}
	return db.All(ctx, tx, scanTip, selectTip+`WHERE `+f.Where()+` ORDER BY t.id DESC LIMIT `+f.Put(q.Limit), f.Args...)
}

func keyByHash(ctx context.Context, tx *db.Tx, hash []byte) (Key, error) {
	return db.One(ctx, tx, func(s db.Scanner) (k Key, err error) {
		var created, ended int64
		err = s.Scan(&k.ID, &k.Name, &created, &ended)
		k.CreatedAt, k.EndedAt = instant(created), instant(ended)
		return k, err
	}, `SELECT id, name, created_at, ended_at FROM open311_key WHERE hash = $1`, hash)
}

func insertKey(ctx context.Context, tx *db.Tx, k Key, hash []byte) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO open311_key (id, name, hash, created_at) VALUES ($1, $2, $3, $4)`, k.ID, k.Name, hash, micros(k.CreatedAt))
	return err
}
