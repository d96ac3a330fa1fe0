package supervise

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

const selectInstruction = `SELECT n.id, n.number, n.leader, n.given_on, n.text, n.issue_id, COALESCE(i.number, ''), n.area, n.agency, n.person_id, COALESCE(u.name, ''), n.state, n.due_at, n.overdue,
	n.replied_by, n.created_by, n.closed_at, n.created_at, n.updated_at, n.version
	FROM instruction n LEFT JOIN issue i ON i.id = n.issue_id LEFT JOIN app_user u ON u.id = n.person_id `

func scanInstruction(s db.Scanner) (i Instruction, err error) {
	var due, closed, created, updated int64
	err = s.Scan(&i.ID, &i.Number, &i.Leader, &i.GivenOn, &i.Text, &i.IssueID, &i.IssueNo, &i.Area, &i.Agency, &i.Person, &i.PersonName, &i.State, &due, &i.Overdue,
		&i.RepliedBy, &i.CreatedBy, &closed, &created, &updated, &i.Version)
	i.DueAt, i.ClosedAt, i.CreatedAt, i.UpdatedAt = moment(due), moment(closed), moment(created), moment(updated)
	return i, err
}

func insertInstruction(ctx context.Context, tx *db.Tx, i Instruction) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO instruction (id, number, leader, given_on, text, issue_id, area, agency, person_id, state, due_at, created_by, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)`,
		i.ID, i.Number, i.Leader, i.GivenOn, i.Text, i.IssueID, i.Area, i.Agency, i.Person, i.State, micros(i.DueAt), i.CreatedBy, tx.Micros())
	return err
}

func saveInstruction(ctx context.Context, tx *db.Tx, i *Instruction) error {
	n, err := db.Exec(ctx, tx, `UPDATE instruction SET state = $1, due_at = $2, overdue = $3, replied_by = $4, closed_at = $5, updated_at = $6, version = version + 1 WHERE id = $7 AND version = $8`,
		i.State, micros(i.DueAt), i.Overdue, i.RepliedBy, micros(i.ClosedAt), tx.Micros(), i.ID, i.Version)
	if err == nil && n == 0 {
		return errStale
	}
	i.Version++
	return err
}

func instructionByID(ctx context.Context, tx *db.Tx, id InstructionID, lock string) (Instruction, error) {
	if lock != "" { // an outer join may not be locked; the row alone is
		if _, err := db.One(ctx, tx, db.Value[string], `SELECT id FROM instruction WHERE id = $1`+lock, id); err != nil {
			return Instruction{}, err
		}
	}
	return db.One(ctx, tx, scanInstruction, selectInstruction+`WHERE n.id = $1`, id)
}

func (s *Service) instructionFilter(tx *db.Tx, actor auth.Actor, q Query) db.Filter {
	var f db.Filter
	f.Add(s.Auth.Where(actor, auth.IssueRead, auth.Columns{Area: "n.area", Agency: "n.agency", Person: "n.person_id"}, &f.Args))
	f.In("n.state", q.States)
	if q.Area != "" {
		f.Add("n.area LIKE ?", auth.AreaPrefix(q.Area)+"%")
	}
	if q.Agency != "" {
		f.Add("n.agency = ?", q.Agency)
	}
	if q.IssueID != "" {
		f.Add("n.issue_id = ? AND n.issue_id <> ''", q.IssueID)
	}
	if q.Overdue {
		f.Add("n.due_at > 0 AND n.due_at < ?", tx.Micros())
	}
	f.Has(q.Words, "n.number", "n.leader", "n.text")
	return f
}

func (s *Service) listInstructions(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query, before string, limit int) ([]Instruction, error) {
	f := s.instructionFilter(tx, actor, q)
	if before != "" {
		f.Add("n.id < ?", before)
	}
	return db.All(ctx, tx, scanInstruction, selectInstruction+`WHERE `+f.Where()+` ORDER BY n.id DESC LIMIT `+f.Put(limit), f.Args...)
}

func (s *Service) countInstructions(ctx context.Context, tx *db.Tx, actor auth.Actor, q Query) (int, bool, error) {
	f := s.instructionFilter(tx, actor, q)
	return db.Count(ctx, tx, `SELECT 1 FROM instruction n WHERE `+f.Where(), f.Args...)
}
