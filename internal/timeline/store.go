package timeline

import (
	"context"
	"encoding/json"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
)

func insertEntry(ctx context.Context, tx *db.Tx, e Entry, once string) (bool, error) {
	if e.Data == nil {
		e.Data = flow.Form{}
	}
	data, err := json.Marshal(e.Data)
	if err != nil {
		return false, err
	}
	shown, err := json.Marshal(e.Shown)
	if err != nil {
		return false, err
	}
	files, err := json.Marshal(e.Files)
	if err != nil {
		return false, err
	}
	n, err := db.Exec(ctx, tx, `INSERT INTO timeline (id, kind, subject, at, actor_id, actor_name, behalf_id, verb, title,
		from_state, to_state, note, data, shown, files, once)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (kind, subject, once) WHERE once <> '' DO NOTHING`,
		e.ID, e.Kind, e.Subject, e.At.UnixMicro(), e.ActorID, e.ActorName, e.BehalfID, e.Verb, e.Title,
		e.From, e.To, e.Note, string(data), string(shown), string(files), once)
	return n == 1, err
}

func entriesOf(ctx context.Context, tx *db.Tx, kind, subject string) ([]Entry, error) {
	return db.All(ctx, tx, scanEntry, `SELECT id, kind, subject, at, actor_id, actor_name, behalf_id, verb, title,
		from_state, to_state, note, data, shown, files FROM timeline WHERE kind = $1 AND subject = $2 ORDER BY id`, kind, subject)
}

func scanEntry(s db.Scanner) (Entry, error) {
	var e Entry
	var at int64
	var data, shown, files string
	err := s.Scan(&e.ID, &e.Kind, &e.Subject, &at, &e.ActorID, &e.ActorName, &e.BehalfID, &e.Verb, &e.Title,
		&e.From, &e.To, &e.Note, &data, &shown, &files)
	if err != nil {
		return e, err
	}
	e.At = time.UnixMicro(at).UTC()
	if e.Data, err = restore(data); err != nil {
		return e, err
	}
	if err = json.Unmarshal([]byte(shown), &e.Shown); err != nil {
		return e, err
	}
	return e, json.Unmarshal([]byte(files), &e.Files)
}

// userName is the person's name now; an unknown id is its own name.
func userName(ctx context.Context, tx *db.Tx, id string) (string, error) {
	name, err := db.One(ctx, tx, db.Value[string], `SELECT name FROM app_user WHERE id = $1`, id)
	if db.IsMissing(err) {
		return id, nil
	}
	return name, err
}
