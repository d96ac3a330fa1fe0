package notify

import (
	"context"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Wish is what a person wants of the channels, within what they carry. The zero
// value is the usual: everything at once.
type Wish struct {
	Off       map[Urgency][]string `json:"off,omitempty"` // kinds of channels that are not to be used
	QuietFrom string               `json:"quiet_from,omitempty"`
	QuietTo   string               `json:"quiet_to,omitempty"`
	Digest    string               `json:"digest,omitempty"`    // ordinary notices by mail: "" never, hourly, daily
	DigestAt  string               `json:"digest_at,omitempty"` // of a daily one
	Version   int64                `json:"-"`
}

// How often ordinary notices are gathered.
const (
	Hourly = "hourly"
	Daily  = "daily"
)

// usualDigest is when a daily mail goes that names no time.
const usualDigest = "08:00"

// clockOf reads a time of day.
func clockOf(s string) (time.Duration, bool) {
	t, err := time.Parse("15:04", s)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, err == nil
}

func (c Wish) check() error {
	bad := fault.Invalidf("通知设置有误，请按提示修改")
	if (c.QuietFrom == "") != (c.QuietTo == "") {
		return bad.With("quiet_to", "起止时间须一并填写")
	}
	for name, v := range map[string]string{"quiet_from": c.QuietFrom, "quiet_to": c.QuietTo, "digest_at": c.DigestAt} {
		if _, ok := clockOf(v); v != "" && !ok {
			return bad.With(name, "应为时间，如 22:00")
		}
	}
	if c.QuietFrom != "" && c.QuietFrom == c.QuietTo {
		return bad.With("quiet_to", "起止时间不能相同")
	}
	if c.Digest != "" && c.Digest != Hourly && c.Digest != Daily {
		return bad.With("digest", "请从所列选项中选择")
	}
	for u, kinds := range c.Off {
		if !u.Known() {
			return bad.With("off", "没有“%s”这一级", u)
		}
		for _, k := range kinds {
			if lacks[k] == "" {
				return bad.With("off", "“%s”不是发给个人的渠道", k)
			}
		}
	}
	if off := c.Off[Urgent]; slices.Contains(off, MailKind) && slices.Contains(off, SMSKind) {
		return bad.With("off", "紧急通知至少保留一种渠道")
	}
	return nil
}

// plan says whether and when a notice goes to a person by a channel; pure. Quiet
// hours hold back what is not urgent until they end.
func (c Wish) plan(ch Channel, u Urgency, now time.Time) (at time.Time, digest, goes bool) {
	switch {
	case u == Ordinary && c.Digest != "" && ch.Kind == MailKind:
		return c.quiet(Important, c.gather(now)), true, true
	case !u.Reaches(ch.Least) || slices.Contains(c.Off[u], ch.Kind):
		return at, false, false
	}
	return c.quiet(u, now), false, true
}

// gather is when what came now goes with the others.
func (c Wish) gather(now time.Time) time.Time {
	local := now.In(beijing)
	if c.Digest == Hourly {
		return local.Truncate(time.Hour).Add(time.Hour)
	}
	at, ok := clockOf(c.DigestAt)
	if !ok {
		at, _ = clockOf(usualDigest)
	}
	t := midnight(local).Add(at)
	if !t.After(now) {
		t = t.AddDate(0, 0, 1)
	}
	return t
}

func (c Wish) quiet(u Urgency, at time.Time) time.Time {
	from, ok := clockOf(c.QuietFrom)
	to, ok2 := clockOf(c.QuietTo)
	if u == Urgent || !ok || !ok2 || from == to {
		return at
	}
	day := midnight(at.In(beijing))
	clock := at.Sub(day)
	switch {
	case from < to && clock >= from && clock < to, from > to && clock < to:
		return day.Add(to)
	case from > to && clock >= from:
		return day.AddDate(0, 0, 1).Add(to)
	}
	return at
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, beijing)
}

// Way is a channel as a person may choose it.
type Way struct {
	Kind    string
	Title   string
	Least   Urgency
	Address string // the person's, "" = none
	Lacks   string // what to do about it
	Proven  bool   // the person has proved it
	Asked   bool   // nothing is sent before that
	Bad     string // why the other side will not take it; "" = it does
}

// Choices gives what a person has chosen, and among what.
func (p *Post) Choices(ctx context.Context, actor auth.Actor) (c Wish, ways []Way, err error) {
	ways = []Way{}
	err = p.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := choicesOf(ctx, tx, []string{actor.ID})
		if err != nil {
			return err
		}
		c = all[actor.ID]
		list, err := runningChannels(ctx, tx)
		if err != nil {
			return err
		}
		me, err := receivers(ctx, tx, []string{actor.ID})
		if err != nil || len(me) == 0 {
			return err
		}
		marks, err := marksOf(ctx, tx, []string{actor.ID})
		if err != nil {
			return err
		}
		for _, ch := range personal(list) {
			w := Way{Kind: ch.Kind, Least: ch.Least, Address: me[0].address(ch.Kind)}
			if carrier, err := p.carrier(ch.Kind); err == nil {
				w.Title = carrier.Kind().Title
			}
			known := marks[[2]string{actor.ID, ch.Kind}].fresh(actor.ID, ch.Kind, w.Address)
			w.Proven, w.Asked = !known.proven.IsZero(), ch.Kind == MailKind && !ch.Settings.On(Unproven)
			if !known.bad.IsZero() {
				w.Bad = known.trouble
			}
			if w.Address == "" {
				w.Lacks = lacks[ch.Kind] + "，请联系系统管理员登记"
			}
			ways = append(ways, w)
		}
		return nil
	})
	return c, ways, err
}

// Choose writes what a person wants, for the notices to come.
func (p *Post) Choose(ctx context.Context, actor auth.Actor, c Wish) error {
	if err := c.check(); err != nil {
		return err
	}
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		ok, err := saveChoice(ctx, tx, actor.ID, c)
		if err != nil {
			return err
		}
		if !ok {
			return errStale
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "notice.choose", Kind: "user", Subject: actor.ID, Area: actor.Area, Detail: map[string]any{
			"off": c.Off, "quiet_from": c.QuietFrom, "quiet_to": c.QuietTo, "digest": c.Digest, "digest_at": c.DigestAt}})
	})
}
