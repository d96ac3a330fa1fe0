package tip

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/qingshao/qingshao/internal/clue"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/protect/retention"
	"github.com/qingshao/qingshao/internal/vault"
)

// Expired lists reports closed before a moment of which the program still holds who
// reported, oldest first; those that a circle keeps are not among them.
func (s *Service) Expired(ctx context.Context, tx *db.Tx, before time.Time, limit int) ([]retention.Matter, error) {
	return expired(ctx, tx, `tip r`, fmt.Sprintf("(%s OR %s)", vault.Holds(Machine.Kind, "r.id"), clue.HoldsContact("r.clue_id")), before, limit)
}

// ExpiredTold is Expired for insiders' reports, of which everything is sealed.
func (s *Service) ExpiredTold(ctx context.Context, tx *db.Tx, before time.Time, limit int) ([]retention.Matter, error) {
	return expired(ctx, tx, `insider r`, vault.Holds(InsiderMachine.Kind, "r.id"), before, limit)
}

// Forget destroys who sent a report: the sealed contact and one in clear.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, id ID) (e retention.Erased, err error) {
	t, err := tipByID(ctx, tx, id)
	if err != nil {
		return e, err
	}
	if e, err = unseal(ctx, tx, Machine.Kind, id); err != nil {
		return e, err
	}
	e.Plain, err = clue.ForgetContact(ctx, tx, clue.ID(t.ClueID))
	return e, err
}

// ForgetTold destroys everything an insider told and wrote.
func (s *Service) ForgetTold(ctx context.Context, tx *db.Tx, id ID) (retention.Erased, error) {
	return unseal(ctx, tx, InsiderMachine.Kind, id)
}

// unseal destroys the envelopes of a report; their digest is over the ciphertext, so
// that it tells nothing.
func unseal(ctx context.Context, tx *db.Tx, kind string, id ID) (e retention.Erased, err error) {
	list, err := vault.Sealed(ctx, tx, kind, string(id))
	if err != nil || len(list) == 0 {
		return e, err
	}
	sum := sha256.New()
	for _, x := range list {
		sum.Write(x.Body)
	}
	e.Sealed, e.Digest = len(list), fmt.Sprintf("%x", sum.Sum(nil))
	return e, vault.Destroy(ctx, tx, kind, string(id))
}

// Held counts what the program still holds of who sent a report.
func (s *Service) Held(ctx context.Context, tx *db.Tx, id ID) (int, error) {
	list, err := vault.Sealed(ctx, tx, Machine.Kind, string(id))
	if err != nil {
		return 0, err
	}
	plain, err := plainHeld(ctx, tx, id)
	return len(list) + plain, err
}

// HeldTold is Held for an insider's report.
func (s *Service) HeldTold(ctx context.Context, tx *db.Tx, id ID) (int, error) {
	list, err := vault.Sealed(ctx, tx, InsiderMachine.Kind, string(id))
	return len(list), err
}
