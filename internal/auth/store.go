package auth

import (
	"context"
	"encoding/json"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

const userColumns = `u.id, u.login, u.name, u.phone, u.email, u.roles, u.area, u.agency, u.enterprise_id,
	u.password, u.password_at, u.must_change, u.active, u.created_at, u.updated_at, u.version, u.otp_at`

func scanUser(r db.Scanner, more ...any) (User, error) {
	var u User
	var roles string
	var created, updated int64
	dest := append([]any{&u.ID, &u.Login, &u.Name, &u.Phone, &u.Email, &roles, &u.Area, &u.Agency, &u.Enterprise,
		&u.password, &u.passwordAt, &u.MustChange, &u.Active, &created, &updated, &u.Version, &u.otpAt}, more...)
	if err := r.Scan(dest...); err != nil {
		return User{}, err
	}
	u.CreatedAt, u.UpdatedAt, u.TwoStep = moment(created), moment(updated), u.otpAt != 0
	return u, json.Unmarshal([]byte(roles), &u.Roles)
}

func plainUser(r db.Scanner) (User, error) { return scanUser(r) }

// moment reads a column of microseconds; 0 is the zero time.
func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func rolesText(roles []Role) (string, error) {
	b, err := json.Marshal(roles)
	return string(b), err
}

func userByID(ctx context.Context, tx *db.Tx, id, lock string) (User, error) {
	return db.One(ctx, tx, plainUser, `SELECT `+userColumns+` FROM app_user u WHERE u.id = $1`+lock, id)
}

func userByLogin(ctx context.Context, tx *db.Tx, login string) (User, error) {
	return db.One(ctx, tx, plainUser, `SELECT `+userColumns+` FROM app_user u WHERE u.login = $1`, login)
}

func insertUser(ctx context.Context, tx *db.Tx, u User) error {
	roles, err := rolesText(u.Roles)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO app_user (id, login, name, phone, email, roles, area, agency, enterprise_id,
		password, password_at, must_change, active, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		u.ID, u.Login, u.Name, u.Phone, u.Email, roles, u.Area, u.Agency, u.Enterprise,
		u.password, u.passwordAt, u.MustChange, u.Active, u.CreatedAt.UnixMicro(), u.UpdatedAt.UnixMicro(), u.Version)
	return err
}

func updateProfile(ctx context.Context, tx *db.Tx, u *User) error {
	u.Version, u.UpdatedAt = u.Version+1, tx.Now
	_, err := db.Exec(ctx, tx, `UPDATE app_user SET login = $1, name = $2, phone = $3, email = $4, updated_at = $5, version = $6 WHERE id = $7`,
		u.Login, u.Name, u.Phone, u.Email, tx.Micros(), u.Version, u.ID)
	return err
}

func updateRights(ctx context.Context, tx *db.Tx, u *User) error {
	roles, err := rolesText(u.Roles)
	if err != nil {
		return err
	}
	u.Version, u.UpdatedAt = u.Version+1, tx.Now
	_, err = db.Exec(ctx, tx, `UPDATE app_user SET roles = $1, area = $2, agency = $3, enterprise_id = $4, updated_at = $5, version = $6 WHERE id = $7`,
		roles, u.Area, u.Agency, u.Enterprise, tx.Micros(), u.Version, u.ID)
	return err
}

func setPassword(ctx context.Context, tx *db.Tx, id, phc string, mustChange bool, at int64) error {
	_, err := db.Exec(ctx, tx, `UPDATE app_user SET password = $1, must_change = $2, password_at = $3 WHERE id = $4`, phc, mustChange, at, id)
	return err
}

func setMustChange(ctx context.Context, tx *db.Tx, id string) error {
	_, err := db.Exec(ctx, tx, `UPDATE app_user SET must_change = TRUE WHERE id = $1`, id)
	return err
}

func setActive(ctx context.Context, tx *db.Tx, id string, active bool) error {
	_, err := db.Exec(ctx, tx, `UPDATE app_user SET active = $1, updated_at = $2, version = version + 1 WHERE id = $3`, active, tx.Micros(), id)
	return err
}

// lockOfficers locks the active officers in the order of their ids and always
// before any other account, so that two administrators cannot remove each
// other at the same moment.
func lockOfficers(ctx context.Context, tx *db.Tx) ([]User, error) {
	return db.All(ctx, tx, plainUser, `SELECT `+userColumns+` FROM app_user u
		WHERE u.active AND u.roles IN ('["admin"]', '["secadmin"]', '["auditor"]') ORDER BY u.id`+tx.ForUpdate())
}

// lockRule says which failures make a lock: at least limit, the last after since.
type lockRule struct{ limit, since int64 }

func (f Filter) conditions() db.Filter {
	var c db.Filter
	c.Has(f.Text, "u.login", "u.name")
	if f.Role != "" {
		c.Add(`u.roles LIKE ? ESCAPE '\'`, db.LikeAny(`"`+string(f.Role)+`"`))
	}
	if f.Area != "" {
		c.Add(whereArea("u.area", f.Area, c.Put))
	}
	if f.Agency != "" {
		c.Add("u.agency = ?", f.Agency)
	}
	if f.Active != nil {
		c.Add("u.active = ?", *f.Active)
	}
	return c
}

// lockColumn reads the last failure of a locked login, 0 when it is not locked.
// A person whose login changed may have several counters; the newest counts.
func lockColumn(l lockRule, put func(any) string) string {
	return `COALESCE((SELECT MAX(t.last_at) FROM app_attempt t WHERE t.user_id = u.id AND t.failed >= ` + put(l.limit) +
		` AND t.last_at > ` + put(l.since) + `), 0)`
}

func lockedUser(r db.Scanner) (User, error) {
	var last int64
	u, err := scanUser(r, &last)
	u.LockedUntil = moment(last)
	return u, err
}

func listUsers(ctx context.Context, tx *db.Tx, f Filter, l lockRule) ([]User, error) {
	c := f.conditions()
	if f.after != "" {
		c.Add("u.login > ?", f.after)
	}
	return db.All(ctx, tx, lockedUser, `SELECT `+userColumns+`, `+lockColumn(l, c.Put)+` FROM app_user u
		WHERE `+c.Where()+` ORDER BY u.login LIMIT `+c.Put(f.Limit), c.Args...)
}

func countUsers(ctx context.Context, tx *db.Tx, f Filter) (int, bool, error) {
	c := f.conditions()
	return db.Count(ctx, tx, `SELECT 1 FROM app_user u WHERE `+c.Where(), c.Args...)
}

func userWithLock(ctx context.Context, tx *db.Tx, id string, l lockRule) (User, error) {
	var c db.Filter
	c.Add("u.id = ?", id)
	return db.One(ctx, tx, lockedUser, `SELECT `+userColumns+`, `+lockColumn(l, c.Put)+` FROM app_user u WHERE `+c.Where(), c.Args...)
}

func namesOf(ctx context.Context, tx *db.Tx, ids []string, into map[string]string) error {
	var c db.Filter
	c.In("id", ids)
	type pair struct{ id, name string }
	rows, err := db.All(ctx, tx, func(r db.Scanner) (p pair, err error) { return p, r.Scan(&p.id, &p.name) },
		`SELECT id, name FROM app_user WHERE `+c.Where(), c.Args...)
	for _, p := range rows {
		into[p.id] = p.name
	}
	return err
}
