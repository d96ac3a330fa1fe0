package notify

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
)

// The kinds of channels that reach no single person.
const (
	WebhookKind = "webhook"
	RobotKind   = "robot"
)

// Settings that the Post itself reads.
const (
	PerPerson = "per_person" // messages a day, of a kind that has it
	PerDay    = "per_day"
	Topics    = "topics" // of events, words apart
	AreaOnly  = "area"   // notices of this area alone
)

// EventKinds are the things whose events may leave the program. Their bodies hold
// ids and states, no text (see bus.Publish).
var EventKinds = []string{"alarm", "clue", "issue", "mark"}

// EventTopics are the topics that the Post listens to.
func EventTopics() []string {
	out := make([]string, 0, len(EventKinds))
	for _, k := range EventKinds {
		out = append(out, k+".*")
	}
	return out
}

// cloudEvent is CloudEvents 1.0, structured JSON.
type cloudEvent struct {
	SpecVersion string          `json:"specversion"`
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Type        string          `json:"type"`
	Subject     string          `json:"subject,omitempty"`
	Time        string          `json:"time"`
	ContentType string          `json:"datacontenttype"`
	Data        json.RawMessage `json:"data"`
}

// Hear writes an event for every channel that asked for it; the bus calls it with
// each event at least once, in order.
func (p *Post) Hear(ctx context.Context, e bus.Event) error {
	var list []Channel
	err := p.DB.Read(ctx, func(tx *db.Tx) (err error) {
		list, err = runningChannels(ctx, tx)
		return err
	})
	list = slices.DeleteFunc(list, func(c Channel) bool {
		return c.Kind != WebhookKind || e.At < c.CreatedAt.UnixMicro() || !bus.Match(e.Topic, strings.Fields(c.Settings[Topics]))
	})
	if err != nil || len(list) == 0 {
		return err
	}
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		for _, c := range list {
			body, err := p.cloud(e)
			if err != nil {
				return err
			}
			d := Delivery{ID: db.NewID(), ChannelID: c.ID, ChannelKind: c.Kind, Source: e.ID, Kind: e.Kind, Subject: e.Subject, Area: e.Area, Urgency: Ordinary,
				Title: e.Topic, Text: body, State: Queued, NextAt: tx.Now, ExpiresAt: tx.Now.Add(keepTrying)}
			if err := insertDelivery(ctx, tx, d); err != nil {
				return err
			}
			tx.Signal(bell)
		}
		return nil
	})
}

func (p *Post) cloud(e bus.Event) (string, error) {
	data, err := json.Marshal(map[string]any{"kind": e.Kind, "subject": e.Subject, "area": e.Area, "seq": e.Seq, "body": e.Body})
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(cloudEvent{SpecVersion: "1.0", ID: e.ID, Source: "/qingshao/" + p.Root, Type: "qingshao." + e.Topic, Subject: e.Kind + "/" + e.Subject,
		Time: time.UnixMicro(e.At).UTC().Format(time.RFC3339Nano), ContentType: "application/json", Data: data})
	return string(text), err
}

// testEvent is what a test sends to a channel of events.
func (p *Post) testEvent(id string, at time.Time) (string, error) {
	return p.cloud(bus.Event{ID: id, At: at.UnixMicro(), Topic: "channel.test", Kind: Machine.Kind, Area: p.Root, Body: json.RawMessage("{}")})
}
