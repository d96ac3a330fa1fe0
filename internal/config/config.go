// Package config reads what an operator sets: flags, environment
// (QINGSHAO_…) and one YAML file, in that order of precedence, into plain
// structs that the command line hands on (配置).
//
// config knows no feature: what differs between places is the profile's, what a
// package needs is its own small struct, and the command line fills one from
// the other. Secrets may come from files and never appear in errors.
package config

import (
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
)

// Data says where the data lie; every command that acts on data shares it.
type Data struct {
	Data         string `help:"数据目录" default:"data" type:"path"`
	Database     string `help:"PostgreSQL 地址（postgres://…）；不填则使用数据目录中的内置数据库"`
	DatabaseFile string `help:"内含 PostgreSQL 地址的文件，口令因此不出现在命令行和环境变量中" type:"path" placeholder:"FILE"`
}

// URL gives PostgreSQL's address from the flag or from the file, "" for the
// database inside the data folder.
func (d Data) URL() (string, error) {
	url := d.Database
	if d.DatabaseFile != "" {
		if url != "" {
			return "", fault.Invalidf("--database 与 --database-file 只能设置一个")
		}
		b, err := os.ReadFile(d.DatabaseFile)
		if err != nil {
			return "", fault.Invalidf("读不到 --database-file 指定的文件 %s，请检查路径和权限", d.DatabaseFile).Because(err)
		}
		if url = strings.TrimSpace(string(b)); url == "" {
			return "", fault.Invalidf("--database-file 指定的文件 %s 是空的", d.DatabaseFile)
		}
	}
	if url != "" && !strings.HasPrefix(url, "postgres://") && !strings.HasPrefix(url, "postgresql://") {
		return "", fault.Invalidf("数据库地址应以 postgres:// 开头")
	}
	return url, nil
}

// Place adds whose jurisdiction it is.
type Place struct {
	Data
	Profile string `help:"所在地配置（内置名称或目录）" default:"wenzhou"`
}

// Log says how to log.
type Log struct {
	Format string `help:"日志格式：text 或 json" default:"text" enum:"text,json"`
	Level  string `help:"日志级别：debug、info、warn 或 error" default:"info" enum:"debug,info,warn,error"`
}

// Login bounds sessions and wrong passwords.
type Login struct {
	Idle            time.Duration `help:"多久不操作即退出登录" default:"30m"`
	Absolute        time.Duration `help:"登录最长持续多久" default:"12h"`
	Failures        int           `help:"同一登录名连续失败几次即锁定" default:"5"`
	AddressFailures int           `help:"同一地址连续失败几次即锁定" default:"30"`
	Lock            time.Duration `help:"锁定多久" default:"15m"`
	PasswordDays    int           `help:"密码最长使用天数，0 为不限" default:"90"`
	TwoStep         []string      `help:"哪些岗位登录须两步验证，逗号分隔；none 为都不强制" default:"reward,supervisor,secadmin,admin"`
}

// Callback says how fast missing data are called back from devices.
type Callback struct {
	After  time.Duration `help:"发现缺数后先等设备自己补发多久，再下发补取指令" default:"20m"`
	AtOnce int           `help:"同时补取的设备最多几台；数值越大，长时间停机后补得越快，接收的压力也越大" default:"100"`
}

// Notify says where notices may go.
type Notify struct {
	Site    string   `help:"平台的网址，用作外发通知中的链接，例如 https://qingshao.example.gov.cn" placeholder:"URL"`
	Private []string `help:"通知渠道可以连接的内网地址或网段，可重复；其余内网地址一律拒绝" placeholder:"ADDR"`
}

// Serve is everything about a running server.
type Serve struct {
	Place
	Listen  string   `help:"网页与接口的监听地址" default:"127.0.0.1:8080"`
	HJ212   string   `name:"hj212" help:"HJ 212 数据接收的监听地址" default:"127.0.0.1:8212"`
	MQTT    string   `name:"mqtt" help:"用电与工况设备以 MQTT 3.1.1 上报的监听地址，例如 0.0.0.0:1883；不填则不开启" placeholder:"ADDR"`
	HTTPS   bool     `name:"https" help:"网页经 HTTPS 反向代理提供：Cookie 只经加密连接发送"`
	Proxies []string `help:"可信反向代理的地址或网段；只有它们转达的访问者地址才被采信" placeholder:"ADDR"`
	Witness []string `help:"每日接收审计检查点的回调地址，可重复；应由另一部门管理" placeholder:"URL"`
	FileMB  int      `name:"file-mb" help:"单个附件的上限，MB" default:"100"`
	Notify  Notify   `embed:"" prefix:"notify-"`
	Log     Log      `embed:"" prefix:"log-"`
	Login   Login    `embed:"" prefix:"login-"`

	Callback Callback `embed:"" prefix:"callback-"`
}

// Check says in Chinese which setting is out of bounds; the field's name is the
// flag's.
func (s Serve) Check() error {
	f := fault.Invalidf("")
	bad := func(flag, format string, args ...any) { f = f.With(flag, "--"+flag+" "+format, args...) }
	if _, err := s.URL(); err != nil {
		bad("database", "%s", fault.Sentence(err, "无效"))
	}
	for flag, addr := range map[string]string{"listen": s.Listen, "hj212": s.HJ212, "mqtt": s.MQTT} {
		if !address(addr) && (flag != "mqtt" || addr != "") {
			bad(flag, "应为“地址:端口”，例如 127.0.0.1:8080，而不是“%s”", addr)
		}
	}
	if _, err := s.Trusted(); err != nil {
		bad("proxies", "%s", fault.Sentence(err, "无效"))
	}
	if _, err := networks(s.Notify.Private); err != nil {
		bad("notify-private", "%s", fault.Sentence(err, "无效"))
	}
	if u, err := url.Parse(s.Notify.Site); s.Notify.Site != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		bad("notify-site", "应为 https:// 开头的地址，而不是“%s”", s.Notify.Site)
	}
	for _, w := range s.Witness {
		if u, err := url.Parse(w); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			bad("witness", "应为 https:// 开头的地址，而不是“%s”", w)
		}
	}
	l := s.Login
	if l.Idle < time.Minute || l.Idle > l.Absolute {
		bad("login-idle", "应在 1 分钟与 --login-absolute 之间")
	}
	if l.Absolute > 7*24*time.Hour {
		bad("login-absolute", "不超过 7 天")
	}
	if l.Failures < 1 || l.Failures > 100 {
		bad("login-failures", "应为 1 至 100 次")
	}
	if l.AddressFailures < l.Failures {
		bad("login-address-failures", "不应小于 --login-failures")
	}
	if l.Lock < time.Minute || l.Lock > 24*time.Hour {
		bad("login-lock", "应在 1 分钟与 24 小时之间")
	}
	if l.PasswordDays < 0 {
		bad("login-password-days", "不能小于 0")
	}
	if c := s.Callback; c.After < time.Second || c.After > 24*time.Hour {
		bad("callback-after", "应在 1 秒与 24 小时之间")
	}
	if c := s.Callback; c.AtOnce < 1 || c.AtOnce > 10_000 {
		bad("callback-at-once", "应为 1 至 10000 台")
	}
	if s.FileMB < 1 || s.FileMB > 2048 {
		bad("file-mb", "应为 1 至 2048")
	}
	if len(f.Fields) == 0 {
		return nil
	}
	words := make([]string, 0, len(f.Fields))
	for _, x := range f.Fields {
		words = append(words, x.Message)
	}
	f.Message = "配置有误：" + strings.Join(words, "；")
	return f
}

// address accepts host:port with a port number; the host may be empty.
func address(s string) bool {
	host, port, err := net.SplitHostPort(s)
	if err != nil || strings.ContainsAny(host, " /") {
		return false
	}
	n, err := strconv.Atoi(port)
	return err == nil && n >= 0 && n <= 65535
}

// Trusted gives the proxies as networks.
func (s Serve) Trusted() ([]netip.Prefix, error) { return networks(s.Proxies) }

// Reachable gives the private networks that notices may go to.
func (s Serve) Reachable() ([]netip.Prefix, error) { return networks(s.Notify.Private) }

func networks(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range list {
		p, err := netip.ParsePrefix(text)
		if a, aerr := netip.ParseAddr(text); err != nil && aerr == nil {
			p, err = a.Prefix(a.BitLen())
		}
		if err != nil {
			return nil, fault.Invalidf("“%s”不是 IP 地址或网段，例如 10.0.0.5 或 10.0.0.0/24", text)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}
