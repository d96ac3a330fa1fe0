package permit

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// CertificateOf reads the permit entered for an enterprise. It asks no policy.
func CertificateOf(ctx context.Context, tx *db.Tx, enterpriseID string) (Certificate, error) {
	c, err := db.One(ctx, tx, func(s db.Scanner) (c Certificate, err error) {
		var from, until, updated int64
		err = s.Scan(&c.EnterpriseID, &c.Number, &from, &until, &c.UpdatedBy, &updated, &c.Version)
		c.ValidFrom, c.ValidUntil, c.UpdatedAt = time.UnixMicro(from).UTC(), time.UnixMicro(until).UTC(), time.UnixMicro(updated).UTC()
		return c, err
	}, `SELECT enterprise_id, number, valid_from, valid_until, updated_by, updated_at, version FROM enterprise_permit WHERE enterprise_id = $1`, enterpriseID)
	if db.IsMissing(err) {
		return Certificate{EnterpriseID: enterpriseID}, nil
	}
	return c, err
}

func putCertificate(ctx context.Context, tx *db.Tx, c Certificate, seen int64) error {
	n, err := db.Exec(ctx, tx, `INSERT INTO enterprise_permit (enterprise_id, number, valid_from, valid_until, updated_by, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (enterprise_id) DO UPDATE SET number = excluded.number, valid_from = excluded.valid_from, valid_until = excluded.valid_until,
			updated_by = excluded.updated_by, updated_at = excluded.updated_at, version = excluded.version WHERE enterprise_permit.version = $8`,
		c.EnterpriseID, c.Number, c.ValidFrom.UnixMicro(), c.ValidUntil.UnixMicro(), c.UpdatedBy, c.UpdatedAt.UnixMicro(), c.Version, seen)
	if err == nil && n == 0 {
		err = fault.Conflictf("内容已被他人修改，请刷新后重试")
	}
	return err
}
