package notify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Direct sends single messages to people who have no account, such as a code to
// whoever asks for it. Neither the words nor the address stand in the deliveries or
// in the log, only that something was sent; the count of a day outlives a restart.
type Direct struct {
	post *Post
	kind string
	all  int // a day
	each int // a day and address
}

// Direct makes the way out by the oldest running channel of a kind: so many
// messages a day, so many of them to one address.
func (p *Post) Direct(kind string, all, each int) *Direct {
	return &Direct{post: p, kind: kind, all: all, each: each}
}

func (d *Direct) channel(ctx context.Context) (c Channel, err error) {
	err = d.post.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := runningChannels(ctx, tx)
		for _, x := range list {
			if x.Kind == d.kind {
				c = x
				return nil
			}
		}
		if err == nil {
			err = fault.New(fault.Unavailable, "短信没有开通，不能找回查询码；请到受理窗口查询进度")
		}
		return err
	})
	return c, err
}

// Ready says in a sentence why nothing can be sent.
func (d *Direct) Ready(ctx context.Context) error {
	_, err := d.channel(ctx)
	return err
}

var errDayFull = fault.New(fault.TooMany, "今日短信已达上限，请明天再试")

// Text sends one message. It is counted before it leaves, so that no crash lets
// more out than may.
func (d *Direct) Text(ctx context.Context, to, text string) error {
	c, err := d.channel(ctx)
	if err != nil {
		return err
	}
	var now time.Time
	err = d.post.DB.Write(ctx, func(tx *db.Tx) error {
		now = tx.Now
		if err := d.count(ctx, tx, to); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: auth.System("notify").ID, Action: "channel.direct", Kind: Machine.Kind, Subject: c.ID, Area: d.post.Root})
	})
	if err != nil {
		return err
	}
	_, err = d.post.attempt(ctx, c, Message{ID: db.NewID(), To: to, Title: text, Kind: Machine.Kind, Urgency: Urgent, At: now, Now: now, Place: d.post.Place})
	return err
}

// count takes one message's room, or refuses and takes none.
func (d *Direct) count(ctx context.Context, tx *db.Tx, to string) error {
	day := tx.Now.In(beijing).Format(time.DateOnly)
	if err := forgetDirect(ctx, tx, d.kind, day); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(day + "\n" + d.kind + "\n" + to))
	for mark, most := range map[string]int{"": d.all, hex.EncodeToString(sum[:]): d.each} {
		n, err := countDirect(ctx, tx, d.kind, day, mark)
		if err != nil {
			return err
		}
		if n > most {
			return errDayFull // what was counted goes back with the transaction
		}
	}
	return nil
}
