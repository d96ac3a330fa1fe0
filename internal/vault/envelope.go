package vault

import (
	"bytes"
	"context"
	"slices"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/protect/circle"
)

// Bounds of what a browser may send.
const (
	// MaxBody is the largest sealed content taken, photos included.
	MaxBody  = 16 << 20
	maxShare = 16 << 10
)

// Channel is whether reports can be taken in confidence, and to which keys they
// are sealed.
type Channel struct {
	Open bool
	Why  string // why not
	Keys []Key  // in use
}

// Of gives the keys of one party.
func (c Channel) Of(p Party) []Key {
	return slices.DeleteFunc(slices.Clone(c.Keys), func(k Key) bool { return k.Party != p })
}

// Channel looks whether the channel is open now.
func (s *Service) Channel(ctx context.Context) (c Channel, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, err = s.channel(ctx, tx)
		return err
	})
	return c, err
}

func (s *Service) channel(ctx context.Context, tx *db.Tx) (c Channel, err error) {
	keys, err := s.keys(ctx, tx)
	if err != nil {
		return c, err
	}
	c.Open = true
	for _, p := range parties {
		holders := map[string]bool{}
		for _, k := range keys {
			if k.Party == p.Party && k.State == Active && k.Serves && !k.Escrow {
				c.Keys = append(c.Keys, k)
				holders[k.UserID] = true
			}
		}
		if len(holders) < s.Policy.Least {
			c.Open = false
			c.Why += p.Title + "在用密钥不足，"
		}
	}
	if !c.Open {
		c.Why += "保密渠道未开放"
	}
	return c, nil
}

// Put stores sealed content in the caller's transaction. It must be sealed to
// exactly the keys in use; an envelope that some officer could not open, or that
// a key we do not know could, is refused.
func (s *Service) Put(ctx context.Context, tx *db.Tx, kind, subject, part string, e Envelope) (string, error) {
	c, err := s.channel(ctx, tx)
	if err != nil {
		return "", err
	}
	if !c.Open {
		return "", fault.New(fault.Unavailable, "%s：请拨打 12345 说明需要保密，或当面递交", c.Why)
	}
	if err := e.check(c); err != nil {
		return "", err
	}
	e.ID, e.Kind, e.Subject, e.Part = db.NewID(), kind, subject, part
	return e.ID, insertEnvelope(ctx, tx, e)
}

// For reports whether a party holds a share.
func (e Envelope) For(p Party) bool {
	return slices.ContainsFunc(e.Shares, func(sh Share) bool { return sh.Party == p })
}

func (e Envelope) check(c Channel) error {
	broken := fault.Invalidf("密件不完整，没有保存；请刷新页面后重新提交")
	if !isAge(e.Body, MaxBody) {
		return broken
	}
	type holder struct {
		party Party
		key   string
	}
	want := map[holder]bool{}
	for _, k := range c.Keys {
		if e.Parted || k.Party == Desk {
			want[holder{k.Party, k.ID}] = true
		}
	}
	for _, sh := range e.Shares {
		if !isAge(sh.Sealed, maxShare) {
			return broken
		}
		if sh.Party == Reporter && sh.KeyID == "" && !e.Parted {
			continue
		}
		if !want[holder{sh.Party, sh.KeyID}] {
			return errKeys
		}
		delete(want, holder{sh.Party, sh.KeyID})
	}
	if len(want) > 0 {
		return errKeys
	}
	return nil
}

var errKeys = fault.Conflictf("保密密钥刚刚更新，内容没有保存；请再提交一次，浏览器会按新密钥重新封存")

func isAge(b []byte, most int) bool { return len(b) <= most && bytes.HasPrefix(b, []byte(magic)) }

// Seal closes a contact that came through a door without a sealing browser, in
// memory, before anything is written. What that leaves open stands in the threat
// model.
func (s *Service) Seal(ctx context.Context, tx *db.Tx, c Contact) (Envelope, error) {
	ch, err := s.channel(ctx, tx)
	if err != nil {
		return Envelope{}, err
	}
	if !ch.Open {
		return Envelope{}, fault.New(fault.Unavailable, "%s，不能登记保密联系方式", ch.Why)
	}
	content, err := padded(c)
	if err != nil {
		return Envelope{}, err
	}
	return seal(content, ch.Keys)
}

// Destroy deletes everything sealed that belongs to a thing; openings stay, without
// their shares, because they are the record of who looked.
func Destroy(ctx context.Context, tx *db.Tx, kind, subject string) error {
	return destroy(ctx, tx, kind, subject)
}

// Sealed lists what is stored for a thing, oldest first, without shares.
func Sealed(ctx context.Context, tx *db.Tx, kind, subject string) ([]Envelope, error) {
	return envelopesOf(ctx, tx, kind, subject)
}

// ForReporter lists what the reporter of a thing can open, with the reporter's
// shares.
func ForReporter(ctx context.Context, tx *db.Tx, kind, subject string) ([]Envelope, error) {
	all, err := envelopesOf(ctx, tx, kind, subject)
	out := []Envelope{}
	for _, e := range all {
		sh, err := shareOf(ctx, tx, e.ID, Reporter, "")
		if db.IsMissing(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		e.Shares = []Share{sh}
		out = append(out, e)
	}
	return out, err
}

// Look hands what the desk may read alone to an officer of the desk, with the share
// of the officer's own key; every look is in the log.
func (s *Service) Look(ctx context.Context, actor auth.Actor, id string) (e Envelope, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.Auth.Require(actor, auth.SealDesk, s.scope()); err != nil {
			return err
		}
		if e, err = envelopeByID(ctx, tx, id); db.IsMissing(err) || err == nil && e.Parted {
			return fault.NotFoundf("没有这份密件，或者它须两方共同开启")
		}
		if err != nil {
			return err
		}
		if inside, err := circle.Admits(ctx, tx, actor, e.Subject); err != nil || !inside {
			return orNone(err)
		}
		sh, err := ownShare(ctx, tx, e.ID, Desk, actor.ID)
		if db.IsMissing(err) {
			return errNoShare
		}
		if err != nil {
			return err
		}
		e.Shares = []Share{sh}
		if err := see(ctx, tx, sh.KeyID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "seal.look", Kind: e.Kind, Subject: e.Subject, Area: s.Policy.Area, Detail: map[string]any{"part": e.Part, "envelope": e.ID}})
	})
	return e, err
}

// orNone is what someone learns whom a circle keeps out: nothing.
func orNone(err error) error {
	if err == nil {
		err = fault.NotFoundf("没有这份密件，请刷新")
	}
	return err
}

var errNoShare = fault.New(fault.Conflict, "您的密钥没有这份密件的份额：请由同方的同事在“保密密钥”页为您重封")
