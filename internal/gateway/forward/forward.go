package forward

import (
	"context"
	"log/slog"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/seal"
)

// Device is one device of a target and the MN that it has there.
type Device struct {
	MN string `json:"mn"`
	As string `json:"as,omitempty"` // "" = the same
}

// Target is a platform that gets our frames.
type Target struct {
	ID        string
	Name      string
	Address   string // host:port
	State     flow.State
	Area      string
	Devices   []Device // none = all of the area
	Kinds     []int    // commands; none = all data
	Sent      int64    // frames done
	Skipped   int64    // never answered while others were
	DoneAt    time.Time
	Error     string
	ErrorAt   time.Time
	Connected bool
	CreatedBy string
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64

	seq, done int64
	password  []byte // sealed
}

// HasPassword tells whether frames get the other platform's PW.
func (t Target) HasPassword() bool { return len(t.password) > 0 }

// Behind is how many batches wait.
func (t Target) Behind(head int64) int64 { return max(head-t.seq, 0) }

// Change is what a person sets. Password nil leaves it, "" takes it away.
type Change struct {
	Name     string
	Address  string
	Area     string
	Devices  []Device
	Kinds    []int
	Password *string
}

// Parts is what the service is made from.
type Parts struct {
	DB     *db.DB
	Policy auth.Policy
	Store  *telemetry.Store
	Box    *seal.Box
	Root   string // code of the whole jurisdiction
	Log    *slog.Logger
	Dial   func(ctx context.Context, address string) (net.Conn, error) // nil = TCP
	Timing Timing                                                      // zero fields take the usual ones
}

// Service holds the verbs of targets, and sends.
type Service struct {
	Parts
	me string // this process, among several
	sending
}

// New makes the service.
func New(p Parts) *Service {
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	if p.Dial == nil {
		p.Dial = func(ctx context.Context, address string) (net.Conn, error) {
			return (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext(ctx, "tcp", address)
		}
	}
	p.Timing.fill()
	return &Service{Parts: p, me: db.NewID()}
}

// Kinds are the commands that can be chosen, in the order of the form.
var Kinds = []int{2011, 2051, 2061, 2031, 2021, 2041}

// most bounds the devices named in one target.
const most = 2000

var (
	errNone  = fault.NotFoundf("没有这个转发目标，请刷新清单")
	errStale = fault.Conflictf("已被他人修改，请刷新后重试")
	mnForm   = regexp.MustCompile(`^[0-9A-Za-z]{1,40}$`)
	pwForm   = regexp.MustCompile(`^[0-9A-Za-z]{1,9}$`)
)

func (s *Service) may(actor auth.Actor, c auth.Capability) error {
	return s.Policy.Require(actor, c, auth.Scope{Area: s.Root})
}

// Head is the newest batch of the store, to tell how far targets are behind.
func (s *Service) Head() int64 { return s.Store.Head() }

// List gives all targets that are not ended, by name.
func (s *Service) List(ctx context.Context, actor auth.Actor) (out []Target, err error) {
	if err := s.may(actor, auth.SystemRead); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = targets(ctx, tx)
		return err
	})
	return out, err
}

func (c *Change) check() error {
	c.Name, c.Address = strings.TrimSpace(c.Name), strings.TrimSpace(c.Address)
	f := fault.Invalidf("转发目标有误，请按提示修改")
	if c.Name == "" || len([]rune(c.Name)) > 60 {
		return f.With("name", "请填写名称，最多 60 个字")
	}
	host, port, err := net.SplitHostPort(c.Address)
	if n, err2 := strconv.Atoi(port); err != nil || host == "" || err2 != nil || n < 1 || n > 65535 {
		return f.With("address", "应为 主机:端口，如 10.1.2.3:8212")
	}
	if len(c.Devices) > most {
		return f.With("devices", "最多 %d 台，更多请按区域转发", most)
	}
	seen := map[string]bool{}
	for i, d := range c.Devices {
		if !mnForm.MatchString(d.MN) || d.As != "" && !mnForm.MatchString(d.As) {
			return f.With("devices", "第 %d 行：MN 应为最多 40 位字母或数字", i+1)
		}
		if seen[d.MN] {
			return f.With("devices", "第 %d 行：%s 重复", i+1, d.MN)
		}
		seen[d.MN] = true
	}
	for _, k := range c.Kinds {
		if !slices.Contains(Kinds, k) {
			return f.With("kinds", "不能转发 %d", k)
		}
	}
	if c.Password != nil && *c.Password != "" && !pwForm.MatchString(*c.Password) {
		return f.With("password", "应为最多 9 位字母或数字")
	}
	return nil
}

// Create adds a target: it gets what is stored from now on.
func (s *Service) Create(ctx context.Context, actor auth.Actor, c Change) (t Target, err error) {
	if err := s.may(actor, auth.SystemWrite); err != nil {
		return t, err
	}
	if err := c.check(); err != nil {
		return t, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		t = Target{ID: db.NewID(), State: Machine.Initial, CreatedBy: actor.ID, CreatedAt: tx.Now, UpdatedAt: tx.Now, Version: 1, seq: s.Store.Head()}
		if err := s.apply(&t, c); err != nil {
			return err
		}
		if err := insertTarget(ctx, tx, &t); err != nil {
			return err
		}
		return s.note(ctx, tx, actor, "forward.create", t)
	})
	return t, err
}

// apply takes over what a person set.
func (s *Service) apply(t *Target, c Change) (err error) {
	if c.Area == "" {
		c.Area = s.Root
	}
	t.Name, t.Address, t.Area, t.Devices, t.Kinds = c.Name, c.Address, c.Area, c.Devices, c.Kinds
	switch {
	case c.Password == nil:
	case *c.Password == "":
		t.password = nil
	default:
		t.password, err = s.Box.Seal([]byte(*c.Password), t.ID)
	}
	return err
}

func (s *Service) note(ctx context.Context, tx *db.Tx, actor auth.Actor, action string, t Target) error {
	tx.Signal(bell)
	return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: action, Kind: Machine.Kind, Subject: t.ID, Area: s.Root, Detail: map[string]any{
		"name": t.Name, "address": t.Address, "area": t.Area, "devices": t.Devices, "kinds": t.Kinds, "password": t.HasPassword(), "state": t.State}})
}

// Update changes a target; version is the one that was seen. The queue stays.
func (s *Service) Update(ctx context.Context, actor auth.Actor, id string, version int64, c Change) (Target, error) {
	if err := c.check(); err != nil {
		return Target{}, err
	}
	return s.change(ctx, actor, id, version, "forward.update", func(t *Target) error { return s.apply(t, c) })
}

// Do takes a target along the table: pause, resume, end.
func (s *Service) Do(ctx context.Context, actor auth.Actor, id string, version int64, v flow.Verb) (Target, error) {
	return s.change(ctx, actor, id, version, "forward."+string(v), func(t *Target) error {
		st, err := Machine.Check(t.State, v, func(string) bool { return true }, nil)
		if err == nil {
			t.State = st.Target(t.State)
		}
		return err
	})
}

func (s *Service) change(ctx context.Context, actor auth.Actor, id string, version int64, action string, f func(*Target) error) (t Target, err error) {
	if err := s.may(actor, auth.SystemWrite); err != nil {
		return t, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		if t, err = targetByID(ctx, tx, id); db.IsMissing(err) || err == nil && t.State == Ended {
			return errNone
		}
		if err != nil {
			return err
		}
		if t.Version != version {
			return errStale
		}
		if err := f(&t); err != nil {
			return err
		}
		t.UpdatedAt = tx.Now
		if ok, err := saveTarget(ctx, tx, &t); err != nil || !ok {
			if err == nil {
				err = errStale
			}
			return err
		}
		return s.note(ctx, tx, actor, action, t)
	})
	return t, err
}

// wants tells which devices a target gets, by number.
func (s *Service) wants(t *Target) func(device int64) bool {
	named := map[string]bool{}
	for _, d := range t.Devices {
		named[d.MN] = true
	}
	wanted := map[int64]bool{}
	for _, d := range s.Store.DevicesInUse() {
		if strings.HasPrefix(d.Area, auth.AreaPrefix(t.Area)) && (len(named) == 0 || named[d.MN]) {
			wanted[d.Num] = true
		}
	}
	return func(device int64) bool { return wanted[device] }
}

// rewriter makes of a stored frame what the other platform gets.
type rewriter struct {
	as map[string]string
	pw string
}

func (s *Service) rewriter(t *Target) (r rewriter, err error) {
	r.as = map[string]string{}
	for _, d := range t.Devices {
		if d.As != "" && d.As != d.MN {
			r.as[d.MN] = d.As
		}
	}
	if t.HasPassword() {
		var pw []byte
		pw, err = s.Box.Open(t.password, t.ID)
		r.pw = string(pw)
	}
	return r, err
}

// frame gives the bytes to send: the stored ones, or, where the MN or the PW is
// another one there, the same data area under a new header. A frame whose length
// was wrong is put right.
func (r rewriter) frame(rec *telemetry.Record) ([]byte, error) {
	as, moved := r.as[rec.MN]
	if !moved && r.pw == "" {
		raw := append(append(make([]byte, 0, len(rec.Raw)+2), rec.Raw...), '\r', '\n')
		var f hj212.Frame
		if hj212.ParseFrame(raw, &f) == nil && f.Repair == hj212.RepairNone || f.Fault == hj212.FaultEncrypted {
			return raw, nil
		}
	}
	return hj212.AppendSegment(nil, header(rec.Segment, as, r.pw))
}

// header replaces MN and PW in front of the data area; "" leaves them.
func header(segment []byte, mn, pw string) []byte {
	text := string(segment)
	end := strings.Index(text, "CP=&&")
	if end < 0 {
		return segment
	}
	fields := strings.Split(text[:end], ";")
	for i, f := range fields {
		switch {
		case mn != "" && strings.HasPrefix(f, "MN="):
			fields[i] = "MN=" + mn
		case pw != "" && strings.HasPrefix(f, "PW="):
			fields[i] = "PW=" + pw
		}
	}
	return append([]byte(strings.Join(fields, ";")), text[end:]...)
}
