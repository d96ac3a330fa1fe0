package notify_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/notify"
)

// settle runs what is due as the clock goes on, second by second.
func (h *house) seconds(n int) {
	for range n {
		h.run()
		h.clock.Advance(time.Second)
	}
}

func TestPost_RobotMergesWhatComesCloseTogether(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		h := newHouse(t, d, c)
		h.pigeon.kind, h.pigeon.more = notify.RobotKind, notify.Kind{Group: true, Merge: 20, Pace: 3 * time.Second, Fields: []notify.Field{{Name: notify.AreaOnly, Kind: notify.Line}}}
		if _, err := h.post.Create(t.Context(), admin, notify.RobotKind, notify.Change{Name: "群", Settings: notify.Settings{"loft": "东", notify.AreaOnly: "330302"}}); err != nil {
			t.Fatal(err)
		}
		tell := func(area, title string, u notify.Urgency) {
			h.do(func(ctx context.Context, tx *db.Tx) error {
				_, err := h.tell.Tell(ctx, tx, notify.Notice{To: []notify.Audience{{Persons: []string{"wang", "li"}}}, Kind: "alarm", Subject: "a", Area: area, Title: title, Urgency: u})
				return err
			})
		}
		tell("330302", "第一条", notify.Important)
		h.run()
		for range 44 {
			tell("330302006000", "又一条", notify.Important)
		}
		tell("330302", "急", notify.Urgent)
		tell("330303", "别处", notify.Urgent)
		tell("330302", "一般", notify.Ordinary)
		h.seconds(60)
		// One at once, then 45 as 20 + 20 + 5; one for both people, none from elsewhere.
		if len(h.pigeon.took) != 4 || h.pigeon.took[0].Title != "第一条" || h.pigeon.took[1].Title != "20 条通知" || h.pigeon.took[3].Title != "5 条通知" {
			t.Fatalf("%+v", h.pigeon.took)
		}
		all := ""
		for i, m := range h.pigeon.took {
			all += m.Text
			if i > 0 && m.Now.Sub(h.pigeon.took[i-1].Now) < 3*time.Second {
				t.Errorf("message %d came after %s", i, m.Now.Sub(h.pigeon.took[i-1].Now))
			}
		}
		if strings.Count(all, "又一条") != 44 || strings.Count(all, "急") != 1 || strings.Contains(all, "别处") || h.pigeon.took[1].Urgency != notify.Urgent && h.pigeon.took[3].Urgency != notify.Urgent {
			t.Errorf("%s", all)
		}
		h.pigeon.say = func(notify.Message) error {
			return &notify.Failure{Sentence: "发送太频繁", Unreached: true, After: 10 * time.Minute}
		}
		tell("330302", "甲", notify.Important)
		tell("330302", "乙", notify.Important)
		h.run()
		h.pigeon.say = nil
		h.seconds(300)
		if len(h.pigeon.took) != 4 {
			t.Error("sent while the robot sulks")
		}
		c.Advance(time.Hour)
		h.run()
		if len(h.pigeon.took) != 5 || h.pigeon.took[4].Title != "2 条通知" {
			t.Errorf("%+v", h.pigeon.took[4:])
		}
	})
}

func TestPost_LimitsOfADay(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		h := newHouse(t, d, c)
		h.pigeon.kind = notify.SMSKind
		h.pigeon.more = notify.Kind{Address: "手机号", Fields: []notify.Field{{Name: notify.PerPerson, Kind: notify.Number, Default: "2", Min: 1, Max: 9}, {Name: notify.PerDay, Kind: notify.Number, Default: "3", Min: 1, Max: 9}}}
		h.do(func(ctx context.Context, tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, `UPDATE app_user SET phone = '138' || id WHERE id IN ('wang', 'li')`)
			return err
		})
		if _, err := h.post.Create(t.Context(), admin, notify.SMSKind, notify.Change{Name: "短信", Settings: notify.Settings{"loft": "东"}}); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			h.say(notify.Urgent, "wang")
		}
		h.run()
		h.say(notify.Urgent, "li")
		h.say(notify.Urgent, "li")
		h.run()
		h.want("li:sent:1", "li:suppressed:1:今日已达总上限 3 条", "wang:sent:1", "wang:sent:1", "wang:suppressed:1:本人今日已达 2 条上限")
		c.Advance(24 * time.Hour)
		h.say(notify.Urgent, "wang")
		h.run()
		if len(h.pigeon.took) != 4 {
			t.Errorf("a new day: %v", h.states())
		}
	})
}

// A limit of a day is the channel's, not that of each process: what one is sending
// while another looks counts.
func TestPost_LimitsOfADayHoldForAllProcesses(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		h := newHouse(t, d, c)
		h.pigeon.kind = notify.SMSKind
		h.pigeon.more = notify.Kind{Address: "手机号", Fields: []notify.Field{{Name: notify.PerDay, Kind: notify.Number, Default: "1", Min: 1, Max: 9}}}
		h.do(func(ctx context.Context, tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, `UPDATE app_user SET phone = '138' || id WHERE id IN ('wang', 'li')`)
			return err
		})
		if _, err := h.post.Create(t.Context(), admin, notify.SMSKind, notify.Change{Name: "短信", Settings: notify.Settings{"loft": "东"}}); err != nil {
			t.Fatal(err)
		}
		h.say(notify.Urgent, "wang")
		h.say(notify.Urgent, "li")
		second := h.another()
		h.pigeon.say = func(notify.Message) error { // the first is under way
			_, err := second.RunDue(t.Context())
			return err
		}
		h.run()
		h.pigeon.say = nil
		h.run()
		if len(h.pigeon.took) != 1 || strings.Count(strings.Join(h.states(), " "), "今日已达总上限 1 条") != 1 {
			t.Errorf("%d sent: %v", len(h.pigeon.took), h.states())
		}
	})
}

func TestPost_EventsGoToWhoAsked(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		h := newHouse(t, d, c)
		h.pigeon.kind, h.pigeon.more = notify.WebhookKind, notify.Kind{Events: true, Fields: []notify.Field{{Name: notify.Topics, Kind: notify.Line}}}
		b := bus.New(d)
		b.Subscribe("notify", notify.EventTopics(), h.post.Hear)
		publish := func(topics ...string) {
			h.do(func(ctx context.Context, tx *db.Tx) error {
				for _, topic := range topics {
					if err := bus.Publish(ctx, tx, topic, strings.Split(topic, ".")[0], "s1", "330302", map[string]any{"to": "notified"}); err != nil {
						return err
					}
				}
				return nil
			})
			if err := b.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		publish("alarm.raise")
		c.Advance(time.Second)
		if _, err := h.post.Create(t.Context(), admin, notify.WebhookKind, notify.Change{Name: "平台", Settings: notify.Settings{"loft": "东", notify.Topics: "alarm.* clue.adopt"}}); err != nil {
			t.Fatal(err)
		}
		publish("alarm.tell", "clue.adopt", "clue.dismiss", "user.create")
		h.run()
		if len(h.pigeon.took) != 2 {
			t.Fatalf("%+v", h.pigeon.took)
		}
		var e struct {
			SpecVersion, ID, Source, Type, Subject, Time string
			Data                                         struct{ Kind, Subject, Area string }
		}
		if err := json.Unmarshal([]byte(h.pigeon.took[0].Text), &e); err != nil {
			t.Fatal(err)
		}
		if e.SpecVersion != "1.0" || e.ID == "" || e.Type != "qingshao.alarm.tell" || e.Source != "/qingshao/330300" || e.Subject != "alarm/s1" || e.Data.Area != "330302" {
			t.Errorf("%+v", e)
		}
		// The same event again, as after a crash of the bus: nothing new.
		events, _, err := b.Since(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range events {
			if err := h.post.Hear(t.Context(), x); err != nil {
				t.Fatal(err)
			}
		}
		if h.run() != 0 {
			t.Error("an event went twice")
		}
	})
}

func TestDeliveries_LogWithoutContents(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		h := newHouse(t, d, c)
		ctx := t.Context()
		h.channel()
		h.pigeon.say = func(notify.Message) error { return &notify.Failure{Sentence: "不接受收件地址", Permanent: true} }
		h.say(notify.Urgent, "wang", "li")
		h.run()
		page, err := h.post.Deliveries(ctx, admin, notify.Query{}, "", 1)
		if err != nil || page.Total != 2 || len(page.Items) != 1 || page.Next == "" {
			t.Fatalf("%+v %v", page, err)
		}
		page, err = h.post.Deliveries(ctx, admin, notify.Query{State: notify.GivenUp, Words: "WANG"}, "", 9)
		if err != nil || page.Total != 1 || page.Items[0].UserID != "wang" || page.Items[0].Title+page.Items[0].Text+page.Items[0].Link != "" {
			t.Fatalf("%+v %v", page, err)
		}
		wang := auth.Actor{ID: "wang", Roles: []auth.Role{auth.Duty}}
		if _, err := h.post.Deliveries(ctx, wang, notify.Query{}, "", 9); !fault.Is(err, fault.Forbidden) {
			t.Error(err)
		}
		id := page.Items[0].ID
		if err := h.post.Resend(ctx, wang, id); !fault.Is(err, fault.Forbidden) {
			t.Error(err)
		}
		h.pigeon.say = nil
		if err := h.post.Resend(ctx, admin, id); err != nil {
			t.Error(err)
		}
		h.run()
		if err := h.post.Resend(ctx, admin, id); !fault.Is(err, fault.Conflict) {
			t.Errorf("sent again what had arrived: %v", err)
		}
		about, err := h.post.About(ctx, "alarm", "a1")
		if err != nil || len(about) != 2 || about[0].Address+about[0].Text != "" {
			t.Errorf("%+v %v", about, err)
		}
		h.want("li:suppressed:0:没有登记邮箱", "wang:sent:2")
	})
}

func TestPost_QuietHoursAndDigest(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) { // 09:30 in Beijing
		h := newHouse(t, d, c)
		ctx := t.Context()
		h.channel()
		wang := auth.Actor{ID: "wang", Roles: []auth.Role{auth.Duty}}
		choice, ways, err := h.post.Choices(ctx, wang)
		if err != nil || choice.Version != 0 || len(ways) != 1 || ways[0].Address != "wang@example.org" || ways[0].Lacks != "" {
			t.Fatalf("%+v %+v %v", choice, ways, err)
		}
		if err := h.post.Choose(ctx, wang, notify.Wish{QuietFrom: "09:00", QuietTo: "12:00", Digest: notify.Daily, DigestAt: "17:00"}); err != nil {
			t.Fatal(err)
		}
		if err := h.post.Choose(ctx, wang, notify.Wish{}); !fault.Is(err, fault.Conflict) {
			t.Errorf("over a version that was not seen: %v", err)
		}
		for range 3 {
			h.say(notify.Ordinary, "wang", "li") // li has chosen nothing: ordinary stays inside
		}
		h.say(notify.Important, "wang")
		h.say(notify.Urgent, "wang")
		h.run()
		if len(h.pigeon.took) != 1 || h.pigeon.took[0].Urgency != notify.Urgent {
			t.Fatalf("in quiet hours: %+v", h.pigeon.took)
		}
		c.Advance(150 * time.Minute)
		h.run()
		if len(h.pigeon.took) != 2 || h.pigeon.took[1].Urgency != notify.Important {
			t.Fatalf("at noon: %+v", h.pigeon.took)
		}
		c.Advance(5 * time.Hour)
		h.run()
		if len(h.pigeon.took) != 3 || h.pigeon.took[2].Title != "3 条通知" || strings.Count(h.pigeon.took[2].Text, "超标") != 3 || h.pigeon.took[2].To != "wang@example.org" {
			t.Fatalf("at five: %+v", h.pigeon.took)
		}
		h.want("wang:sent:1", "wang:sent:1", "wang:sent:1", "wang:sent:1", "wang:sent:1")
	})
}
