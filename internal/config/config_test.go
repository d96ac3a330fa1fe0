package config

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"github.com/qingshao/qingshao/internal/fault"
)

// line is a command line like the program's.
type line struct {
	File
	Serve serveLine `cmd:""`
	Send  sendLine  `cmd:""`
}

type serveLine struct{ Serve }

type sendLine struct {
	To    string `required:""`
	Count int
	Wait  time.Duration
	Kind  string `enum:"a,b" default:"a"`
	Dry   bool
}

// parse runs a command line; env is set for the time of the test, so such tests
// do not run in parallel.
func parse(t *testing.T, env map[string]string, args ...string) (line, error) {
	t.Helper()
	for k, v := range env {
		t.Setenv(k, v)
	}
	var l line
	p, err := Parser(&l, args, kong.Name("qingshao"), kong.Exit(func(int) { t.Fatal("exit") }))
	if err != nil {
		return l, err
	}
	_, err = p.Parse(args)
	return l, err
}

func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "qingshao.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestParser_Defaults(t *testing.T) {
	l, err := parse(t, nil, "serve")
	if err != nil {
		t.Fatal(err)
	}
	s := l.Serve.Serve
	if !filepath.IsAbs(s.Data.Data) || s.Listen != "127.0.0.1:8080" || s.Profile != "wenzhou" || s.Log.Format != "text" ||
		s.Login.Idle != 30*time.Minute || s.Login.Absolute != 12*time.Hour || s.FileMB != 100 || s.HTTPS {
		t.Errorf("got %+v", s)
	}
	if err := s.Check(); err != nil {
		t.Errorf("the defaults are refused: %v", err)
	}
}

func TestParser_CommandLineBeforeEnvironmentBeforeFile(t *testing.T) {
	name := write(t, `
# 注释
listen: 0.0.0.0:1
hj212: 0.0.0.0:2
profile: other
log: {format: json}
login:
  idle: 10m
  address_failures: 99
proxies: [10.0.0.5, 10.1.0.0/16]
https: true
database:
`)
	env := map[string]string{"QINGSHAO_FILE_MB": "55", "QINGSHAO_HJ212": "0.0.0.0:3", "QINGSHAO_LISTEN": "0.0.0.0:4", "QINGSHAO_LOGIN_FAILURES": "7"}
	for _, args := range [][]string{
		{"serve", "--config", name, "--listen", "0.0.0.0:5"},
		{"--config=" + name, "serve", "--listen=0.0.0.0:5"},
	} {
		l, err := parse(t, env, args...)
		if err != nil {
			t.Fatal(err)
		}
		s := l.Serve.Serve
		if s.Listen != "0.0.0.0:5" || s.HJ212 != "0.0.0.0:3" || s.Profile != "other" || s.Log.Format != "json" || s.Login.Idle != 10*time.Minute ||
			s.Login.AddressFailures != 99 || s.Login.Failures != 7 || s.FileMB != 55 || !s.HTTPS || s.Database != "" || !slices.Equal(s.Proxies, []string{"10.0.0.5", "10.1.0.0/16"}) {
			t.Errorf("%v: got %+v", args, s)
		}
	}
	env["QINGSHAO_CONFIG"] = name
	if l, err := parse(t, env, "serve"); err != nil || l.Serve.Profile != "other" || l.Serve.Listen != "0.0.0.0:4" {
		t.Errorf("file named by the environment: %+v, %v", l.Serve.Serve, err)
	}
}

func TestParser_FileMistakesNameTheLine(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"listen: a\n\nlisen: b\n", "第 3 行：没有名为 lisen 的设置"},
		{"log:\n  colour: x\n", "第 2 行：没有名为 log-colour 的设置"},
		{"listen: a\nlisten: b\n", "第 2 行：listen 出现了两次"},
		{"login_idle: 5m\nlogin: {idle: 6m}\n", "第 2 行：login-idle 出现了两次"},
		{"- a\n- b\n", "第 1 行：应由“键: 值”组成"},
		{"listen: 'a\n", "行附近格式有误"},
		{"proxies:\n  - [a]\n", "第 2 行：proxies 的每一项"},
		{"config: x.yaml\n", "没有名为 config 的设置"},
		{"a: &x 1\nlisten: *x\n", "第 2 行"},
		{"log: {format: xml}\n", "--log-format 应为 \"text\",\"json\" 之一"},
		{"login: {idle: often}\n", "--login-idle 应为时长"},
	} {
		_, err := parse(t, nil, "serve", "--config", write(t, c.text))
		if err != nil {
			err = Explain(err)
		}
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v\nwant %s", c.text, err, c.want)
		}
	}
	if _, err := parse(t, nil, "serve", "--config", "/nowhere/q.yaml"); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "读不到配置文件") {
		t.Errorf("absent file: %v", err)
	}
	if _, err := parse(t, nil, "serve", "--config", write(t, "")); err != nil {
		t.Errorf("empty file: %v", err)
	}
}

func TestExplain_SaysItInChinese(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"serve", "--lisen", "x"}, "命令行有误：没有参数 --lisen，是否要用 \"--listen\"；用 qingshao --help 查看用法"},
		{[]string{"serve", "--zzzzzzzzzz"}, "命令行有误：没有参数 --zzzzzzzzzz；用 qingshao --help 查看用法"},
		{[]string{"srve"}, "命令行有误：不认识 srve，是否要用 \"serve\"；用 qingshao --help 查看用法"},
		{[]string{}, "命令行有误：请给出一个命令：\"serve\", \"send\"；用 qingshao --help 查看用法"},
		{[]string{"send"}, "命令行有误：缺少参数 --to=STRING；用 qingshao --help 查看用法"},
		{[]string{"send", "--to", "x", "--count", "geheim"}, "命令行有误：--count 应为整数；用 qingshao --help 查看用法"},
		{[]string{"send", "--to", "x", "--wait", "geheim"}, "命令行有误：--wait 应为时长，例如 30m、12h；用 qingshao --help 查看用法"},
		{[]string{"send", "--to", "x", "--kind", "geheim"}, "命令行有误：--kind 应为 \"a\",\"b\" 之一；用 qingshao --help 查看用法"},
		{[]string{"send", "--to", "x", "--dry=geheim"}, "命令行有误：--dry 应为 true 或 false；用 qingshao --help 查看用法"},
		{[]string{"send", "--to"}, "命令行有误：--to 缺少值；用 qingshao --help 查看用法"},
	} {
		_, err := parse(t, nil, c.args...)
		if err == nil {
			t.Errorf("%v: accepted", c.args)
			continue
		}
		if d := cmp.Diff(c.want, Explain(err).Error()); d != "" {
			t.Errorf("%v: %v\n%s", c.args, err, d)
		}
	}
	if err := Explain(fault.Conflictf("别的")); !fault.Is(err, fault.Conflict) {
		t.Errorf("a fault was changed: %v", err)
	}
}

func TestData_URL(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "db")
	if err := os.WriteFile(name, []byte(" postgres://qs:geheim@db/qs\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		d    Data
		url  string
		want string
	}{
		{"none", Data{}, "", ""},
		{"flag", Data{Database: "postgresql://db/qs"}, "postgresql://db/qs", ""},
		{"file", Data{DatabaseFile: name}, "postgres://qs:geheim@db/qs", ""},
		{"both", Data{Database: "postgres://db/qs", DatabaseFile: name}, "", "只能设置一个"},
		{"absent", Data{DatabaseFile: name + "x"}, "", "读不到"},
		{"empty", Data{DatabaseFile: empty}, "", "是空的"},
		{"other", Data{Database: "mysql://root:geheim@db"}, "", "postgres://"},
	} {
		url, err := c.d.URL()
		if url != c.url || (err == nil) != (c.want == "") || err != nil && (!strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "geheim")) {
			t.Errorf("%s: %q, %v", c.name, url, err)
		}
	}
}

func valid() Serve {
	return Serve{Place: Place{Data: Data{Data: "data"}, Profile: "wenzhou"}, Listen: "127.0.0.1:0", HJ212: ":8212", FileMB: 100,
		Log:      Log{"text", "info"},
		Login:    Login{Idle: 30 * time.Minute, Absolute: 12 * time.Hour, Failures: 5, AddressFailures: 30, Lock: 15 * time.Minute, PasswordDays: 90},
		Callback: Callback{After: 20 * time.Minute, AtOnce: 100}}
}

func TestCheck_NamesEveryMistake(t *testing.T) {
	t.Parallel()
	if err := valid().Check(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		flag string
		edit func(*Serve)
	}{
		{"database", func(s *Serve) { s.Database = "x" }},
		{"listen", func(s *Serve) { s.Listen = "8080" }},
		{"listen", func(s *Serve) { s.Listen = "a:http" }},
		{"listen", func(s *Serve) { s.Listen = "127.0.0.1:70000" }},
		{"listen", func(s *Serve) { s.Listen = "http://127.0.0.1:80" }},
		{"hj212", func(s *Serve) { s.HJ212 = "" }},
		{"proxies", func(s *Serve) { s.Proxies = []string{"proxy.local"} }},
		{"witness", func(s *Serve) { s.Witness = []string{"https://witness.example/x", "witness.example"} }},
		{"witness", func(s *Serve) { s.Witness = []string{"ftp://witness.example/x"} }},
		{"login-idle", func(s *Serve) { s.Login.Idle = time.Second }},
		{"login-idle", func(s *Serve) { s.Login.Idle = 13 * time.Hour }},
		{"login-absolute", func(s *Serve) { s.Login.Absolute = 8 * 24 * time.Hour }},
		{"login-failures", func(s *Serve) { s.Login.Failures = 0 }},
		{"login-address-failures", func(s *Serve) { s.Login.AddressFailures = 4 }},
		{"login-lock", func(s *Serve) { s.Login.Lock = 0 }},
		{"login-password-days", func(s *Serve) { s.Login.PasswordDays = -1 }},
		{"file-mb", func(s *Serve) { s.FileMB = 0 }},
		{"callback-after", func(s *Serve) { s.Callback.After = 0 }},
		{"callback-after", func(s *Serve) { s.Callback.After = 25 * time.Hour }},
		{"callback-at-once", func(s *Serve) { s.Callback.AtOnce = 0 }},
	} {
		s := valid()
		c.edit(&s)
		err := s.Check()
		if !fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), "配置有误：--"+c.flag+" ") || strings.Contains(err.Error(), "；") {
			t.Errorf("%s: %v", c.flag, err)
		}
	}
	s := valid()
	s.FileMB, s.Listen = 0, "x"
	if err := s.Check(); err == nil || strings.Count(err.Error(), "；") != 1 {
		t.Errorf("two mistakes: %v", err)
	}
}

func TestTrusted(t *testing.T) {
	t.Parallel()
	s := Serve{Proxies: []string{"10.0.0.5", "10.1.2.3/16", "::1"}}
	got, err := s.Trusted()
	want := []netip.Prefix{netip.MustParsePrefix("10.0.0.5/32"), netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("::1/128")}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

// The example of the documents is a file that works.
func TestDocs_TheExampleIsValid(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "settings.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "```yaml\n")
	example, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatal("docs/settings.md has no example")
	}
	l, err := parse(t, nil, "serve", "--config", write(t, example))
	if err != nil {
		t.Fatal(err)
	}
	s := l.Serve.Serve
	if s.DatabaseFile != "/run/secrets/qingshao-db" || !s.HTTPS || s.Log.Format != "json" || s.Login.PasswordDays != 90 {
		t.Errorf("got %+v", s)
	}
	s.DatabaseFile = ""
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}
