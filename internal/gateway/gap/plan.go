package gap

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/flow"
)

// dueAtOnce bounds the gaps that one look follows.
const dueAtOnce = 2000

// absentAtOnce bounds the gaps of absent devices that one look looks at again; the
// others only wait.
const absentAtOnce = 200

// take moves a gap along the table; a step that the table does not know is a
// mistake of ours.
func (g *Gap) take(v flow.Verb, now time.Time) error {
	st, err := Machine.Check(g.State, v, func(string) bool { return true }, nil)
	if err != nil {
		return err
	}
	if g.State = st.Target(g.State); g.State == Closed || g.State == Lost {
		g.EndedAt = now
	}
	return nil
}

// heard looks at the gaps that were asked for: what came, and what becomes of the
// rest.
func (s *Service) heard(ctx context.Context) (int, error) {
	var todo []look
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := askedGaps(ctx, tx)
		if err != nil {
			return err
		}
		todo = nil
		type end struct {
			over    bool
			outcome int
			note    string
		}
		ends := map[string]end{} // one call-back may bring several gaps
		for i := range list {
			g := &list[i]
			e, ok := ends[g.CommandID]
			if !ok {
				if e.over, e.outcome, e.note, err = s.Caller.CalledBack(ctx, tx, g.CommandID); err != nil {
					return err
				}
				ends[g.CommandID] = e
			}
			if !e.over {
				continue
			}
			x := look{g: g, verb: Return}
			if v := judge(e.outcome, e.note, g.Attempts); v.lost {
				x.verb, x.wait, x.reason = Lose, lostLook, v.reason
			} else {
				x.wait, x.reason = v.wait, v.reason
			}
			todo = append(todo, x)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return len(todo), s.recheckAll(ctx, todo)
}

// watch looks at the open gaps of realtime data, which nobody can be asked for.
func (s *Service) watch(ctx context.Context) (int, error) {
	list, err := s.due(ctx, Open, false)
	if err != nil {
		return 0, err
	}
	now := s.DB.Now()
	todo := make([]look, 0, len(list))
	for i := range list {
		g := &list[i]
		x := look{g: g, reason: "实时数据不能补取，请看分钟数据"}
		if d, ok := s.device(g.DeviceID); !ok || !d.Active {
			x.verb, x.wait, x.reason = Lose, never, "设备已停用"
		} else {
			x.verb, x.wait = nextLook(now.Sub(g.FoundAt))
		}
		todo = append(todo, x)
	}
	return len(todo), s.recheckAll(ctx, todo)
}

// plan follows the other open gaps: those of absent devices wait, the others are
// looked at again, and as many devices as may be under way at once are asked for
// what is still missing.
func (s *Service) plan(ctx context.Context) (moved int, err error) {
	var under map[string]bool
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		under, err = askedDevices(ctx, tx)
		return err
	})
	if err != nil || len(under) >= s.Pace.AtOnce {
		return 0, err
	}
	list, err := s.due(ctx, Open, true)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	of := map[string][]*Gap{}
	var queue []telemetry.Device // by how long their gaps have waited
	var wait, absent []*Gap
	var todo []look
	now := s.DB.Now()
	for i := range list {
		g := &list[i]
		d, ok := s.device(g.DeviceID)
		switch {
		case !ok || !d.Active:
			todo = append(todo, look{g: g, verb: Lose, wait: never, reason: "设备已停用"})
		case now.Sub(g.To()) > tooOld:
			todo = append(todo, look{g: g, verb: Lose, wait: never, reason: "超过 180 天，不再补取"})
		case under[d.ID]:
			wait = append(wait, g)
		case s.Caller.Online(d.MN):
			if of[d.ID] == nil {
				queue = append(queue, d)
			}
			of[d.ID] = append(of[d.ID], g)
		case len(todo) < absentAtOnce: // it may have resent and gone again
			todo = append(todo, look{g: g, wait: away})
		default:
			absent = append(absent, g)
		}
	}
	moved = len(todo)
	if err := errors.Join(s.recheckAll(ctx, todo), s.later(ctx, wait, busy), s.later(ctx, absent, away)); err != nil {
		return 0, err
	}
	free := s.Pace.AtOnce - len(under)
	for len(queue) > 0 && free > 0 {
		part := queue[:min(asksAtOnce, free, len(queue))] // the others come first in the next round
		queue = queue[len(part):]
		n, asked, err := s.askAll(ctx, part, of)
		moved, free = moved+n, free-asked
		if err != nil {
			return moved, err
		}
	}
	return moved, nil
}

// asksAtOnce is how many devices are asked in one transaction.
const asksAtOnce = 20

// again looks at lost gaps: people call data back as well, and stations send what
// they said they did not have.
func (s *Service) again(ctx context.Context) (int, error) {
	var list []Gap
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		list, err = dueGaps(ctx, tx, Lost, dueAtOnce)
		return err
	})
	if err != nil || len(list) == 0 {
		return 0, err
	}
	now := s.DB.Now()
	todo := make([]look, len(list))
	for i := range list {
		g := &list[i]
		age := now.Sub(g.EndedAt)
		todo[i] = look{g: g, wait: max(lostLook, age/4), reason: g.Reason}
		if age > lostUntil {
			todo[i].wait = never
		}
	}
	err = s.recheckAll(ctx, todo)
	moved := 0
	for i := range todo {
		if !todo[i].same() {
			moved++
		}
	}
	return moved, err
}

// nextLook says when a gap of realtime data is looked at again, at its age.
func nextLook(age time.Duration) (flow.Verb, time.Duration) {
	for _, at := range realtimeLooks {
		if age < at {
			return "", at - age
		}
	}
	return Lose, never
}

// order is in which order kinds of data are called back.
var order = map[hj212.Command]int{telemetry.CNHour: 1, telemetry.CNDay: 2, telemetry.CNMinute: 3}

// askAll looks at the gaps of devices again and asks each device for the first of
// them that is still there, with those that one request can bring along.
func (s *Service) askAll(ctx context.Context, devices []telemetry.Device, of map[string][]*Gap) (moved, asked int, err error) {
	var todo []look
	for _, d := range devices {
		for _, g := range of[d.ID] {
			todo = append(todo, look{g: g})
		}
	}
	if err := s.recheckAll(ctx, todo); err != nil {
		return 0, 0, err
	}
	still := map[string][]*Gap{}
	for i := range todo {
		if g := todo[i].g; todo[i].same() {
			still[g.DeviceID] = append(still[g.DeviceID], g)
		} else {
			moved++ // what is left of it comes up again at once
		}
	}
	if len(still) == 0 {
		return moved, 0, nil
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		asked = 0
		n := news{}
		for _, d := range devices {
			gaps := still[d.ID]
			if len(gaps) == 0 {
				continue
			}
			slices.SortFunc(gaps, func(a, b *Gap) int {
				return cmp.Or(cmp.Compare(order[a.CN], order[b.CN]), cmp.Compare(a.First, b.First))
			})
			chosen := choose(gaps, s.Caller.Longest(gaps[0].CN))
			ok, err := s.ask(ctx, tx, n, d, chosen)
			if err != nil {
				return err
			}
			rest, wait := gaps, refused
			if ok {
				asked++
				rest, wait = gaps[len(chosen):], busy
			}
			if err := putOff(ctx, tx, rest, wait); err != nil {
				return err
			}
		}
		return n.publish(ctx, tx)
	})
	return moved + asked, asked, err
}

// ask sends one call-back for gaps that lie beside each other.
func (s *Service) ask(ctx context.Context, tx *db.Tx, n news, d telemetry.Device, chosen []*Gap) (bool, error) {
	first, last := *chosen[0], *chosen[len(chosen)-1]
	limit := first.First + s.Caller.Longest(first.CN).Microseconds() - first.Step
	head, rest := last.cut(max(limit, last.First))
	to := time.UnixMicro(head.Last + head.Step).Add(-time.Second)
	id, err := s.Caller.CallBack(ctx, tx, d, first.CN, first.From(), to)
	if err != nil || id == "" {
		return false, err
	}
	if rest.Slots > 0 {
		more := last
		more.ID, more.run, more.Version = db.NewID(), rest, 1
		if err := insertGap(ctx, tx, &more); err != nil {
			return false, err
		}
	}
	for i, p := range chosen {
		g := *p // the transaction may be tried again
		if i == len(chosen)-1 {
			g.run = head
		}
		g.CommandID, g.NextAt, g.Reason = id, tx.Now, ""
		g.Attempts++
		if err := g.take(Ask, tx.Now); err != nil {
			return false, err
		}
		if _, err := saveGap(ctx, tx, &g); err != nil {
			return false, err
		}
	}
	n.of(&first)
	return true, nil
}

// choose takes the first gap and the next ones of its kind while one request of
// that length brings at least a quarter of what is missing.
func choose(gaps []*Gap, longest time.Duration) []*Gap {
	first, slots := gaps[0], int64(0)
	n := 0
	for _, g := range gaps {
		span := g.Last - first.First
		slots += g.Slots
		if n > 0 && (g.CN != first.CN || g.Step != first.Step || span+g.Step > longest.Microseconds() || slots*4 < span/g.Step+1) {
			break
		}
		n++
	}
	return gaps[:n]
}

// device finds a device in use or not.
func (s *Service) device(id string) (d telemetry.Device, ok bool) {
	return s.Store.DeviceWithID(id)
}

// due lists the gaps of a state whose time has come, of the kinds that can be called
// back or of those that cannot.
func (s *Service) due(ctx context.Context, state flow.State, callable bool) (list []Gap, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err = dueOf(ctx, tx, state, callable, dueAtOnce)
		return err
	})
	return list, err
}

// later looks at gaps again after a while.
func (s *Service) later(ctx context.Context, gaps []*Gap, wait time.Duration) error {
	if len(gaps) == 0 {
		return nil
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error { return putOff(ctx, tx, gaps, wait) })
}

func putOff(ctx context.Context, tx *db.Tx, gaps []*Gap, wait time.Duration) error {
	for _, g := range gaps {
		if err := postpone(ctx, tx, g.ID, tx.Now.Add(wait)); err != nil {
			return err
		}
	}
	return nil
}
