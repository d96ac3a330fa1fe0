// Package audit is the tamper-evident log: every verb, every look at protected
// data and every export writes a row in the act's own transaction. A sequencer
// later appends the rows to a Merkle tree in batches and signs checkpoints, so
// that a rewritten or truncated log shows.
//
// audit proves what was done; it does not decide what may be done (auth) and
// does not tell other parts (bus).
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/json"

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

type body struct {
	ID      string `json:"id"`
	At      int64  `json:"at"`
	Actor   string `json:"actor"`
	Action  string `json:"action"`
	Kind    string `json:"kind"`
	Subject string `json:"subject"`
	Area    string `json:"area"`
	Detail  any    `json:"detail,omitempty"`
}

// Record writes the act into the caller's transaction.
func Record(ctx context.Context, tx *db.Tx, e Entry) error {
	id := db.NewID()
	text, err := json.Marshal(body{id, tx.Micros(), e.Actor, e.Action, e.Kind, e.Subject, e.Area, e.Detail})
	if err != nil {
		return err
	}
	hash := sha256.Sum256(text)
	return insertEntry(ctx, tx, id, e, text, hash[:])
}
