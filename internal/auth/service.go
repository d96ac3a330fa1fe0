package auth

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/seal"
)

// Config holds the settings of the accounts; each zero value means the default
// of Defaults.
type Config struct {
	Idle            time.Duration // a session ends after this time without a request
	Absolute        time.Duration // a session ends after this time whatever happens
	LoginFailures   int           // wrong passwords before a login is locked
	AddressFailures int           // wrong passwords before an address is locked
	Lock            time.Duration // how long a lock lasts, and how long failures count
	PasswordAge     time.Duration // a password must be changed after this time; negative = never
	Hash            HashCost
	TwoStep         []Role    // the roles that must sign in with a second step
	Issuer          string    // the name under which authenticators list the account
	Box             *seal.Box // seals the secrets of authenticators; nil = a key that ends with the process
	// Known says in Chinese why an area or agency does not exist in the
	// jurisdiction; nil accepts all well-formed ones.
	Known func(area, agency string) error
}

// Defaults are the habits of a system of 等保 level three.
var Defaults = Config{
	Idle: 30 * time.Minute, Absolute: 12 * time.Hour,
	LoginFailures: 5, AddressFailures: 30, Lock: 15 * time.Minute,
	PasswordAge: 90 * 24 * time.Hour, Hash: DefaultHashCost,
}

func (c Config) filled() Config {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&c.Idle, Defaults.Idle)
	set(&c.Absolute, Defaults.Absolute)
	set(&c.Lock, Defaults.Lock)
	set(&c.PasswordAge, Defaults.PasswordAge)
	if c.LoginFailures == 0 {
		c.LoginFailures = Defaults.LoginFailures
	}
	if c.AddressFailures == 0 {
		c.AddressFailures = Defaults.AddressFailures
	}
	if c.Issuer == "" {
		c.Issuer = "清哨"
	}
	if c.Box == nil {
		c.Box = seal.New("")
	}
	if c.Known == nil {
		c.Known = func(string, string) error { return nil }
	}
	return c
}

// Workload is work that waits for one person, as its feature counts it.
type Workload interface {
	// Open counts the unfinished things that the person answers for.
	Open(ctx context.Context, tx *db.Tx, userID string) (int, error)
	// Handover gives them all to a colleague, with an entry in each timeline.
	Handover(ctx context.Context, tx *db.Tx, actor Actor, from, to string) error
}

// Service keeps accounts, sessions and tokens. It caches nothing: each request
// reads its person's rights anew, so that a change made by any process counts
// at once.
type Service struct {
	db     *db.DB
	policy Policy
	conf   Config
	hasher *hasher
	box    *seal.Box
	work   []Workload
}

// New makes the service.
func New(d *db.DB, p Policy, c Config) *Service {
	c = c.filled()
	return &Service{db: d, policy: p, conf: c, hasher: newHasher(c.Hash), box: c.Box}
}

// Register adds a feature's workload; only while the program is being built.
func (s *Service) Register(w Workload) { s.work = append(s.work, w) }

// Policy gives the table in force.
func (s *Service) Policy() Policy { return s.policy }

// note writes the act on an account into the audit log. detail names fields
// and never holds a password, a token or a cookie.
func note(ctx context.Context, tx *db.Tx, by Actor, action string, on User, detail any) error {
	return audit.Record(ctx, tx, audit.Entry{Actor: by.ID, Action: action, Kind: "user", Subject: on.ID, Area: on.Area, Detail: detail})
}

func (s *Service) lockUser(ctx context.Context, tx *db.Tx, id string) (User, error) {
	u, err := userByID(ctx, tx, id, tx.ForUpdate())
	if db.IsMissing(err) {
		return u, fault.NotFoundf("没有这个账号，请刷新后重试")
	}
	return u, err
}

// Tidy deletes what has long ceased to matter: failures older than a day,
// sessions that ended 90 days ago. The audit log keeps the acts themselves.
func (s *Service) Tidy(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := deleteAttemptsBefore(ctx, tx, tx.Now.Add(-24*time.Hour).UnixMicro()); err != nil {
			return err
		}
		return deleteSessionsBefore(ctx, tx, tx.Now.AddDate(0, 0, -90).UnixMicro())
	})
}
