package vault

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

var (
	errStale = fault.Conflictf("密钥刚刚有变化，请刷新后重试")
	errNoKey = fault.NotFoundf("没有这把密钥，请刷新")
)

// keys reads every key and whether its owner still holds the post.
func (s *Service) keys(ctx context.Context, tx *db.Tx) ([]Key, error) {
	list, err := allKeys(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, p := range parties {
		who, err := s.Notify.Who(ctx, tx, notify.Audience{Capability: p.Capability, Area: s.Policy.Area, AllLevels: true})
		if err != nil {
			return nil, err
		}
		for i := range list {
			if list[i].Party == p.Party {
				list[i].Serves = slices.Contains(who, list[i].UserID)
			}
		}
	}
	return list, nil
}

// Ring is the ceremony as one officer sees it: every key, one's own wrapped.
type Ring struct {
	Channel Channel
	Keys    []Key
	Escrow  bool
}

// Ring reads it.
func (s *Service) Ring(ctx context.Context, actor auth.Actor) (r Ring, err error) {
	if err := s.Auth.Require(actor, auth.SealRead, s.scope()); err != nil {
		return r, err
	}
	r.Escrow = s.Policy.Escrow
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if r.Channel, err = s.channel(ctx, tx); err != nil {
			return err
		}
		r.Keys, err = s.keys(ctx, tx)
		return err
	})
	for i := range r.Keys {
		if r.Keys[i].UserID != actor.ID {
			r.Keys[i].Wrapped = ""
		}
	}
	return r, err
}

// Actions lists what the actor may do with a key.
func (s *Service) Actions(actor auth.Actor, k Key) []flow.Action {
	return KeyMachine.Actions(k.State, s.can(actor), keyFacts(actor, k))
}

func (s *Service) can(actor auth.Actor) func(string) bool {
	return func(c string) bool { return s.Auth.Can(actor, auth.Capability(c), s.scope()) }
}

func keyFacts(actor auth.Actor, k Key) flow.Facts {
	return flow.Facts{notOwner: actor.ID != k.UserID, isOwner: actor.ID == k.UserID}
}

// NewKey is what a browser made: the public part, and the private part wrapped.
type NewKey struct {
	Party      Party
	Recipient  string
	Wrapped    []byte
	Escrowed   []byte // optional, sealed to the party's escrow key
	EscrowedTo string
}

// Create puts a new key on record. It counts once another person has compared its
// fingerprint.
func (s *Service) Create(ctx context.Context, actor auth.Actor, n NewKey) (k Key, err error) {
	cap, ok := n.Party.capability()
	if !ok {
		return k, fault.Invalidf("请选择为哪一方建立密钥").With("party", "请选择")
	}
	if err := s.Auth.Require(actor, cap, s.scope()); err != nil {
		return k, err
	}
	if err := checkRecipient(n.Recipient); err != nil {
		return k, err
	}
	if !isAge(n.Wrapped, maxShare) || !bytes.Contains(n.Wrapped, []byte("\n-> scrypt ")) {
		return k, fault.Invalidf("私钥没有用口令包好，没有保存；请刷新页面后重新建立").With("wrapped", "格式不对")
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := lockKeys(ctx, tx); err != nil {
			return err
		}
		list, err := s.keys(ctx, tx)
		if err != nil {
			return err
		}
		pending := false
		for _, o := range list {
			if o.UserID == actor.ID && (o.State == Pending || o.State == Active) && !o.Escrow {
				if o.Party != n.Party {
					return fault.Conflictf("您已持有%s的密钥；一个人不能同时属于两方，否则一人就能开启", o.Party.Title())
				}
				pending = pending || o.State == Pending
			}
		}
		if pending {
			return fault.Conflictf("您已有一把待核对的密钥，请先请同事核对或吊销它")
		}
		k = Key{ID: db.NewID(), UserID: actor.ID, Party: n.Party, State: Pending, Recipient: n.Recipient, Fingerprint: Fingerprint(n.Recipient), Wrapped: base64.StdEncoding.EncodeToString(n.Wrapped)}
		if err := s.escrow(list, &k, n); err != nil {
			return err
		}
		if err := insertKey(ctx, tx, k); db.IsUnique(err) {
			return fault.Conflictf("这把公钥已经登记过，请重新建立")
		} else if err != nil {
			return err
		}
		if k, err = keyByID(ctx, tx, k.ID); err != nil {
			return err
		}
		return s.wrote(ctx, tx, actor, k, creating, "", flow.Form{"party": n.Party.Title(), "fingerprint": k.Fingerprint})
	})
	return k, err
}

func (s *Service) escrow(list []Key, k *Key, n NewKey) error {
	if len(n.Escrowed) == 0 {
		return nil
	}
	if !s.Policy.Escrow {
		return fault.Forbiddenf("本地不设私钥托管，请不选托管后重新建立")
	}
	i := slices.IndexFunc(list, func(o Key) bool { return o.Escrow && o.ID == n.EscrowedTo && o.Party == n.Party && o.State == Active })
	if i < 0 || !isAge(n.Escrowed, maxShare) {
		return fault.Invalidf("托管密钥已变更，请刷新后重新建立").With("escrowed", "请重新建立")
	}
	k.Escrowed, k.EscrowedTo = base64.StdEncoding.EncodeToString(n.Escrowed), n.EscrowedTo
	return nil
}

func (s *Service) wrote(ctx context.Context, tx *db.Tx, actor auth.Actor, k Key, st flow.Step, from flow.State, form flow.Form) error {
	_, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: KeyMachine, Step: st, Actor: actor, Subject: k.ID, Area: s.Policy.Area, From: from, Form: form})
	return err
}

// lockKey reads a key for a ceremony; all keys wait together.
func (s *Service) lockKey(ctx context.Context, tx *db.Tx, id string) (Key, error) {
	if err := lockKeys(ctx, tx); err != nil {
		return Key{}, err
	}
	k, err := keyByID(ctx, tx, id)
	if db.IsMissing(err) {
		return k, errNoKey
	}
	return k, err
}

// Do carries out a verb of the ceremony.
func (s *Service) Do(ctx context.Context, actor auth.Actor, id string, verb flow.Verb, version int64, in map[string]any) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		k, err := s.lockKey(ctx, tx, id)
		if err != nil {
			return err
		}
		st, err := KeyMachine.Check(k.State, verb, s.can(actor), keyFacts(actor, k))
		if err != nil {
			return err
		}
		if k.Version != version {
			return errStale
		}
		if st.Auto {
			return fault.Conflictf("“%s”须在密钥解锁之后进行", st.Title)
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		from := k.State
		k.State = st.Target(from)
		switch verb {
		case Confirm:
			if !sameFingerprint(form.Text("fingerprint"), k.Fingerprint) {
				return fault.Invalidf("指纹不一致：先不要使用这把密钥，请持有人重读一遍；仍不一致就吊销它并查明原因").With("form.fingerprint", "与登记的公钥不一致")
			}
			if err := s.holder(ctx, tx, actor); err != nil {
				return err
			}
			k.ConfirmedBy, k.ConfirmedAt = actor.ID, tx.Now
		case Retire:
			if err := s.succeeded(ctx, tx, k); err != nil {
				return err
			}
			k.EndedAt = tx.Now
		case Revoke:
			k.EndedAt = tx.Now
		}
		if err := saveKey(ctx, tx, &k); err != nil {
			return err
		}
		if st.To == Retired || st.To == Revoked {
			left, err := dropShares(ctx, tx, k.ID)
			if err != nil {
				return err
			}
			if left > 0 {
				form["left"] = strconv.FormatInt(left, 10)
			}
		}
		if err := s.wrote(ctx, tx, actor, k, st, from, form); err != nil {
			return err
		}
		return s.told(ctx, tx, actor, k, st)
	})
}

// holder lets nobody but those who hold a key already compare another's, once there
// is one: accounts alone, which can be made at will, do not get into the ring.
func (s *Service) holder(ctx context.Context, tx *db.Tx, actor auth.Actor) error {
	list, err := s.keys(ctx, tx)
	if err != nil {
		return err
	}
	begun := false
	for _, k := range list {
		if k.State != Active || !k.Serves || k.Escrow {
			continue
		}
		if begun = true; k.UserID == actor.ID {
			return nil
		}
	}
	if begun {
		return fault.Forbiddenf("已有人持有在用的密钥，须由其中一人核对；请先请同事核对您自己的密钥")
	}
	return nil
}

// succeeded refuses to retire a key that some content still needs.
func (s *Service) succeeded(ctx context.Context, tx *db.Tx, k Key) error {
	list, err := allKeys(ctx, tx)
	if err != nil {
		return err
	}
	for _, o := range list {
		if o.ID == k.ID || o.UserID != k.UserID || o.Party != k.Party || o.State != Active || o.Escrow {
			continue
		}
		_, total, err := lacks(ctx, tx, k.ID, o.ID, 1)
		if err != nil {
			return err
		}
		if total > 0 {
			return fault.Conflictf("还有 %d 件密件没有重封给新密钥，请先重封", total)
		}
		return nil
	}
	return fault.Conflictf("请先建立新密钥并请同事核对，再停用旧的")
}

// told lets the others of the ceremony know.
func (s *Service) told(ctx context.Context, tx *db.Tx, actor auth.Actor, k Key, st flow.Step) error {
	_, err := s.Notify.Tell(ctx, tx, notify.Notice{To: []notify.Audience{{Capability: auth.SealHold, Area: s.Policy.Area, AllLevels: true}}, Except: []string{actor.ID}, Kind: KeyMachine.Kind, Subject: k.ID, Area: s.Policy.Area,
		Title: "保密密钥" + st.Title + "：" + k.UserName + "（" + k.Party.Title() + "）", Text: "请在“保密密钥”页查看是否需要您重封份额", Link: "/seal"})
	return err
}

// usable reads a key in use of the actor's own.
func (s *Service) usable(ctx context.Context, tx *db.Tx, actor auth.Actor, id string) (Key, error) {
	k, err := keyByID(ctx, tx, id)
	if db.IsMissing(err) || err == nil && (k.UserID != actor.ID || k.Escrow) {
		return k, errNoKey
	}
	if err == nil && k.State != Active {
		return k, fault.Conflictf("这把密钥不在用（%s），请换一把", KeyMachine.StateTitle(k.State))
	}
	return k, err
}

// Lacking lists shares that a colleague's key lacks and the actor's key has.
func (s *Service) Lacking(ctx context.Context, actor auth.Actor, from, to string, limit int) (out []Lack, total int64, err error) {
	if err := s.Auth.Require(actor, auth.SealHold, s.scope()); err != nil {
		return nil, 0, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if err := s.pair(ctx, tx, actor, from, to); err != nil {
			return err
		}
		out, total, err = lacks(ctx, tx, from, to, limit)
		return err
	})
	return out, total, err
}

// pair checks that shares may go from one key to the other.
func (s *Service) pair(ctx context.Context, tx *db.Tx, actor auth.Actor, from, to string) error {
	mine, err := s.usable(ctx, tx, actor, from)
	if err != nil {
		return err
	}
	k, err := keyByID(ctx, tx, to)
	switch {
	case db.IsMissing(err):
		return errNoKey
	case err != nil:
		return err
	case k.Party != mine.Party:
		return fault.Forbiddenf("份额只能重封给同一方的同事：两方的份额到了一个人手里，就能一人开启")
	case k.State != Active || k.Escrow || k.ID == mine.ID:
		return fault.Conflictf("对方的密钥还没有核对或已停用，请刷新")
	}
	return nil
}

// Rewrap stores shares that the actor's browser sealed anew for a colleague's key.
func (s *Service) Rewrap(ctx context.Context, actor auth.Actor, from, to string, shares []Lack) error {
	if err := s.Auth.Require(actor, auth.SealHold, s.scope()); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := lockKeys(ctx, tx); err != nil {
			return err
		}
		if err := s.pair(ctx, tx, actor, from, to); err != nil {
			return err
		}
		k, err := keyByID(ctx, tx, to)
		if err != nil {
			return err
		}
		for _, l := range shares {
			if !isAge(l.Sealed, maxShare) {
				return fault.Invalidf("份额不完整，没有保存；请刷新后重试")
			}
			if _, err := shareOf(ctx, tx, l.EnvelopeID, k.Party, from); db.IsMissing(err) {
				return fault.Conflictf("有一份密件已不在，请刷新后重试")
			} else if err != nil {
				return err
			}
			if err := insertShare(ctx, tx, l.EnvelopeID, Share{k.Party, to, l.Sealed}); err != nil {
				return err
			}
		}
		if err := see(ctx, tx, from); err != nil {
			return err
		}
		st, _ := KeyMachine.Find(Active, Rewrap)
		return s.wrote(ctx, tx, actor, k, st, Active, flow.Form{"count": strconv.Itoa(len(shares))})
	})
}

// drillTime is how long the answer to a drill may take.
const drillTime = 15 * time.Minute

// Ask begins a drill: a random word sealed to the actor's key, which only its
// owner can read. What it must be is kept as a hash.
func (s *Service) Ask(ctx context.Context, actor auth.Actor, id string) (sealed []byte, err error) {
	if err := s.Auth.Require(actor, auth.SealHold, s.scope()); err != nil {
		return nil, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		k, err := s.usable(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		var word [16]byte
		if _, err := rand.Read(word[:]); err != nil {
			return err
		}
		text := hex.EncodeToString(word[:])
		if sealed, err = sealTo([]byte(text), k.Recipient); err != nil {
			return err
		}
		k.Challenge, k.AskedAt = hashed(text), tx.Now
		return saveKey(ctx, tx, &k)
	})
	return sealed, err
}

func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Answer ends a drill.
func (s *Service) Answer(ctx context.Context, actor auth.Actor, id, word string) error {
	if err := s.Auth.Require(actor, auth.SealHold, s.scope()); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		k, err := s.usable(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if k.Challenge == "" || tx.Now.Sub(k.AskedAt) > drillTime || subtle.ConstantTimeCompare([]byte(hashed(word)), []byte(k.Challenge)) != 1 {
			return fault.Invalidf("演练没有通过：请重新开始，并用这把密钥的口令解锁")
		}
		k.Challenge, k.AskedAt, k.DrilledAt, k.SeenAt = "", time.Time{}, tx.Now, tx.Now
		if err := saveKey(ctx, tx, &k); err != nil {
			return err
		}
		st, _ := KeyMachine.Find(Active, Drill)
		return s.wrote(ctx, tx, actor, k, st, Active, flow.Form{})
	})
}
