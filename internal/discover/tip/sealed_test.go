package tip_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/looptest"
	"github.com/qingshao/qingshao/internal/vault"
)

const marker = "标记甲乙丙13912345678"

// confidential is a report that a clerk takes down, not sealed yet.
func confidential() tip.Entry {
	n := report()
	n.Mode, n.Channel, n.Contact = tip.Confidential, tip.Phone, ""
	return tip.Entry{New: n}
}

// sealed does what a browser does with a contact.
func (s *scene) sealed(c vault.Contact) (e *vault.Envelope) {
	s.Write(func(ctx context.Context, tx *db.Tx) error {
		x, err := s.ring.Vault.Seal(ctx, tx, c)
		e = &x
		return err
	})
	return e
}

func TestConfidential_ClosedWithoutKeys(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *scene) {
		n := confidential()
		n.Contact = marker
		if _, _, err := s.tips.Enter(bg, looptest.Person("clerk-city"), n, ""); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), marker) {
			t.Errorf("taken without keys: %v", err)
		}
		rows, err := s.tips.Modes(bg)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if r.Open == r.Sealed {
				t.Errorf("%s: open %v", r.Title, r.Open)
			}
		}
	})
}

func TestConfidential_NobodyReadsTheContactAlone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *scene) {
		s.ring.Ceremony()
		n := confidential()
		n.Sealed = s.sealed(vault.Contact{Other: marker})
		_, r, err := s.tips.Enter(bg, looptest.Person("clerk-city"), n, "")
		if err != nil || !strings.HasPrefix(r.Number, "WZ-M-") {
			t.Fatalf("%+v %v", r, err)
		}
		id, err := s.tips.Track(bg, r.Number, r.Secret)
		if err != nil {
			t.Fatal(err)
		}
		// In no table, and in no list with others.
		s.Write(func(ctx context.Context, tx *db.Tx) error {
			where, err := looptest.Holding(ctx, tx, marker)
			if len(where) != 0 {
				t.Errorf("the contact can be read in %v", where)
			}
			return err
		})
		for _, sealed := range []bool{false, true} {
			page, err := s.tips.List(bg, looptest.Person("clerk-city"), tip.Query{Limit: 10, Sealed: sealed})
			if err != nil || (len(page.Items) == 1) != sealed {
				t.Errorf("sealed %v: %d %v", sealed, len(page.Items), err)
			}
		}
		if list, err := s.tips.Listed(bg, tip.Search{Numbers: []string{r.Number}, Limit: 10}); err != nil || len(list) != 0 {
			t.Errorf("the public finds %d %v", len(list), err)
		}
		// Two officers of the two parties open it, and the reporter sees that they did.
		desk, eye := s.ring.Desk1, s.ring.Eye1
		var env string
		s.Write(func(ctx context.Context, tx *db.Tx) error {
			list, err := vault.Sealed(ctx, tx, tip.Machine.Kind, string(id))
			env = list[0].ID
			return err
		})
		o, err := s.ring.Vault.Request(bg, desk.Actor, env, desk.Key.ID, "核发奖励")
		if err != nil {
			t.Fatal(err)
		}
		pass, err := s.ring.Vault.ToPass(bg, eye.Actor, o.ID)
		if err != nil {
			t.Fatal(err)
		}
		half, err := looptest.Read(pass.Share.Sealed, eye.Identity)
		if err != nil {
			t.Fatal(err)
		}
		share, err := looptest.SealTo(half, pass.Recipient)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.ring.Vault.Approve(bg, eye.Actor, o.ID, share); err != nil {
			t.Fatal(err)
		}
		box, err := s.ring.Vault.Open(bg, desk.Actor, o.ID)
		if err != nil {
			t.Fatal(err)
		}
		text, err := looptest.Join(box.Envelope.Body, box.Own, box.Opening.Share, desk.Identity)
		var who vault.Contact
		if err != nil || json.Unmarshal(text, &who) != nil || who.Other != marker {
			t.Errorf("%q %v", text, err)
		}
		f, err := s.tips.Follow(bg, id)
		if err != nil || len(f.Openings) != 1 || f.Openings[0].State != vault.Opened || f.Openings[0].Reason != "核发奖励" {
			t.Errorf("%+v %v", f.Openings, err)
		}
	})
}

func TestConfidential_WhatIsNotPartedIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *scene) {
		s.ring.Ceremony()
		e, err := looptest.SealWhole([]byte(marker), vault.Share{Party: vault.Desk, KeyID: s.ring.Desk1.Key.ID, Sealed: []byte(s.ring.Desk1.Key.Recipient)},
			vault.Share{Party: vault.Desk, KeyID: s.ring.Desk2.Key.ID, Sealed: []byte(s.ring.Desk2.Key.Recipient)})
		if err != nil {
			t.Fatal(err)
		}
		n := confidential().New
		n.Channel, n.Contact, n.Sealed = tip.Web, "", &e
		if _, err := s.tips.File(bg, n, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("one party alone could open: %v", err)
		}
		if page, err := s.tips.List(bg, auth.System("test"), tip.Query{Limit: 10, Sealed: true}); err != nil || len(page.Items) != 0 {
			t.Errorf("%d kept %v", len(page.Items), err)
		}
	})
}
