package command

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/sm4key"
)

// Key tells of a key of a device, never the key.
type Key struct {
	State     string // offered, current, previous
	CreatedAt time.Time
	DueAt     time.Time // when it should be renewed; zero for others than the current one

	id        string
	deviceID  string
	mn        string
	sealed    []byte
	commandID string
}

// The states of a key.
const (
	keyOffered  = "offered"  // on its way to the device by 1014
	keyCurrent  = "current"  // what the device uses
	keyPrevious = "previous" // what it used before; late frames still carry it
)

// keyLife is how long a key is used before it is renewed (HJ 212-2025).
const keyLife = 90 * 24 * time.Hour

// keyring holds the ciphers in memory. They are asked for once a frame whose
// data area is no plain text.
type keyring struct {
	s *Service

	mu   sync.RWMutex
	mark string
	of   map[string]ciphers // by MN
}

// ciphers are the keys of a device in the order in which they are tried.
type ciphers struct {
	current hj212.Cipher
	all     []hj212.Cipher
}

func (k *keyring) current(mn string) hj212.Cipher {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.of[mn].current
}

// Ciphers gives the keys that a frame of the MN may be encrypted with: the
// current one, the one before, and one that is being given to it.
func (d *Desk) Ciphers(mn []byte) []hj212.Cipher {
	k := &d.s.keys
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.of[string(mn)].all
}

// refresh reads the keys again when they have changed, here or elsewhere.
func (k *keyring) refresh(ctx context.Context) error {
	var mark string
	var list []Key
	err := k.s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if mark, err = keyMark(ctx, tx); err != nil {
			return err
		}
		k.mu.RLock()
		same := mark == k.mark
		k.mu.RUnlock()
		if same {
			return nil
		}
		list, err = allKeys(ctx, tx)
		return err
	})
	if err != nil || list == nil {
		return err
	}
	of := map[string]ciphers{}
	for _, state := range []string{keyCurrent, keyPrevious, keyOffered} {
		for _, x := range list {
			if x.State != state {
				continue
			}
			c, err := k.s.cipher(x)
			if err != nil {
				k.s.Log.Error("command: a key cannot be used", "mn", x.mn, "error", err)
				continue
			}
			e := of[x.mn]
			e.all = append(e.all, c)
			if state == keyCurrent {
				e.current = c
			}
			of[x.mn] = e
		}
	}
	k.mu.Lock()
	k.of, k.mark = of, mark
	k.mu.Unlock()
	return nil
}

func (s *Service) cipher(x Key) (hj212.Cipher, error) {
	text, err := s.Box.Open(x.sealed, x.id)
	if err != nil {
		return nil, err
	}
	return sm4key.New(string(text))
}

// put writes a key in a state, in place of the one that was there.
func (k *keyring) put(ctx context.Context, tx *db.Tx, deviceID, state, text, commandID string) error {
	x := Key{State: state, CreatedAt: tx.Now, id: newID(), deviceID: deviceID, commandID: commandID}
	var err error
	if x.sealed, err = k.s.Box.Seal([]byte(text), x.id); err != nil {
		return err
	}
	tx.Signal(bell)
	return putKey(ctx, tx, x)
}

// SetKey gives the program the key that a device uses, e.g. the first one; the
// device is told nothing.
func (s *Service) SetKey(ctx context.Context, actor auth.Actor, deviceID, text string) (err error) {
	if _, err := sm4key.New(text); err != nil {
		return fault.Invalidf("密钥有误，请按提示修改").With("key", "应为 16 个字符，或 32 位十六进制数字").Because(err)
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := s.mayKey(ctx, tx, actor, deviceID)
		if err != nil {
			return err
		}
		if err := moveKey(ctx, tx, d.ID, keyCurrent, keyPrevious); err != nil {
			return err
		}
		if err := s.keys.put(ctx, tx, d.ID, keyCurrent, text, ""); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "device.key.set", Kind: "device", Subject: d.ID, Area: d.Area, Detail: map[string]any{"mn": d.MN}})
	})
	if err == nil {
		err = s.keys.refresh(ctx)
	}
	return err
}

func (s *Service) mayKey(ctx context.Context, tx *db.Tx, actor auth.Actor, deviceID string) (telemetry.Device, error) {
	d, err := s.device(ctx, tx, actor, deviceID)
	if err != nil {
		return d, err
	}
	return d, s.Policy.Require(actor, auth.TelemetryKey, scopeOf(d))
}

// RenewKey makes a new key and wishes that the device takes it.
func (s *Service) RenewKey(ctx context.Context, actor auth.Actor, deviceID string) (err error) {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		d, err := s.mayKey(ctx, tx, actor, deviceID)
		if err != nil {
			return err
		}
		n, err := openOf(ctx, tx, d.MN, "key.renew", "")
		switch {
		case err != nil:
			return err
		case n > 0:
			return fault.Conflictf("已有一条下发新密钥的指令未完成，请等待其结果")
		}
		if err := s.keys.offer(ctx, tx, actor, d, ByPerson); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "device.key.renew", Kind: "device", Subject: d.ID, Area: d.Area, Detail: map[string]any{"mn": d.MN}})
	})
}

// renew offers a device a new key by itself, unless one is on its way or it has
// none: the first key comes from a person.
func (k *keyring) renew(ctx context.Context, tx *db.Tx, d telemetry.Device, origin Origin) error {
	n, err := openOf(ctx, tx, d.MN, "key.renew", "")
	if err != nil || n > 0 {
		return err
	}
	keys, err := keysOf(ctx, tx, d.ID)
	if err != nil || len(keys) == 0 || keys[0].State != keyCurrent {
		return err
	}
	return k.offer(ctx, tx, system, d, origin)
}

func (k *keyring) offer(ctx context.Context, tx *db.Tx, actor auth.Actor, d telemetry.Device, origin Origin) error {
	text, err := newKey()
	if err != nil {
		return err
	}
	keys, err := keysOf(ctx, tx, d.ID)
	if err != nil {
		return err
	}
	params := map[string]string{}
	for _, x := range keys {
		if x.State == keyCurrent {
			params["SKCreateTime"] = string(hj212.AppendQN(nil, x.CreatedAt))
		}
	}
	list, err := k.s.enter(ctx, tx, actor, origin, d, byName["key.renew"], params, text, stretch{})
	if err != nil {
		return err
	}
	return k.put(ctx, tx, d.ID, keyOffered, text, list[0].ID)
}

// newKey draws 16 letters and digits.
func newKey() (string, error) {
	const signs = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789abcdefgh" // 64
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		return "", err
	}
	for i := range b {
		b[i] = signs[b[i]&63]
	}
	return string(b), nil
}

// promote makes the key that the device has taken the current one.
func (k *keyring) promote(ctx context.Context, tx *db.Tx, c *Command) error {
	if n, err := keyOfCommand(ctx, tx, c.ID); err != nil || n == 0 {
		return err
	}
	if err := moveKey(ctx, tx, c.DeviceID, keyCurrent, keyPrevious); err != nil {
		return err
	}
	tx.Signal(bell)
	return moveKey(ctx, tx, c.DeviceID, keyOffered, keyCurrent)
}

// withdraw forgets a key that the device has not taken. When the device did not
// answer it may have taken it all the same: the key stays, to be tried, until the
// next one is offered.
func (k *keyring) withdraw(ctx context.Context, tx *db.Tx, c *Command) error {
	if c.Answer == 0 || c.Answer == hj212.QnAccepted && c.Outcome == 0 {
		return nil
	}
	tx.Signal(bell)
	return dropKey(ctx, tx, c.ID)
}

// Keys tells which keys a device has.
func (s *Service) Keys(ctx context.Context, actor auth.Actor, deviceID string) (out []Key, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.device(ctx, tx, actor, deviceID); err != nil {
			return err
		}
		out, err = keysOf(ctx, tx, deviceID)
		return err
	})
	for i := range out {
		if out[i].State == keyCurrent {
			out[i].DueAt = out[i].CreatedAt.Add(keyLife)
		}
	}
	return out, err
}

// RenewOld offers new keys to the devices whose key is 90 days old, and tells
// those who answer for keys of the area.
func (s *Service) RenewOld(ctx context.Context, tell *notify.Service) error {
	var old []string
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		old, err = oldKeys(ctx, tx, tx.Now.Add(-keyLife))
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range old {
		err := s.DB.Write(ctx, func(tx *db.Tx) error {
			d, err := telemetry.DeviceByID(ctx, tx, id)
			if err != nil {
				return err
			}
			if err := s.keys.renew(ctx, tx, d, ByRenewal); err != nil {
				return err
			}
			_, err = tell.Tell(ctx, tx, notify.Notice{To: []notify.Audience{{Capability: auth.TelemetryKey, Area: d.Area}},
				Kind: "device", Subject: d.ID, Area: d.Area, Title: "设备密钥满 90 天，正在更新：" + d.OutletName,
				Text: "设备 " + d.MN + " 的密钥已使用 90 天，已下发新密钥；如指令未成功，请联系运维单位。", Link: "/outlets/" + d.OutletID})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
