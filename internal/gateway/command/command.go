package command

import (
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/flow"
)

// Origin says who wished a command.
type Origin string

// The origins.
const (
	ByPerson   Origin = "person"
	ByNotice   Origin = "notice"   // the station asked for it (1013, 1014)
	ByGreeting Origin = "greeting" // sequence of the first connection
	ByCallback Origin = "callback" // missing data
	ByRenewal  Origin = "renewal"  // a key has grown old
)

// priority puts what people wait for before what nobody waits for.
var priority = map[Origin]string{ByNotice: "1", ByGreeting: "2", ByPerson: "3", ByRenewal: "5", ByCallback: "9"}

// Value is one value that a station sent in answer.
type Value struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Command is one command to one device, from the wish to the result.
type Command struct {
	ID           string
	DeviceID     string // "" for a logger without an MN
	MN           string
	Route        string // whose connection carries it: the MN, or the logger's number
	OutletID     string
	EnterpriseID string
	Area         string
	Name         string
	CN           hj212.Command
	Params       map[string]string // without secrets
	Origin       Origin
	State        flow.State
	QN           string // identifies the exchange, set when it is first sent
	Attempts     int
	DueAt        time.Time // when the present wait ends
	ExpiresAt    time.Time // when it is given up unsent
	From, To     time.Time // data that is asked for
	Answer       int       // QnRtn, 0 = none yet
	Outcome      int       // ExeRtn, 0 = none yet
	Result       []Value
	Note         string
	Frames       int64 // data frames that came for it
	AskedBy      string
	AskedName    string
	AskedAt      time.Time
	SentAt       time.Time
	AcceptedAt   time.Time
	EndedAt      time.Time
	Version      int64

	// Read only.
	OutletName     string
	EnterpriseName string

	Protocol hj212.Version // of the frame, known when it is sent
	secret   []byte        // sealed
}

func (c *Command) scope() auth.Scope { return auth.Scope{Area: c.Area, Enterprise: c.EnterpriseID} }

func (c *Command) spec() *Spec {
	if s := byName[c.Name]; s != nil {
		return s
	}
	return &Spec{Name: c.Name, CN: c.CN, Title: c.Name}
}

// Timing is how long a station may take to answer and how often it is asked again.
type Timing struct {
	OverTime time.Duration
	ReCount  int
}

// Links are the kinds of link with the standard's time-outs.
var Links = map[string]Timing{"": {10 * time.Second, 3}, "adsl": {5 * time.Second, 3}, "nbiot": {30 * time.Second, 5}}

// Link is how a device is spoken to.
type Link struct {
	DeviceID    string
	Link        string // "" mobile, adsl, nbiot
	OverTime    int    // seconds, 0 = as the link
	ReCount     int    // 0 = as the link
	MinInterval int    // minutes of minute data
	Greet       bool   // sequence of the first connection
	Callback    bool   // call missing data back
	UpdatedAt   time.Time
	Version     int64 // 0 = nothing was set yet
}

// timing is what holds for the device.
func (l Link) timing() Timing {
	t, ok := Links[l.Link]
	if !ok {
		t = Links[""]
	}
	if l.OverTime > 0 {
		t.OverTime = time.Duration(l.OverTime) * time.Second
	}
	if l.ReCount > 0 {
		t.ReCount = l.ReCount
	}
	return t
}

// Exchange is one frame of an exchange as it is kept, secrets masked.
type Exchange struct {
	ID        string
	At        time.Time
	DeviceID  string
	MN        string
	Direction string // in, out
	CN        hj212.Command
	QN        string
	CommandID string
	Address   string
	Text      string
}

// Hardware is a logger that reported itself and has, or waits for, an MN.
type Hardware struct {
	ID      string // its own number, i23005
	CPU     string
	MAC1    string
	MAC2    string
	Address string
	FirstAt time.Time
	LastAt  time.Time
	MN      string // given to it
	Online  bool
}

// Query narrows a list of commands; zero fields do not narrow.
type Query struct {
	DeviceID string
	OutletID string
	Area     string
	States   []string
	Origin   string
	Text     string
	Cursor   string
	Limit    int
}

// Peer is what is known of a device that is connected.
type Peer struct {
	Address string
	ST, PW  string // of its frames
	Version hj212.Version
}

// Lines are the connections of this process.
type Lines interface {
	// Peer tells whether a route is connected and how it speaks.
	Peer(route string) (Peer, bool)
	// Send writes a frame to the connection of the route that spoke last.
	Send(route string, frame []byte) (address string, err error)
	// Alias lets the connection at the address be reached under a further name.
	Alias(address, route string)
}

// Message is one received frame after its commit.
type Message struct {
	Frame   *hj212.Frame
	Outcome telemetry.Outcome
	At      time.Time // of receipt
	DataAt  time.Time // moment of the data
	Address string
}

func newID() string { return db.NewID() }
