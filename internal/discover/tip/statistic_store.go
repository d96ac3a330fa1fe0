package tip

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

// countable reads what is counted of the reports that were filed from <= t < to:
// no number, nothing that was written.
func countable(ctx context.Context, tx *db.Tx, policy auth.Policy, actor auth.Actor, from, to time.Time) ([]counted, error) {
	var f db.Filter
	f.Add(policy.Where(actor, auth.OverviewRead, auth.Columns{Area: "t.area"}, &f.Args))
	f.Add("t.created_at >= ? AND t.created_at < ?", from.UnixMicro(), to.UnixMicro())
	return db.All(ctx, tx, scanCounted, `SELECT t.kind, t.area, t.channel, t.mode, COALESCE(d.answer, ''), COALESCE(d.score, ''), t.created_at, COALESCE(d.answered_at, 0), COALESCE(d.accept_by, 0),
		t.closed_at, t.closed, COALESCE(d.reopened, 0) FROM tip t LEFT JOIN tip_desk d ON d.tip_id = t.id WHERE `+f.Where(), f.Args...)
}

func scanCounted(s db.Scanner) (x counted, err error) {
	var created, answered, accept, closed int64
	err = s.Scan(&x.kind, &x.area, &x.channel, &x.mode, &x.answer, &x.score, &created, &answered, &accept, &closed, &x.closed, &x.reopened)
	x.created, x.answered, x.acceptBy, x.closedAt = instant(created), instant(answered), instant(accept), instant(closed)
	return x, err
}
