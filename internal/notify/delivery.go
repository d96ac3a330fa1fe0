package notify

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

// Delivery is one message to one receiver by one channel.
type Delivery struct {
	ID          string
	ChannelID   string
	ChannelKind string
	ChannelName string
	Source      string
	UserID      string
	UserName    string
	Kind        string
	Subject     string
	Area        string
	Urgency     Urgency
	Address     string
	Title       string
	Text        string
	Link        string
	State       State
	Reason      string
	Digest      bool
	Attempts    int
	NextAt      time.Time
	ExpiresAt   time.Time
	Error       string
	Receipt     string
	CreatedAt   time.Time
	SentAt      time.Time
}

// bell wakes the courier of this process.
const bell = "notify"

// receiver is a person as the channels reach them.
type receiver struct{ id, name, email, phone string }

// address gives where a kind of channel reaches the person.
func (r receiver) address(kind string) string {
	switch kind {
	case MailKind:
		return r.email
	case SMSKind:
		return r.phone
	}
	return ""
}

// The kinds of channels that reach single persons.
const (
	MailKind = "mail"
	SMSKind  = "sms"
)

// lacks says why a person is not reached, by kind.
var lacks = map[string]string{MailKind: "没有登记邮箱", SMSKind: "没有登记手机号"}

// outside is what a notice about protected things says beyond the program.
const outside = "有一条保密通知，请登录平台查看。"

// carry writes the deliveries of a notice beside it: what leaves the program is
// part of the verb that caused it.
func (s *Service) carry(ctx context.Context, tx *db.Tx, n Notice, notices map[string]string) error {
	channels, err := runningChannels(ctx, tx)
	if err != nil || len(channels) == 0 {
		return err
	}
	people, err := receivers(ctx, tx, keys(notices))
	if err != nil {
		return err
	}
	chosen, err := choicesOf(ctx, tx, keys(notices))
	if err != nil {
		return err
	}
	title, text, link := n.Title, n.Text, n.Link
	if n.Confidential {
		title, text, link = "保密通知", outside, ""
	}
	marks, err := marksOf(ctx, tx, keys(notices))
	if err != nil {
		return err
	}
	words, err := s.wording(ctx, tx, n)
	if err != nil {
		return err
	}
	wrote := false
	for _, c := range channels {
		if c.Kind != RobotKind || !n.Urgency.Reaches(c.Least) || !auth.Covers(c.Settings[AreaOnly], n.Area) {
			continue
		}
		title, text := words.of(c.Kind, "", title, text)
		d := Delivery{ID: db.NewID(), ChannelID: c.ID, ChannelKind: c.Kind, Source: first(notices), Kind: n.Kind, Subject: n.Subject, Area: n.Area, Urgency: n.Urgency,
			Title: title, Text: text, Link: link, State: Queued, NextAt: tx.Now, ExpiresAt: tx.Now.Add(keepTrying)}
		if err := insertDelivery(ctx, tx, d); err != nil {
			return err
		}
		wrote = true
	}
	for _, c := range personal(channels) {
		for _, p := range people {
			at, digest, goes := chosen[p.id].plan(c, n.Urgency, tx.Now)
			if !goes {
				continue
			}
			title, text := words.of(c.Kind, p.name, title, text)
			d := Delivery{ID: db.NewID(), ChannelID: c.ID, ChannelKind: c.Kind, Source: notices[p.id], UserID: p.id, Kind: n.Kind, Subject: n.Subject, Area: n.Area,
				Urgency: n.Urgency, Address: p.address(c.Kind), Title: title, Text: text, Link: link, State: Queued, Digest: digest, NextAt: at, ExpiresAt: at.Add(keepTrying)}
			if d.Address == "" {
				d.State, d.Reason = Suppressed, lacks[c.Kind]
			} else if why := marks[[2]string{p.id, c.Kind}].stand(c, d.Address); why != "" {
				d.State, d.Reason = Suppressed, why
			}
			if err := insertDelivery(ctx, tx, d); err != nil {
				return err
			}
			wrote = true
		}
	}
	if wrote {
		tx.Signal(bell)
	}
	return nil
}

// personal gives the channels that reach single persons, the oldest of each kind:
// a second one is a reserve, not a second message.
func personal(channels []Channel) (out []Channel) {
	seen := map[string]bool{}
	for _, c := range channels {
		if lacks[c.Kind] != "" && !seen[c.Kind] {
			seen[c.Kind] = true
			out = append(out, c)
		}
	}
	return out
}

// first gives one id that stands for all of one telling.
func first(notices map[string]string) string {
	return slices.Min(slices.Collect(maps.Values(notices)))
}

func keys(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}
