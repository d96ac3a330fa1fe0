package notify

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/loop"
)

// courier is the working state of a Post: one lane for each channel, so that a
// slow other side delays its own messages only, and never a job.
type courier struct {
	me   string // this process, among several
	loop *loop.Loop
	deaf func()

	mu   sync.Mutex
	busy map[string]bool // guarded by mu; channels with a lane at work
	all  sync.WaitGroup
}

// lookEach is how late a message of another process, or one put off, is seen.
const lookEach = time.Second

// Start begins to send in the background, until Stop.
func (p *Post) Start(ctx context.Context) error {
	ear, deaf := p.DB.Listen(bell)
	p.deaf = deaf
	p.loop = &loop.Loop{Work: p.open, Wake: func() <-chan struct{} { return ear }, Each: lookEach, Log: p.Log, Fail: "notices not sent"}
	return p.loop.Start(ctx)
}

// Stop ends the attempts under way; what was under way is sent again after the
// hold, under the same name.
func (p *Post) Stop(ctx context.Context) error {
	if p.loop == nil {
		return nil
	}
	err := p.loop.Stop(ctx)
	p.all.Wait()
	p.deaf()
	return err
}

// open begins a lane for each channel that is due and has none.
func (p *Post) open(ctx context.Context) (int, error) {
	due, err := p.due(ctx)
	if err != nil {
		return 0, err
	}
	for _, id := range due {
		p.mu.Lock()
		taken := p.busy[id]
		p.busy[id] = true
		p.mu.Unlock()
		if taken {
			continue
		}
		p.all.Add(1)
		go func() {
			defer p.all.Done()
			if _, err := p.lane(ctx, id); err != nil && ctx.Err() == nil {
				p.Log.ErrorContext(ctx, "notices not sent", "channel", id, "err", err)
			}
			p.mu.Lock()
			delete(p.busy, id)
			p.mu.Unlock()
		}()
	}
	return len(due), nil
}

func (p *Post) due(ctx context.Context) (ids []string, err error) {
	err = p.DB.Read(ctx, func(tx *db.Tx) error {
		ids, err = dueChannels(ctx, tx)
		return err
	})
	return ids, err
}

// RunDue sends everything that is due by the database's clock and says how many
// attempts that were.
func (p *Post) RunDue(ctx context.Context) (int, error) {
	due, err := p.due(ctx)
	n := 0
	for _, id := range due {
		if err != nil {
			break
		}
		done := 0
		done, err = p.lane(ctx, id)
		n += done
	}
	return n, err
}

// Tidy ends what was not sent in time.
func (p *Post) Tidy(ctx context.Context) error {
	return p.DB.Write(ctx, func(tx *db.Tx) error { return expire(ctx, tx) })
}

// lane sends what is due at one channel, one message after the other.
func (p *Post) lane(ctx context.Context, id string) (n int, err error) {
	for ctx.Err() == nil {
		more, err := p.one(ctx, id)
		if err != nil || !more {
			return n, err
		}
		n++
	}
	return n, ctx.Err()
}

// one takes what goes in one message, tries it and writes down what came of it.
// The claim is durable before the attempt begins: whoever dies in between leaves
// deliveries that are sent again after the hold, at most once more for each death.
func (p *Post) one(ctx context.Context, channel string) (bool, error) {
	c, batch, err := p.take(ctx, channel)
	if err != nil || len(batch) == 0 {
		return false, err
	}
	if batch[0].State != Sending {
		return true, nil // suppressed: the next one
	}
	receipt, err := p.attempt(ctx, c, p.message(batch))
	if err != nil && ctx.Err() != nil {
		return false, ctx.Err() // stopping: the hold runs out
	}
	return true, p.settle(ctx, c, batch, receipt, err)
}

func (p *Post) take(ctx context.Context, channel string) (c Channel, batch []Delivery, err error) {
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		if c, err = lockChannel(ctx, tx, channel); err != nil {
			return err
		}
		carrier, cerr := p.carrier(c.Kind)
		if cerr != nil || c.State != Running || c.ReadyAt.After(tx.Now) {
			return nil // a kind that this process does not know is another's
		}
		k, until := carrier.Kind(), tx.Now.Add(holdFor)
		id, err := claim(ctx, tx, channel, p.me, until)
		if db.IsMissing(err) {
			return nil
		}
		if err != nil {
			return err
		}
		if k.Merge > 1 {
			if err := claimMore(ctx, tx, channel, p.me, until, k.Merge-1); err != nil {
				return err
			}
			batch, err = held(ctx, tx, channel, p.me, until)
			return err
		}
		d, err := deliveryByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if d.Digest {
			if err := claimDigest(ctx, tx, d, p.me, until.UnixMicro()); err != nil {
				return err
			}
			batch, err = held(ctx, tx, channel, p.me, until)
			return err
		}
		over, err := p.over(ctx, tx, c, d)
		if err == nil && over != "" {
			d.State = Suppressed
			_, err = settle(ctx, tx, d.ID, p.me, outcome{state: Suppressed, reason: over, next: tx.Now}, "")
		}
		batch = []Delivery{d}
		return err
	})
	return c, batch, err
}

// beijing is the zone of all days. China keeps UTC+8 the year round.
var beijing = time.FixedZone("CST", 8*3600)

// over says which of a channel's limits of a day a delivery would break, "" for
// none. They hold for all processes together: what others are sending counts.
func (p *Post) over(ctx context.Context, tx *db.Tx, c Channel, d Delivery) (string, error) {
	day := midnight(tx.Now.In(beijing))
	for _, limit := range []struct{ setting, user, words string }{{PerPerson, d.UserID, "本人今日已达 %d 条上限"}, {PerDay, "", "今日已达总上限 %d 条"}} {
		most := c.Settings.Int(limit.setting)
		if most == 0 || limit.setting == PerPerson && limit.user == "" {
			continue
		}
		n, err := sentSince(ctx, tx, c.ID, limit.user, d.ID, day)
		if err != nil {
			return "", err
		}
		if n >= most {
			return fmt.Sprintf(limit.words, most), nil
		}
	}
	return "", nil
}

// attempt calls the carrier; a panic is an error like any other.
func (p *Post) attempt(ctx context.Context, c Channel, m Message) (receipt string, err error) {
	carrier, err := p.carrier(c.Kind)
	if err != nil {
		return "", err
	}
	s, err := p.settings(c)
	if err != nil {
		return "", &Failure{Sentence: fault.Sentence(err, "渠道的密钥打不开，请重新设置"), Unreached: true, Cause: err}
	}
	ctx, cancel := context.WithTimeout(ctx, sendFor)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			p.Log.ErrorContext(ctx, "carrier panicked", "kind", c.Kind, "panic", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	receipt, err = carrier.Send(ctx, s, m)
	return clip(receipt), err
}

// settle writes the outcome, also while stopping: what was taken is not sent
// again.
func (p *Post) settle(ctx context.Context, c Channel, batch []Delivery, receipt string, failed error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if failed != nil {
		p.Log.WarnContext(ctx, "notice not taken", "channel", c.Name, "delivery", batch[0].ID, "attempt", batch[0].Attempts, "err", failed)
	}
	pace := time.Duration(0)
	if carrier, err := p.carrier(c.Kind); err == nil {
		pace = carrier.Kind().Pace
	}
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		var o outcome
		for _, d := range batch {
			o = decide(tx.Now, d.ExpiresAt, d.Attempts, c.failures, failed)
			if _, err := settle(ctx, tx, d.ID, p.me, o, receipt); err != nil {
				return err
			}
			if f := failed; f != nil && failure(f).Address && failure(f).Permanent {
				if err := refused(ctx, tx, d, failure(f).Sentence); err != nil {
					return err
				}
			}
		}
		if failed == nil {
			return worked(ctx, tx, c.ID, tx.Now.Add(pace))
		}
		if f := failure(failed); f.Unreached || o.pause > 0 || pace > 0 {
			n := 0
			if f.Unreached {
				n = 1
			}
			return troubled(ctx, tx, c.ID, o.error, tx.Now.Add(max(o.pause, pace)), n)
		}
		return nil
	})
}

// message makes of deliveries what a carrier gets: of one its own words, of
// several a list under the id of the first.
func (p *Post) message(batch []Delivery) Message {
	d := batch[0]
	m := Message{ID: d.ID, To: d.Address, Name: d.UserName, Title: d.Title, Text: d.Text, Kind: d.Kind, Subject: d.Subject, Area: d.Area, Urgency: d.Urgency, At: d.CreatedAt,
		Now: p.DB.Now(), Place: p.Place}
	if len(batch) > 1 {
		m.Title, m.Text = fmt.Sprintf("%d 条通知", len(batch)), list(batch)
		for _, x := range batch {
			if x.Urgency.Reaches(m.Urgency) {
				m.Urgency = x.Urgency
			}
		}
		d.Link = "/notices"
	}
	if p.Site != "" && strings.HasPrefix(d.Link, "/") {
		m.Link = p.Site + d.Link
	}
	return m
}

// list writes several deliveries as numbered lines.
func list(batch []Delivery) string {
	var b strings.Builder
	for i, d := range batch {
		fmt.Fprintf(&b, "%d. %s", i+1, d.Title)
		if d.Text != "" {
			b.WriteString("：" + strings.Join(strings.Fields(d.Text), " "))
		}
		b.WriteString("\n")
	}
	return strings.TrimSpace(b.String())
}

// Test sends a real message at once and gives what the other side said, or why
// it was not taken. It is recorded as a delivery like any other.
func (p *Post) Test(ctx context.Context, actor auth.Actor, id, to string) (d Delivery, err error) {
	if err := p.may(actor, auth.SystemWrite); err != nil {
		return d, err
	}
	var c Channel
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		if c, err = channelByID(ctx, tx, id); db.IsMissing(err) || err == nil && c.State == Ended {
			return errNone
		}
		if err != nil {
			return err
		}
		carrier, err := p.carrier(c.Kind)
		if err != nil {
			return err
		}
		if to = strings.TrimSpace(to); carrier.Kind().Address != "" && to == "" {
			return fault.Invalidf("请填写接收测试消息的地址").With("to", "请填写")
		}
		d = Delivery{ID: db.NewID(), ChannelID: c.ID, ChannelKind: c.Kind, UserID: actor.ID, Kind: Machine.Kind, Subject: c.ID, Urgency: Important, Address: to,
			Title: "测试消息", Text: "这是" + p.Place + "的测试消息，由" + actor.Name + "发出，收到即说明通知渠道“" + c.Name + "”可用。", State: Sending, NextAt: tx.Now.Add(holdFor), ExpiresAt: tx.Now.Add(holdFor)}
		d.Source = d.ID
		if carrier.Kind().Events {
			if d.Text, err = p.testEvent(d.ID, tx.Now); err != nil {
				return err
			}
		}
		if err := insertDelivery(ctx, tx, d); err != nil {
			return err
		}
		if err := hold(ctx, tx, d.ID, p.me); err != nil {
			return err
		}
		if d, err = deliveryByID(ctx, tx, d.ID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "channel.test", Kind: Machine.Kind, Subject: c.ID, Area: p.Root, Detail: map[string]any{"to": to}})
	})
	if err != nil {
		return d, err
	}
	receipt, failed := p.attempt(ctx, c, p.message([]Delivery{d}))
	if f := failed; f != nil {
		once := *failure(f)
		once.Permanent = true // nobody waits for a second test
		failed = &once
	}
	if err := p.settle(ctx, c, []Delivery{d}, receipt, failed); err != nil {
		return d, err
	}
	err = p.DB.Read(ctx, func(tx *db.Tx) error {
		d, err = deliveryByID(ctx, tx, d.ID)
		return err
	})
	return d, err
}
