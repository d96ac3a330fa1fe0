package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/config"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
)

// output runs a command and gives what it prints on stdout; such tests do not
// run in parallel, since stdout is one.
func output(t *testing.T, run func() error) (string, error) {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stdout
	os.Stdout = f
	err = run()
	os.Stdout = old
	if cerr := f.Close(); cerr != nil {
		t.Fatal(cerr)
	}
	b, rerr := os.ReadFile(f.Name())
	if rerr != nil {
		t.Fatal(rerr)
	}
	return string(b), err
}

func TestUser_AddPrintsTheTokenAloneAndAServerHonoursItAtOnce(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { addListReset(t, "") })
	t.Run("postgres", func(t *testing.T) { addListReset(t, dbtest.NewPostgres(t)) })
}

func addListReset(t *testing.T, url string) {
	ctx := context.Background()
	p := config.Place{Data: config.Data{Data: filepath.Join(t.TempDir(), "new", "data"), Database: url}, Profile: "wenzhou"}
	server, err := app.New(ctx, app.Config{Dir: p.Data.Data, Database: url, Profile: p.Profile, Version: version})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}()
	add := userAddCmd{Place: p, Name: "李 工", Role: []string{"agency"}, Area: "330302", Agency: "sthj-330302", Token: true, Days: 90}
	token, err := output(t, func() error { return add.Run(ctx) })
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(token, "qs_pat_") || strings.Count(token, "\n") != 1 {
		t.Errorf("printed %q", token)
	}
	who, err := server.Accounts().ByToken(ctx, strings.TrimSpace(token))
	if err != nil || who.Login != "李工" || who.Agency != "sthj-330302" {
		t.Errorf("the open program sees %+v, %v", who, err)
	}

	list := userListCmd{Place: p}
	text, err := output(t, func() error { return list.Run(ctx) })
	if err != nil || text != "李工\t李 工\tagency\t330302\tsthj-330302\t\tactive\t"+who.ID+"\n" {
		t.Errorf("list %q, %v", text, err)
	}
	list.JSON = true
	text, err = output(t, func() error { return list.Run(ctx) })
	var row map[string]any
	if uerr := json.Unmarshal(bytes.TrimSpace([]byte(text)), &row); uerr != nil || err != nil || row["login"] != "李工" {
		t.Errorf("list %q, %v, %v", text, uerr, err)
	}
	reset := userResetCmd{Place: p, Login: "李工"}
	if text, err = output(t, func() error { return reset.Run(ctx) }); err != nil || len(strings.TrimSpace(text)) != 19 {
		t.Errorf("reset printed %q, %v", text, err)
	}
	if _, err := server.Accounts().ByToken(ctx, strings.TrimSpace(token)); !fault.Is(err, fault.Unauthorized) {
		t.Errorf("a reset left the token alive: %v", err)
	}
}

func TestUser_AddRefuses(t *testing.T) {
	ctx := context.Background()
	p := config.Place{Data: config.Data{Data: t.TempDir()}, Profile: "wenzhou"}
	for _, c := range []struct {
		name string
		cmd  userAddCmd
		want string
	}{
		{"unknown role", userAddCmd{Name: "甲乙", Role: []string{"root"}}, "没有名为“root”的岗位"},
		{"two officers in one", userAddCmd{Name: "甲乙", Role: []string{"admin", "auditor"}}, "三员分立"},
		{"area elsewhere", userAddCmd{Name: "甲乙", Role: []string{"clerk"}, Area: "110000"}, "110000"},
		{"agency elsewhere", userAddCmd{Name: "甲乙", Role: []string{"agency"}, Area: "330302", Agency: "none"}, "none"},
		{"too long a token", userAddCmd{Name: "甲丙", Role: []string{"clerk"}, Token: true, Days: 1000}, "366"},
	} {
		c.cmd.Place = p
		if c.cmd.Days == 0 {
			c.cmd.Days = 90
		}
		out, err := output(t, func() error { return c.cmd.Run(ctx) })
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) || out != "" {
			t.Errorf("%s: printed %q, %v", c.name, out, err)
		}
	}
	list := userListCmd{Place: p}
	if out, err := output(t, func() error { return list.Run(ctx) }); out != "" || err != nil {
		t.Errorf("a refused account is there: %q, %v", out, err)
	}
}
