package audit

import (
	"context"
	"encoding/json"
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Proof shows that an entry stands at a place of the log that a checkpoint
// describes (RFC 6962, inclusion proof). It can be checked without this program:
// the leaf is SHA-256 of a zero byte and Body.
type Proof struct {
	EntryID    string          `json:"entry_id"`
	Body       json.RawMessage `json:"body"`       // the entry as it was hashed
	Seq        int64           `json:"seq"`        // place in the log, from 0
	LeafHash   string          `json:"leaf_hash"`  // base64
	Size       int64           `json:"size"`       // entries under the checkpoint
	Root       string          `json:"root"`       // base64
	Path       []string        `json:"path"`       // base64, from the leaf upwards
	Checkpoint string          `json:"checkpoint"` // the signed note
}

// Prove proves an entry under the checkpoint of the whole log.
func (l *Log) Prove(ctx context.Context, entryID string) (Proof, error) {
	c, err := l.Checkpoint(ctx)
	if err != nil {
		return Proof{}, err
	}
	var p Proof
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		seq, text, err := leafOf(ctx, tx, entryID)
		if db.IsMissing(err) {
			return fault.NotFoundf("没有这条审计记录，或它还没有入链；请稍后再试")
		}
		if err != nil {
			return err
		}
		p, err = prove(c, seq, entryID, text, hashReader(ctx, tx))
		return err
	})
	return p, err
}

func prove(c Checkpoint, seq int64, id, text string, reader tlog.HashReader) (Proof, error) {
	if seq >= c.Size {
		return Proof{}, fault.NotFoundf("这条审计记录还没有签入检查点；请稍后再试")
	}
	path, err := tlog.ProveRecord(c.Size, seq, reader)
	if err != nil {
		return Proof{}, err
	}
	leaf := leafHash([]byte(text))
	p := Proof{EntryID: id, Body: json.RawMessage(text), Seq: seq, LeafHash: leaf.String(), Size: c.Size, Root: c.Root.String(),
		Path: make([]string, len(path)), Checkpoint: c.Note}
	for i, h := range path {
		p.Path[i] = h.String()
	}
	return p, nil
}

// Check checks a proof against the verifier keys that one trusts (name+hash+key,
// as the log's audit.key entries and Keys give them).
func (p Proof) Check(vkeys ...string) error {
	var list []note.Verifier
	for _, k := range vkeys {
		v, _, err := splitVKey(k)
		if err != nil {
			return err
		}
		list = append(list, v)
	}
	c, _, err := openCheckpoint(p.Checkpoint, note.VerifierList(list...))
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	path := make(tlog.RecordProof, len(p.Path))
	for i, s := range p.Path {
		if path[i], err = tlog.ParseHash(s); err != nil {
			return err
		}
	}
	return tlog.CheckRecord(path, c.Size, c.Root, p.Seq, leafHash(p.Body))
}

// Keys lists the verifier keys that the log introduces, oldest first.
func (l *Log) Keys(ctx context.Context) ([]string, error) {
	keys := []string{}
	err := l.db.Read(ctx, func(tx *db.Tx) error {
		texts, err := keyEntries(ctx, tx)
		if err != nil {
			return err
		}
		for _, t := range texts {
			var d keyDetail
			if b, err := parseBody([]byte(t)); err == nil && json.Unmarshal(b.Detail, &d) == nil {
				keys = append(keys, d.VKey)
			}
		}
		return nil
	})
	return keys, err
}
