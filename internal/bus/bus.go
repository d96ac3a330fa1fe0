// Package bus tells other parts of the program, open pages and other nodes what
// happened. The record is an outbox row written in the transaction that caused
// it; consumers read it in order behind a cursor, and wake-ups are only hints.
// Telemetry never enters the outbox.
//
// bus carries news, not work: what must be retried, delayed or given up is a
// job, which a consumer may enqueue.
package bus

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/qingshao/qingshao/internal/db"
)

// Event is something that happened to one thing. Seq grows by one with every
// event of the installation; At is microseconds since 1970.
type Event struct {
	Seq     int64           `json:"seq"`
	ID      string          `json:"id"`
	At      int64           `json:"at"`
	Topic   string          `json:"topic"` // <kind>.<what>, e.g. issue.assigned
	Kind    string          `json:"kind"`
	Subject string          `json:"subject"`
	Area    string          `json:"area"`
	Body    json.RawMessage `json:"body"`
}

// bell wakes the readers of this process.
const bell = "bus"

// Publish writes the event into the caller's transaction; body is marshalled to
// JSON and must hold ids and states, not protected text. The row is written as
// the transaction's last step, because all writers share the numbering: whoever
// holds it early makes everyone else wait, and two transactions could wait for
// each other.
func Publish(ctx context.Context, tx *db.Tx, topic, kind, subject, area string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	e := Event{ID: db.NewID(), At: tx.Micros(), Topic: topic, Kind: kind, Subject: subject, Area: area, Body: text}
	tx.Signal(bell)
	tx.Gather(bell, e, func(events []any) error { return insertEvents(ctx, tx, events) })
	return nil
}

// Match reports whether the topic is among the patterns: "issue.closed" is one
// topic, "issue.*" all topics of a kind, and no pattern at all means every topic.
func Match(topic string, patterns []string) bool {
	for _, p := range patterns {
		if kind, all := strings.CutSuffix(p, "*"); p == topic || all && strings.HasPrefix(topic, kind) {
			return true
		}
	}
	return len(patterns) == 0
}
