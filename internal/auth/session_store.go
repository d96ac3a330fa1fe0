package auth

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

// Attempts.

// countAttempt adds one to a counter, starting anew when its last failure is
// not after stale, and gives the count. The row stays locked to the end of the
// transaction, so that parallel attempts count one after the other.
func countAttempt(ctx context.Context, tx *db.Tx, c counter, stale int64) (int64, error) {
	return db.One(ctx, tx, db.Value[int64], `INSERT INTO app_attempt (subject, user_id, failed, last_at) VALUES ($1, $2, 1, $3)
		ON CONFLICT (subject) DO UPDATE SET user_id = excluded.user_id, last_at = excluded.last_at,
			failed = CASE WHEN app_attempt.last_at <= $4 THEN 1 ELSE app_attempt.failed + 1 END
		RETURNING failed`, c.subject, c.user, tx.Micros(), stale)
}

func attempts(ctx context.Context, tx *db.Tx, subject string) (failed, last int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT failed, last_at FROM app_attempt WHERE subject = $1`, subject).Scan(&failed, &last)
	if db.IsMissing(err) {
		err = nil
	}
	return failed, last, err
}

// forgiveAttempt takes back one count; those of others from the same address
// stay.
func forgiveAttempt(ctx context.Context, tx *db.Tx, subject string) error {
	_, err := db.Exec(ctx, tx, `UPDATE app_attempt SET failed = failed - 1 WHERE subject = $1 AND failed > 0`, subject)
	return err
}

func deleteAttempts(ctx context.Context, tx *db.Tx, subject string) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM app_attempt WHERE subject = $1`, subject)
	return err
}

func deleteAttemptsOf(ctx context.Context, tx *db.Tx, userID string) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM app_attempt WHERE user_id = $1`, userID)
	return err
}

func deleteAttemptsBefore(ctx context.Context, tx *db.Tx, at int64) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM app_attempt WHERE last_at < $1`, at)
	return err
}

// Sessions.

type liveSession struct {
	Session
	user    string
	revoked bool
}

const sessionColumns = `id, user_id, device, address, created_at, seen_at, expires_at, revoked_at`

func scanSession(r db.Scanner) (liveSession, error) {
	var s liveSession
	var created, seen, expires, revoked int64
	err := r.Scan(&s.ID, &s.user, &s.Device, &s.Address, &created, &seen, &expires, &revoked)
	s.CreatedAt, s.SeenAt, s.ExpiresAt, s.revoked = moment(created), moment(seen), moment(expires), revoked != 0
	return s, err
}

func sessionByHash(ctx context.Context, tx *db.Tx, hash []byte) (liveSession, error) {
	return db.One(ctx, tx, scanSession, `SELECT `+sessionColumns+` FROM app_session WHERE token_hash = $1`, hash)
}

func sessionByID(ctx context.Context, tx *db.Tx, id string) (liveSession, error) {
	return db.One(ctx, tx, scanSession, `SELECT `+sessionColumns+` FROM app_session WHERE id = $1`, id)
}

func sessionsOf(ctx context.Context, tx *db.Tx, userID string, seenAfter int64) ([]Session, error) {
	return db.All(ctx, tx, func(r db.Scanner) (Session, error) { s, err := scanSession(r); return s.Session, err },
		`SELECT `+sessionColumns+` FROM app_session WHERE user_id = $1 AND revoked_at = 0 AND expires_at > $2 AND seen_at > $3 ORDER BY id DESC`,
		userID, tx.Micros(), seenAfter)
}

func insertSession(ctx context.Context, tx *db.Tx, s Session, userID string, hash []byte) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO app_session (id, user_id, token_hash, device, address, created_at, seen_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		s.ID, userID, hash, s.Device, s.Address, s.CreatedAt.UnixMicro(), s.SeenAt.UnixMicro(), s.ExpiresAt.UnixMicro())
	return err
}

func touchSession(ctx context.Context, tx *db.Tx, id string) error {
	_, err := db.Exec(ctx, tx, `UPDATE app_session SET seen_at = $1 WHERE id = $2 AND seen_at < $1`, tx.Micros(), id)
	return err
}

// renewSession replaces the secret of a live session and gives its end.
func renewSession(ctx context.Context, tx *db.Tx, id string, hash []byte) (time.Time, error) {
	end, err := db.One(ctx, tx, db.Value[int64], `UPDATE app_session SET token_hash = $1, seen_at = $2 WHERE id = $3 AND revoked_at = 0 RETURNING expires_at`,
		hash, tx.Micros(), id)
	if db.IsMissing(err) {
		return time.Time{}, errSession
	}
	return moment(end), err
}

func revokeSession(ctx context.Context, tx *db.Tx, userID, id string) (int64, error) {
	return db.Exec(ctx, tx, `UPDATE app_session SET revoked_at = $1 WHERE user_id = $2 AND id = $3 AND revoked_at = 0`, tx.Micros(), userID, id)
}

// revokeSessions ends all sessions of a person except one.
func revokeSessions(ctx context.Context, tx *db.Tx, userID, except string) (int64, error) {
	return db.Exec(ctx, tx, `UPDATE app_session SET revoked_at = $1 WHERE user_id = $2 AND id <> $3 AND revoked_at = 0`, tx.Micros(), userID, except)
}

func deleteSessionsBefore(ctx context.Context, tx *db.Tx, at int64) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM app_session WHERE expires_at < $1`, at)
	return err
}

// Tokens.

type liveToken struct {
	Token
	user    string
	revoked bool
}

const tokenColumns = `id, user_id, name, created_at, expires_at, used_at, revoked_at`

func scanToken(r db.Scanner) (liveToken, error) {
	var t liveToken
	var created, expires, used, revoked int64
	err := r.Scan(&t.ID, &t.user, &t.Name, &created, &expires, &used, &revoked)
	t.CreatedAt, t.ExpiresAt, t.UsedAt, t.revoked = moment(created), moment(expires), moment(used), revoked != 0
	return t, err
}

func tokenByHash(ctx context.Context, tx *db.Tx, hash []byte) (liveToken, error) {
	return db.One(ctx, tx, scanToken, `SELECT `+tokenColumns+` FROM app_token WHERE token_hash = $1`, hash)
}

func tokenByID(ctx context.Context, tx *db.Tx, id string) (liveToken, error) {
	return db.One(ctx, tx, scanToken, `SELECT `+tokenColumns+` FROM app_token WHERE id = $1`, id)
}

func tokensOf(ctx context.Context, tx *db.Tx, userID string) ([]Token, error) {
	return db.All(ctx, tx, func(r db.Scanner) (Token, error) { t, err := scanToken(r); return t.Token, err },
		`SELECT `+tokenColumns+` FROM app_token WHERE user_id = $1 AND revoked_at = 0 AND expires_at > $2 ORDER BY id DESC`, userID, tx.Micros())
}

func insertToken(ctx context.Context, tx *db.Tx, t Token, userID string, hash []byte) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO app_token (id, user_id, name, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		t.ID, userID, t.Name, hash, t.CreatedAt.UnixMicro(), t.ExpiresAt.UnixMicro())
	return err
}

func touchToken(ctx context.Context, tx *db.Tx, id string) error {
	_, err := db.Exec(ctx, tx, `UPDATE app_token SET used_at = $1 WHERE id = $2`, tx.Micros(), id)
	return err
}

func revokeToken(ctx context.Context, tx *db.Tx, userID, id string) (int64, error) {
	return db.Exec(ctx, tx, `UPDATE app_token SET revoked_at = $1 WHERE user_id = $2 AND id = $3 AND revoked_at = 0`, tx.Micros(), userID, id)
}

func revokeTokens(ctx context.Context, tx *db.Tx, userID string) error {
	_, err := db.Exec(ctx, tx, `UPDATE app_token SET revoked_at = $1 WHERE user_id = $2 AND revoked_at = 0`, tx.Micros(), userID)
	return err
}
