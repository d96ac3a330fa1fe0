package auth

import (
	"context"

	"github.com/qingshao/qingshao/internal/db"
)

// putOTP keeps a sealed secret that is not in force yet, in place of an earlier
// one of the kind.
func putOTP(ctx context.Context, tx *db.Tx, userID string, sealed []byte) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO app_otp (user_id, secret, last_step, made_at) VALUES ($1, $2, 0, $3)
		ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, last_step = 0, made_at = excluded.made_at`, userID, sealed, tx.Micros())
	return err
}

func otpOf(ctx context.Context, tx *db.Tx, userID string) (sealed []byte, last int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT secret, last_step FROM app_otp WHERE user_id = $1`, userID).Scan(&sealed, &last)
	return sealed, last, err
}

func spendOTP(ctx context.Context, tx *db.Tx, userID string, step int64) error {
	_, err := db.Exec(ctx, tx, `UPDATE app_otp SET last_step = $1 WHERE user_id = $2`, step, userID)
	return err
}

func setOTPAt(ctx context.Context, tx *db.Tx, userID string, at int64) error {
	_, err := db.Exec(ctx, tx, `UPDATE app_user SET otp_at = $1 WHERE id = $2`, at, userID)
	return err
}

// dropOTP forgets the secret and the recovery codes.
func dropOTP(ctx context.Context, tx *db.Tx, userID string) error {
	if err := setOTPAt(ctx, tx, userID, 0); err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, `DELETE FROM app_otp WHERE user_id = $1`, userID); err != nil {
		return err
	}
	_, err := db.Exec(ctx, tx, `DELETE FROM app_recovery WHERE user_id = $1`, userID)
	return err
}

func replaceRecovery(ctx context.Context, tx *db.Tx, userID string, hashes [][]byte) error {
	if _, err := db.Exec(ctx, tx, `DELETE FROM app_recovery WHERE user_id = $1`, userID); err != nil {
		return err
	}
	for _, h := range hashes {
		if _, err := db.Exec(ctx, tx, `INSERT INTO app_recovery (user_id, hash) VALUES ($1, $2)`, userID, h); err != nil {
			return err
		}
	}
	return nil
}

// spendRecovery deletes a recovery code; false when there is none.
func spendRecovery(ctx context.Context, tx *db.Tx, userID string, hash []byte) (bool, error) {
	n, err := db.Exec(ctx, tx, `DELETE FROM app_recovery WHERE user_id = $1 AND hash = $2`, userID, hash)
	return n == 1, err
}

func recoveryLeft(ctx context.Context, tx *db.Tx, userID string) (int, error) {
	return db.One(ctx, tx, db.Value[int], `SELECT COUNT(*) FROM app_recovery WHERE user_id = $1`, userID)
}
