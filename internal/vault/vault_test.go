package vault_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/looptest"
	"github.com/qingshao/qingshao/internal/vault"
)

var bg = context.Background()

type scene struct {
	*looptest.City
	*looptest.Ring
}

func each(t *testing.T, f func(t *testing.T, s scene)) {
	t.Helper()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		city := looptest.Build(t, d, c)
		f(t, scene{city, city.Ring()})
	})
}

func TestMachines(t *testing.T) {
	t.Parallel()
	for _, m := range []interface{ Validate() error }{vault.KeyMachine, vault.OpeningMachine} {
		if err := m.Validate(); err != nil {
			t.Error(err)
		}
	}
}

var who = vault.Contact{Name: "张三丰", Phone: "13800138000", Other: "夜里打"}

// put seals the contact of a thing in memory and stores it.
func (s scene) put(t *testing.T, subject string) (id string, err error) {
	t.Helper()
	err = s.DB.Write(bg, func(tx *db.Tx) error {
		e, err := s.Vault.Seal(bg, tx, who)
		if err != nil {
			return err
		}
		id, err = s.Vault.Put(bg, tx, "tip", subject, "contact", e)
		return err
	})
	return id, err
}

func TestCeremony(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s scene) {
		open := func(want bool, when string) {
			t.Helper()
			c, err := s.Vault.Channel(bg)
			if err != nil || c.Open != want {
				t.Errorf("%s: open %v, want %v (%s) %v", when, c.Open, want, c.Why, err)
			}
		}
		open(false, "without keys")
		if err := s.Make(s.Desk1, vault.Oversight); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a desk's officer makes the other party's key: %v", err)
		}
		both := *s.Desk1
		both.Roles = []auth.Role{auth.Reward, auth.Supervisor}
		if err := s.Make(s.Desk1, vault.Desk); err != nil {
			t.Fatal(err)
		}
		if err := s.Make(&both, vault.Oversight); !fault.Is(err, fault.Conflict) {
			t.Errorf("one person in both parties: %v", err)
		}
		if err := s.Make(s.Desk1, vault.Desk); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second key while the first waits: %v", err)
		}
		if err := s.Confirm(s.Desk1, s.Desk1); !fault.Is(err, fault.Forbidden) {
			t.Errorf("compared by its owner: %v", err)
		}
		err := s.Vault.Do(bg, s.Desk2.Actor, s.Desk1.Key.ID, vault.Confirm, 1, map[string]any{"fingerprint": "0000 " + s.Desk1.Key.Fingerprint[5:]})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("another fingerprint: %v", err)
		}
		err = s.Vault.Do(bg, s.Desk2.Actor, s.Desk1.Key.ID, vault.Confirm, 1, map[string]any{"fingerprint": strings.ToUpper(strings.ReplaceAll(s.Desk1.Key.Fingerprint, " ", ""))})
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range []*looptest.Officer{s.Desk2, s.Eye1, s.Eye2} {
			p := vault.Oversight
			if i == 0 {
				p = vault.Desk
			}
			if err := s.Make(o, p); err != nil {
				t.Fatal(err)
			}
			open(false, o.ID+" not compared yet")
			if i == 1 { // eye1 waits, eye2 has no key
				if err := s.Confirm(s.Eye2, o); !fault.Is(err, fault.Forbidden) {
					t.Errorf("compared by somebody without a key: %v", err)
				}
			}
			if err := s.Confirm(s.Desk1, o); err != nil {
				t.Fatal(err)
			}
		}
		open(true, "two on either side")
		for name, x := range map[string]struct {
			by   auth.Actor
			want fault.Kind
		}{"the system administrator": {looptest.Person("admin"), fault.Forbidden}, "a clerk": {looptest.Person("clerk-city"), fault.Forbidden}} {
			if _, err := s.Vault.Ring(bg, x.by); !fault.Is(err, x.want) {
				t.Errorf("%s reads the ring: %v", name, err)
			}
		}
		ring, err := s.Vault.Ring(bg, s.Eye1.Actor)
		if err != nil || len(ring.Keys) != 4 {
			t.Fatalf("%d keys %v", len(ring.Keys), err)
		}
		for _, k := range ring.Keys {
			if (k.Wrapped != "") != (k.UserID == "eye1") {
				t.Errorf("%s sees the wrapped key of %s", "eye1", k.UserID)
			}
		}
		s.Write(func(ctx context.Context, tx *db.Tx) error { return looptest.Dismiss(ctx, tx, "eye2") })
		open(false, "an officer has left the post")
	})
}

func TestSealOpenTogether(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s scene) {
		if _, err := s.put(t, "t0"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("sealed without a channel: %v", err)
		}
		s.Ceremony()
		env, err := s.put(t, "t1")
		if err != nil {
			t.Fatal(err)
		}
		for name, f := range map[string]func() error{
			"no reason": func() error { _, err := s.Vault.Request(bg, s.Desk1.Actor, env, s.Desk1.Key.ID, " a "); return err },
			"the other party": func() error {
				_, err := s.Vault.Request(bg, s.Eye1.Actor, env, s.Eye1.Key.ID, "核发奖励")
				return err
			},
			"an administrator": func() error {
				_, err := s.Vault.Request(bg, looptest.Person("admin"), env, s.Desk1.Key.ID, "核发奖励")
				return err
			},
			"another's key": func() error {
				_, err := s.Vault.Request(bg, s.Desk1.Actor, env, s.Desk2.Key.ID, "核发奖励")
				return err
			},
			"no envelope": func() error {
				_, err := s.Vault.Request(bg, s.Desk1.Actor, "x", s.Desk1.Key.ID, "核发奖励")
				return err
			},
			"looks alone": func() error { _, err := s.Vault.Look(bg, s.Desk1.Actor, env); return err },
		} {
			if err := f(); err == nil {
				t.Errorf("%s: allowed", name)
			}
		}
		o, err := s.Vault.Request(bg, s.Desk1.Actor, env, s.Desk1.Key.ID, "核发奖励，需要核对领取人")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Vault.Open(bg, s.Desk1.Actor, o.ID); err == nil {
			t.Error("opened without the other party")
		}
		if _, err := s.Vault.ToPass(bg, s.Desk2.Actor, o.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a colleague of the same party passes a share: %v", err)
		}
		pass, err := s.Vault.ToPass(bg, s.Eye2.Actor, o.ID)
		if err != nil {
			t.Fatal(err)
		}
		half, err := looptest.Read(pass.Share.Sealed, s.Eye2.Identity)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(half, []byte("AGE-SECRET")) {
			t.Error("one share is the whole key")
		}
		share, err := looptest.SealTo(half, pass.Recipient)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Vault.Approve(bg, s.Eye2.Actor, o.ID, share); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Vault.Open(bg, s.Desk2.Actor, o.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a colleague opens another's request: %v", err)
		}
		box, err := s.Vault.Open(bg, s.Desk1.Actor, o.ID)
		if err != nil {
			t.Fatal(err)
		}
		text, err := looptest.Join(box.Envelope.Body, box.Own, box.Opening.Share, s.Desk1.Identity)
		var got vault.Contact
		if err != nil || json.Unmarshal(text, &got) != nil || got != who {
			t.Errorf("%q %v", text, err)
		}
		if len(text)%1024 != 0 {
			t.Errorf("%d bytes tell the length", len(text))
		}
		if _, err := looptest.Join(box.Envelope.Body, box.Own, box.Own, s.Desk1.Identity); err == nil {
			t.Error("one share alone opens")
		}
		if _, err := s.Vault.Open(bg, s.Desk1.Actor, o.ID); err != nil { // again, while it holds
			t.Error(err)
		}
		seen, err := s.Vault.Opening(bg, looptest.Person("auditor"), o.ID)
		if err != nil || len(seen.Timeline) != 4 || seen.Opening.State != vault.Opened {
			t.Errorf("%+v %v", seen, err)
		}
		s.Clock.Advance(25 * time.Hour)
		if _, err := s.Vault.Open(bg, s.Desk1.Actor, o.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("opened after its time: %v", err)
		}
		if err := s.Vault.Expire(bg); err != nil {
			t.Fatal(err)
		}
		seen, err = s.Vault.Opening(bg, s.Eye1.Actor, o.ID)
		if err != nil || seen.Opening.State != vault.Expired || seen.Opening.Share != nil {
			t.Errorf("%+v %v", seen.Opening, err)
		}
	})
}

func TestRefusedAndWithdrawn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s scene) {
		s.Ceremony()
		env, err := s.put(t, "t1")
		if err != nil {
			t.Fatal(err)
		}
		ask := func() vault.Opening {
			t.Helper()
			o, err := s.Vault.Request(bg, s.Desk1.Actor, env, s.Desk1.Key.ID, "核发奖励")
			if err != nil {
				t.Fatal(err)
			}
			return o
		}
		o := ask()
		if _, err := s.Vault.Request(bg, s.Desk1.Actor, env, s.Desk1.Key.ID, "核发奖励"); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked twice: %v", err)
		}
		if err := s.Vault.Decide(bg, s.Eye1.Actor, o.ID, vault.Refuse, 1, nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("refused without a reason: %v", err)
		}
		if err := s.Vault.Decide(bg, s.Eye1.Actor, o.ID, vault.Refuse, 1, map[string]any{"reason": "先按举报人来电核对"}); err != nil {
			t.Fatal(err)
		}
		o = ask()
		if err := s.Vault.Decide(bg, s.Desk2.Actor, o.ID, vault.Withdraw, 1, nil); !fault.Is(err, fault.Forbidden) {
			t.Errorf("withdrawn by another: %v", err)
		}
		if err := s.Vault.Decide(bg, s.Desk1.Actor, o.ID, vault.Withdraw, 1, nil); err != nil {
			t.Fatal(err)
		}
		o = ask()
		s.Clock.Advance(73 * time.Hour)
		if _, err := s.Vault.ToPass(bg, s.Eye1.Actor, o.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("answered too late: %v", err)
		}
		page, err := s.Vault.Openings(bg, s.Eye1.Actor, []string{"refused", "withdrawn"}, "", 1)
		if err != nil || page.Total != 2 || len(page.Items) != 1 || page.Next == "" || page.Items[0].State != vault.Withdrawn {
			t.Errorf("%+v %v", page, err)
		}
	})
}

func TestRotateLoseRewrap(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s scene) {
		s.Ceremony()
		env, err := s.put(t, "t1")
		if err != nil {
			t.Fatal(err)
		}
		old := *s.Desk1
		if err := s.Vault.Do(bg, old.Actor, old.Key.ID, vault.Retire, 2, nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("retired without a successor: %v", err)
		}
		if err := s.Make(s.Desk1, vault.Desk); err != nil {
			t.Fatal(err)
		}
		if err := s.Confirm(s.Desk2, s.Desk1); err != nil {
			t.Fatal(err)
		}
		if err := s.Vault.Do(bg, old.Actor, old.Key.ID, vault.Retire, 2, nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("retired while something needs it: %v", err)
		}
		rewrap := func(by *looptest.Officer, to *looptest.Officer) error {
			list, total, err := s.Vault.Lacking(bg, by.Actor, by.Key.ID, to.Key.ID, 10)
			if err != nil {
				return err
			}
			if total != 1 || len(list) != 1 {
				t.Fatalf("%d lack", total)
			}
			half, err := looptest.Read(list[0].Sealed, by.Identity)
			if err != nil {
				return err
			}
			if list[0].Sealed, err = looptest.SealTo(half, to.Key.Recipient); err != nil {
				return err
			}
			return s.Vault.Rewrap(bg, by.Actor, by.Key.ID, to.Key.ID, list)
		}
		if _, _, err := s.Vault.Lacking(bg, s.Eye1.Actor, s.Eye1.Key.ID, s.Desk1.Key.ID, 10); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a share crosses to the other party: %v", err)
		}
		if err := rewrap(&old, s.Desk1); err != nil {
			t.Fatal(err)
		}
		if err := s.Vault.Do(bg, old.Actor, old.Key.ID, vault.Retire, 2, nil); err != nil {
			t.Fatal(err)
		}
		// Lost: a colleague's browser gives the new key what the old one had.
		gone := *s.Desk2
		if err := s.Vault.Do(bg, looptest.Person("secadmin"), gone.Key.ID, vault.Revoke, 2, map[string]any{"reason": "lost"}); err != nil {
			t.Fatal(err)
		}
		if c, _ := s.Vault.Channel(bg); c.Open {
			t.Error("open with one key holder")
		}
		if err := s.Make(s.Desk2, vault.Desk); err != nil {
			t.Fatal(err)
		}
		if err := s.Confirm(s.Eye1, s.Desk2); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Vault.Request(bg, s.Desk2.Actor, env, s.Desk2.Key.ID, "核发奖励"); err == nil {
			t.Error("asked without a share")
		}
		if err := rewrap(s.Desk1, s.Desk2); err != nil {
			t.Fatal(err)
		}
		o, err := s.Vault.Request(bg, s.Desk2.Actor, env, s.Desk2.Key.ID, "核发奖励")
		if err != nil {
			t.Fatal(err)
		}
		pass, err := s.Vault.ToPass(bg, s.Eye1.Actor, o.ID)
		if err != nil {
			t.Fatal(err)
		}
		half, _ := looptest.Read(pass.Share.Sealed, s.Eye1.Identity)
		share, _ := looptest.SealTo(half, pass.Recipient)
		if _, err := s.Vault.Approve(bg, s.Eye1.Actor, o.ID, share); err != nil {
			t.Fatal(err)
		}
		box, err := s.Vault.Open(bg, s.Desk2.Actor, o.ID)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := looptest.Join(box.Envelope.Body, box.Own, box.Opening.Share, s.Desk2.Identity); err != nil || !bytes.Contains(text, []byte("张三丰")) {
			t.Errorf("%q %v", text, err)
		}
	})
}

func TestPut_RefusesWhatIsNotSealedToTheKeysInUse(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s scene) {
		s.Ceremony()
		var good vault.Envelope
		s.Write(func(ctx context.Context, tx *db.Tx) (err error) { good, err = s.Vault.Seal(ctx, tx, who); return err })
		for name, spoil := range map[string]func(*vault.Envelope){
			"clear text":       func(e *vault.Envelope) { e.Body = []byte(`{"name":"张三丰"}`) },
			"a share missing":  func(e *vault.Envelope) { e.Shares = e.Shares[1:] },
			"a share twice":    func(e *vault.Envelope) { e.Shares = append(e.Shares, e.Shares[0]) },
			"an unknown key":   func(e *vault.Envelope) { e.Shares[0].KeyID = "x" },
			"the other party":  func(e *vault.Envelope) { e.Shares[0].Party = vault.Oversight },
			"a share in clear": func(e *vault.Envelope) { e.Shares[0].Sealed = []byte("AGE-SECRET-KEY-PQ-1") },
			"whole, for both":  func(e *vault.Envelope) { e.Parted = false },
			"reporter's, parted": func(e *vault.Envelope) {
				e.Shares = append(e.Shares, vault.Share{Party: vault.Reporter, Sealed: e.Shares[0].Sealed})
			},
		} {
			e := good
			e.Shares = append([]vault.Share(nil), good.Shares...)
			spoil(&e)
			if err := s.DB.Write(bg, func(tx *db.Tx) error { _, err := s.Vault.Put(bg, tx, "tip", "t1", "contact", e); return err }); err == nil {
				t.Errorf("%s: stored", name)
			}
		}
	})
}

func TestWholeForTheDeskAndTheReporter(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s scene) {
		s.Ceremony()
		desk := func(o *looptest.Officer) vault.Share {
			return vault.Share{Party: vault.Desk, KeyID: o.Key.ID, Sealed: []byte(o.Key.Recipient)}
		}
		reporter := looptest.Officer{}
		if err := s.Make(&looptest.Officer{Actor: auth.Actor{ID: "x"}}, vault.Desk); err == nil {
			t.Error("a stranger makes a key")
		}
		reporter.Identity = s.Desk1.Identity // any identity will do
		e, err := looptest.SealWhole([]byte("厂区东墙外的暗管"), desk(s.Desk1), desk(s.Desk2), vault.Share{Party: vault.Reporter, Sealed: []byte(s.Desk1.Key.Recipient)})
		if err != nil {
			t.Fatal(err)
		}
		var id string
		s.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			id, err = s.Vault.Put(ctx, tx, "insider", "i1", "report", e)
			return err
		})
		for name, a := range map[string]auth.Actor{"the oversight": s.Eye1.Actor, "an administrator": looptest.Person("admin"), "a clerk": looptest.Person("clerk-city")} {
			if _, err := s.Vault.Look(bg, a, id); err == nil {
				t.Errorf("%s looks", name)
			}
		}
		got, err := s.Vault.Look(bg, s.Desk2.Actor, id)
		if err != nil || len(got.Shares) != 1 || got.Shares[0].KeyID != s.Desk2.Key.ID {
			t.Fatalf("%+v %v", got.Shares, err)
		}
		s.Write(func(ctx context.Context, tx *db.Tx) error {
			list, err := vault.ForReporter(ctx, tx, "insider", "i1")
			if err != nil || len(list) != 1 || list[0].Shares[0].Party != vault.Reporter {
				t.Errorf("%+v %v", list, err)
			}
			if err := vault.Destroy(ctx, tx, "insider", "i1"); err != nil {
				return err
			}
			list, err = vault.Sealed(ctx, tx, "insider", "i1")
			if len(list) != 0 {
				t.Errorf("%d left", len(list))
			}
			return err
		})
	})
}

func TestDrillAndMissing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s scene) {
		s.Ceremony()
		sealed, err := s.Vault.Ask(bg, s.Desk1.Actor, s.Desk1.Key.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Vault.Answer(bg, s.Desk1.Actor, s.Desk1.Key.ID, "wrong"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a wrong answer: %v", err)
		}
		word, err := looptest.Read(sealed, s.Desk1.Identity)
		if err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(80 * 24 * time.Hour)
		if err := s.Vault.Answer(bg, s.Desk1.Actor, s.Desk1.Key.ID, string(word)); !fault.Is(err, fault.Invalid) {
			t.Errorf("answered after months: %v", err)
		}
		sealed, err = s.Vault.Ask(bg, s.Desk1.Actor, s.Desk1.Key.ID)
		if err != nil {
			t.Fatal(err)
		}
		word, _ = looptest.Read(sealed, s.Desk1.Identity)
		if err := s.Vault.Answer(bg, s.Desk1.Actor, s.Desk1.Key.ID, string(word)); err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(11 * 24 * time.Hour)
		for range 2 { // the second time says nothing new
			if err := s.Vault.Missed(bg); err != nil {
				t.Fatal(err)
			}
		}
		for _, o := range s.Officers() {
			want := 5 // the four, and the city's supervisor
			if o == s.Desk1 {
				want = 0
			}
			if told := s.Told(o.Key.ID, "保密密钥超过"); len(told) != want {
				t.Errorf("%s: told %v", o.ID, told)
			}
		}
	})
}
