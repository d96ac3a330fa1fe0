package enterprise

import (
	"context"

	"github.com/qingshao/qingshao/internal/db"
)

func contactsOf(ctx context.Context, tx *db.Tx, enterpriseID string) ([]Contact, error) {
	return db.All(ctx, tx, func(s db.Scanner) (c Contact, err error) {
		err = s.Scan(&c.ID, &c.EnterpriseID, &c.Name, &c.Duty, &c.Phone, &c.Hours, &c.Version)
		return c, err
	}, `SELECT id, enterprise_id, name, duty, phone, hours, version FROM enterprise_contact WHERE enterprise_id = $1 ORDER BY id`, enterpriseID)
}

func insertContact(ctx context.Context, tx *db.Tx, c Contact) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO enterprise_contact (id, enterprise_id, name, duty, phone, hours, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, 1)`,
		c.ID, c.EnterpriseID, c.Name, c.Duty, c.Phone, c.Hours, tx.Micros())
	return err
}

func updateContact(ctx context.Context, tx *db.Tx, c Contact) error {
	n, err := db.Exec(ctx, tx, `UPDATE enterprise_contact SET name = $1, duty = $2, phone = $3, hours = $4, updated_at = $5, version = version + 1 WHERE id = $6 AND enterprise_id = $7 AND version = $8`,
		c.Name, c.Duty, c.Phone, c.Hours, tx.Micros(), c.ID, c.EnterpriseID, c.Version)
	if err == nil && n == 0 {
		return errStaleContact
	}
	return err
}

func deleteContact(ctx context.Context, tx *db.Tx, enterpriseID, id string) error {
	n, err := db.Exec(ctx, tx, `DELETE FROM enterprise_contact WHERE id = $1 AND enterprise_id = $2`, id, enterpriseID)
	if err == nil && n == 0 {
		return errStaleContact
	}
	return err
}
