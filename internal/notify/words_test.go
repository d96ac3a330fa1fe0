package notify_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/notify"
)

// Words that somebody has set leave the program instead of its own, for the kind and
// the channel that they were set for; a mistake is told at its place, and the program's
// own words come back.
func TestTemplates_WhatLeaves(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		h := newHouse(t, d, c)
		h.tell.Describe("alarm", notify.Describer{Title: "预警", Variables: []notify.Variable{{Name: "企业", Meant: "企业名称", Sample: "某厂"}},
			Of: func(context.Context, *db.Tx, string) (map[string]string, error) {
				return map[string]string{"企业": "演示热电厂"}, nil
			},
			Newest: func(context.Context, auth.Actor) (string, string, string, error) {
				return "a1", "超标", "二氧化硫", nil
			}})
		h.tell.Describe("clue", notify.Describer{Title: "线索"})
		h.channel()
		ctx := t.Context()
		set := func(n int64, title, text string, reset bool) error {
			return h.post.SetTemplate(ctx, admin, notify.Template{Kind: "alarm", Channel: notify.MailKind, Number: n, Title: title, Text: text, Reset: reset})
		}
		if err := set(0, "{企业}{标题}", "{内容}\n{企业名}", false); !fault.Is(err, fault.Invalid) || !strings.Contains(fieldText(err, "text"), "第 2 行第 1 个字：没有变量“企业名”") {
			t.Errorf("an unknown variable: %v", err)
		}
		if err := set(0, "【{紧急程度}】{企业}{标题}", "{收件人}：{内容}（{平台}）", false); err != nil {
			t.Fatal(err)
		}
		if err := set(0, "{标题}", "{内容}", false); !fault.Is(err, fault.Conflict) {
			t.Errorf("over what somebody else has set: %v", err)
		}
		if err := h.post.SetTemplate(ctx, auth.Actor{ID: "wang", Roles: []auth.Role{auth.Duty}, Area: "330300"}, notify.Template{Kind: "alarm", Channel: notify.MailKind, Number: 1, Title: "{标题}", Text: "{内容}"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by a duty officer: %v", err)
		}
		if v, err := h.post.PreviewTemplate(ctx, admin, "alarm", notify.MailKind, "{企业}", "{内容}，{收件人}"); err != nil || !v.Real || v.Title != "演示热电厂" || v.Text != "二氧化硫，管理员" {
			t.Errorf("the preview: %+v %v", v, err)
		}
		if v, err := h.post.PreviewTemplate(ctx, admin, "clue", notify.SMSKind, "{标题}", "{内}"); err != nil || len(v.Problems) != 1 || v.Problems[0].Column != 1 {
			t.Errorf("the preview of a mistake: %+v %v", v, err)
		}
		h.say(notify.Urgent, "wang")
		h.run()
		if got := h.pigeon.took; len(got) != 1 || got[0].Title != "【紧急】演示热电厂超标" || got[0].Text != "wang：二氧化硫（温州清哨）" {
			t.Errorf("what left: %+v", got)
		}
		h.do(func(ctx context.Context, tx *db.Tx) error { // confidential notices keep their silence
			_, err := h.tell.Tell(ctx, tx, notify.Notice{To: []notify.Audience{{Persons: []string{"wang"}}}, Kind: "alarm", Subject: "a2", Title: "超标", Urgency: notify.Urgent, Confidential: true})
			return err
		})
		h.run()
		if got := h.pigeon.took[1]; strings.Contains(got.Title+got.Text, "演示热电厂") {
			t.Errorf("a confidential notice: %+v", got)
		}
		if err := set(1, "", "", true); err != nil {
			t.Fatal(err)
		}
		h.say(notify.Urgent, "wang")
		h.run()
		if got := h.pigeon.took[2]; got.Title != "超标" || got.Text != "二氧化硫" {
			t.Errorf("after the reset: %+v", got)
		}
		f, err := h.post.TemplateOf(ctx, admin, "alarm", notify.MailKind)
		if err != nil || f.Number != 2 || f.Title != "{标题}" || len(f.Versions) != 2 {
			t.Errorf("%+v %v", f, err)
		}
		if all, err := h.post.Templates(ctx, admin); err != nil || len(all) != 6 {
			t.Errorf("%d templates, %v", len(all), err)
		}
	})
}

func fieldText(err error, name string) string {
	f, ok := err.(*fault.Error)
	if !ok {
		return ""
	}
	for _, x := range f.Fields {
		if x.Name == name {
			return x.Message
		}
	}
	return ""
}

// Mail goes to an address only after its owner has sent back the code that came there,
// and no more after the other side refused it for good.
func TestProof_BeforeMailGoes(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		h := newHouse(t, d, c)
		h.channel()
		ctx := t.Context()
		wang := auth.Actor{ID: "wang", Name: "王", Roles: []auth.Role{auth.Duty}}
		h.do(func(ctx context.Context, tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, `UPDATE app_user SET email = 'new@example.org' WHERE id = 'wang'`)
			return err
		})
		h.say(notify.Urgent, "wang")
		h.want("wang:suppressed:0:邮箱还没有经本人验证")
		if err := h.post.Prove(ctx, wang, notify.MailKind, "000000"); !fault.Is(err, fault.Invalid) {
			t.Errorf("before a code was sent: %v", err)
		}
		if err := h.post.SendProof(ctx, wang, notify.MailKind); err != nil {
			t.Fatal(err)
		}
		if err := h.post.SendProof(ctx, wang, notify.MailKind); !fault.Is(err, fault.Conflict) {
			t.Errorf("twice in a minute: %v", err)
		}
		got := h.pigeon.took[0]
		code := regexp.MustCompile(`\d{6}`).FindString(got.Text)
		if got.To != "new@example.org" || code == "" {
			t.Fatalf("the code: %+v", got)
		}
		if kept := h.texts(); strings.Contains(kept, code) {
			t.Errorf("the record shows the code: %s", kept)
		}
		if err := h.post.Prove(ctx, wang, notify.MailKind, "x"+code); !fault.Is(err, fault.Invalid) {
			t.Errorf("a wrong code: %v", err)
		}
		if err := h.post.Prove(ctx, wang, notify.MailKind, " "+code); err != nil {
			t.Fatal(err)
		}
		h.say(notify.Urgent, "wang")
		h.pigeon.say = func(notify.Message) error {
			return &notify.Failure{Sentence: "邮件服务器答复 550：不接受收件地址", Permanent: true, Address: true}
		}
		h.run()
		h.pigeon.say = nil
		h.say(notify.Urgent, "wang")
		states := h.states()
		if last := states[len(states)-1]; !strings.Contains(last, "suppressed") || !strings.Contains(last, "拒收") {
			t.Errorf("after the refusal: %v", states)
		}
		if _, ways, err := h.post.Choices(ctx, wang); err != nil || len(ways) != 1 || !strings.Contains(ways[0].Bad, "550") || !ways[0].Asked {
			t.Errorf("the person is not told: %+v %v", ways, err)
		}
		// Five tries, then another code; its owner may make the address good again.
		c.Advance(2 * time.Minute)
		if err := h.post.SendProof(ctx, wang, notify.MailKind); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			_ = h.post.Prove(ctx, wang, notify.MailKind, "no")
		}
		code = regexp.MustCompile(`\d{6}`).FindString(h.pigeon.took[len(h.pigeon.took)-1].Text)
		if err := h.post.Prove(ctx, wang, notify.MailKind, code); !fault.Is(err, fault.Invalid) {
			t.Errorf("the sixth try: %v", err)
		}
		c.Advance(2 * time.Minute)
		if err := h.post.SendProof(ctx, wang, notify.MailKind); err != nil {
			t.Fatal(err)
		}
		code = regexp.MustCompile(`\d{6}`).FindString(h.pigeon.took[len(h.pigeon.took)-1].Text)
		if err := h.post.Prove(ctx, wang, notify.MailKind, code); err != nil {
			t.Error(err)
		}
		if _, ways, _ := h.post.Choices(ctx, wang); ways[0].Bad != "" || !ways[0].Proven {
			t.Errorf("proved again: %+v", ways)
		}
	})
}

// texts is everything that the records of deliveries show.
func (h *house) texts() (out string) {
	h.t.Helper()
	err := h.db.Read(h.t.Context(), func(tx *db.Tx) error {
		list, err := db.All(h.t.Context(), tx, db.Value[string], `SELECT title || text || receipt || error FROM delivery`)
		out = strings.Join(list, "\n")
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}
