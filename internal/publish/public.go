package publish

import (
	"context"
	"strconv"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
)

// Asked narrows what the public reads.
type Asked struct {
	Kind   Kind
	Area   string
	Open   bool // calls that still take answers
	Cursor string
	Limit  int
}

// toldRow is an edition with what its reader does not get.
type toldRow struct {
	Told
	id        ID
	state     flow.State
	newest    int64
	concealed bool
	ground    string
	updated   time.Time
}

func (r toldRow) open(now time.Time) bool {
	return r.Kind == Call && r.Edition == r.newest && r.state != Ended && r.state != Withdrawn && now.Before(r.Until)
}

func (r toldRow) told(now time.Time) Told {
	t := r.Told
	t.Newest, t.Open = r.Edition == r.newest, r.open(now)
	return t
}

// Public reads a page of what is public, the newest first.
func (s *Service) Public(ctx context.Context, q Asked) (list []Told, next string, err error) {
	at, id := int64(0), ""
	if q.Cursor != "" {
		key, ok := db.ReadCursor(q.Cursor, 2)
		if !ok {
			return nil, "", errCursor
		}
		if at, err = strconv.ParseInt(key[0], 10, 64); err != nil {
			return nil, "", errCursor
		}
		id = key[1]
	}
	limit := q.Limit
	q.Limit++
	var rows []toldRow
	list = []Told{}
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		rows, err = public(ctx, tx, q, at, id)
		for _, r := range rows {
			list = append(list, r.told(tx.Now))
		}
		return err
	})
	if err != nil {
		return nil, "", err
	}
	if len(list) > limit {
		list = list[:limit]
		last := rows[limit-1]
		next = db.Cursor(strconv.FormatInt(micros(last.PublicAt), 10), string(last.id))
	}
	for n := range list {
		if list[n].Stage, err = s.stage(ctx, list[n].IssueID); err != nil {
			return nil, "", err
		}
	}
	return list, next, nil
}

var errNothing = fault.NotFoundf("没有这份公开信息，请从信息公开首页重新查找")

// One reads an item by its number; edition 0 is the one in force. Of an item that
// was taken back nothing is told but the reason.
func (s *Service) One(ctx context.Context, number string, edition int64) (p Page, err error) {
	var r toldRow
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if r, err = toldByNumber(ctx, tx, number, edition); err != nil {
			return err
		}
		p.Told = r.told(tx.Now)
		p.Editions, err = editionsOf(ctx, tx, r.id)
		return err
	})
	switch {
	case db.IsMissing(err):
		return Page{}, errNothing
	case err != nil:
		return Page{}, err
	case r.state == Withdrawn:
		return Page{Told: Told{Number: r.Number, Kind: r.Kind, Newest: true}, Ground: groundTitle(r.ground), Withdrawn: r.updated}, nil
	case r.concealed:
		return Page{}, fault.NotFoundf("这一版含有不应公开的内容，更正后不再可读；请看现行版")
	}
	if p.Newest {
		p.Stage, err = s.stage(ctx, p.IssueID)
	}
	return p, err
}

func groundTitle(v string) string {
	for _, o := range Grounds {
		if o.Value == v {
			return o.Title
		}
	}
	return v
}

func (s *Service) stage(ctx context.Context, issueID string) (Stage, error) {
	if issueID == "" {
		return Stage{}, nil
	}
	st, err := s.matters.Stage(ctx, auth.System("publish"), issueID)
	if fault.Is(err, fault.NotFound) { // the page is still worth reading
		return Stage{}, nil
	}
	return st, err
}
