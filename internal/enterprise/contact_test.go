package enterprise_test

import (
	"testing"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
)

// The enterprise keeps its own contacts, officers may too, and nobody else.
func TestContacts_WhoKeepsThem(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, _ *dbtest.Clock) {
		ctx := t.Context()
		s := enterprise.New(d, auth.DefaultPolicy())
		duty := auth.Actor{ID: "duty", Roles: []auth.Role{auth.Duty}, Area: "330302"}
		e, err := s.Create(ctx, duty, enterprise.Enterprise{Name: "甲厂", Area: "330302"})
		if err != nil {
			t.Fatal(err)
		}
		boss := auth.Actor{ID: "boss", Roles: []auth.Role{auth.Enterprise}, Area: "330302", Enterprise: e.ID}
		rival := auth.Actor{ID: "rival", Roles: []auth.Role{auth.Enterprise}, Area: "330302", Enterprise: "other"}
		inspector := auth.Actor{ID: "i", Roles: []auth.Role{auth.Inspector}, Area: "330302"}
		c := enterprise.Contact{EnterpriseID: e.ID, Name: " 赵环保 ", Duty: "环保负责人", Phone: "0577-8888 8888", Hours: "工作日白天"}
		for _, bad := range []enterprise.Contact{{EnterpriseID: e.ID, Duty: c.Duty, Phone: c.Phone}, {EnterpriseID: e.ID, Name: "赵", Duty: "厨师", Phone: c.Phone}, {EnterpriseID: e.ID, Name: "赵", Duty: c.Duty, Phone: "call me"}} {
			if err := s.SetContact(ctx, boss, bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		if err := s.SetContact(ctx, boss, c); err != nil {
			t.Fatal(err)
		}
		for _, who := range []auth.Actor{rival, inspector} {
			if err := s.SetContact(ctx, who, c); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", who.ID, err)
			}
		}
		list, change, err := s.Contacts(ctx, inspector, e.ID)
		if err != nil || change || len(list) != 1 || list[0].Name != "赵环保" {
			t.Fatalf("%+v %v %v", list, change, err)
		}
		c = list[0]
		c.Phone = "13800000000"
		if err := s.SetContact(ctx, duty, c); err != nil {
			t.Fatal(err)
		}
		if err := s.SetContact(ctx, duty, c); !fault.Is(err, fault.Conflict) {
			t.Errorf("over what somebody else has written: %v", err)
		}
		if err := s.DropContact(ctx, boss, e.ID, c.ID); err != nil {
			t.Fatal(err)
		}
		if list, change, err := s.Contacts(ctx, boss, e.ID); err != nil || !change || len(list) != 0 {
			t.Errorf("%+v %v %v", list, change, err)
		}
	})
}
