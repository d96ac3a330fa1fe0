package gap

import (
	"cmp"
	"context"
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
	list, err := s.due(ctx, Asked)
	moved := 0
	for i := range list {
		g := &list[i]
		var over bool
		var v verdict
		err = s.DB.Read(ctx, func(tx *db.Tx) error {
			ended, outcome, note, err := s.Caller.CalledBack(ctx, tx, g.CommandID)
			over, v = ended, judge(outcome, note, g.Attempts)
			return err
		})
		if err != nil {
			return moved, err
		}
		if !over {
			if err := s.later(ctx, []*Gap{g}, asking); err != nil {
				return moved, err
			}
			continue
		}
		verb := Return
		if v.lost {
			verb, v.wait = Lose, lostLook
		}
		if _, err := s.recheck(ctx, g, verb, v.wait, v.reason); err != nil {
			return moved, err
		}
		moved++
	}
	return moved, err
}

// plan follows the open gaps: those of absent devices wait, the others are looked
// at again, and the devices are asked for what is still missing.
func (s *Service) plan(ctx context.Context) (int, error) {
	list, err := s.due(ctx, Open)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	devices := map[string]telemetry.Device{}
	for _, d := range s.Store.DevicesInUse() {
		devices[d.ID] = d
	}
	moved := 0
	of := map[string][]*Gap{}
	var absent []*Gap
	now := s.DB.Now()
	looked := 0
	for i := range list {
		g := &list[i]
		d, ok := devices[g.DeviceID]
		old := now.Sub(g.To()) > tooOld
		switch {
		case !ok, old:
			reason := "设备已停用"
			if ok {
				reason = "超过 180 天，不再补取"
			}
			if _, err := s.recheck(ctx, g, Lose, never, reason); err != nil {
				return moved, err
			}
			moved++
		case !kindOf(g.CN).ask:
			verb, wait := nextLook(now.Sub(g.FoundAt))
			if _, err := s.recheck(ctx, g, verb, wait, "实时数据不能补取，请看分钟数据"); err != nil {
				return moved, err
			}
			moved++
		case !s.Caller.Online(d.MN) && looked < absentAtOnce:
			// It may have resent and gone again.
			looked++
			if _, err := s.recheck(ctx, g, "", away, ""); err != nil {
				return moved, err
			}
			moved++
		case !s.Caller.Online(d.MN):
			absent = append(absent, g)
		default:
			of[d.ID] = append(of[d.ID], g)
		}
	}
	if err := s.later(ctx, absent, away); err != nil {
		return moved, err
	}
	for id, gaps := range of {
		n, err := s.askFor(ctx, devices[id], gaps)
		if moved += n; err != nil {
			return moved, err
		}
	}
	return moved, nil
}

// again looks at lost gaps: people call data back as well, and stations send what
// they said they did not have.
func (s *Service) again(ctx context.Context) (int, error) {
	list, err := s.due(ctx, Lost)
	moved := 0
	for i := range list {
		g := &list[i]
		age := s.DB.Now().Sub(g.EndedAt)
		wait := max(lostLook, age/4)
		if age > lostUntil {
			wait = never
		}
		left, err := s.recheck(ctx, g, "", wait, g.Reason)
		if err != nil {
			return moved, err
		}
		if len(left) != 1 || left[0] != g.run {
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

// askFor looks at a device's gaps again and asks for the first of them that is
// still there, with those that one request can bring along.
func (s *Service) askFor(ctx context.Context, d telemetry.Device, gaps []*Gap) (moved int, err error) {
	var still []*Gap
	for _, g := range gaps {
		left, err := s.recheck(ctx, g, "", 0, "")
		if err != nil {
			return moved, err
		}
		if len(left) == 1 && left[0] == g.run {
			still = append(still, g)
		} else {
			moved++ // what is left of it comes up again at once
		}
	}
	if len(still) == 0 {
		return moved, nil
	}
	slices.SortFunc(still, func(a, b *Gap) int {
		return cmp.Or(cmp.Compare(order[a.CN], order[b.CN]), cmp.Compare(a.First, b.First))
	})
	chosen := choose(still, s.Caller.Longest(still[0].CN))
	asked := false
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		asked = false
		first, last := chosen[0], chosen[len(chosen)-1]
		limit := first.First + s.Caller.Longest(first.CN).Microseconds() - first.Step
		head, rest := last.cut(max(limit, last.First))
		to := time.UnixMicro(head.Last + head.Step).Add(-time.Second)
		id, err := s.Caller.CallBack(ctx, tx, d, first.CN, first.From(), to)
		if err != nil || id == "" {
			return err
		}
		asked = true
		if rest.Slots > 0 {
			more := *last
			more.ID, more.run, more.Version = db.NewID(), rest, 1
			if err := insertGap(ctx, tx, &more); err != nil {
				return err
			}
			last.run = head
		}
		for _, g := range chosen {
			g.CommandID, g.NextAt, g.Reason = id, tx.Now.Add(asking), ""
			g.Attempts++
			if err := g.take(Ask, tx.Now); err != nil {
				return err
			}
			if _, err := saveGap(ctx, tx, g); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return moved, err
	}
	if !asked {
		return moved, s.later(ctx, still, busy)
	}
	return moved + 1, s.later(ctx, still[len(chosen):], busy)
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

// recheck looks whether slots of a gap have come since; the rest takes the verb
// ("" stays as it is) and is looked at again after the wait.
func (s *Service) recheck(ctx context.Context, g *Gap, v flow.Verb, wait time.Duration, reason string) (left []run, err error) {
	d, _ := s.device(g.DeviceID)
	moments, err := s.Store.MomentsOf(ctx, d.Num, g.CN, g.First-g.Step/2, g.Last+g.Step/2)
	if err != nil {
		return nil, err
	}
	left, late := g.fill(moments)
	if late == nil && v == "" && wait == 0 {
		return left, nil
	}
	return left, s.DB.Write(ctx, func(tx *db.Tx) error {
		now := *g
		if len(left) == 0 {
			if err := now.take(Fill, tx.Now); err != nil {
				return err
			}
			now.Reason = ""
		} else {
			now.run, now.NextAt, now.Reason = left[0], tx.Now.Add(wait), reason
			if v != "" {
				if err := now.take(v, tx.Now); err != nil {
					return err
				}
			}
		}
		if ok, err := saveGap(ctx, tx, &now); err != nil || !ok {
			return err // another look was faster
		}
		for i, r := range left {
			if i == 0 {
				continue
			}
			part := now
			part.ID, part.run, part.Version = db.NewID(), r, 1
			if err := insertGap(ctx, tx, &part); err != nil {
				return err
			}
		}
		days := map[int64]dayCount{}
		for day, n := range late {
			days[day] = dayCount{late: n, missing: -n}
		}
		return addDays(ctx, tx, g.DeviceID, g.CN, days)
	})
}

// device finds a device in use or not.
func (s *Service) device(id string) (d telemetry.Device, ok bool) {
	return s.Store.DeviceWithID(id)
}

func (s *Service) due(ctx context.Context, state flow.State) (list []Gap, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err = dueGaps(ctx, tx, state, dueAtOnce)
		return err
	})
	return list, err
}

// later looks at gaps again after a while.
func (s *Service) later(ctx context.Context, gaps []*Gap, wait time.Duration) error {
	if len(gaps) == 0 {
		return nil
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		for _, g := range gaps {
			if err := postpone(ctx, tx, g.ID, tx.Now.Add(wait)); err != nil {
				return err
			}
		}
		return nil
	})
}
