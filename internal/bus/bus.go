// Package bus tells other parts of the program, open pages and other nodes what
// happened. The record is an outbox row written in the transaction that caused
// it; consumers read it in order behind a cursor, and wake-ups are only hints.
// Telemetry never enters the outbox.
package bus

import (
	"context"
	"encoding/json"

	"github.com/qingshao/qingshao/internal/db"
)

// Event is something that happened to one thing.
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

// Publish writes the event into the caller's transaction; body is marshalled to
// JSON and must hold ids and states, not protected text.
func Publish(ctx context.Context, tx *db.Tx, topic, kind, subject, area string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return insertEvent(ctx, tx, Event{ID: db.NewID(), At: tx.Micros(), Topic: topic, Kind: kind, Subject: subject, Area: area, Body: text})
}
