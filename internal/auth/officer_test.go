package auth_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

func TestEnsureOfficers_OncePerRole(t *testing.T) {
	each(t, func(o office) {
		o.person("auditor", auth.Rights{Roles: []auth.Role{auth.Clerk}}) // the plain name is taken
		first, err := o.EnsureOfficers(ctx)
		o.must(err)
		if len(first) != 3 || first[0].Login != "admin" || first[1].Login != "secadmin" || !strings.HasPrefix(first[2].Login, "auditor-") {
			t.Fatalf("opened %+v", first)
		}
		for i, role := range []auth.Role{auth.Admin, auth.SecAdmin, auth.Auditor} {
			in, err := o.Login(ctx, auth.Attempt{Login: first[i].Login, Password: first[i].Password, Address: "10.0.0.1"})
			o.must(err)
			if !in.Actor.Has(role) || !in.Actor.MustChange {
				t.Errorf("%s: %+v", role, in.Actor)
			}
		}
		again, err := o.EnsureOfficers(ctx)
		if err != nil || len(again) != 0 {
			t.Errorf("second start: %+v, %v", again, err)
		}
	})
}

func TestThreeOfficers_NoneDoesAnothersWork(t *testing.T) {
	each(t, func(o office) {
		admin, sec, auditor := o.officer(auth.Admin), o.officer(auth.SecAdmin), o.officer(auth.Auditor)
		u, _, err := o.CreateUser(ctx, admin, auth.Profile{Login: "zhang", Name: "张三"})
		o.must(err)
		clerk := auth.Rights{Roles: []auth.Role{auth.Clerk}, Area: "330302"}
		for _, by := range []auth.Actor{sec, auditor} {
			_, _, err := o.CreateUser(ctx, by, auth.Profile{Login: "li", Name: "李四"})
			o.refused(by.Login+" creates", err, fault.Forbidden, "开设与停用账号")
			_, err = o.UpdateUser(ctx, by, u.ID, auth.Profile{Login: "li", Name: "李四"}, u.Version)
			o.refused(by.Login+" updates", err, fault.Forbidden, "")
			_, err = o.ResetPassword(ctx, by, u.ID)
			o.refused(by.Login+" resets", err, fault.Forbidden, "")
			o.refused(by.Login+" deactivates", o.Deactivate(ctx, by, u.ID), fault.Forbidden, "")
			_, err = o.Handover(ctx, by, u.ID, by.ID)
			o.refused(by.Login+" hands over", err, fault.Forbidden, "")
		}
		for _, by := range []auth.Actor{admin, auditor} {
			_, err := o.Grant(ctx, by, u.ID, clerk, u.Version)
			o.refused(by.Login+" grants", err, fault.Forbidden, "授予岗位与范围")
		}
		_, err = o.Provision(ctx, admin, auth.Account{Profile: auth.Profile{Login: "x1", Name: "甲"}, Rights: clerk})
		o.refused("admin provisions", err, fault.Forbidden, "安全管理员")
		o.refused("admin chooses a password", o.SetPassword(ctx, admin, u.ID, password, false), fault.Forbidden, "")
		for _, officer := range []auth.Actor{sec, auditor} {
			_, err = o.ResetPassword(ctx, admin, officer.ID)
			o.refused("admin takes over "+officer.Login, err, fault.Forbidden, "qingshao user reset-password")
		}
		if _, err := o.ResetPassword(ctx, sys, sec.ID); err != nil {
			t.Errorf("on the machine itself: %v", err)
		}
		_, err = o.Grant(ctx, sec, u.ID, clerk, u.Version)
		o.must(err)
	})
}

func TestGrant_NobodyChangesOwnRights(t *testing.T) {
	each(t, func(o office) {
		sec := o.officer(auth.SecAdmin)
		_, err := o.Grant(ctx, sec, sec.ID, auth.Rights{Roles: []auth.Role{auth.SecAdmin}}, 1)
		o.refused("own", err, fault.Forbidden, "自己的岗位")
		admin := o.officer(auth.Admin)
		o.refused("own account", o.Deactivate(ctx, admin, admin.ID), fault.Forbidden, "自己的账号")
	})
}

func TestGrant_EndsSessionsAndChecksTheVersion(t *testing.T) {
	each(t, func(o office) {
		sec := o.officer(auth.SecAdmin)
		u := o.person("zhang", auth.Rights{Roles: []auth.Role{auth.Clerk}, Area: "330302"})
		in := o.login("zhang")
		r := auth.Rights{Roles: []auth.Role{auth.Leader}, Area: "330300"}
		got, err := o.Grant(ctx, sec, u.ID, r, u.Version)
		o.must(err)
		if got.Version != u.Version+1 || !got.Has(auth.Leader) || got.Has(auth.Clerk) {
			t.Errorf("got %+v", got)
		}
		_, err = o.Grant(ctx, sec, u.ID, r, u.Version)
		o.refused("stale version", err, fault.Conflict, "已被他人修改")
		_, err = o.Grant(ctx, sec, "nobody", r, 1)
		o.refused("unknown", err, fault.NotFound, "")
		_, err = o.BySession(ctx, in.Token)
		o.refused("session under the old rights", err, fault.Unauthorized, "重新登录")
	})
}

func TestGrant_AsksTheJurisdiction(t *testing.T) {
	each(t, func(o office) {
		s := auth.New(o.db, auth.DefaultPolicy(), auth.Config{Hash: fast, Known: func(area, agency string) error {
			if area == "999999" {
				return fault.Invalidf("本地没有代码为 %s 的辖区", area)
			}
			return nil
		}})
		u := o.person("zhang", auth.Rights{})
		_, err := s.Grant(ctx, sys, u.ID, auth.Rights{Roles: []auth.Role{auth.Clerk}, Area: "999999"}, u.Version)
		o.refused("foreign area", err, fault.Invalid, "没有代码为")
	})
}

func TestLastOfficer_CannotBeRemoved(t *testing.T) {
	each(t, func(o office) {
		for _, role := range []auth.Role{auth.Admin, auth.SecAdmin, auth.Auditor} {
			one := o.person(string(role), auth.Rights{Roles: []auth.Role{role}})
			o.refused("deactivate the last "+string(role), o.Deactivate(ctx, sys, one.ID), fault.Conflict, "最后一位")
			_, err := o.Grant(ctx, sys, one.ID, auth.Rights{}, one.Version)
			o.refused("take the role of the last "+string(role), err, fault.Conflict, "最后一位")
			two := o.person(string(role)+"2", auth.Rights{Roles: []auth.Role{role}})
			o.must(o.Deactivate(ctx, sys, two.ID))
			o.refused("an inactive second does not count", o.Deactivate(ctx, sys, one.ID), fault.Conflict, "最后一位")
			o.must(o.Activate(ctx, sys, two.ID))
			o.must(o.Deactivate(ctx, sys, one.ID))
		}
	})
}

// Two administrators who remove each other at the same moment: one of them stays.
func TestLastOfficer_Race(t *testing.T) {
	each(t, func(o office) {
		a := o.person("a1", auth.Rights{Roles: []auth.Role{auth.Admin}})
		b := o.person("b1", auth.Rights{Roles: []auth.Role{auth.Admin}})
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i, id := range []string{a.ID, b.ID} {
			wg.Go(func() { errs[i] = o.Deactivate(ctx, sys, id) })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("got %v and %v", errs[0], errs[1])
		}
	})
}

// desk is a feature with open things by person.
type desk struct {
	open  map[string]int
	stuck bool
}

func (d *desk) Open(_ context.Context, _ *db.Tx, id string) (int, error) { return d.open[id], nil }

func (d *desk) Handover(_ context.Context, _ *db.Tx, _ auth.Actor, from, to string) error {
	if !d.stuck {
		d.open[to] += d.open[from]
		d.open[from] = 0
	}
	return nil
}

func TestDeactivate_RefusedWhileWorkIsOpen(t *testing.T) {
	each(t, func(o office) {
		admin, sec := o.officer(auth.Admin), o.officer(auth.SecAdmin)
		r := auth.Rights{Roles: []auth.Role{auth.Inspector}, Area: "330302"}
		from, to := o.person("zhang", r), o.person("li", r)
		far := o.person("wang", auth.Rights{Roles: []auth.Role{auth.Inspector}, Area: "330303"})
		in := o.login("zhang")
		issues, visits := &desk{open: map[string]int{from.ID: 2}}, &desk{open: map[string]int{from.ID: 1}}
		o.Register(issues)
		o.Register(visits)

		o.refused("deactivate", o.Deactivate(ctx, admin, from.ID), fault.Conflict, "还有 3 件")
		_, err := o.Grant(ctx, sec, from.ID, auth.Rights{Roles: []auth.Role{auth.Clerk}, Area: "330302"}, from.Version)
		o.refused("take the role", err, fault.Conflict, "还有 3 件")
		_, err = o.Grant(ctx, sec, from.ID, auth.Rights{Roles: []auth.Role{auth.Inspector}, Area: "330303"}, from.Version)
		o.refused("move elsewhere", err, fault.Conflict, "还有 3 件")
		from, err = o.Grant(ctx, sec, from.ID, auth.Rights{Roles: []auth.Role{auth.Inspector, auth.Clerk}, Area: "330302"}, from.Version)
		o.must(err) // adding takes nothing away
		_, err = o.Grant(ctx, sec, to.ID, auth.Rights{Roles: []auth.Role{auth.Inspector, auth.Clerk}, Area: "330300"}, to.Version)
		o.must(err)
		if _, err := o.BySession(ctx, in.Token); err == nil {
			t.Error("a grant left the old session alive")
		}

		_, err = o.Handover(ctx, admin, from.ID, far.ID)
		o.refused("to someone unsuitable", err, fault.Invalid, "受理员")
		visits.stuck = true
		_, err = o.Handover(ctx, admin, from.ID, to.ID)
		o.refused("what cannot be handed over", err, fault.Conflict, "还有 1 件")
		visits.stuck, issues.open[from.ID] = false, 2
		n, err := o.Handover(ctx, admin, from.ID, to.ID)
		o.must(err)
		if n != 3 || issues.open[to.ID] < 2 || visits.open[to.ID] != 1 {
			t.Errorf("moved %d: %v %v", n, issues.open, visits.open)
		}
		o.must(o.Deactivate(ctx, admin, from.ID))
	})
}

func TestDeputy_StandsInForTheTimeOfLeaveOnly(t *testing.T) {
	each(t, func(o office) {
		r := auth.Rights{Roles: []auth.Role{auth.Agency}, Area: "330302", Agency: "sthj-330302"}
		away, stand := o.person("zhang", r), o.person("li", r)
		me := o.login("zhang").Actor
		_, secret, err := o.IssueToken(ctx, sys, stand.ID, "t", 30)
		o.must(err)
		standsFor := func() []string {
			t.Helper()
			a, err := o.ByToken(ctx, secret)
			o.must(err)
			return a.Deputises
		}
		now := o.c.Now()
		d, err := o.Appoint(ctx, me, away.ID, auth.Leave{DeputyID: stand.ID, From: now.Add(time.Hour), To: now.Add(25 * time.Hour), Reason: "年休假"})
		o.must(err)
		if len(standsFor()) != 0 {
			t.Error("stands in before the leave")
		}
		o.c.Advance(time.Hour)
		if got := standsFor(); len(got) != 1 || got[0] != away.ID {
			t.Errorf("during the leave: %v", got)
		}
		o.c.Advance(24 * time.Hour)
		if len(standsFor()) != 0 {
			t.Error("stands in after the leave")
		}
		o.refused("dismiss what is over", o.Dismiss(ctx, me, away.ID, d.ID), fault.Conflict, "已经结束")

		now = o.c.Now()
		d, err = o.Appoint(ctx, me, away.ID, auth.Leave{DeputyID: stand.ID, From: now, To: now.Add(time.Hour)})
		o.must(err)
		if len(standsFor()) != 1 {
			t.Error("does not stand in from now on")
		}
		o.must(o.Dismiss(ctx, me, away.ID, d.ID))
		if len(standsFor()) != 0 {
			t.Error("stands in after being dismissed")
		}
		list, err := o.Deputies(ctx, me, away.ID)
		o.must(err)
		if len(list) != 2 || list[0].DeputyName != "某li" || list[0].EndedAt.IsZero() || list[1].Reason != "年休假" {
			t.Errorf("list %+v", list)
		}
	})
}

func TestDeputy_Refusals(t *testing.T) {
	each(t, func(o office) {
		r := auth.Rights{Roles: []auth.Role{auth.Clerk}, Area: "330302"}
		away, stand, other := o.person("zhang", r), o.person("li", r), o.person("wang", auth.Rights{Roles: []auth.Role{auth.Duty}, Area: "330302"})
		sec, admin := o.officer(auth.SecAdmin), o.officer(auth.Admin)
		me, stranger := o.login("zhang").Actor, o.login("wang").Actor
		now := o.c.Now()
		ok := auth.Leave{DeputyID: stand.ID, From: now, To: now.Add(time.Hour)}
		appoint := func(by auth.Actor, l auth.Leave) error { _, err := o.Appoint(ctx, by, away.ID, l); return err }
		o.refused("by a stranger", appoint(stranger, ok), fault.Forbidden, "")
		o.refused("by the admin", appoint(admin, ok), fault.Forbidden, "")
		o.refused("backwards", appoint(me, auth.Leave{DeputyID: stand.ID, From: now.Add(time.Hour), To: now.Add(time.Minute)}), fault.Invalid, "晚于")
		o.refused("in the past", appoint(me, auth.Leave{DeputyID: stand.ID, From: now.Add(-2 * time.Hour), To: now.Add(-time.Hour)}), fault.Invalid, "晚于")
		o.refused("for ever", appoint(me, auth.Leave{DeputyID: stand.ID, From: now, To: now.AddDate(1, 0, 0)}), fault.Invalid, "92 天")
		o.refused("oneself", appoint(me, auth.Leave{DeputyID: away.ID, From: now, To: now.Add(time.Hour)}), fault.Invalid, "本人")
		o.refused("another post", appoint(me, auth.Leave{DeputyID: other.ID, From: now, To: now.Add(time.Hour)}), fault.Invalid, "岗位")
		o.must(appoint(sec, ok))
		_, err := o.Deputies(ctx, stranger, away.ID)
		o.refused("a stranger reads", err, fault.Forbidden, "")

		// The ground falls away: the deputy loses the role, and with it the standing-in.
		u, err := o.User(ctx, sys, stand.ID)
		o.must(err)
		_, err = o.Grant(ctx, sec, stand.ID, auth.Rights{}, u.Version)
		o.must(err)
		in := o.login("li")
		if len(in.Actor.Deputises) != 0 {
			t.Errorf("without the role stands in for %v", in.Actor.Deputises)
		}
	})
}

func TestUsers_ListFiltersAndPages(t *testing.T) {
	each(t, func(o office) {
		admin := o.officer(auth.Admin)
		o.person("a_1", auth.Rights{Roles: []auth.Role{auth.Agency}, Area: "330302", Agency: "sthj-330302"})
		o.person("ab1", auth.Rights{Roles: []auth.Role{auth.Agency, auth.Inspector}, Area: "330303", Agency: "sthj-330303"})
		gone := o.person("ac1", auth.Rights{Roles: []auth.Role{auth.Leader}})
		firm := o.person("firm", auth.Rights{Roles: []auth.Role{auth.Enterprise}, Enterprise: "e1"})
		o.must(o.Deactivate(ctx, sys, gone.ID))
		yes, no := true, false
		for _, c := range []struct {
			name string
			f    auth.Filter
			want string
		}{
			{"all", auth.Filter{}, "a_1 ab1 ac1 admin firm"},
			{"text is no pattern", auth.Filter{Text: "A_"}, "a_1"},
			{"name", auth.Filter{Text: "某AB"}, "ab1"},
			{"text with a zero byte", auth.Filter{Text: "ab\x00"}, "ab1"},
			{"role", auth.Filter{Role: auth.Inspector}, "ab1"},
			{"role is whole", auth.Filter{Role: "min"}, ""},
			{"area", auth.Filter{Area: "330302"}, "a_1"},
			{"wide area", auth.Filter{Area: "330300"}, "a_1 ab1"},
			{"agency", auth.Filter{Agency: "sthj-330303"}, "ab1"},
			{"active", auth.Filter{Active: &yes}, "a_1 ab1 admin firm"},
			{"inactive", auth.Filter{Active: &no}, "ac1"},
			{"page", auth.Filter{Cursor: db.Cursor("ab1")}, "ac1 admin firm"},
			{"short page", auth.Filter{Limit: 2}, "a_1 ab1"},
		} {
			if c.f.Limit == 0 {
				c.f.Limit = 50
			}
			page, err := o.Users(ctx, admin, c.f)
			o.must(err)
			var got []string
			for _, u := range page.Items {
				got = append(got, u.Login)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: %v", c.name, got)
			}
			if want := strings.Fields(c.want); c.f.Limit == 50 && c.f.Cursor == "" && (page.Total != len(want) || page.Next != "") {
				t.Errorf("%s: total %d, next %q", c.name, page.Total, page.Next)
			}
		}
		clerk := o.person("clerk", auth.Rights{Roles: []auth.Role{auth.Clerk}})
		page, err := o.Users(ctx, admin, auth.Filter{Limit: 2})
		o.must(err)
		if page, err = o.Users(ctx, admin, auth.Filter{Limit: 2, Cursor: page.Next}); err != nil || page.Items[0].Login != "ac1" || page.Total != 6 {
			t.Errorf("second page %+v, %v", page, err)
		}
		_, err = o.Users(ctx, admin, auth.Filter{Limit: 2, Cursor: "???"})
		o.refused("a made-up cursor", err, fault.Invalid, "翻页")
		_, err = o.Users(ctx, auth.Actor{ID: clerk.ID, Roles: clerk.Roles}, auth.Filter{Limit: 9})
		o.refused("a clerk lists accounts", err, fault.Forbidden, "")
		_, err = o.User(ctx, auth.Actor{ID: clerk.ID, Roles: clerk.Roles}, firm.ID)
		o.refused("a clerk reads an account", err, fault.NotFound, "")
		if _, err = o.User(ctx, auth.Actor{ID: clerk.ID, Roles: clerk.Roles}, clerk.ID); err != nil {
			t.Errorf("own account: %v", err)
		}
	})
}

func TestPeople_StaffWhoseAreaCovers(t *testing.T) {
	each(t, func(o office) {
		o.officer(auth.Auditor)
		o.person("city", auth.Rights{Roles: []auth.Role{auth.Inspector}, Area: "330300"})
		o.person("lucheng", auth.Rights{Roles: []auth.Role{auth.Inspector}, Area: "330302"})
		o.person("longwan", auth.Rights{Roles: []auth.Role{auth.Inspector}, Area: "330303"})
		firm := o.person("firm", auth.Rights{Roles: []auth.Role{auth.Enterprise}, Enterprise: "e1"})
		o.person("ngo", auth.Rights{Roles: []auth.Role{auth.Partner}, Area: "330300"})
		clerk := o.person("clerk", auth.Rights{Roles: []auth.Role{auth.Clerk}, Area: "330302"})
		names := func(f auth.Filter) string {
			t.Helper()
			list, err := o.People(ctx, auth.Actor{ID: clerk.ID, Roles: clerk.Roles}, f)
			o.must(err)
			var out []string
			for _, c := range list {
				out = append(out, c.Name)
			}
			return strings.Join(out, " ")
		}
		if got := names(auth.Filter{Role: auth.Inspector, Area: "330302"}); got != "某city 某lucheng" {
			t.Errorf("inspectors for 330302: %s", got)
		}
		if got := names(auth.Filter{}); got != "某city 某clerk 某longwan 某lucheng" {
			t.Errorf("everybody: %s", got)
		}
		_, err := o.People(ctx, auth.Actor{ID: firm.ID, Roles: firm.Roles}, auth.Filter{})
		o.refused("an enterprise looks around", err, fault.Forbidden, "")
	})
}

func TestNames(t *testing.T) {
	each(t, func(o office) {
		u := o.person("zhang", auth.Rights{})
		o.must(o.db.Read(ctx, func(tx *db.Tx) error {
			got, err := auth.Names(ctx, tx, u.ID, "", "system:rule", "unknown", u.ID)
			if len(got) != 2 || got[u.ID] != "某zhang" || got["system:rule"] != "系统" {
				t.Errorf("names %v", got)
			}
			return err
		}))
	})
}

func TestCreateUser_LoginIsUnique(t *testing.T) {
	each(t, func(o office) {
		a := o.person("zhang", auth.Rights{})
		b := o.person("li", auth.Rights{})
		_, _, err := o.CreateUser(ctx, sys, auth.Profile{Login: "ZHANG", Name: "张三"})
		o.refused("the same login", err, fault.Conflict, "已被使用")
		_, err = o.UpdateUser(ctx, sys, b.ID, auth.Profile{Login: "zhang", Name: "李四"}, b.Version)
		o.refused("renamed to it", err, fault.Conflict, "已被使用")
		_, err = o.UpdateUser(ctx, sys, a.ID, auth.Profile{Login: "zhang", Name: "张三丰"}, a.Version+1)
		o.refused("stale version", err, fault.Conflict, "已被他人修改")
		got, err := o.UpdateUser(ctx, sys, a.ID, auth.Profile{Login: "zhang", Name: "张三丰"}, a.Version)
		if err != nil || got.Name != "张三丰" || got.Version != a.Version+1 {
			t.Errorf("got %+v, %v", got, err)
		}
		found, err := o.UserByLogin(ctx, sys, "Zhang")
		if err != nil || found.ID != a.ID {
			t.Errorf("by login: %+v, %v", found, err)
		}
	})
}
