package gap

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// How long things are kept.
const (
	keepClosed = 60 * 24 * time.Hour
	keepLost   = 400 * 24 * time.Hour
	keepDays   = 1100 * 24 * time.Hour
)

var (
	errCursor = fault.Invalidf("翻页标记无效，请从第一页重新查询")
	errNone   = fault.NotFoundf("没有这段缺数，可能已补齐或不在您的管辖范围内")
	errOutlet = fault.NotFoundf("没有这个排放口，可能已被移出或不在您的管辖范围内")
)

func kindNamed(name string) *Kind {
	for i := range Kinds {
		if Kinds[i].Name == name {
			return &Kinds[i]
		}
	}
	return nil
}

// KindOf is the kind of data of a command, realtime for one that is not watched.
func KindOf(cn hj212.Command) Kind {
	if k := kindOf(cn); k != nil {
		return *k
	}
	return Kinds[0]
}

// Day is one day of one kind of data in the calendar.
type Day struct {
	Kind    Kind
	Start   time.Time // midnight in Beijing
	Due     int64
	Came    int64 // in time
	Late    int64 // after it was missed
	Missing int64
	Lost    int64 // of the missing, what cannot be called back
}

// Calendar tells, for a month in Beijing, what was due at an outlet, or of one of
// its devices, and what came. Days before the first look have no entry.
func (s *Service) Calendar(ctx context.Context, actor auth.Actor, outletID, deviceID string, month time.Time) (out []Day, err error) {
	m := month.In(hj212.Beijing)
	from := time.Date(m.Year(), m.Month(), 1, 0, 0, 0, 0, hj212.Beijing)
	to := from.AddDate(0, 1, 0)
	devices, err := s.devicesOf(actor, outletID, deviceID)
	if err != nil || len(devices) == 0 {
		return nil, err
	}
	var rows []dayRow
	var lost []Gap
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if rows, err = daysOf(ctx, tx, devices, from.UnixMicro(), to.UnixMicro()); err != nil {
			return err
		}
		lost, err = lostIn(ctx, tx, devices, from.UnixMicro(), to.UnixMicro())
		return err
	})
	type key struct {
		cn  hj212.Command
		day int64
	}
	gone := map[key]int64{}
	for _, g := range lost {
		for day, n := range g.perDay() {
			gone[key{g.CN, day}] += n
		}
	}
	for _, r := range rows {
		out = append(out, Day{Kind: KindOf(r.cn), Start: time.UnixMicro(r.day), Due: r.came + r.late + r.missing,
			Came: r.came, Late: r.late, Missing: r.missing, Lost: gone[key{r.cn, r.day}]})
	}
	return out, err
}

// devicesOf lists the devices of an outlet that the actor may see, past ones too.
func (s *Service) devicesOf(actor auth.Actor, outletID, deviceID string) (ids []string, err error) {
	all := s.Store.DevicesAt(outletID)
	for _, d := range all {
		if !s.Policy.Can(actor, auth.TelemetryRead, auth.Scope{Area: d.Area, Enterprise: d.EnterpriseID}) {
			return nil, errOutlet
		}
		if deviceID == "" || d.ID == deviceID {
			ids = append(ids, d.ID)
		}
	}
	return ids, nil
}

// Query narrows a list of gaps; zero fields do not narrow. From <= t < To.
type Query struct {
	OutletID string
	DeviceID string
	Kind     string
	States   []string
	From, To time.Time
	Cursor   string
	Limit    int
}

// List reads a page of gaps, newest first.
func (s *Service) List(ctx context.Context, actor auth.Actor, q Query) (page db.Page[Gap], err error) {
	if q.Limit <= 0 || q.Limit > 200 {
		q.Limit = 50
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		page, err = listGaps(ctx, tx, s.Policy, actor, q)
		return err
	})
	return page, err
}

// May reports whether the actor may ask for a lost gap again.
func (s *Service) May(actor auth.Actor, g Gap) bool {
	return g.State == Lost && kindOf(g.CN).ask && s.Policy.Can(actor, auth.TelemetryCommand, g.scope())
}

// Retry has a lost gap asked for again, e.g. after the device was repaired.
func (s *Service) Retry(ctx context.Context, actor auth.Actor, id string) (g Gap, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		g, err = gapByID(ctx, tx, id)
		if db.IsMissing(err) || err == nil && !s.Policy.Can(actor, auth.TelemetryRead, g.scope()) {
			return errNone
		}
		if err != nil {
			return err
		}
		if err := s.Policy.Require(actor, auth.TelemetryCommand, g.scope()); err != nil {
			return err
		}
		if !kindOf(g.CN).ask {
			return fault.Conflictf("实时数据不能补取，请补取分钟数据")
		}
		if _, err := Machine.Check(g.State, Retry, func(string) bool { return true }, nil); err != nil {
			return err
		}
		g.State, g.Attempts, g.NextAt, g.EndedAt, g.Reason = Open, 0, tx.Now, time.Time{}, ""
		if ok, err := saveGap(ctx, tx, &g); err != nil || !ok {
			return err
		}
		n := news{}
		n.of(&g)
		if err := n.publish(ctx, tx); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "gap.retry", Kind: Machine.Kind, Subject: g.ID, Area: g.Area,
			Detail: map[string]any{"mn": g.MN, "cn": g.CN.String(), "from": g.From(), "to": g.To()}})
	})
	return g, err
}

// Trim removes old gaps and days.
func (s *Service) Trim(ctx context.Context) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error { return trim(ctx, tx, tx.Now) })
}
