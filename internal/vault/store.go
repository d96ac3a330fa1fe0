package vault

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

const selectKey = `SELECT k.id, k.user_id, u.name, k.party, k.state, k.recipient, k.fingerprint, k.wrapped, k.escrow, k.escrowed, k.escrowed_to, k.confirmed_by, COALESCE(c.name, ''),
	k.confirmed_at, k.seen_at, k.drilled_at, k.challenge, k.asked_at, k.ended_at, k.created_at, k.version
	FROM seal_key k JOIN app_user u ON u.id = k.user_id LEFT JOIN app_user c ON c.id = k.confirmed_by `

func scanKey(r db.Scanner) (Key, error) {
	var k Key
	var confirmed, seen, drilled, asked, ended, created int64
	err := r.Scan(&k.ID, &k.UserID, &k.UserName, &k.Party, &k.State, &k.Recipient, &k.Fingerprint, &k.Wrapped, &k.Escrow, &k.Escrowed, &k.EscrowedTo, &k.ConfirmedBy, &k.ConfirmName,
		&confirmed, &seen, &drilled, &k.Challenge, &asked, &ended, &created, &k.Version)
	k.ConfirmedAt, k.SeenAt, k.DrilledAt, k.AskedAt, k.EndedAt, k.CreatedAt = moment(confirmed), moment(seen), moment(drilled), moment(asked), moment(ended), moment(created)
	return k, err
}

func keyByID(ctx context.Context, tx *db.Tx, id string) (Key, error) {
	return db.One(ctx, tx, scanKey, selectKey+`WHERE k.id = $1`, id)
}

// lockKeys makes ceremonies wait for each other, so that two of them cannot
// each believe the other's key still there.
func lockKeys(ctx context.Context, tx *db.Tx) error {
	_, err := db.All(ctx, tx, db.Value[string], `SELECT id FROM seal_key WHERE state IN ('pending', 'active') ORDER BY id`+tx.ForUpdate())
	return err
}

func allKeys(ctx context.Context, tx *db.Tx) ([]Key, error) {
	return db.All(ctx, tx, scanKey, selectKey+`ORDER BY k.id`)
}

func insertKey(ctx context.Context, tx *db.Tx, k Key) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO seal_key (id, user_id, party, state, recipient, fingerprint, wrapped, escrow, escrowed, escrowed_to, seen_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)`,
		k.ID, k.UserID, k.Party, k.State, k.Recipient, k.Fingerprint, k.Wrapped, k.Escrow, k.Escrowed, k.EscrowedTo, tx.Micros())
	return err
}

// saveKey writes what verbs change, unless another transaction was faster.
func saveKey(ctx context.Context, tx *db.Tx, k *Key) error {
	n, err := db.Exec(ctx, tx, `UPDATE seal_key SET state = $1, wrapped = $2, escrowed = $3, escrowed_to = $4, confirmed_by = $5, confirmed_at = $6, seen_at = $7, drilled_at = $8,
		challenge = $9, asked_at = $10, ended_at = $11, version = version + 1 WHERE id = $12 AND version = $13`,
		k.State, k.Wrapped, k.Escrowed, k.EscrowedTo, k.ConfirmedBy, micros(k.ConfirmedAt), micros(k.SeenAt), micros(k.DrilledAt),
		k.Challenge, micros(k.AskedAt), micros(k.EndedAt), k.ID, k.Version)
	if err == nil && n == 0 {
		return errStale
	}
	k.Version++
	return err
}

// see notes that a key was used; it changes nothing that a person could have read
// before, so that it makes no version stale.
func see(ctx context.Context, tx *db.Tx, id string) error {
	_, err := db.Exec(ctx, tx, `UPDATE seal_key SET seen_at = $1 WHERE id = $2`, tx.Micros(), id)
	return err
}

func insertEnvelope(ctx context.Context, tx *db.Tx, e Envelope) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO seal_envelope (id, kind, subject, part, parted, body, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		e.ID, e.Kind, e.Subject, e.Part, e.Parted, e.Body, tx.Micros())
	for _, sh := range e.Shares {
		if err == nil {
			err = insertShare(ctx, tx, e.ID, sh)
		}
	}
	return err
}

func insertShare(ctx context.Context, tx *db.Tx, envelope string, sh Share) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO seal_share (envelope_id, party, key_id, sealed) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, envelope, sh.Party, sh.KeyID, sh.Sealed)
	return err
}

const selectEnvelope = `SELECT e.id, e.kind, e.subject, e.part, e.parted, e.body, e.created_at FROM seal_envelope e `

func scanEnvelope(r db.Scanner) (Envelope, error) {
	var e Envelope
	var created int64
	err := r.Scan(&e.ID, &e.Kind, &e.Subject, &e.Part, &e.Parted, &e.Body, &created)
	e.CreatedAt = moment(created)
	return e, err
}

func envelopeByID(ctx context.Context, tx *db.Tx, id string) (Envelope, error) {
	return db.One(ctx, tx, scanEnvelope, selectEnvelope+`WHERE e.id = $1`, id)
}

func envelopesOf(ctx context.Context, tx *db.Tx, kind, subject string) ([]Envelope, error) {
	return db.All(ctx, tx, scanEnvelope, selectEnvelope+`WHERE e.kind = $1 AND e.subject = $2 ORDER BY e.id`, kind, subject)
}

func scanShare(r db.Scanner) (sh Share, err error) {
	err = r.Scan(&sh.Party, &sh.KeyID, &sh.Sealed)
	return sh, err
}

func shareOf(ctx context.Context, tx *db.Tx, envelope string, p Party, keyID string) (Share, error) {
	return db.One(ctx, tx, scanShare, `SELECT party, key_id, sealed FROM seal_share WHERE envelope_id = $1 AND party = $2 AND key_id = $3`, envelope, p, keyID)
}

// ownShare finds the share that one of a person's keys has of an envelope.
func ownShare(ctx context.Context, tx *db.Tx, envelope string, p Party, userID string) (Share, error) {
	return db.One(ctx, tx, scanShare, `SELECT h.party, h.key_id, h.sealed FROM seal_share h JOIN seal_key k ON k.id = h.key_id
		WHERE h.envelope_id = $1 AND h.party = $2 AND k.user_id = $3 AND k.state = $4 ORDER BY h.key_id DESC LIMIT 1`, envelope, p, userID, Active)
}

// Lack is one share that a key lacks, with what a colleague's key has of it.
type Lack struct {
	EnvelopeID string
	Sealed     []byte
}

const lacking = ` FROM seal_share h WHERE h.key_id = $1 AND NOT EXISTS (SELECT 1 FROM seal_share o WHERE o.envelope_id = h.envelope_id AND o.key_id = $2)`

// lacks lists what the key to lacks and the key from has.
func lacks(ctx context.Context, tx *db.Tx, from, to string, limit int) (out []Lack, total int64, err error) {
	if total, err = db.One(ctx, tx, db.Value[int64], `SELECT COUNT(*)`+lacking, from, to); err != nil {
		return nil, 0, err
	}
	out, err = db.All(ctx, tx, func(r db.Scanner) (l Lack, err error) {
		err = r.Scan(&l.EnvelopeID, &l.Sealed)
		return l, err
	}, `SELECT h.envelope_id, h.sealed`+lacking+` ORDER BY h.envelope_id LIMIT $3`, from, to, limit)
	return out, total, err
}

// dropShares takes a key's shares away wherever another key in use has one of the
// same party, and counts those that only this key has.
func dropShares(ctx context.Context, tx *db.Tx, keyID string) (left int64, err error) {
	_, err = db.Exec(ctx, tx, `DELETE FROM seal_share WHERE key_id = $1 AND EXISTS (SELECT 1 FROM seal_share o JOIN seal_key k ON k.id = o.key_id
		WHERE o.envelope_id = seal_share.envelope_id AND o.party = seal_share.party AND o.key_id <> seal_share.key_id AND k.state = $2)`, keyID, Active)
	if err != nil {
		return 0, err
	}
	return db.One(ctx, tx, db.Value[int64], `SELECT COUNT(*) FROM seal_share WHERE key_id = $1`, keyID)
}

func destroy(ctx context.Context, tx *db.Tx, kind, subject string) error {
	for _, q := range []string{
		`DELETE FROM seal_share WHERE envelope_id IN (SELECT id FROM seal_envelope WHERE kind = $1 AND subject = $2)`,
		`UPDATE seal_opening SET share = NULL WHERE kind = $1 AND subject = $2`,
		`DELETE FROM seal_envelope WHERE kind = $1 AND subject = $2`,
	} {
		if _, err := db.Exec(ctx, tx, q, kind, subject); err != nil {
			return err
		}
	}
	return nil
}

const selectOpening = `SELECT o.id, o.number, o.state, o.kind, o.subject, o.envelope_id, o.reason, o.requested_by, COALESCE(r.name, ''), o.key_id, o.decided_by, COALESCE(d.name, ''), o.decision, o.share,
	o.expires_at, o.decided_at, o.opened_at, o.created_at, o.updated_at, o.version
	FROM seal_opening o LEFT JOIN app_user r ON r.id = o.requested_by LEFT JOIN app_user d ON d.id = o.decided_by `

func scanOpening(r db.Scanner) (Opening, error) {
	var o Opening
	var expires, decided, opened, created, updated int64
	err := r.Scan(&o.ID, &o.Number, &o.State, &o.Kind, &o.Subject, &o.EnvelopeID, &o.Reason, &o.RequestedBy, &o.RequestName, &o.KeyID, &o.DecidedBy, &o.DecideName, &o.Decision, &o.Share,
		&expires, &decided, &opened, &created, &updated, &o.Version)
	o.ExpiresAt, o.DecidedAt, o.OpenedAt, o.CreatedAt, o.UpdatedAt = moment(expires), moment(decided), moment(opened), moment(created), moment(updated)
	return o, err
}

func lockOpening(ctx context.Context, tx *db.Tx, id string) (Opening, error) {
	if _, err := db.One(ctx, tx, db.Value[string], `SELECT id FROM seal_opening WHERE id = $1`+tx.ForUpdate(), id); err != nil {
		return Opening{}, err
	}
	return openingByID(ctx, tx, id)
}

func openingByID(ctx context.Context, tx *db.Tx, id string) (Opening, error) {
	return db.One(ctx, tx, scanOpening, selectOpening+`WHERE o.id = $1`, id)
}

func openingsOf(ctx context.Context, tx *db.Tx, kind, subject string) ([]Opening, error) {
	return db.All(ctx, tx, scanOpening, selectOpening+`WHERE o.kind = $1 AND o.subject = $2 ORDER BY o.id`, kind, subject)
}

func listOpenings(ctx context.Context, tx *db.Tx, states []string, before string, limit int) ([]Opening, error) {
	var f db.Filter
	f.In("o.state", states)
	if before != "" {
		f.Add("o.id < ?", before)
	}
	return db.All(ctx, tx, scanOpening, selectOpening+`WHERE `+f.Where()+` ORDER BY o.id DESC LIMIT `+f.Put(limit), f.Args...)
}

func countOpenings(ctx context.Context, tx *db.Tx, states []string) (int, bool, error) {
	var f db.Filter
	f.In("o.state", states)
	return db.Count(ctx, tx, `SELECT 1 FROM seal_opening o WHERE `+f.Where(), f.Args...)
}

func openingsOver(ctx context.Context, tx *db.Tx) ([]Opening, error) {
	return db.All(ctx, tx, scanOpening, selectOpening+`WHERE o.state IN ('requested', 'approved', 'opened') AND o.expires_at <= $1 ORDER BY o.id LIMIT 500`, tx.Micros())
}

func insertOpening(ctx context.Context, tx *db.Tx, o Opening) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO seal_opening (id, number, state, kind, subject, envelope_id, reason, requested_by, key_id, expires_at, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)`,
		o.ID, o.Number, o.State, o.Kind, o.Subject, o.EnvelopeID, o.Reason, o.RequestedBy, o.KeyID, micros(o.ExpiresAt), tx.Micros())
	return err
}

func saveOpening(ctx context.Context, tx *db.Tx, o *Opening) error {
	_, err := db.Exec(ctx, tx, `UPDATE seal_opening SET state = $1, decided_by = $2, decision = $3, share = $4, expires_at = $5, decided_at = $6, opened_at = $7, updated_at = $8,
		version = version + 1 WHERE id = $9`,
		o.State, o.DecidedBy, o.Decision, o.Share, micros(o.ExpiresAt), micros(o.DecidedAt), micros(o.OpenedAt), tx.Micros(), o.ID)
	o.Version++
	return err
}

// Holds is the condition that something sealed belongs to a thing of a kind, whose
// id the column names.
func Holds(kind, column string) string {
	return "EXISTS (SELECT 1 FROM seal_envelope v WHERE v.kind = '" + kind + "' AND v.subject = " + column + ")"
}
