package command

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/flow"
)

// take moves a command along the table; a step that the table does not know is a
// mistake of ours.
func (c *Command) take(v flow.Verb, now time.Time) error {
	st, err := Machine.Check(c.State, v, func(string) bool { return true }, nil)
	if err != nil {
		return err
	}
	c.State = st.Target(c.State)
	if over(c.State) {
		c.EndedAt, c.DueAt, c.secret = now, now, nil
	}
	return nil
}

// save writes the command's new state, and tells. false: another node was faster.
func (d *Desk) save(ctx context.Context, tx *db.Tx, c *Command) (bool, error) {
	ok, err := saveCommand(ctx, tx, c)
	if err != nil || !ok {
		return false, err
	}
	after := *c
	tx.AfterCommit(func() { d.saw(&after) })
	return true, c.publish(ctx, tx)
}

// giveUp ends the wait of a command that was never sent.
func (d *Desk) giveUp(ctx context.Context, c *Command) (did bool, err error) {
	err = d.s.DB.Write(ctx, func(tx *db.Tx) error {
		c.Note = "设备一直没有上线，指令已过期"
		if err := c.take(Expire, tx.Now); err != nil {
			return err
		}
		did, err = d.save(ctx, tx, c)
		return err
	})
	return did, err
}

// dialog is the exchange of a command that has been sent, as the codec follows it.
func (c *Command) dialog(t Timing) hj212.Dialog {
	kind := hj212.Request
	if c.spec().Notice {
		kind = hj212.Notice
	}
	dialog := hj212.StartDialog(&hj212.Message{QN: c.QN, CN: c.CN.String()}, kind,
		hj212.LinkTiming{Seconds: int(t.OverTime / time.Second), Repeats: t.ReCount}, c.SentAt)
	if c.State == Accepted {
		dialog.State = hj212.DialogAccepted
	}
	dialog.Repeats = max(c.Attempts-1, 0)
	dialog.Deadline = c.DueAt
	return dialog
}

// overdue repeats a request, or ends the exchange. Without a connection the
// command waits for the next one; the node that holds the connection looks first.
func (d *Desk) overdue(ctx context.Context, c *Command) (bool, error) {
	_, online := d.peer(c.Route)
	var timing Timing
	err := d.s.DB.Read(ctx, func(tx *db.Tx) error {
		l, err := linkOf(ctx, tx, c.DeviceID)
		timing = l.timing()
		return err
	})
	if err != nil {
		return false, err
	}
	now := d.s.DB.Now()
	if !online && now.Before(c.DueAt.Add(2*timing.OverTime)) {
		return false, nil
	}
	dialog := c.dialog(timing)
	if !online && c.State == Sent {
		// Whoever hangs up at each command must not hold up the others for a day.
		if dialog.Repeats >= timing.ReCount {
			return d.move(ctx, c, Expire, "设备每次收到指令后都断开连接，已重发 "+itoa(dialog.Repeats)+" 次")
		}
		return d.move(ctx, c, Await, "连接断开，等待设备重连")
	}
	if dialog.Tick(now) {
		return d.send(ctx, c)
	}
	note := "设备没有应答，已重发 " + itoa(dialog.Repeats) + " 次"
	switch {
	case c.State == Accepted && len(c.Result) > 0:
		note = "设备已回报结果，但没有回报执行结束"
	case c.State == Accepted && now.Sub(c.SentAt) >= longest:
		note = "设备上传数据超过 " + itoa(int(longest/time.Minute)) + " 分钟仍未结束，不再等待；其后上传的数据照常入库"
	case c.State == Accepted && c.Frames > 0:
		note = "数据上传中断，没有回报执行结束"
	case c.State == Accepted:
		note = "设备已受理，但没有回报执行结果"
	}
	return d.move(ctx, c, Expire, note)
}

func (d *Desk) move(ctx context.Context, c *Command, v flow.Verb, note string) (did bool, err error) {
	err = d.s.DB.Write(ctx, func(tx *db.Tx) error {
		c.Note = note
		if v == Await {
			c.DueAt = c.ExpiresAt
		}
		if err := c.take(v, tx.Now); err != nil {
			return err
		}
		if v == Expire {
			if err := d.s.failed(ctx, tx, c); err != nil {
				return err
			}
		}
		did, err = d.save(ctx, tx, c)
		return err
	})
	return did, err
}

// send writes down that the command goes out, and then lets it go: a crash in
// between costs a time-out, after which it is repeated with the same QN.
func (d *Desk) send(ctx context.Context, c *Command) (did bool, err error) {
	p, _ := d.peer(c.Route)
	var raw []byte
	err = d.s.DB.Write(ctx, func(tx *db.Tx) error {
		dev := telemetry.Device{MN: c.MN}
		if c.DeviceID != "" {
			if dev, err = telemetry.DeviceByID(ctx, tx, c.DeviceID); err != nil {
				return err
			}
		}
		l, err := linkOf(ctx, tx, c.DeviceID)
		if err != nil {
			return err
		}
		if c.Protocol = p.Version; dev.Protocol != "" {
			c.Protocol, _ = d.s.edition(dev)
		}
		verb := Resend
		if c.State == Pending {
			verb = Send
			if !c.spec().in(c.Protocol) {
				c.Note = "设备使用 " + c.Protocol.String() + " 版协议，没有这条指令"
				if err := c.take(Refuse, tx.Now); err != nil {
					return err
				}
				did, err = d.save(ctx, tx, c)
				return err
			}
		}
		if c.QN == "" {
			c.QN = d.s.nextQN(tx.Now)
		}
		var text string
		var unfit error
		if raw, text, unfit = d.s.frame(c, dev, p, tx.Now); unfit != nil {
			raw = nil
			did, err = d.unwritable(ctx, tx, c, unfit)
			return err
		}
		c.Attempts++
		c.SentAt, c.DueAt, c.Note = tx.Now, tx.Now.Add(l.timing().OverTime), ""
		if err := c.take(verb, tx.Now); err != nil {
			return err
		}
		if did, err = d.save(ctx, tx, c); err != nil || !did {
			return err
		}
		return insertExchanges(ctx, tx, []Exchange{{ID: newID(), At: tx.Now, DeviceID: c.DeviceID, MN: c.MN, Direction: "out", CN: c.CN, QN: c.QN, CommandID: c.ID, Address: p.Address, Text: text}})
	})
	if err != nil || !did || raw == nil {
		return did, err
	}
	if _, err := (*d.lines.Load()).Send(c.Route, raw); err != nil {
		d.s.Log.Info("command: could not be sent, it will be repeated", "mn", c.MN, "command", c.Name, "error", err)
	}
	return true, nil
}

// unwritable ends a command whose frame cannot be made, e.g. because the key of its
// password is gone: it would hold up those behind it for ever.
func (d *Desk) unwritable(ctx context.Context, tx *db.Tx, c *Command, because error) (bool, error) {
	d.s.Log.Error("command: the frame cannot be written", "mn", c.MN, "command", c.Name, "error", because)
	c.Note = "指令无法成文（密码或密钥解不开），没有发送；请检查数据目录中的 device.key 后重新下发"
	if err := d.s.failed(ctx, tx, c); err != nil {
		return false, err
	}
	if err := c.take(Refuse, tx.Now); err != nil {
		return false, err
	}
	return d.save(ctx, tx, c)
}
