package audit

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Filter narrows a list; empty parts ask nothing. From is included, To is not.
type Filter struct {
	Actor   string
	Action  string // an action, or "issue." for all actions of a kind
	Kind    string
	Subject string
	From    time.Time
	To      time.Time
	Words   string // anywhere in the entry
}

// Row is an entry as lists show it. Seq is its place in the log, -1 while it is
// not in the tree.
type Row struct {
	ID      string
	At      time.Time
	Actor   string
	Action  string
	Kind    string
	Subject string
	Area    string
	Detail  json.RawMessage // nil when there is none
	Seq     int64

	text string
}

// LeafHash is the entry's hash in the tree, base64, as its text stands now.
func (r Row) LeafHash() string { return leafHash([]byte(r.text)).String() }

// List gives a page of entries, the newest first.
func (l *Log) List(ctx context.Context, f Filter, cursor string, limit int) (db.Page[Row], error) {
	p := db.Page[Row]{Items: []Row{}}
	var after []string
	if cursor != "" {
		var ok bool
		if after, ok = db.ReadCursor(cursor, 2); !ok {
			return p, fault.Invalidf("翻页标记有误，请从第一页重新查看")
		}
	}
	err := l.db.Read(ctx, func(tx *db.Tx) (err error) {
		if p.Total, p.Capped, err = countRows(ctx, tx, f); err != nil {
			return err
		}
		p.Items, err = listRows(ctx, tx, f, after, limit+1)
		return err
	})
	if len(p.Items) > limit {
		p.Items = p.Items[:limit]
		last := p.Items[limit-1]
		p.Next = cursorOf(last)
	}
	return p, err
}

// exportHead is the first line of an export: what all proofs refer to.
type exportHead struct {
	Origin     string   `json:"origin"`
	Checkpoint string   `json:"checkpoint"`
	Keys       []string `json:"keys"`
}

// exportLine is one entry of an export. Body is the entry as it was hashed.
type exportLine struct {
	Seq  int64           `json:"seq"`
	Body json.RawMessage `json:"body"`
	Path []string        `json:"path"`
}

// Export writes the entries as JSON lines in the order of the log: first the
// checkpoint and the keys, then each entry with its inclusion proof. It returns
// how many entries were written. Entries that come while it runs are left out.
func (l *Log) Export(ctx context.Context, f Filter, w io.Writer) (int, error) {
	c, err := l.Checkpoint(ctx)
	if err != nil {
		return 0, err
	}
	keys, err := l.Keys(ctx)
	if err != nil {
		return 0, err
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	if err := out.Encode(exportHead{c.Origin, c.Note, keys}); err != nil {
		return 0, err
	}
	total := 0
	for from := int64(0); from < c.Size; {
		var rows []Row
		var lines []exportLine
		err := l.db.Read(ctx, func(tx *db.Tx) (err error) {
			if rows, err = rowsFrom(ctx, tx, f, from, c.Size, page/4); err != nil {
				return err
			}
			lines, err = proveAll(c, rows, cached(hashReader(ctx, tx)))
			return err
		})
		if err != nil || len(rows) == 0 {
			return total, err
		}
		for _, line := range lines {
			if err := out.Encode(line); err != nil {
				return total, err
			}
			total++
		}
		from = rows[len(rows)-1].Seq + 1
	}
	return total, nil
}

func proveAll(c Checkpoint, rows []Row, reader tlog.HashReader) ([]exportLine, error) {
	lines := make([]exportLine, len(rows))
	for i, r := range rows {
		p, err := prove(c, r.Seq, r.ID, r.text, reader)
		if err != nil {
			return nil, err
		}
		lines[i] = exportLine{r.Seq, p.Body, p.Path}
	}
	return lines, nil
}

// cached remembers the nodes of one page: neighbours share most of their paths.
func cached(r tlog.HashReader) tlog.HashReader {
	known := map[int64]tlog.Hash{}
	return tlog.HashReaderFunc(func(idx []int64) ([]tlog.Hash, error) {
		var missing []int64
		for _, x := range idx {
			if _, ok := known[x]; !ok {
				missing = append(missing, x)
			}
		}
		if len(missing) > 0 {
			fresh, err := r.ReadHashes(missing)
			if err != nil {
				return nil, err
			}
			for i, x := range missing {
				known[x] = fresh[i]
			}
		}
		out := make([]tlog.Hash, len(idx))
		for i, x := range idx {
			out[i] = known[x]
		}
		return out, nil
	})
}

// EachOf walks the entries of one action, oldest first, for parts that keep in the
// log what their own data must agree with.
func EachOf(ctx context.Context, tx *db.Tx, action string, f func(Row) error) error {
	list, err := rowsOfAction(ctx, tx, action)
	for _, r := range list {
		if err == nil {
			err = f(r)
		}
	}
	return err
}
