package vault

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/protect/circle"
	"github.com/qingshao/qingshao/internal/timeline"
)

var system = auth.System("seal")

var errNoOpening = fault.NotFoundf("没有这份开启申请，请刷新")

// maxReason is how much a reason may say, in characters.
const maxReason = 500

// Request asks for an opening: an officer of the desk says why, and names the key that the
// other party's share shall be sealed to.
func (s *Service) Request(ctx context.Context, actor auth.Actor, envelopeID, keyID, reason string) (o Opening, err error) {
	if err := s.Auth.Require(actor, auth.SealDesk, s.scope()); err != nil {
		return o, err
	}
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < 4 || n > maxReason {
		return o, fault.Invalidf("请写明为什么需要知道举报人是谁（4 至 %d 字），举报人会看到", maxReason).With("reason", "4 至 %d 字", maxReason)
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		e, err := envelopeByID(ctx, tx, envelopeID)
		if db.IsMissing(err) || err == nil && !e.Parted {
			return fault.NotFoundf("没有这份密件，请刷新")
		}
		if err != nil {
			return err
		}
		if inside, err := circle.Admits(ctx, tx, actor, e.Subject); err != nil || !inside {
			return orNone(err)
		}
		k, err := s.usable(ctx, tx, actor, keyID)
		if err != nil {
			return err
		}
		if _, err := shareOf(ctx, tx, e.ID, Desk, k.ID); db.IsMissing(err) {
			return errNoShare
		} else if err != nil {
			return err
		}
		all, err := openingsOf(ctx, tx, e.Kind, e.Subject)
		if err != nil {
			return err
		}
		for _, x := range all {
			if x.RequestedBy == actor.ID && (x.State == Requested || x.State == Approved || x.State == Opened) && x.ExpiresAt.After(tx.Now) {
				return fault.Conflictf("您对这件举报已有一份未结束的申请（%s），不必重复", x.Number)
			}
		}
		o = Opening{ID: db.NewID(), State: Requested, Kind: e.Kind, Subject: e.Subject, EnvelopeID: e.ID, Reason: reason, RequestedBy: actor.ID, KeyID: k.ID, ExpiresAt: tx.Now.Add(s.Policy.Wait)}
		if o.Number, err = db.NextNumber(ctx, tx, s.Policy.Prefix); err != nil {
			return err
		}
		if err := insertOpening(ctx, tx, o); err != nil {
			return err
		}
		if o, err = openingByID(ctx, tx, o.ID); err != nil {
			return err
		}
		if err := s.step(ctx, tx, actor, o, requesting, "", flow.Form{"reason": reason}); err != nil {
			return err
		}
		return s.say(ctx, tx, actor, o, "申请开启举报人身份", notify.Audience{Capability: auth.SealOversee, Area: s.Policy.Area, AllLevels: true})
	})
	return o, err
}

// step writes the timeline, and the reason into the log: why somebody looked is
// what the log is for.
func (s *Service) step(ctx context.Context, tx *db.Tx, actor auth.Actor, o Opening, st flow.Step, from flow.State, form flow.Form) error {
	if _, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: OpeningMachine, Step: st, Actor: actor, Subject: o.ID, Area: s.Policy.Area, From: from, Form: form}); err != nil {
		return err
	}
	detail := map[string]any{"opening": o.Number, "verb": st.Verb, "envelope": o.EnvelopeID, "reason": o.Reason}
	if o.Decision != "" {
		detail["decision"] = o.Decision
	}
	return audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: "seal." + string(st.Verb), Kind: o.Kind, Subject: o.Subject, Area: s.Policy.Area, Detail: detail})
}

func (s *Service) say(ctx context.Context, tx *db.Tx, actor auth.Actor, o Opening, what string, to notify.Audience) error {
	_, err := s.Notify.Tell(ctx, tx, notify.Notice{To: []notify.Audience{to}, Except: []string{actor.ID}, Kind: OpeningMachine.Kind, Subject: o.ID, Area: s.Policy.Area,
		Title: what + "：" + o.Number, Text: "请在“身份开启”页办理", Link: "/openings/" + o.ID, Confidential: true})
	return err
}

// lock reads an opening for a verb, ended when its time is over.
func (s *Service) lock(ctx context.Context, tx *db.Tx, actor auth.Actor, id string, verb flow.Verb) (Opening, flow.Step, error) {
	o, err := lockOpening(ctx, tx, id)
	if db.IsMissing(err) {
		return o, flow.Step{}, errNoOpening
	}
	if err != nil {
		return o, flow.Step{}, err
	}
	if !o.ExpiresAt.After(tx.Now) && (o.State == Requested || o.State == Approved || o.State == Opened) {
		return o, flow.Step{}, fault.Conflictf("这份申请已过时限，请重新申请")
	}
	st, err := OpeningMachine.Check(o.State, verb, s.can(actor), openingFacts(actor, o))
	return o, st, err
}

func openingFacts(actor auth.Actor, o Opening) flow.Facts {
	return flow.Facts{notRequest: actor.ID != o.RequestedBy, isRequest: actor.ID == o.RequestedBy}
}

// OpeningActions lists what the actor may do with an opening.
func (s *Service) OpeningActions(actor auth.Actor, o Opening) []flow.Action {
	return OpeningMachine.Actions(o.State, s.can(actor), openingFacts(actor, o))
}

// ToPass is what the other party's browser needs to pass its share on.
type ToPass struct {
	Share     Share  // the actor's own
	Recipient string // the requester's key
	Print     string // its fingerprint
}

// ToPass gives it to an officer of the oversight who may approve.
func (s *Service) ToPass(ctx context.Context, actor auth.Actor, id string) (p ToPass, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		o, _, err := s.lock(ctx, tx, actor, id, Approve)
		if err != nil {
			return err
		}
		if p.Share, err = ownShare(ctx, tx, o.EnvelopeID, Oversight, actor.ID); db.IsMissing(err) {
			return errNoShare
		} else if err != nil {
			return err
		}
		k, err := keyByID(ctx, tx, o.KeyID)
		p.Recipient, p.Print = k.Recipient, k.Fingerprint
		if err == nil && k.State != Active {
			return fault.Conflictf("申请人的密钥已停用，请申请人重新申请")
		}
		return err
	})
	return p, err
}

// Approve agrees: share is the oversight's, sealed by the actor's browser to the
// requester's key.
func (s *Service) Approve(ctx context.Context, actor auth.Actor, id string, share []byte) (o Opening, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		var st flow.Step
		if o, st, err = s.lock(ctx, tx, actor, id, Approve); err != nil {
			return err
		}
		if !isAge(share, maxShare) {
			return fault.Invalidf("份额不完整，没有保存；请刷新后重试")
		}
		own, err := ownShare(ctx, tx, o.EnvelopeID, Oversight, actor.ID)
		if db.IsMissing(err) {
			return errNoShare
		}
		if err != nil {
			return err
		}
		if err := see(ctx, tx, own.KeyID); err != nil {
			return err
		}
		from := o.State
		o.State, o.DecidedBy, o.DecidedAt, o.Share, o.ExpiresAt = st.Target(from), actor.ID, tx.Now, share, tx.Now.Add(s.Policy.Hold)
		if err := saveOpening(ctx, tx, &o); err != nil {
			return err
		}
		if err := s.step(ctx, tx, actor, o, st, from, flow.Form{}); err != nil {
			return err
		}
		return s.say(ctx, tx, actor, o, "监督方同意开启", notify.Audience{Persons: []string{o.RequestedBy}})
	})
	return o, err
}

// Decide carries out the verbs that need no key: refusing and withdrawing.
func (s *Service) Decide(ctx context.Context, actor auth.Actor, id string, verb flow.Verb, version int64, in map[string]any) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		o, st, err := s.lock(ctx, tx, actor, id, verb)
		if err != nil {
			return err
		}
		if o.Version != version {
			return fault.Conflictf("这份申请刚刚有变化，请刷新后重试")
		}
		if st.Auto {
			return fault.Conflictf("“%s”须在密钥解锁之后进行", st.Title)
		}
		form, err := st.Fill(in)
		if err != nil {
			return err
		}
		from := o.State
		o.State, o.Share, o.Decision = st.Target(from), nil, form.Text("reason")
		if verb == Refuse {
			o.DecidedBy, o.DecidedAt = actor.ID, tx.Now
		}
		if err := saveOpening(ctx, tx, &o); err != nil {
			return err
		}
		if err := s.step(ctx, tx, actor, o, st, from, form); err != nil {
			return err
		}
		to := notify.Audience{Persons: []string{o.RequestedBy}}
		if verb == Withdraw {
			to = notify.Audience{Persons: []string{o.DecidedBy}}
		}
		return s.say(ctx, tx, actor, o, st.Title, to)
	})
}

// OpenedBox is everything that the requester's browser joins: the body, the share of
// its own key, and the other party's, sealed to that key.
type OpenedBox struct {
	Opening  Opening
	Envelope Envelope
	Own      []byte
}

// Open hands it over, as often as asked until the approval ends; every time is in
// the log.
func (s *Service) Open(ctx context.Context, actor auth.Actor, id string) (b OpenedBox, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		o, err := openingByID(ctx, tx, id)
		if db.IsMissing(err) {
			return errNoOpening
		}
		if err != nil {
			return err
		}
		verb := Open
		if o.State == Opened {
			verb = Look
		}
		o, st, err := s.lock(ctx, tx, actor, id, verb)
		if err != nil {
			return err
		}
		if b.Envelope, err = envelopeByID(ctx, tx, o.EnvelopeID); db.IsMissing(err) {
			return fault.NotFoundf("密件已按期限删除")
		} else if err != nil {
			return err
		}
		if inside, err := circle.Admits(ctx, tx, actor, o.Subject); err != nil || !inside {
			return orNone(err)
		}
		k, err := s.usable(ctx, tx, actor, o.KeyID)
		if err != nil {
			return err
		}
		own, err := shareOf(ctx, tx, o.EnvelopeID, Desk, k.ID)
		if db.IsMissing(err) {
			return errNoShare
		}
		if err != nil {
			return err
		}
		b.Own = own.Sealed
		if err := see(ctx, tx, k.ID); err != nil {
			return err
		}
		from := o.State
		if o.State = st.Target(from); verb == Open {
			o.OpenedAt = tx.Now
		}
		if err := saveOpening(ctx, tx, &o); err != nil {
			return err
		}
		b.Opening = o
		if err := s.step(ctx, tx, actor, o, st, from, flow.Form{}); err != nil || verb != Open {
			return err
		}
		return s.say(ctx, tx, actor, o, "举报人身份已开启", notify.Audience{Persons: []string{o.DecidedBy}})
	})
	return b, err
}

// Expire ends what is over its time and forgets the shares passed on.
func (s *Service) Expire(ctx context.Context) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		list, err := openingsOver(ctx, tx)
		if err != nil {
			return err
		}
		for _, o := range list {
			st, _ := OpeningMachine.Find(o.State, Expire)
			from := o.State
			o.State, o.Share = Expired, nil
			if err := saveOpening(ctx, tx, &o); err != nil {
				return err
			}
			if err := s.step(ctx, tx, system, o, st, from, flow.Form{}); err != nil {
				return err
			}
		}
		return nil
	})
}

// History lists who asked to learn who reported a thing, for its reporter.
func History(ctx context.Context, tx *db.Tx, kind, subject string) ([]Opening, error) {
	return openingsOf(ctx, tx, kind, subject)
}

// Shown is an opening with its history and what may be done.
type Shown struct {
	Opening  Opening
	Timeline []timeline.Entry
	Actions  []flow.Action
}

// Opening reads one for an officer of either party.
func (s *Service) Opening(ctx context.Context, actor auth.Actor, id string) (o Shown, err error) {
	if err := s.Auth.Require(actor, auth.SealRead, s.scope()); err != nil {
		return o, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if o.Opening, err = openingByID(ctx, tx, id); db.IsMissing(err) {
			return errNoOpening
		} else if err != nil {
			return err
		}
		o.Actions = s.OpeningActions(actor, o.Opening)
		o.Timeline, err = s.Timeline.Of(ctx, tx, OpeningMachine.Kind, id)
		return err
	})
	return o, err
}

// Mine reads one that the actor asked for and may read the content of now.
func (s *Service) Mine(ctx context.Context, actor auth.Actor, id string) (Opening, error) {
	o, err := s.Opening(ctx, actor, id)
	switch {
	case err != nil:
		return Opening{}, err
	case o.Opening.RequestedBy != actor.ID || o.Opening.State != Approved && o.Opening.State != Opened:
		return Opening{}, errNoOpening
	}
	return o.Opening, nil
}

// Openings lists them, newest first.
func (s *Service) Openings(ctx context.Context, actor auth.Actor, states []string, cursor string, limit int) (page db.Page[Opening], err error) {
	if err := s.Auth.Require(actor, auth.SealRead, s.scope()); err != nil {
		return page, err
	}
	before := ""
	if cursor != "" {
		key, ok := db.ReadCursor(cursor, 1)
		if !ok {
			return page, fault.Invalidf("翻页位置无效，请从第一页重新查询").With("cursor", "无效")
		}
		before = key[0]
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if page.Total, page.Capped, err = countOpenings(ctx, tx, states); err != nil {
			return err
		}
		page.Items, err = listOpenings(ctx, tx, states, before, limit+1)
		return err
	})
	if len(page.Items) > limit {
		page.Items = page.Items[:limit]
		page.Next = db.Cursor(page.Items[limit-1].ID)
	}
	return page, err
}

// See checks that the actor may hear of keys and openings.
func (s *Service) See(_ context.Context, actor auth.Actor, _ string) error {
	return s.Auth.Require(actor, auth.SealRead, s.scope())
}

// Missed tells key holders who have not shown for long, and those whose drill is
// due; once for each time that they were last seen.
func (s *Service) Missed(ctx context.Context) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		list, err := allKeys(ctx, tx)
		if err != nil {
			return err
		}
		st, _ := KeyMachine.Find(Active, Miss)
		for _, k := range list {
			if k.State != Active || k.Escrow {
				continue
			}
			what := s.overdue(k, tx.Now)
			if what == "" {
				continue
			}
			once := "missed " + k.SeenAt.Format(time.DateOnly) + " " + k.DrilledAt.Format(time.DateOnly)
			told, err := s.Timeline.Write(ctx, tx, timeline.Act{Machine: KeyMachine, Step: st, Actor: system, Subject: k.ID, Area: s.Policy.Area, From: Active, Form: flow.Form{}, Note: what, Once: once})
			if err != nil {
				return err
			}
			if !told {
				continue
			}
			if _, err := s.Notify.Tell(ctx, tx, notify.Notice{To: []notify.Audience{{Capability: auth.SealHold, Area: s.Policy.Area, AllLevels: true}}, Kind: KeyMachine.Kind, Subject: k.ID, Area: s.Policy.Area,
				Title: "保密密钥" + what + "：" + k.UserName + "（" + k.Party.Title() + "）", Text: "请持有人在“保密密钥”页解锁演练；打不开的尽快吊销并补建", Link: "/seal"}); err != nil {
				return err
			}
		}
		return nil
	})
}

// overdue says what is late about a key, "" when nothing is.
func (s *Service) overdue(k Key, now time.Time) string {
	drilled := k.DrilledAt
	if drilled.IsZero() {
		drilled = k.ConfirmedAt
	}
	switch {
	case now.Sub(k.SeenAt) > s.Policy.Unseen:
		return "超过 90 天未使用"
	case now.Sub(drilled) > s.Policy.Drill:
		return "应做季度演练"
	}
	return ""
}

// Overdue is the same for the screen.
func (s *Service) Overdue(k Key) string {
	if k.State != Active || k.Escrow {
		return ""
	}
	return s.overdue(k, s.DB.Now())
}
