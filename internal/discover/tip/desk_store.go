package tip

import (
	"context"
	"encoding/json"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
)

const selectDesk = `SELECT d.tip_id, d.door, d.entered_by, d.received_at, d.accept_by, d.answer, d.answered_at, d.body, d.reason,
	d.platform, d.outside, d.outside_due, d.handed, d.score, d.rated_at, d.reopened FROM tip_desk d `

// deskRow is a desk's row with its report.
type deskRow struct {
	tip ID
	Desk
}

func scanDesk(s db.Scanner) (r deskRow, err error) {
	var door string
	var received, accept, answered, due, rated, reopened int64
	err = s.Scan(&r.tip, &door, &r.EnteredBy, &received, &accept, &r.Answer, &answered, &r.Body, &r.Reason,
		&r.Platform, &r.Outside, &due, &r.Handed, &r.Score, &rated, &reopened)
	if err != nil {
		return r, err
	}
	r.ReceivedAt, r.AcceptBy, r.AnsweredAt, r.OutsideDue, r.RatedAt, r.Reopened = instant(received), instant(accept), instant(answered), instant(due), instant(rated), int(reopened)
	r.Details = flow.Form{}
	return r, json.Unmarshal([]byte(door), &r.Details)
}

// withDesk adds what the desk knows to a report that was read.
func (s *Service) withDesk(ctx context.Context, tx *db.Tx) func(Tip, error) (Tip, error) {
	return func(t Tip, err error) (Tip, error) {
		if err != nil {
			return t, err
		}
		r, err := db.One(ctx, tx, scanDesk, selectDesk+`WHERE d.tip_id = $1`, t.ID)
		if db.IsMissing(err) { // older than the desk's own rows
			r, err = deskRow{Desk: Desk{ReceivedAt: t.CreatedAt}}, nil
		}
		t.Desk = r.Desk
		return t, err
	}
}

func (s *Service) lockWithDesk(ctx context.Context, tx *db.Tx, id ID) (Tip, error) {
	return s.withDesk(ctx, tx)(lockTip(ctx, tx, id))
}

// addDesks adds what the desk knows to a page of reports.
func addDesks(ctx context.Context, tx *db.Tx, tips []Tip) error {
	if len(tips) == 0 {
		return nil
	}
	var f db.Filter
	ids := make([]string, len(tips))
	at := map[ID]int{}
	for i, t := range tips {
		ids[i], at[t.ID] = string(t.ID), i
		tips[i].Desk = Desk{ReceivedAt: t.CreatedAt}
	}
	f.In("d.tip_id", ids)
	rows, err := db.All(ctx, tx, scanDesk, selectDesk+`WHERE `+f.Where(), f.Args...)
	for _, r := range rows {
		tips[at[r.tip]].Desk = r.Desk
	}
	return err
}

func insertDesk(ctx context.Context, tx *db.Tx, id ID, d Desk) error {
	if d.Details == nil {
		d.Details = flow.Form{}
	}
	door, err := json.Marshal(d.Details)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO tip_desk (tip_id, door, entered_by, received_at, accept_by, platform, outside, outside_due, handed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		id, string(door), d.EnteredBy, micros(d.ReceivedAt), micros(d.AcceptBy), d.Platform, d.Outside, micros(d.OutsideDue), d.Handed)
	return err
}

func saveAnswered(ctx context.Context, tx *db.Tx, id ID, d Desk) error {
	_, err := db.Exec(ctx, tx, `UPDATE tip_desk SET answer = $1, answered_at = $2, body = $3, reason = $4 WHERE tip_id = $5`,
		d.Answer, micros(d.AnsweredAt), d.Body, d.Reason, id)
	return err
}

func saveScore(ctx context.Context, tx *db.Tx, id ID, d Desk) error {
	_, err := db.Exec(ctx, tx, `UPDATE tip_desk SET score = $1, rated_at = $2, reopened = $3 WHERE tip_id = $4`, d.Score, micros(d.RatedAt), d.Reopened, id)
	return err
}

// saveProof changes the secret that opens a report; it is in its reporter's hands.
func saveProof(ctx context.Context, tx *db.Tx, id ID, proof []byte) error {
	if _, err := db.Exec(ctx, tx, `UPDATE tip SET proof = $1 WHERE id = $2`, proof, id); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, `UPDATE tip_desk SET handed = FALSE WHERE tip_id = $1`, id)
	return err
}

func setAcceptBy(ctx context.Context, tx *db.Tx, id ID, due time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE tip_desk SET accept_by = $1 WHERE tip_id = $2`, micros(due), id)
	return err
}

func tipsUnanswered(ctx context.Context, tx *db.Tx) ([]ID, error) {
	return db.All(ctx, tx, db.Value[ID], `SELECT tip_id FROM tip_desk WHERE answer = '' AND accept_by > 0 ORDER BY tip_id`)
}

// byDesk narrows a list by what the desk knows.
func byDesk(f *db.Filter, q Query, now time.Time) {
	switch q.Answer {
	case "":
	case "waiting":
		f.Add("EXISTS (SELECT 1 FROM tip_desk d WHERE d.tip_id = t.id AND d.answer = '' AND d.accept_by > 0)")
	default:
		f.Add("EXISTS (SELECT 1 FROM tip_desk d WHERE d.tip_id = t.id AND d.answer = ?)", q.Answer)
	}
	if q.Due {
		y, m, day := now.In(beijing).Date()
		f.Add("EXISTS (SELECT 1 FROM tip_desk d WHERE d.tip_id = t.id AND d.answer = '' AND d.accept_by > 0 AND d.accept_by < ?)", time.Date(y, m, day+1, 0, 0, 0, 0, beijing).UnixMicro())
	}
	if q.System != "" {
		f.Add("EXISTS (SELECT 1 FROM tip_desk d WHERE d.tip_id = t.id AND d.platform = ?)", q.System)
	}
	if !q.Since.IsZero() {
		f.Add("t.updated_at >= ?", q.Since.UnixMicro())
	}
	if q.Outside != "" {
		f.Add("EXISTS (SELECT 1 FROM tip_desk d WHERE d.tip_id = t.id AND d.outside = ?)", q.Outside)
	}
}
