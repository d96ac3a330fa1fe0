package command

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
)

// Wants tells quickly whether a received frame concerns an exchange.
func (d *Desk) Wants(f *hj212.Frame) bool {
	switch f.Command {
	case hj212.RequestAnswer, hj212.ExecuteResult, hj212.NoticeAnswer, 1013:
		return true
	case 1001, 1014:
		return f.Version >= hj212.V2025
	}
	if d.live.Load() == 0 {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.under[string(f.MN)]) > 0
}

// shown bounds the data frames of a command that are shown beside it; all of them
// stand in the readings. Nobody waits for those that the program calls back.
func (c *Command) shown() int64 {
	if c.Origin == ByCallback {
		return 10
	}
	return 100
}

// Heard takes committed frames that Wants named. It returns when their effects
// are durable; the connection reads on only then.
func (d *Desk) Heard(ctx context.Context, list []Message) error {
	return d.s.DB.Write(ctx, func(tx *db.Tx) error {
		h := hearing{d: d, tx: tx, commands: map[string]*Command{}, touched: map[string]bool{}}
		for i := range list {
			if err := h.message(ctx, &list[i]); err != nil {
				return err
			}
		}
		for id, c := range h.commands {
			if !h.touched[id] {
				continue
			}
			if _, err := d.save(ctx, tx, c); err != nil {
				return err
			}
		}
		return insertExchanges(ctx, tx, h.log)
	})
}

// hearing is one pass over received frames.
type hearing struct {
	d        *Desk
	tx       *db.Tx
	commands map[string]*Command // that were looked at, by id
	touched  map[string]bool     // those that moved
	log      []Exchange
	area     hj212.Area
}

func (h *hearing) message(ctx context.Context, m *Message) error {
	f, mn := m.Frame, string(m.Frame.MN)
	f.ParseItems(&h.area)
	switch {
	case f.Command == 1013, f.Command == 1001 && f.Version >= hj212.V2025, f.Command == 1014 && f.Version >= hj212.V2025:
		if !m.Outcome.Answered() {
			return nil
		}
		return h.notice(ctx, m)
	}
	c, err := h.find(ctx, mn, m)
	if err != nil || c == nil {
		return err
	}
	// A device whose password is being changed may already use the new one.
	if m.Outcome == telemetry.Failed || m.Outcome == telemetry.Refused && c.CN != 1072 {
		return nil
	}
	return h.exchange(ctx, c, m)
}

// find gives the command that a frame belongs to, nil for none.
func (h *hearing) find(ctx context.Context, mn string, m *Message) (*Command, error) {
	qn := string(hj212.ExchangeQN(m.Frame, &h.area))
	for _, c := range h.commands {
		if c.MN == mn && c.QN == qn {
			return c, nil
		}
	}
	c, err := underWay(ctx, h.tx, mn, qn)
	if db.IsMissing(err) && m.Frame.Command >= hj212.RequestAnswer {
		c, err = underWayByQN(ctx, h.tx, "mn.assign", qn)
	}
	if db.IsMissing(err) {
		id := h.d.answers(mn, m)
		if id == "" {
			return nil, nil
		}
		if c := h.commands[id]; c != nil {
			return c, nil
		}
		c, err = lockCommand(ctx, h.tx, id)
	}
	if err != nil || over(c.State) {
		return nil, err
	}
	h.commands[c.ID] = &c
	return &c, nil
}

// exchange lets a frame move its command.
func (h *hearing) exchange(ctx context.Context, c *Command, m *Message) error {
	if over(c.State) {
		return nil
	}
	now := h.tx.Now
	l, err := linkOf(ctx, h.tx, c.DeviceID)
	if err != nil {
		return err
	}
	dialog := c.dialog(l.timing())
	patience := max(c.spec().Patience, l.timing().OverTime)
	if !dialog.Hear(m.Frame, &h.area, now) { // data under a QN of its own
		if !slices.Contains(c.spec().Data, m.Frame.Command) {
			return nil // an upload whose QN happens to be the command's
		}
		h.touched[c.ID] = true
		c.Frames++
		c.wait(now, patience)
		if c.State == Sent { // its 9011 was lost
			c.AcceptedAt = now
			if err := c.take(Accept, now); err != nil {
				return err
			}
		}
		if c.Frames <= c.shown() {
			h.keep(m, c)
		}
		return nil
	}
	h.touched[c.ID] = true
	h.keep(m, c)
	switch {
	case m.Frame.Command == hj212.RequestAnswer:
		c.Answer = dialog.Code
		if dialog.State == hj212.DialogAccepted {
			c.Answer = hj212.QnAccepted
		}
	case m.Frame.Command == hj212.ExecuteResult:
		c.Outcome = dialog.Code
	case m.Frame.Command == c.CN:
		c.collect(&h.area)
	}
	return h.settle(ctx, c, dialog, now, patience)
}

// longest is how long an exchange may go on: the device's other commands wait.
const longest = time.Hour

// wait sets when the exchange is given up, unless something comes before.
func (c *Command) wait(now time.Time, patience time.Duration) {
	if c.DueAt = now.Add(patience); c.DueAt.After(c.SentAt.Add(longest)) {
		c.DueAt = c.SentAt.Add(longest)
	}
}

// settle writes the state that the exchange has reached into the command.
func (h *hearing) settle(ctx context.Context, c *Command, dialog hj212.Dialog, now time.Time, patience time.Duration) error {
	switch dialog.State {
	case hj212.DialogAccepted:
		c.wait(now, patience)
		if c.State == Accepted {
			return nil
		}
		c.AcceptedAt = now
		return c.take(Accept, now)
	case hj212.DialogDone:
		if err := h.d.s.succeeded(ctx, h.tx, c); err != nil {
			return err
		}
		return c.take(Succeed, now)
	case hj212.DialogRefused:
		c.Note = firstOf(h.d.dialect(c).QnRtnName(dialog.Code), "请求返回 "+itoa(dialog.Code))
		if err := h.d.s.failed(ctx, h.tx, c); err != nil {
			return err
		}
		if c.State == Accepted { // refused after all
			return c.take(Fail, now)
		}
		return c.take(Refuse, now)
	case hj212.DialogFailed:
		c.Note = firstOf(hj212.ExeRtnName(dialog.Code), "执行结果返回 "+itoa(dialog.Code))
		if err := h.d.s.failed(ctx, h.tx, c); err != nil {
			return err
		}
		return c.take(Fail, now)
	}
	return nil
}

// keep notes a frame in the log of exchanges.
func (h *hearing) keep(m *Message, c *Command) {
	x := Exchange{ID: newID(), At: m.At, MN: string(m.Frame.MN), Direction: "in", CN: m.Frame.Command, QN: string(m.Frame.QN), Address: m.Address, Text: Mask(string(m.Frame.Segment))}
	if c != nil {
		x.CommandID, x.DeviceID = c.ID, c.DeviceID
	} else if d, ok := h.d.s.Store.DeviceOf(x.MN); ok {
		x.DeviceID = d.ID
	}
	h.log = append(h.log, x)
}

// maxValues bounds the values that are kept of one answer.
const maxValues = 60

// collect keeps the values of an answer, but no secret.
func (c *Command) collect(a *hj212.Area) {
	put := func(name, value string) {
		name, value = clean(name), clean(value)
		if len(c.Result) < maxValues && Mask(name+"="+value) == name+"="+value {
			c.Result = append(c.Result, Value{name, value})
		}
	}
	c.Result = nil
	for _, p := range a.Params {
		if name := string(p.Name); name != "QN" {
			put(name, string(p.Value))
		}
	}
	for i := range a.Items {
		for _, p := range a.Items[i].Pairs {
			put(string(a.Items[i].Code)+"-"+string(p.Name), string(p.Value))
		}
	}
}

// clean makes text of a station fit for the database: older ones write GBK.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}
