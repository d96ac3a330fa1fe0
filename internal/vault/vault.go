package vault

import (
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Party is one of those between whom the power to read is parted.
type Party string

// The parties. The reporter holds shares of what the desk answers.
const (
	Desk      Party = "desk"
	Oversight Party = "oversight"
	Reporter  Party = "reporter"
)

// parties are those of the key ceremony, with the capability that each needs.
var parties = []struct {
	Party      Party
	Title      string
	Capability auth.Capability
}{{Desk, "保密岗", auth.SealDesk}, {Oversight, "监督方", auth.SealOversee}}

// Title is the party in Chinese.
func (p Party) Title() string {
	for _, x := range parties {
		if x.Party == p {
			return x.Title
		}
	}
	return "举报人"
}

func (p Party) capability() (auth.Capability, bool) {
	for _, x := range parties {
		if x.Party == p {
			return x.Capability, true
		}
	}
	return "", false
}

// Key is one officer's key pair. Wrapped is for its owner alone.
type Key struct {
	ID          string
	UserID      string
	UserName    string // read only
	Party       Party
	State       flow.State
	Recipient   string
	Fingerprint string
	Wrapped     string
	Escrow      bool
	Escrowed    string
	EscrowedTo  string
	ConfirmedBy string
	ConfirmName string // read only
	ConfirmedAt time.Time
	SeenAt      time.Time
	DrilledAt   time.Time
	Challenge   string
	AskedAt     time.Time
	EndedAt     time.Time
	CreatedAt   time.Time
	Version     int64

	// Serves is false when the owner no longer holds the post; read only.
	Serves bool
}

// Share is what one key holder, or the reporter, has of the key of an envelope.
type Share struct {
	Party  Party
	KeyID  string
	Sealed []byte
}

// Envelope is sealed content. Parted ones need both parties.
type Envelope struct {
	ID        string
	Kind      string
	Subject   string
	Part      string
	Parted    bool
	Body      []byte
	Shares    []Share
	CreatedAt time.Time
}

// Opening is one request to learn who reported.
type Opening struct {
	ID          string
	Number      string
	State       flow.State
	Kind        string
	Subject     string
	EnvelopeID  string
	Reason      string
	RequestedBy string
	RequestName string // read only
	KeyID       string
	DecidedBy   string
	DecideName  string // read only
	Decision    string
	Share       []byte
	ExpiresAt   time.Time
	DecidedAt   time.Time
	OpenedAt    time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Version     int64
}

// Policy is what a place decides about its sealed channel.
type Policy struct {
	Area   string        // where its officers serve: the whole jurisdiction
	Prefix string        // of openings, e.g. WZ-K
	Least  int           // key holders that each party needs
	Wait   time.Duration // how long a request waits for its answer
	Hold   time.Duration // how long an approval holds
	Unseen time.Duration // after which a key holder is missed
	Drill  time.Duration // how often each must show that the key works
	Escrow bool          // whether private keys may be put into escrow
}

// DefaultPolicy is what a place starts with that says nothing.
func DefaultPolicy(area, prefix string) Policy {
	day := 24 * time.Hour
	return Policy{Area: area, Prefix: prefix, Least: 2, Wait: 3 * day, Hold: day, Unseen: 90 * day, Drill: 92 * day, Escrow: true}
}

// Deps is what the service works with.
type Deps struct {
	DB       *db.DB
	Auth     auth.Policy
	Policy   Policy
	Notify   *notify.Service
	Timeline *timeline.Book
}

// Service is the register of keys, envelopes and openings.
type Service struct{ Deps }

// New makes the service.
func New(d Deps) *Service { return &Service{d} }

func (s *Service) scope() auth.Scope { return auth.Scope{Area: s.Policy.Area} }
