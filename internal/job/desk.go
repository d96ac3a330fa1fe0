package job

import (
	"context"
	"encoding/json"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Row is a job as the system page lists it. Error is the text of the last
// failed attempt; Payload holds ids, since features put no case text into jobs.
type Row struct {
	ID         string
	Kind       string
	State      string // ready, leased, done, dead
	Payload    json.RawMessage
	Attempt    int
	Error      string
	RunAt      time.Time
	CreatedAt  time.Time
	FinishedAt time.Time // zero while unfinished
}

// Filter narrows a list; empty parts ask nothing.
type Filter struct {
	State string
	Kind  string
}

// List gives a page of jobs, the newest first.
func (r *Runner) List(ctx context.Context, f Filter, cursor string, limit int) (db.Page[Row], error) {
	p := db.Page[Row]{Items: []Row{}}
	before := ""
	if cursor != "" {
		key, ok := db.ReadCursor(cursor, 1)
		if !ok {
			return p, fault.Invalidf("翻页标记有误，请从第一页重新查看")
		}
		before = key[0]
	}
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) {
		if p.Total, p.Capped, err = countRows(ctx, tx, f); err != nil {
			return err
		}
		p.Items, err = listRows(ctx, tx, f, before, limit+1)
		return err
	})
	if len(p.Items) > limit {
		p.Items = p.Items[:limit]
		p.Next = db.Cursor(p.Items[limit-1].ID)
	}
	return p, err
}

// Retry makes a dead letter ready at once, with all its attempts before it
// again. by is who asks, for the audit log.
func (r *Runner) Retry(ctx context.Context, by, id string) error {
	return r.db.Write(ctx, func(tx *db.Tx) error {
		kind, err := revive(ctx, tx, id)
		switch {
		case db.IsMissing(err):
			return fault.NotFoundf("没有这项待重试的任务，它可能已被重试或清理")
		case db.IsUnique(err):
			return fault.Conflictf("同一事项已有新的任务在排队，无需重试")
		case err != nil:
			return err
		}
		tx.Signal(bell)
		return audit.Record(ctx, tx, audit.Entry{Actor: by, Action: "job.retry", Kind: "job", Subject: id, Detail: map[string]string{"kind": kind}})
	})
}
