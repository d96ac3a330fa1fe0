package timeline_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

var names = timeline.Names{
	Agency: func(id string) string { return "机构" + id },
	Area:   func(code string) string { return "地区" + code },
}

var machine = &flow.Machine{Kind: "thing", Title: "事项"}

var step = flow.Step{Verb: "assign", To: "assigned", Title: "交办", Fields: []flow.Field{
	{Name: "agency", Title: "牵头单位", Kind: flow.Agency},
	{Name: "assist", Title: "配合单位", Kind: flow.Agencies},
	{Name: "area", Title: "属地", Kind: flow.Area},
	{Name: "person", Title: "责任人", Kind: flow.Person},
	{Name: "days", Title: "期限", Kind: flow.Days},
	{Name: "class", Title: "类别", Kind: flow.Choice, Options: []flow.Option{{Value: "w", Title: "水"}}},
	{Name: "text", Title: "要求", Kind: flow.Text},
	{Name: "empty", Title: "备注", Kind: flow.Text},
	{Name: "before", Title: "整改前", Kind: flow.Files},
	{Name: "after", Title: "整改后", Kind: flow.Files},
}}

func addUser(ctx context.Context, tx *db.Tx, id, name string) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO app_user (id, login, name, roles, area, created_at, updated_at) VALUES ($1, $1, $2, '[]', '', 1, 1)`, id, name)
	return err
}

func TestWrite_KeepsFormAsFilledAndAsRead(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		ctx := context.Background()
		book := timeline.New(names)
		form := flow.Form{"agency": "a", "assist": []string{"b", "c"}, "area": "330302", "person": "u1", "days": 15, "class": "w",
			"text": "限期", "before": []string{"f1"}, "after": []string{"f2", "f3"}}
		at := c.Now()
		err := d.Write(ctx, func(tx *db.Tx) error {
			if err := addUser(ctx, tx, "u1", "张三"); err != nil {
				return err
			}
			_, err := book.Write(ctx, tx, timeline.Act{Machine: machine, Step: step, Actor: auth.Actor{ID: "u9", Name: "李四"},
				Subject: "s", Area: "330302", From: "pending", Form: form, Note: "注", Behalf: "u8"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		c.Advance(time.Hour)
		err = d.Write(ctx, func(tx *db.Tx) error {
			// A later change of name must not reach back.
			if _, err := db.Exec(ctx, tx, `UPDATE app_user SET name = '改名'`); err != nil {
				return err
			}
			_, err := book.Write(ctx, tx, timeline.Act{Machine: machine, Step: flow.Step{Verb: "note", Title: "记录"}, Actor: auth.System("clock"), Subject: "s", From: "assigned"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []timeline.Entry
		var audits, events []string
		err = d.Read(ctx, func(tx *db.Tx) (err error) {
			if got, err = book.Of(ctx, tx, "thing", "s"); err != nil {
				return err
			}
			if audits, err = db.All(ctx, tx, db.Value[string], `SELECT action FROM audit_entry WHERE kind = 'thing' AND subject = 's' ORDER BY id`); err != nil {
				return err
			}
			events, err = db.All(ctx, tx, db.Value[string], `SELECT topic FROM bus_event WHERE subject = 's' ORDER BY seq`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []timeline.Entry{
			{Kind: "thing", Subject: "s", At: at, ActorID: "u9", ActorName: "李四", BehalfID: "u8", Verb: "assign", Title: "交办",
				From: "pending", To: "assigned", Note: "注", Data: form, Files: []string{"f1", "f2", "f3"},
				Shown: []timeline.Line{{Title: "牵头单位", Value: "机构a"}, {Title: "配合单位", Value: "机构b、机构c"}, {Title: "属地", Value: "地区330302"},
					{Title: "责任人", Value: "张三"}, {Title: "期限", Value: "15 个工作日"}, {Title: "类别", Value: "水"}, {Title: "要求", Value: "限期"}}},
			{Kind: "thing", Subject: "s", At: at.Add(time.Hour), ActorID: "system:clock", ActorName: "系统", Verb: "note", Title: "记录",
				From: "assigned", To: "assigned", Data: flow.Form{}, Shown: []timeline.Line{}, Files: []string{}},
		}
		for i := range got {
			got[i].ID = ""
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"thing.assign", "thing.note"}, audits); diff != "" {
			t.Errorf("audit: %s", diff)
		}
		if diff := cmp.Diff([]string{"thing.assign", "thing.note"}, events); diff != "" {
			t.Errorf("events: %s", diff)
		}
		if e, ok := timeline.Last(got, "assign"); !ok || e.BehalfID != "u8" {
			t.Errorf("last assign %+v", e)
		}
		if _, ok := timeline.Last(got, "close"); ok {
			t.Error("found what never happened")
		}
	})
}

func TestWrite_OnceMeansOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		book := timeline.New(names)
		write := func(subject, once string) (done bool) {
			t.Helper()
			err := d.Write(ctx, func(tx *db.Tx) (err error) {
				done, err = book.Write(ctx, tx, timeline.Act{Machine: machine, Step: flow.Step{Verb: "overdue", Title: "逾期"},
					Actor: auth.System("clock"), Subject: subject, From: "working", Once: once})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return done
		}
		if !write("s", "overdue:1") || write("s", "overdue:1") || !write("s", "overdue:2") || !write("other", "overdue:1") || !write("s", "") || !write("s", "") {
			t.Error("once was not once")
		}
		err := d.Read(ctx, func(tx *db.Tx) error {
			n, err := db.One(ctx, tx, db.Value[int], `SELECT count(*) FROM audit_entry WHERE kind = 'thing'`)
			if err == nil && n != 5 {
				t.Errorf("%d audit rows for 5 entries", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
