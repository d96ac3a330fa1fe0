package notify

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Unproven is the setting of a mail channel that also sends where nobody has proved
// that the address is theirs.
const Unproven = "unproven"

const (
	codeHolds = 30 * time.Minute
	codeEach  = time.Minute // between two codes
	codeTries = 5
)

// stand says why a person's address must not be used, "" when it may; pure.
func (m mark) stand(c Channel, address string) string {
	switch {
	case m.address == address && !m.bad.IsZero():
		return "地址曾被对方拒收，请更正或由本人重新验证"
	case c.Kind == MailKind && !c.Settings.On(Unproven) && (m.address != address || m.proven.IsZero()):
		return "邮箱还没有经本人验证"
	}
	return ""
}

// fresh is the mark of an address: what is known of another one says nothing.
func (m mark) fresh(user, kind, address string) mark {
	if m.address != address {
		return mark{user: user, kind: kind, address: address}
	}
	return m
}

// hashed is how a code is kept.
func hashed(user, address, code string) string {
	h := sha256.Sum256([]byte(user + "\n" + address + "\n" + code))
	return hex.EncodeToString(h[:])
}

// own finds the running channel of a kind, and where it reaches the actor.
func (p *Post) own(ctx context.Context, tx *db.Tx, actor auth.Actor, kind string) (c Channel, address string, m mark, err error) {
	if kind != MailKind {
		return c, "", m, fault.Invalidf("只有邮箱需要验证")
	}
	list, err := runningChannels(ctx, tx)
	if err != nil {
		return c, "", m, err
	}
	for _, x := range personal(list) {
		if x.Kind == kind {
			c = x
		}
	}
	if c.ID == "" {
		return c, "", m, fault.Conflictf("邮件渠道还没有设置或已暂停，暂时不能验证")
	}
	me, err := receivers(ctx, tx, []string{actor.ID})
	if err != nil || len(me) == 0 || me[0].address(kind) == "" {
		return c, "", m, orNone(err, fault.Invalidf("您还没有登记邮箱，请联系系统管理员登记"))
	}
	address = me[0].address(kind)
	marks, err := marksOf(ctx, tx, []string{actor.ID})
	return c, address, marks[[2]string{actor.ID, kind}].fresh(actor.ID, kind, address), err
}

func orNone(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// SendProof sends a code to the actor's own address at once. The code is kept as a
// hash, and the record of the delivery does not show it.
func (p *Post) SendProof(ctx context.Context, actor auth.Actor, kind string) error {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return err
	}
	code := fmt.Sprintf("%06d", n)
	var c Channel
	var d Delivery
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		var address string
		var m mark
		if c, address, m, err = p.own(ctx, tx, actor, kind); err != nil {
			return err
		}
		if tx.Now.Sub(m.codeAt) < codeEach {
			return fault.Conflictf("验证码刚刚发出，请一分钟后再试")
		}
		m.code, m.codeAt, m.tries = hashed(actor.ID, address, code), tx.Now, 0
		if err := saveMark(ctx, tx, m); err != nil {
			return err
		}
		d = Delivery{ID: db.NewID(), ChannelID: c.ID, ChannelKind: c.Kind, UserID: actor.ID, Kind: Machine.Kind, Subject: c.ID, Urgency: Important, Address: address,
			Title: "邮箱验证码", Text: "（验证码不留存）", State: Sending, NextAt: tx.Now.Add(holdFor), ExpiresAt: tx.Now.Add(holdFor)}
		d.Source = d.ID
		if err := insertDelivery(ctx, tx, d); err != nil {
			return err
		}
		if err := hold(ctx, tx, d.ID, p.me); err != nil {
			return err
		}
		if d, err = deliveryByID(ctx, tx, d.ID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "address.ask", Kind: "user", Subject: actor.ID, Area: actor.Area, Detail: map[string]any{"kind": kind}})
	})
	if err != nil {
		return err
	}
	message := p.message([]Delivery{d})
	message.Text = "您的验证码是 " + code + "，30 分钟内有效。请在平台“我的通知设置”中填写；不是您本人操作的，请忽略。"
	receipt, failed := p.attempt(ctx, c, message)
	if failed != nil {
		once := *failure(failed)
		once.Permanent = true // the person asks for another one
		failed = &once
	}
	if err := p.settle(ctx, c, []Delivery{d}, receipt, failed); err != nil {
		return err
	}
	if failed != nil {
		return fault.Conflictf("验证码没有发出去：%s", failure(failed).Sentence)
	}
	return nil
}

// Prove takes the code that came to the actor's address.
func (p *Post) Prove(ctx context.Context, actor auth.Actor, kind, code string) error {
	wrong := false
	err := p.DB.Write(ctx, func(tx *db.Tx) error {
		_, address, m, err := p.own(ctx, tx, actor, kind)
		if err != nil {
			return err
		}
		switch {
		case m.code == "":
			return fault.Invalidf("请先发送验证码").With("code", "请先发送验证码")
		case tx.Now.Sub(m.codeAt) > codeHolds || m.tries >= codeTries:
			return fault.Invalidf("验证码已失效，请重新发送").With("code", "已失效")
		}
		m.tries++
		if wrong = subtle.ConstantTimeCompare([]byte(m.code), []byte(hashed(actor.ID, address, strings.TrimSpace(code)))) != 1; wrong {
			return saveMark(ctx, tx, m) // the try counts
		}
		m.code, m.tries, m.proven, m.bad, m.trouble = "", 0, tx.Now, time.Time{}, ""
		if err := saveMark(ctx, tx, m); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "address.prove", Kind: "user", Subject: actor.ID, Area: actor.Area, Detail: map[string]any{"kind": kind}})
	})
	if err == nil && wrong {
		return fault.Invalidf("验证码不对，请核对").With("code", "与邮件中的不一致")
	}
	return err
}

// refused marks an address that the other side will not take, so that nothing more is
// sent there until it is another one or its owner proves it again.
func refused(ctx context.Context, tx *db.Tx, d Delivery, why string) error {
	if d.UserID == "" || d.Address == "" || lacks[d.ChannelKind] == "" {
		return nil
	}
	me, err := receivers(ctx, tx, []string{d.UserID})
	if err != nil || len(me) == 0 || me[0].address(d.ChannelKind) != d.Address {
		return err // a test to somewhere else, or changed meanwhile
	}
	marks, err := marksOf(ctx, tx, []string{d.UserID})
	if err != nil {
		return err
	}
	m := marks[[2]string{d.UserID, d.ChannelKind}].fresh(d.UserID, d.ChannelKind, d.Address)
	m.bad, m.trouble = tx.Now, clip(why)
	return saveMark(ctx, tx, m)
}
