package auth

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/fault"
)

// cheap keeps tests fast; the strength of argon2id is not what they test.
var cheap = HashCost{MemoryKiB: 64, Passes: 1, Lanes: 1}

func TestVerify_ReferenceVector(t *testing.T) {
	t.Parallel()
	// From the argon2 reference implementation's own tests (test.c).
	const phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	h := newHasher(cheap)
	for password, want := range map[string]bool{"password": true, "Password": false, "": false} {
		if ok, err := h.verify(context.Background(), phc, password); err != nil || ok != want {
			t.Errorf("%q: %v, %v", password, ok, err)
		}
	}
	if !h.outdated(phc) {
		t.Error("a hash of another cost counts as today's")
	}
}

func TestHash_RoundTripWithFreshSalt(t *testing.T) {
	t.Parallel()
	h, ctx := newHasher(HashCost{}), context.Background()
	a, err := h.hash(ctx, "清哨Passw0rd!")
	if err != nil {
		t.Fatal(err)
	}
	b, err := h.hash(ctx, "清哨Passw0rd!")
	if err != nil {
		t.Fatal(err)
	}
	if a == b || !strings.HasPrefix(a, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hashes %s and %s", a, b)
	}
	if ok, err := h.verify(ctx, a, "清哨Passw0rd!"); !ok || err != nil || h.outdated(a) {
		t.Errorf("own hash: %v, %v", ok, err)
	}
	if ok, err := h.verify(ctx, a, "清哨Passw0rd"); ok || err != nil {
		t.Errorf("wrong password: %v, %v", ok, err)
	}
	if ok, err := h.verify(ctx, "", "anything"); ok || err != nil {
		t.Errorf("no password set: %v, %v", ok, err)
	}
}

func TestVerify_RefusesForgedRows(t *testing.T) {
	t.Parallel()
	h := newHasher(cheap)
	for _, phc := range []string{
		"plain", "$2a$10$abc", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=16$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=64,t=1,p=0$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$", "$argon2id$v=19$m=64,t=1,p=1$!!$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8",
	} {
		if ok, err := h.verify(context.Background(), phc, "x"); ok || !errors.Is(err, errPHC) {
			t.Errorf("%s: %v, %v", phc, ok, err)
		}
	}
}

func TestHash_WaitsNoLongerThanTheRequest(t *testing.T) {
	t.Parallel()
	h := newHasher(cheap)
	for range cap(h.gate) {
		h.gate <- struct{}{}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := h.hash(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ password, refuse string }{
		{"Tqvz-8842-kmw", ""},
		{"河长制Rm7岗位暗访夜", ""}, // other scripts count as a class of their own
		{"Tq8-", "至少 10"},
		{"tqvzkmwrpxyd", "至少含三类"},
		{"tqvz8842kmwr", "至少含三类"},
		{"Zhang-3-Tqvw7", "不能包含登录名"},
		{"Tq12345-kmwvz", "连续或重复"},
		{"Tq98765-kmwvz", "连续或重复"},
		{"Tqaaaaa-kmwv7", "连续或重复"},
		{"TqAbCdE-kmwv7", "连续或重复"},
		{"Password-9x7k", "password"},
		{"Wenzhou-2046x", "wenzhou"},
		{"Tq8-" + strings.Repeat("vk", 80), "最多 128"},
		{"Tq8-\xff\xfekmwvzz", "无法识别"},
	} {
		err := CheckPassword("zhang", c.password)
		switch {
		case c.refuse == "" && err != nil:
			t.Errorf("%q refused: %v", c.password, err)
		case c.refuse != "" && (!fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.refuse)):
			t.Errorf("%q: got %v, want %s", c.password, err, c.refuse)
		}
	}
}

func TestRandomPassword_MeetsItsOwnRules(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 500 {
		p := RandomPassword()
		if err := CheckPassword("admin", p); err != nil || seen[p] || len(p) != 19 {
			t.Fatalf("%q: %v", p, err)
		}
		seen[p] = true
	}
}

func TestProfileCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in    Profile
		login string
		wrong string
	}{
		{Profile{Login: " Zhang.San ", Name: "张三"}, "zhang.san", ""},
		{Profile{Login: "张三", Name: "张三", Phone: "0577-88888888", Email: "a@b.cn"}, "张三", ""},
		{Profile{Login: "ｚｈａｎｇ", Name: "张三"}, "zhang", ""},
		{Profile{Login: "z", Name: "张三"}, "z", "login"},
		{Profile{Login: "zhang san", Name: "张三"}, "zhang san", "login"},
		{Profile{Login: "zhang\x00", Name: "张三"}, "zhang\x00", "login"},
		{Profile{Login: "zhang", Name: " "}, "zhang", "name"},
		{Profile{Login: "zhang", Name: "张\n三"}, "zhang", "name"},
		{Profile{Login: "zhang", Name: "张三", Phone: "12"}, "zhang", "phone"},
		{Profile{Login: "zhang", Name: "张三", Email: "张 <a@b.cn>"}, "zhang", "email"},
	} {
		got, err := c.in.check()
		var f *fault.Error
		switch {
		case got.Login != c.login:
			t.Errorf("%+v: login %q", c.in, got.Login)
		case c.wrong == "" && err != nil:
			t.Errorf("%+v: %v", c.in, err)
		case c.wrong != "" && (!errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Name != c.wrong):
			t.Errorf("%+v: got %v, want field %s", c.in, err, c.wrong)
		}
	}
}

func TestRightsCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		in   Rights
		want string
	}{
		{"nothing", Rights{}, ""},
		{"two duties", Rights{Roles: []Role{Inspector, Clerk}, Area: "330300"}, ""},
		{"admin alone", Rights{Roles: []Role{Admin}}, ""},
		{"admin and auditor", Rights{Roles: []Role{Admin, Auditor}}, "三员分立"},
		{"admin and secadmin", Rights{Roles: []Role{SecAdmin, Admin}}, "三员分立"},
		{"auditor and clerk", Rights{Roles: []Role{Clerk, Auditor}}, "三员分立"},
		{"unknown", Rights{Roles: []Role{"root"}}, "没有名为"},
		{"agency without one", Rights{Roles: []Role{Agency}, Area: "330302"}, "所在单位"},
		{"enterprise without one", Rights{Roles: []Role{Enterprise}}, "须指定企业"},
		{"enterprise and clerk", Rights{Roles: []Role{Enterprise, Clerk}, Enterprise: "e"}, "不能兼任"},
		{"clerk with an enterprise", Rights{Roles: []Role{Clerk}, Enterprise: "e"}, "可以指定企业"},
		{"half a code", Rights{Roles: []Role{Clerk}, Area: "3303"}, "行政区划代码"},
		{"wildcard", Rights{Roles: []Role{Clerk}, Area: "33030%"}, "行政区划代码"},
		{"the same role twice", Rights{Roles: []Role{Admin, Admin}}, ""},
	} {
		_, err := c.in.check()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestSuits(t *testing.T) {
	t.Parallel()
	from := User{ID: "a", Name: "甲", Roles: []Role{Agency}, Area: "330302", Agency: "sthj-330302", Active: true}
	edit := func(f func(*User)) User {
		u := from
		u.ID, u.Name = "b", "乙"
		f(&u)
		return u
	}
	for _, c := range []struct {
		name string
		to   User
		want string
	}{
		{"same post", edit(func(*User) {}), ""},
		{"wider area", edit(func(u *User) { u.Area = "" }), ""},
		{"more roles", edit(func(u *User) { u.Roles = []Role{Agency, Inspector} }), ""},
		{"oneself", from, "本人"},
		{"gone", edit(func(u *User) { u.Active = false }), "已停用"},
		{"other role", edit(func(u *User) { u.Roles = []Role{Clerk} }), "岗位"},
		{"other area", edit(func(u *User) { u.Area = "330303" }), "辖区"},
		{"narrower area", edit(func(u *User) { u.Area = "330302006000" }), "辖区"},
		{"other agency", edit(func(u *User) { u.Agency = "zjj" }), "同一单位"},
	} {
		err := suits(from, c.to)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	admin := User{ID: "x", Name: "丙", Roles: []Role{Admin}, Active: true}
	other := User{ID: "y", Name: "丁", Roles: []Role{Admin}, Active: true}
	if err := suits(admin, other); err == nil || !strings.Contains(err.Error(), "不能由他人代行") {
		t.Errorf("officer: %v", err)
	}
	whole := User{ID: "w", Name: "戊", Roles: []Role{Clerk}, Active: true}
	part := User{ID: "p", Name: "己", Roles: []Role{Clerk}, Area: "330300", Active: true}
	if err := suits(whole, part); err == nil {
		t.Error("a city's clerk took over the whole jurisdiction")
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"10.1.2.3": "10.1.2.3", "::ffff:10.1.2.3": "10.1.2.3", "2001:db8:1:2:3::4": "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::9": "2001:db8:1:2::/64", "": "", "session:x": "session:x",
	} {
		if got := network(in); got != want {
			t.Errorf("network(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{{"abc", 5, "abc"}, {"a\x00b\n", 5, "ab"}, {"清哨清", 7, "清哨"}, {"\xff\xfea", 5, "a"}} {
		if got := cut(c.in, c.n); got != c.want {
			t.Errorf("cut(%q, %d) = %q", c.in, c.n, got)
		}
	}
}
