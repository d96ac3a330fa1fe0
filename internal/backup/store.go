package backup

import (
	"context"

	"github.com/qingshao/qingshao/internal/db"
)

// dropLeases frees what nodes held when the backup was taken: none of them works
// on the restored copy.
func dropLeases(ctx context.Context, tx *db.Tx) error {
	for _, q := range []string{
		`UPDATE audit_head SET lease_owner = '', lease_until = 0`,
		`UPDATE bus_cursor SET lease_owner = '', lease_until = 0`,
		`UPDATE job SET lease_until = 0 WHERE state = 'leased'`,
	} {
		if _, err := tx.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	return nil
}
