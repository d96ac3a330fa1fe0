package notify

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

const deliveryColumns = `d.id, d.channel_id, d.channel_kind, c.name, d.source, d.user_id, COALESCE(u.name, ''), d.kind, d.subject, d.area, d.urgency, d.address, d.title, d.text, d.link,
	d.state, d.reason, d.digest, d.attempts, d.next_at, d.expires_at, d.error, d.receipt, d.created_at, d.sent_at`

const deliveryTables = `delivery d JOIN notice_channel c ON c.id = d.channel_id LEFT JOIN app_user u ON u.id = d.user_id`

func scanDelivery(s db.Scanner) (d Delivery, err error) {
	var next, expires, created, sent int64
	err = s.Scan(&d.ID, &d.ChannelID, &d.ChannelKind, &d.ChannelName, &d.Source, &d.UserID, &d.UserName, &d.Kind, &d.Subject, &d.Area, &d.Urgency, &d.Address, &d.Title, &d.Text, &d.Link,
		&d.State, &d.Reason, &d.Digest, &d.Attempts, &next, &expires, &d.Error, &d.Receipt, &created, &sent)
	d.NextAt, d.ExpiresAt, d.CreatedAt, d.SentAt = moment(next), moment(expires), moment(created), moment(sent)
	return d, err
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// receivers reads where people are reached.
func receivers(ctx context.Context, tx *db.Tx, ids []string) ([]receiver, error) {
	var f db.Filter
	f.In("id", ids)
	return db.All(ctx, tx, func(s db.Scanner) (r receiver, err error) {
		err = s.Scan(&r.id, &r.name, &r.email, &r.phone)
		return r, err
	}, `SELECT id, name, email, phone FROM app_user WHERE `+f.Where()+` ORDER BY id`, f.Args...)
}

func insertDelivery(ctx context.Context, tx *db.Tx, d Delivery) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO delivery (id, channel_id, channel_kind, source, user_id, kind, subject, area, urgency, address, title, text, link, state, reason, digest, next_at, expires_at, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $19) ON CONFLICT (channel_id, source) DO NOTHING`,
		d.ID, d.ChannelID, d.ChannelKind, d.Source, d.UserID, d.Kind, d.Subject, d.Area, d.Urgency, d.Address, d.Title, d.Text, d.Link, d.State, d.Reason, d.Digest,
		d.NextAt.UnixMicro(), d.ExpiresAt.UnixMicro(), tx.Micros())
	return err
}

func deliveryByID(ctx context.Context, tx *db.Tx, id string) (Delivery, error) {
	return db.One(ctx, tx, scanDelivery, `SELECT `+deliveryColumns+` FROM `+deliveryTables+` WHERE d.id = $1`, id)
}

const waiting = `state IN ('queued', 'failed', 'sending')`

// dueChannels names the channels that may send now and have something to send.
func dueChannels(ctx context.Context, tx *db.Tx) ([]string, error) {
	return db.All(ctx, tx, db.Value[string], `SELECT DISTINCT d.channel_id FROM delivery d JOIN notice_channel c ON c.id = d.channel_id
		WHERE d.`+waiting+` AND d.next_at <= $1 AND c.state = 'running' AND c.ready_at <= $1 ORDER BY 1`, tx.Micros())
}

// claim takes the delivery of a channel that is due longest, the most urgent
// first, for this process.
func claim(ctx context.Context, tx *db.Tx, channel, me string, until time.Time) (string, error) {
	return db.One(ctx, tx, db.Value[string], `UPDATE delivery SET state = 'sending', attempts = attempts + 1, holder = $1, next_at = $2, updated_at = $3
		WHERE id = (SELECT id FROM delivery WHERE channel_id = $4 AND `+waiting+` AND next_at <= $3
			ORDER BY CASE urgency WHEN 'urgent' THEN 0 WHEN 'important' THEN 1 ELSE 2 END, next_at, id LIMIT 1)
		AND `+waiting+` AND next_at <= $3 RETURNING id`, me, until.UnixMicro(), tx.Micros(), channel)
}

// claimMore takes what else is due at a channel, to go in the same message.
func claimMore(ctx context.Context, tx *db.Tx, channel, me string, until time.Time, most int) error {
	_, err := db.Exec(ctx, tx, `UPDATE delivery SET state = 'sending', attempts = attempts + 1, holder = $1, next_at = $2, updated_at = $3
		WHERE id IN (SELECT id FROM delivery WHERE channel_id = $4 AND `+waiting+` AND next_at <= $3 ORDER BY next_at, id LIMIT $5)
		AND `+waiting+` AND next_at <= $3`, me, until.UnixMicro(), tx.Micros(), channel, most)
	return err
}

// held reads what this process has claimed at a channel, oldest first.
func held(ctx context.Context, tx *db.Tx, channel, me string, until time.Time) ([]Delivery, error) {
	return db.All(ctx, tx, scanDelivery, `SELECT `+deliveryColumns+` FROM `+deliveryTables+` WHERE d.channel_id = $1 AND d.holder = $2 AND d.state = 'sending' AND d.next_at = $3 ORDER BY d.id`,
		channel, me, until.UnixMicro())
}

// sentSince counts what a channel has sent, to one person or to all, and what it is
// sending at the moment, but for one delivery.
func sentSince(ctx context.Context, tx *db.Tx, channel, user, but string, since time.Time) (int, error) {
	var f db.Filter
	f.Add("channel_id = ?", channel)
	f.Add("id <> ?", but)
	f.Add("(sent_at >= ? OR state = 'sending')", since.UnixMicro())
	if user != "" {
		f.Add("user_id = ?", user)
	}
	return db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM delivery WHERE `+f.Where(), f.Args...)
}

// resend puts a delivery that ended unsent back into the queue.
func resend(ctx context.Context, tx *db.Tx, id string, expires time.Time) (bool, error) {
	n, err := db.Exec(ctx, tx, `UPDATE delivery SET state = 'queued', reason = '', next_at = $1, expires_at = $2, updated_at = $1 WHERE id = $3 AND state IN ('given_up', 'failed')`,
		tx.Micros(), expires.UnixMicro(), id)
	return n == 1, err
}

// settle writes what became of a delivery that this process holds; false when it
// was taken over meanwhile.
func settle(ctx context.Context, tx *db.Tx, id, me string, o outcome, receipt string) (bool, error) {
	sent := int64(0)
	if o.state == Sent {
		sent = tx.Micros()
	}
	n, err := db.Exec(ctx, tx, `UPDATE delivery SET state = $1, reason = $2, error = $3, next_at = $4, receipt = $5, sent_at = $6, holder = '', updated_at = $7
		WHERE id = $8 AND holder = $9`, o.state, o.reason, o.error, o.next.UnixMicro(), receipt, sent, tx.Micros(), id, me)
	return n == 1, err
}

// giveUp ends what waits at a channel.
func giveUp(ctx context.Context, tx *db.Tx, channel, reason string) error {
	_, err := db.Exec(ctx, tx, `UPDATE delivery SET state = 'given_up', reason = $1, updated_at = $2 WHERE channel_id = $3 AND state IN ('queued', 'failed')`, reason, tx.Micros(), channel)
	return err
}

// expire ends what was not sent in time, e.g. at a paused channel.
func expire(ctx context.Context, tx *db.Tx) error {
	_, err := db.Exec(ctx, tx, `UPDATE delivery SET state = 'given_up', reason = '超过时效仍未送达', updated_at = $1 WHERE state IN ('queued', 'failed') AND expires_at <= $1`, tx.Micros())
	return err
}

// hold takes a delivery that this process has just written.
func hold(ctx context.Context, tx *db.Tx, id, me string) error {
	_, err := db.Exec(ctx, tx, `UPDATE delivery SET holder = $1, attempts = 1 WHERE id = $2`, me, id)
	return err
}

func (q Query) filter() db.Filter {
	var f db.Filter
	for _, x := range []struct{ column, value string }{{"d.channel_id", q.Channel}, {"d.state", string(q.State)}, {"d.urgency", string(q.Urgency)}, {"d.kind", q.Kind}} {
		if x.value != "" {
			f.Add(x.column+" = ?", x.value)
		}
	}
	f.Has(q.Words, "u.name", "d.address")
	f.Add("TRUE")
	return f
}

func deliveries(ctx context.Context, tx *db.Tx, q Query, before string, limit int) ([]Delivery, error) {
	f := q.filter()
	if before != "" {
		f.Add("d.id < ?", before)
	}
	return db.All(ctx, tx, scanDelivery, `SELECT `+deliveryColumns+` FROM `+deliveryTables+` WHERE `+f.Where()+` ORDER BY d.id DESC LIMIT `+f.Put(limit), f.Args...)
}

func countDeliveries(ctx context.Context, tx *db.Tx, q Query) (int, bool, error) {
	f := q.filter()
	return db.Count(ctx, tx, `SELECT 1 FROM `+deliveryTables+` WHERE `+f.Where(), f.Args...)
}

func deliveriesAbout(ctx context.Context, tx *db.Tx, kind, subject string) ([]Delivery, error) {
	return db.All(ctx, tx, scanDelivery, `SELECT `+deliveryColumns+` FROM `+deliveryTables+` WHERE d.kind = $1 AND d.subject = $2 AND d.channel_kind <> 'webhook' ORDER BY d.id LIMIT 200`, kind, subject)
}
