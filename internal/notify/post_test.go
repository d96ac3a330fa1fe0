package notify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/seal"
)

// pigeon is a carrier that does as it is told.
type pigeon struct {
	kind string
	more notify.Kind // of the kind: Group, Events, Merge, Pace, fields
	mu   sync.Mutex
	say  func(m notify.Message) error // nil = takes everything
	took []notify.Message
	with notify.Settings
}

func (p *pigeon) Kind() notify.Kind {
	return notify.Kind{ID: p.kind, Title: "信鸽", Address: p.more.Address, Least: notify.Important, Group: p.more.Group, Events: p.more.Events, Merge: p.more.Merge, Pace: p.more.Pace, Fields: append([]notify.Field{
		{Name: "loft", Title: "鸽舍", Kind: notify.Line, Required: true}, {Name: "key", Title: "钥匙", Kind: notify.Secret}, {Name: "port", Title: "窗口", Kind: notify.Number, Default: "7", Min: 1, Max: 9}}, p.more.Fields...)}
}

func (p *pigeon) Check(notify.Settings) error { return nil }

func (p *pigeon) Send(_ context.Context, s notify.Settings, m notify.Message) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.with = s
	if p.say != nil {
		if err := p.say(m); err != nil {
			return "", err
		}
	}
	p.took = append(p.took, m)
	return "ok " + m.ID[:4], nil
}

var admin = auth.Actor{ID: "admin", Name: "管理员", Roles: []auth.Role{auth.Admin}}

// house is a program with people, a channel and a carrier.
type house struct {
	t      *testing.T
	db     *db.DB
	clock  *dbtest.Clock
	tell   *notify.Service
	post   *notify.Post
	pigeon *pigeon
}

func newHouse(t *testing.T, d *db.DB, c *dbtest.Clock) *house {
	t.Helper()
	addUsers(t, d, user{id: "admin", roles: []auth.Role{auth.Admin}}, user{id: "wang", roles: []auth.Role{auth.Duty}}, user{id: "li", roles: []auth.Role{auth.Duty}})
	h := &house{t: t, db: d, clock: c, tell: notify.New(d, auth.DefaultPolicy()), pigeon: &pigeon{kind: notify.MailKind, more: notify.Kind{Address: "邮箱"}}}
	h.post = h.another()
	h.do(func(ctx context.Context, tx *db.Tx) error {
		if _, err := db.Exec(ctx, tx, `UPDATE app_user SET email = 'wang@example.org' WHERE id = 'wang'`); err != nil {
			return err
		}
		_, err := db.Exec(ctx, tx, `INSERT INTO address_mark (user_id, kind, address, proven_at) VALUES ('wang', 'mail', 'wang@example.org', 1)`)
		return err
	})
	return h
}

// another is a second process on the same data.
func (h *house) another() *notify.Post {
	return notify.NewPost(notify.PostParts{DB: h.db, Policy: auth.DefaultPolicy(), Box: seal.New(""), Carriers: []notify.Carrier{h.pigeon}, Root: "330300", Place: "温州清哨", Site: "https://q.example/", Notices: h.tell})
}

func (h *house) do(f func(ctx context.Context, tx *db.Tx) error) {
	h.t.Helper()
	if err := h.db.Write(h.t.Context(), func(tx *db.Tx) error { return f(h.t.Context(), tx) }); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) channel() notify.Channel {
	h.t.Helper()
	c, err := h.post.Create(h.t.Context(), admin, notify.MailKind, notify.Change{Name: "单位邮箱", Settings: notify.Settings{"loft": "东"}})
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

func (h *house) say(u notify.Urgency, people ...string) {
	h.t.Helper()
	h.do(func(ctx context.Context, tx *db.Tx) error {
		_, err := h.tell.Tell(ctx, tx, notify.Notice{To: []notify.Audience{{Persons: people}}, Kind: "alarm", Subject: "a1", Title: "超标", Text: "二氧化硫", Link: "/alarms/a1", Urgency: u})
		return err
	})
}

func (h *house) run() int {
	h.t.Helper()
	n, err := h.post.RunDue(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// states lists the deliveries as person:state:attempts:reason or error.
func (h *house) states() (out []string) {
	h.t.Helper()
	err := h.db.Read(h.t.Context(), func(tx *db.Tx) (err error) {
		out, err = db.All(h.t.Context(), tx, func(s db.Scanner) (string, error) {
			var who, state, reason, trouble string
			var n int
			err := s.Scan(&who, &state, &n, &reason, &trouble)
			return strings.TrimRight(fmt.Sprintf("%s:%s:%d:%s:%s", who, state, n, reason, trouble), ":"), err
		}, `SELECT user_id, state, attempts, reason, error FROM delivery ORDER BY user_id, id`)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

func (h *house) want(states ...string) {
	h.t.Helper()
	if got := h.states(); !slices.Equal(got, states) {
		h.t.Errorf("deliveries\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(states, "\n"))
	}
}

func TestPost_WhatLeavesTheProgram(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		h := newHouse(t, d, c)
		h.say(notify.Urgent, "wang") // no channel yet
		h.channel()
		h.say(notify.Ordinary, "wang") // below what the channel carries
		h.want()
		h.say(notify.Important, "wang", "li")
		h.want("li:suppressed:0:没有登记邮箱", "wang:queued:0")
		if n := h.run(); n != 1 {
			t.Errorf("%d attempts", n)
		}
		h.want("li:suppressed:0:没有登记邮箱", "wang:sent:1")
		m := h.pigeon.took[0]
		if m.To != "wang@example.org" || m.Title != "超标" || m.Text != "二氧化硫" || m.Link != "https://q.example/alarms/a1" || m.Urgency != notify.Important || !m.At.Equal(c.Now()) {
			t.Errorf("%+v", m)
		}
		if h.run() != 0 {
			t.Error("sent twice")
		}
		h.do(func(ctx context.Context, tx *db.Tx) error {
			_, err := h.tell.Tell(ctx, tx, notify.Notice{To: []notify.Audience{{Persons: []string{"wang"}}}, Kind: "clue", Subject: "c1", Title: "举报：某厂夜间偷排", Text: "举报人住在…", Link: "/clues/c1",
				Urgency: notify.Urgent, Confidential: true})
			return err
		})
		h.run()
		if m := h.pigeon.took[1]; strings.Contains(m.Title+m.Text+m.Link, "举报") || strings.Contains(m.Link, "clues") || !strings.Contains(m.Text, "请登录平台查看") {
			t.Errorf("protected content left: %+v", m)
		}
	})
}

func TestPost_UndoneVerbSendsNothing(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		h := newHouse(t, d, c)
		h.channel()
		boom := errors.New("boom")
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := h.tell.Tell(t.Context(), tx, notify.Notice{To: []notify.Audience{{Persons: []string{"wang"}}}, Title: "x", Urgency: notify.Urgent}); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) || h.run() != 0 {
			t.Errorf("%v %v", err, h.states())
		}
	})
}

func TestPost_RetriesLaterAndLater(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		h := newHouse(t, d, c)
		h.channel()
		h.pigeon.say = func(notify.Message) error { return &notify.Failure{Sentence: "暂不接受"} }
		h.say(notify.Urgent, "wang")
		for i, wait := range []time.Duration{0, 10 * time.Second, 20 * time.Second, 40 * time.Second} {
			if wait > 0 {
				c.Advance(wait - time.Second)
				if n := h.run(); n != 0 {
					t.Errorf("attempt %d came early", i+1)
				}
				c.Advance(time.Second)
			}
			if n := h.run(); n != 1 {
				t.Errorf("attempt %d: %d", i+1, n)
			}
		}
		h.want("wang:failed:4::暂不接受")
		h.pigeon.say = nil
		c.Advance(time.Hour)
		h.run()
		h.want("wang:sent:5")

		h.pigeon.say = func(notify.Message) error { return &notify.Failure{Sentence: "不接受收件地址", Permanent: true} }
		h.say(notify.Urgent, "wang")
		h.run()
		c.Advance(time.Hour)
		if n := h.run(); n != 0 {
			t.Error("tried again after a refusal")
		}
		h.want("wang:sent:5", "wang:given_up:1:对方拒收:不接受收件地址")
	})
}

func TestPost_GivesUpWhenItIsOldNews(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		h := newHouse(t, d, c)
		ch := h.channel()
		h.pigeon.say = func(notify.Message) error { return &notify.Failure{Sentence: "暂不接受"} }
		h.say(notify.Urgent, "wang")
		n := 0
		for range 26 {
			n += h.run()
			c.Advance(time.Hour)
		}
		if n < 20 {
			t.Errorf("only %d attempts in a day", n)
		}
		h.want(fmt.Sprintf("wang:given_up:%d:超过时效仍未送达:暂不接受", n))

		h.say(notify.Urgent, "wang")
		if _, err := h.post.Do(t.Context(), admin, ch.ID, ch.Version, notify.Pause); err != nil {
			t.Fatal(err)
		}
		if h.run() != 0 {
			t.Error("sent while paused")
		}
		c.Advance(25 * time.Hour)
		if err := h.post.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.want(fmt.Sprintf("wang:given_up:%d:超过时效仍未送达:暂不接受", n), "wang:given_up:0:超过时效仍未送达")
	})
}

func TestPost_ChannelOutOfReachWaitsAsAWhole(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		h := newHouse(t, d, c)
		h.channel()
		h.pigeon.say = func(notify.Message) error { return &notify.Failure{Sentence: "没有连上对方", Unreached: true} }
		for range 20 {
			h.say(notify.Important, "wang")
		}
		if n := h.run(); n != 1 {
			t.Errorf("%d messages ran into the same wall", n)
		}
		list, err := h.post.List(t.Context(), admin)
		if err != nil || list[0].Error != "没有连上对方" || list[0].Waiting != 20 || !list[0].ReadyAt.Equal(c.Now().Add(10*time.Second)) {
			t.Errorf("%+v %v", list, err)
		}
		for range 10 {
			c.Advance(5 * time.Minute)
			h.run()
		}
		h.pigeon.say = nil
		c.Advance(time.Hour)
		h.run()
		if len(h.pigeon.took) != 20 {
			t.Errorf("%d of 20 arrived", len(h.pigeon.took))
		}
		list, err = h.post.List(t.Context(), admin)
		if err != nil || list[0].Error != "" || list[0].Waiting != 0 || !list[0].SentAt.Equal(c.Now()) {
			t.Errorf("%+v %v", list, err)
		}
	})
}

func TestPost_KilledInTheMiddle(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		h := newHouse(t, d, c)
		h.channel()
		h.say(notify.Urgent, "wang")
		// The process dies after the other side took the message and before it wrote
		// that down: the end of its context is as near as a test comes to it.
		ctx, kill := context.WithCancel(t.Context())
		var first notify.Message
		h.pigeon.say = func(m notify.Message) error {
			first = m
			kill()
			return context.Canceled
		}
		if _, err := h.post.RunDue(ctx); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		h.want("wang:sending:1")
		h.pigeon.say = nil
		h.post = h.another()
		if n := h.run(); n != 0 {
			t.Error("taken over from a process that may be alive")
		}
		c.Advance(2 * time.Minute)
		if n := h.run(); n != 1 {
			t.Errorf("%d", n)
		}
		h.want("wang:sent:2")
		if len(h.pigeon.took) != 1 || h.pigeon.took[0].ID != first.ID {
			t.Errorf("the second message bears another name: %v", h.pigeon.took)
		}
	})
}

func TestPost_TwoProcessesSendEachOnce(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		h := newHouse(t, d, c)
		h.channel()
		for range 40 {
			h.say(notify.Important, "wang")
		}
		var all sync.WaitGroup
		for range 3 {
			p := h.another()
			all.Go(func() {
				if _, err := p.RunDue(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		seen := map[string]bool{}
		for _, m := range h.pigeon.took {
			if seen[m.ID] {
				t.Errorf("%s came twice", m.ID)
			}
			seen[m.ID] = true
		}
		if len(seen) != 40 {
			t.Errorf("%d of 40", len(seen))
		}
	})
}

func TestPost_InTheBackground(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		h := newHouse(t, d, c)
		h.channel()
		came := make(chan string, 1)
		h.pigeon.say = func(m notify.Message) error { came <- m.To; return nil }
		if err := h.post.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.say(notify.Urgent, "wang")
		select {
		case to := <-came:
			if to != "wang@example.org" {
				t.Error(to)
			}
		case <-time.After(10 * time.Second):
			t.Error("nothing came")
		}
		if err := h.post.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func TestChannel_SecretsAndRights(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		h := newHouse(t, d, c)
		ctx := t.Context()
		wang := auth.Actor{ID: "wang", Roles: []auth.Role{auth.Duty}}
		if _, err := h.post.Create(ctx, wang, notify.MailKind, notify.Change{Name: "x", Settings: notify.Settings{"loft": "东"}}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a duty officer sets up a channel: %v", err)
		}
		if _, err := h.post.List(ctx, wang); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a duty officer lists channels: %v", err)
		}
		for _, bad := range []notify.Settings{{}, {"loft": "东", "port": "10"}, {"loft": "东", "what": "x"}, {"loft": "东\n西"}} {
			if _, err := h.post.Create(ctx, admin, notify.MailKind, notify.Change{Name: "x", Settings: bad}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%v: %v", bad, err)
			}
		}
		ch, err := h.post.Create(ctx, admin, notify.MailKind, notify.Change{Name: "鸽", Settings: notify.Settings{"loft": "东", "key": "s3cret"}})
		if err != nil || ch.Settings["key"] != "" || ch.Settings["port"] != "7" || !slices.Equal(h.post.Holds(ch), []string{"key"}) {
			t.Fatalf("%+v %v", ch, err)
		}
		if ch, err = h.post.Update(ctx, admin, ch.ID, ch.Version, notify.Change{Name: "鸽", Settings: notify.Settings{"loft": "西"}}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.post.Update(ctx, admin, ch.ID, 1, notify.Change{Name: "鸽", Settings: notify.Settings{"loft": "西"}}); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old version: %v", err)
		}
		got, err := h.post.Test(ctx, admin, ch.ID, "x@example.org")
		if err != nil || got.State != notify.Sent || !strings.HasPrefix(got.Receipt, "ok ") || h.pigeon.with["key"] != "s3cret" || h.pigeon.with["loft"] != "西" {
			t.Errorf("%+v %v %v", got, err, h.pigeon.with)
		}
		h.pigeon.say = func(notify.Message) error { return &notify.Failure{Sentence: "暂不接受"} }
		if got, err = h.post.Test(ctx, admin, ch.ID, "x@example.org"); err != nil || got.State != notify.GivenUp || got.Error != "暂不接受" {
			t.Errorf("%+v %v", got, err)
		}
		stored := ""
		err = d.Read(ctx, func(tx *db.Tx) error {
			rows, err := db.All(ctx, tx, db.Value[string], `SELECT body FROM audit_entry UNION ALL SELECT settings FROM notice_channel`)
			stored = strings.Join(rows, "\n")
			return err
		})
		if err != nil || strings.Contains(stored, "s3cret") || !strings.Contains(stored, "channel.create") || !strings.Contains(stored, "channel.test") {
			t.Errorf("%v %s", err, stored)
		}
		if _, err := h.post.Do(ctx, admin, ch.ID, ch.Version, notify.End); err != nil {
			t.Error(err)
		}
		if _, err := h.post.Test(ctx, admin, ch.ID, "x@example.org"); !fault.Is(err, fault.NotFound) {
			t.Errorf("an ended channel: %v", err)
		}
	})
}
