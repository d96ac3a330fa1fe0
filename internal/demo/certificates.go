package demo

import (
	"context"
	"net/http"
	"time"

	"github.com/qingshao/qingshao/internal/world"
)

// certificates enters the enterprises' permits. The first one's renewal is due in
// ten days, the fourth one's is over; the others end somewhere in five years.
func certificates(ctx context.Context, p *person, w *world.World, ids map[string]string, now time.Time) error {
	for i, e := range w.Enterprises() {
		left := 200 + i*97%1500
		switch i {
		case 0:
			left = 70
		case 3:
			left = 55
		}
		until := now.In(beijing).AddDate(0, 0, left)
		body := map[string]any{"number": e.Code + "001P", "valid_from": until.AddDate(-5, 0, 1).Format(time.DateOnly), "valid_until": until.Format(time.DateOnly), "version": 0}
		if err := p.call(ctx, http.MethodPost, "/enterprises/"+ids[e.Key]+"/permit", body, nil); err != nil {
			return err
		}
	}
	return nil
}
