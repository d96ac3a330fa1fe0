package gap

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
)

// news gathers the outlets whose gaps one transaction changes: open pages look
// anew, once for each outlet and not for each gap.
type news map[string]string // outlet → area

func (n news) of(g *Gap) { n[g.OutletID] = g.Area }

func (n news) publish(ctx context.Context, tx *db.Tx) error {
	for outlet, area := range n {
		if err := bus.Publish(ctx, tx, Machine.Kind+".changed", Machine.Kind, outlet, area, map[string]any{"outlet": outlet}); err != nil {
			return err
		}
	}
	return nil
}

// See checks that the actor may see an outlet's gaps, for streams of events.
func (s *Service) See(_ context.Context, actor auth.Actor, outletID string) error {
	list, err := s.devicesOf(actor, outletID, "")
	if err == nil && len(list) == 0 {
		return errOutlet
	}
	return err
}
