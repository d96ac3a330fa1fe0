package notify

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/seal"
)

// Channel is one way out as somebody set it up.
type Channel struct {
	ID        string
	Kind      string
	Name      string
	State     flow.State
	Settings  Settings // without secrets
	Least     Urgency
	ReadyAt   time.Time
	Error     string
	ErrorAt   time.Time
	SentAt    time.Time
	Waiting   int // deliveries
	CreatedBy string
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64

	secrets  []byte // sealed
	failures int
}

// Change is what a person sets. A secret that is absent stays as it was, an
// empty one is taken away.
type Change struct {
	Name     string
	Least    Urgency
	Settings Settings
}

// PostParts is what the Post is made from.
type PostParts struct {
	DB       *db.DB
	Policy   auth.Policy
	Box      *seal.Box
	Carriers []Carrier
	Notices  *Service // whose words templates set; nil = none
	Root     string   // code of the whole jurisdiction
	Place    string   // who is speaking
	Site     string   // address of the console, for links; "" = no links
	Log      *slog.Logger
}

// Post holds the channels and brings the deliveries out (投递).
type Post struct {
	PostParts
	courier
}

// NewPost makes it.
func NewPost(p PostParts) *Post {
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	p.Site = strings.TrimRight(p.Site, "/")
	if p.Notices == nil {
		p.Notices = New(p.DB, p.Policy)
	}
	p.Notices.place = p.Place
	s := &Post{PostParts: p}
	s.me, s.busy = db.NewID(), map[string]bool{}
	return s
}

var (
	errNone  = fault.NotFoundf("没有这个通知渠道，请刷新清单")
	errStale = fault.Conflictf("已被他人修改，请刷新后重试")
)

func (p *Post) may(actor auth.Actor, c auth.Capability) error {
	return p.Policy.Require(actor, c, auth.Scope{Area: p.Root})
}

// Kinds lists the ways out, in the order of the form.
func (p *Post) Kinds() []Kind {
	out := make([]Kind, 0, len(p.Carriers))
	for _, c := range p.Carriers {
		out = append(out, c.Kind())
	}
	return out
}

func (p *Post) carrier(kind string) (Carrier, error) {
	for _, c := range p.Carriers {
		if c.Kind().ID == kind {
			return c, nil
		}
	}
	return nil, fault.Invalidf("没有“%s”这种通知渠道", kind).With("kind", "请从所列种类中选择")
}

// List gives the channels that are not ended, in the order of their making.
func (p *Post) List(ctx context.Context, actor auth.Actor) (out []Channel, err error) {
	if err := p.may(actor, auth.SystemRead); err != nil {
		return nil, err
	}
	err = p.DB.Read(ctx, func(tx *db.Tx) error {
		if out, err = channels(ctx, tx); err != nil {
			return err
		}
		waits, err := channelCounts(ctx, tx)
		for i := range out {
			out[i].Waiting = waits[out[i].ID]
		}
		return err
	})
	return out, err
}

// Create sets up a channel; it carries what is told from now on.
func (p *Post) Create(ctx context.Context, actor auth.Actor, kind string, change Change) (c Channel, err error) {
	if err := p.may(actor, auth.SystemWrite); err != nil {
		return c, err
	}
	carrier, err := p.carrier(kind)
	if err != nil {
		return c, err
	}
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		c = Channel{ID: db.NewID(), Kind: kind, State: Machine.Initial, CreatedBy: actor.ID, CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1}
		if err := p.apply(&c, carrier, change); err != nil {
			return err
		}
		if err := insertChannel(ctx, tx, &c); err != nil {
			return err
		}
		return p.note(ctx, tx, actor, "channel.create", c)
	})
	return c, err
}

// apply takes over what a person set.
func (p *Post) apply(c *Channel, carrier Carrier, change Change) error {
	k := carrier.Kind()
	c.Name = strings.TrimSpace(change.Name)
	if c.Name == "" || len([]rune(c.Name)) > 60 {
		return fault.Invalidf("通知渠道有误，请按提示修改").With("name", "请填写名称，最多 60 个字")
	}
	if c.Least = change.Least; c.Least == "" {
		c.Least = k.Least
	}
	if !c.Least.Known() {
		return fault.Invalidf("通知渠道有误，请按提示修改").With("least", "请从所列选项中选择")
	}
	before, err := p.settings(*c)
	if err != nil {
		before = Settings{} // the key is lost: the secrets must be set anew anyway
	}
	all, err := k.fill(change.Settings, before)
	if err != nil {
		return err
	}
	if err := carrier.Check(all); err != nil {
		return err
	}
	open, secret := k.split(all)
	c.Settings, c.secrets = open, nil
	if len(secret) == 0 {
		return nil
	}
	text, err := json.Marshal(secret)
	if err != nil {
		return err
	}
	c.secrets, err = p.Box.Seal(text, c.ID)
	return err
}

// settings gives everything that a carrier needs, secrets opened.
func (p *Post) settings(c Channel) (Settings, error) {
	out := Settings{}
	if len(c.secrets) > 0 {
		text, err := p.Box.Open(c.secrets, c.ID)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, &out); err != nil {
			return nil, err
		}
	}
	for k, v := range c.Settings {
		out[k] = v
	}
	return out, nil
}

// Holds names the secrets that are set.
func (p *Post) Holds(c Channel) []string {
	out := []string{}
	all, err := p.settings(c)
	carrier, cerr := p.carrier(c.Kind)
	if err != nil || cerr != nil {
		return out
	}
	for _, f := range carrier.Kind().Fields {
		if f.Kind == Secret && all[f.Name] != "" {
			out = append(out, f.Name)
		}
	}
	return out
}

func (p *Post) note(ctx context.Context, tx *db.Tx, actor auth.Actor, action string, c Channel) error {
	tx.Signal(bell)
	return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: action, Kind: Machine.Kind, Subject: c.ID, Area: p.Root, Detail: map[string]any{
		"kind": c.Kind, "name": c.Name, "least": c.Least, "state": c.State, "settings": c.Settings, "secrets": p.Holds(c)}})
}

// Update changes a channel; version is the one that was seen.
func (p *Post) Update(ctx context.Context, actor auth.Actor, id string, version int64, change Change) (Channel, error) {
	return p.change(ctx, actor, id, version, "channel.update", func(_ *db.Tx, c *Channel) error {
		carrier, err := p.carrier(c.Kind)
		if err != nil {
			return err
		}
		return p.apply(c, carrier, change)
	})
}

// Do takes a channel along the table: pause, resume, end.
func (p *Post) Do(ctx context.Context, actor auth.Actor, id string, version int64, v flow.Verb) (Channel, error) {
	return p.change(ctx, actor, id, version, "channel."+string(v), func(tx *db.Tx, c *Channel) error {
		st, err := Machine.Check(c.State, v, func(string) bool { return true }, nil)
		if err != nil {
			return err
		}
		if c.State = st.Target(c.State); c.State == Ended {
			c.secrets = nil
			return giveUp(ctx, tx, c.ID, "渠道已停用")
		}
		return nil
	})
}

func (p *Post) change(ctx context.Context, actor auth.Actor, id string, version int64, action string, f func(*db.Tx, *Channel) error) (c Channel, err error) {
	if err := p.may(actor, auth.SystemWrite); err != nil {
		return c, err
	}
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		if c, err = channelByID(ctx, tx, id); db.IsMissing(err) || err == nil && c.State == Ended {
			return errNone
		}
		if err != nil {
			return err
		}
		if c.Version != version {
			return errStale
		}
		if err := f(tx, &c); err != nil {
			return err
		}
		c.UpdatedAt = tx.Now
		if ok, err := saveChannel(ctx, tx, &c); err != nil || !ok {
			if err == nil {
				err = errStale
			}
			return err
		}
		return p.note(ctx, tx, actor, action, c)
	})
	return c, err
}
