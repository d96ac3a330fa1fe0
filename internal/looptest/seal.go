package looptest

import (
	"bytes"
	"context"
	"io"

	"filippo.io/age"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/vault"
)

// Officer is a key holder with what only the officer's browser has.
type Officer struct {
	auth.Actor
	Key      vault.Key
	Identity *age.HybridIdentity
}

// Ring is the sealed channel of the city: two officers on either side.
type Ring struct {
	city                     *City
	Vault                    *vault.Service
	Desk1, Desk2, Eye1, Eye2 *Officer
}

// Ring builds the channel's service and enrols its officers, without keys.
func (c *City) Ring() *Ring {
	r := &Ring{city: c, Vault: vault.New(vault.Deps{DB: c.DB, Auth: c.Policy, Policy: vault.DefaultPolicy("330300", "WZ-K"), Notify: c.Notify, Timeline: c.Timeline})}
	for _, o := range []struct {
		to   **Officer
		id   string
		role auth.Role
	}{{&r.Desk1, "desk1", auth.Reward}, {&r.Desk2, "desk2", auth.Reward}, {&r.Eye1, "eye1", auth.Supervisor}, {&r.Eye2, "eye2", auth.Supervisor}} {
		*o.to = &Officer{Actor: auth.Actor{ID: o.id, Login: o.id, Name: "用户" + o.id, Roles: []auth.Role{o.role}, Area: "330300"}}
		c.Write(func(ctx context.Context, tx *db.Tx) error { return insertUser(ctx, tx, (*o.to).Actor) })
	}
	return r
}

// Officers lists all four.
func (r *Ring) Officers() []*Officer { return []*Officer{r.Desk1, r.Desk2, r.Eye1, r.Eye2} }

// Make lets an officer's browser make a key, which is not compared yet.
func (r *Ring) Make(o *Officer, p vault.Party) error {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		return err
	}
	wrapped := []byte("age-encryption.org/v1\n-> scrypt AAAA 17\nBBBB\n--- CCCC\n" + "under the officer's passphrase")
	k, err := r.Vault.Create(context.Background(), o.Actor, vault.NewKey{Party: p, Recipient: id.Recipient().String(), Wrapped: wrapped})
	if err != nil {
		return err
	}
	o.Key, o.Identity = k, id
	return nil
}

// Confirm lets another officer compare the fingerprint.
func (r *Ring) Confirm(by, o *Officer) error {
	return r.Vault.Do(context.Background(), by.Actor, o.Key.ID, vault.Confirm, 1, map[string]any{"fingerprint": o.Key.Fingerprint})
}

// Ceremony makes and confirms the keys of all four.
func (r *Ring) Ceremony() {
	r.city.T.Helper()
	for i, o := range r.Officers() {
		p := vault.Desk
		if i >= 2 {
			p = vault.Oversight
		}
		if err := r.Make(o, p); err != nil {
			r.city.T.Fatal(err)
		}
		other := r.Desk1
		if o == other {
			other = r.Desk2
		}
		if err := r.Confirm(other, o); err != nil {
			r.city.T.Fatal(err)
		}
	}
}

// Read opens what is sealed to an officer.
func Read(sealed []byte, id age.Identity) ([]byte, error) {
	r, err := age.Decrypt(bytes.NewReader(sealed), id)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// SealTo seals for a recipient.
func SealTo(plain []byte, recipient string) ([]byte, error) {
	r, err := age.ParseHybridRecipient(recipient)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w, err := age.Encrypt(&b, r)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Join opens the body of an envelope with both shares, as the requester's browser
// does.
func Join(body, own, passed []byte, id age.Identity) ([]byte, error) {
	a, err := Read(own, id)
	if err != nil {
		return nil, err
	}
	b, err := Read(passed, id)
	if err != nil {
		return nil, err
	}
	for i := range a {
		a[i] ^= b[i]
	}
	key, err := age.ParseHybridIdentity(string(a))
	if err != nil {
		return nil, err
	}
	return Read(body, key)
}

// SealWhole seals for everyone given alone, as a reporter's browser does.
func SealWhole(content []byte, to ...vault.Share) (vault.Envelope, error) {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		return vault.Envelope{}, err
	}
	e := vault.Envelope{}
	if e.Body, err = SealTo(content, id.Recipient().String()); err != nil {
		return e, err
	}
	for _, sh := range to { // Sealed holds the recipient
		sealed, err := SealTo([]byte(id.String()), string(sh.Sealed))
		if err != nil {
			return e, err
		}
		e.Shares = append(e.Shares, vault.Share{Party: sh.Party, KeyID: sh.KeyID, Sealed: sealed})
	}
	return e, nil
}
