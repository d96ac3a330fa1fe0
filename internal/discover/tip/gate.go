package tip

import (
	"context"

	"github.com/qingshao/qingshao/internal/db"
)

// Gate refuses what comes by a way that is closed for the moment.
type Gate interface {
	Pass(ctx context.Context, tx *db.Tx, doors ...string) error
}

// openGate is what a program without an emergency switch has.
type openGate struct{}

func (openGate) Pass(context.Context, *db.Tx, ...string) error { return nil }

// Gate names the mode's gate.
func (m Mode) Gate() string { return "mode:" + string(m) }

// Gate names the channel's gate.
func (c Channel) Gate() string { return "channel:" + string(c) }

// TrackGate is the gate of looking reports up with a receipt.
const TrackGate = "track"

// pass lets in what reporters themselves and other programs send; what somebody
// at the desk takes down is not held up by an emergency of the web.
func (s *Service) pass(ctx context.Context, tx *db.Tx, w *intake) error {
	if !w.actor.IsSystem() {
		return nil
	}
	return s.gate.Pass(ctx, tx, w.tip.Mode.Gate(), w.tip.Channel.Gate())
}
