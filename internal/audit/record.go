// Package audit is the tamper-evident log (操作审计): every verb, every look at
// protected data and every export writes a row in the act's own transaction. A
// sequencer appends the rows to a Merkle tree (RFC 6962) in batches, without
// making any verb wait, and signs checkpoints; witnesses outside the database
// keep checkpoints daily. Verify finds and names every row that was edited,
// deleted, swapped or added beside the program, and every rewritten history
// that some checkpoint contradicts.
//
// audit proves what was done; it does not decide what may be done (auth) and
// does not tell other parts (bus). Known gaps: a row deleted within the moment
// before it is sequenced leaves no trace, and whoever holds the database, the
// data folder and every witness can write a new history.
package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"

	"github.com/qingshao/qingshao/internal/db"
)

// Entry is one act. Detail must marshal to JSON and must hold no secret: the
// log is read by auditors who see no case text, so it names fields and states,
// never a reporter's words.
type Entry struct {
	Actor   string // user id or system:<part>
	Action  string // <kind>.<verb>, e.g. issue.assign
	Kind    string // subject kind
	Subject string // subject id
	Area    string
	Detail  any
}

// body is an entry's canonical form, the bytes that are hashed: compact JSON as
// encoding/json writes it, fields in this order, keys of maps sorted.
type body struct {
	ID      string          `json:"id"`
	At      int64           `json:"at"`
	Actor   string          `json:"actor"`
	Action  string          `json:"action"`
	Kind    string          `json:"kind"`
	Subject string          `json:"subject"`
	Area    string          `json:"area"`
	Detail  json.RawMessage `json:"detail,omitempty"`
}

// bell wakes the sequencer of this process.
const bell = "audit"

// Record writes the act into the caller's transaction.
func Record(ctx context.Context, tx *db.Tx, e Entry) error {
	b := body{ID: db.NewID(), At: tx.Micros(), Actor: e.Actor, Action: e.Action, Kind: e.Kind, Subject: e.Subject, Area: e.Area}
	if e.Detail != nil {
		detail, err := json.Marshal(e.Detail)
		if err != nil {
			return err
		}
		b.Detail = detail
	}
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(text)
	tx.Signal(bell)
	return insertEntry(ctx, tx, b, text, hash[:])
}

var errNotCanonical = errors.New("audit: the body is not in canonical form")

// parseBody reads a canonical body; any other spelling of the same values is an
// error.
func parseBody(text []byte) (body, error) {
	var b body
	if err := json.Unmarshal(text, &b); err != nil {
		return b, errNotCanonical
	}
	again, err := json.Marshal(b)
	if err != nil || !bytes.Equal(again, text) {
		return b, errNotCanonical
	}
	return b, nil
}
