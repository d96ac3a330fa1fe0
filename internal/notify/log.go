package notify

import (
	"context"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Query says which deliveries to list; empty fields do not narrow.
type Query struct {
	Channel string
	State   State
	Urgency Urgency
	Kind    string
	Words   string // of receiver or address
}

// Deliveries lists what left the program or should have, newest first. It is for
// those who keep the channels: what the notices said is not theirs to read, so
// title, text and link are left out, except of tests.
func (p *Post) Deliveries(ctx context.Context, actor auth.Actor, q Query, cursor string, limit int) (page db.Page[Delivery], err error) {
	if err := p.may(actor, auth.SystemRead); err != nil {
		return page, err
	}
	before := ""
	if cursor != "" {
		key, ok := db.ReadCursor(cursor, 1)
		if !ok {
			return page, fault.Invalidf("翻页位置无效，请从第一页重新查询").With("cursor", "无效")
		}
		before = key[0]
	}
	err = p.DB.Read(ctx, func(tx *db.Tx) error {
		if page.Items, err = deliveries(ctx, tx, q, before, limit+1); err != nil {
			return err
		}
		if len(page.Items) > limit {
			page.Items = page.Items[:limit]
			page.Next = db.Cursor(page.Items[limit-1].ID)
		}
		page.Total, page.Capped, err = countDeliveries(ctx, tx, q)
		return err
	})
	for i := range page.Items {
		if d := &page.Items[i]; d.Kind != Machine.Kind {
			d.Title, d.Text, d.Link = "", "", ""
		}
	}
	return page, err
}

// Resend tries a delivery again that ended unsent or waits for its next attempt.
func (p *Post) Resend(ctx context.Context, actor auth.Actor, id string) error {
	if err := p.may(actor, auth.SystemWrite); err != nil {
		return err
	}
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := deliveryByID(ctx, tx, id)
		if db.IsMissing(err) {
			return fault.NotFoundf("没有这条投递记录")
		}
		if err != nil {
			return err
		}
		c, err := channelByID(ctx, tx, d.ChannelID)
		if err != nil {
			return err
		}
		if c.State == Ended {
			return fault.Conflictf("渠道“%s”已停用，不能重发", c.Name)
		}
		ok, err := resend(ctx, tx, id, tx.Now.Add(keepTrying))
		if err != nil {
			return err
		}
		if !ok {
			return fault.Conflictf("只有未送达或将重试的才能重发，请刷新后再看")
		}
		tx.Signal(bell)
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "delivery.resend", Kind: "delivery", Subject: id, Area: p.Root, Detail: map[string]any{"channel": c.Name, "user": d.UserID}})
	})
}

// About lists how the notices about one thing fared outside, oldest first; the
// caller has made sure that the thing is the reader's to see. Addresses are left
// out.
func (p *Post) About(ctx context.Context, kind, subject string) (out []Delivery, err error) {
	err = p.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = deliveriesAbout(ctx, tx, kind, subject)
		return err
	})
	for i := range out {
		out[i].Address, out[i].Text, out[i].Link, out[i].Receipt = "", "", "", ""
	}
	return out, err
}
