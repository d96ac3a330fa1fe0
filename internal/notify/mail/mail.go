package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/mail"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/notify/outbound"
)

// The ways to encrypt.
const (
	startTLS = "starttls"
	fullTLS  = "tls"
	plain    = "plain"
)

// Carrier sends by SMTP.
type Carrier struct {
	guard *outbound.Guard
	tls   *tls.Config   // tests trust their own authority
	each  time.Duration // how long the server may take for one answer
}

// New makes the carrier.
func New(g *outbound.Guard) *Carrier { return &Carrier{guard: g, each: 20 * time.Second} }

// Kind describes the form.
func (c *Carrier) Kind() notify.Kind {
	return notify.Kind{ID: notify.MailKind, Title: "邮件", Hint: "经单位的邮件服务器（SMTP）发送", Address: "邮箱", Least: notify.Important, Fields: []notify.Field{
		{Name: "host", Title: "SMTP 服务器", Kind: notify.Line, Required: true, Hint: "如 smtp.example.gov.cn"},
		{Name: "port", Title: "端口", Kind: notify.Number, Required: true, Default: "587", Min: 1, Max: 65535, Hint: "STARTTLS 多为 587，TLS 多为 465，不加密多为 25"},
		{Name: "security", Title: "加密", Kind: notify.Choice, Required: true, Default: startTLS, Options: []notify.Option{{Value: startTLS, Title: "STARTTLS"}, {Value: fullTLS, Title: "TLS"}, {Value: plain, Title: "不加密"}}},
		{Name: "auth", Title: "登录方式", Kind: notify.Choice, Required: true, Default: "plain", Options: []notify.Option{{Value: "plain", Title: "PLAIN"}, {Value: "login", Title: "LOGIN"}, {Value: "none", Title: "不登录"}}},
		{Name: "user", Title: "登录名", Kind: notify.Line, Hint: "不登录时不填"},
		{Name: "password", Title: "密码或授权码", Kind: notify.Secret},
		{Name: "from", Title: "发件地址", Kind: notify.Line, Required: true, Hint: "如 qingshao@example.gov.cn"},
		{Name: "name", Title: "发件人", Kind: notify.Line, Hint: "不填为所在地名称"},
		{Name: notify.Unproven, Title: "也发到没有经本人验证的邮箱", Kind: notify.Switch, Hint: "不开时，收件人须先在“我的通知设置”中用验证码验证邮箱"},
	}}
}

// Check looks at what the fields alone cannot say.
func (c *Carrier) Check(s notify.Settings) error {
	bad := fault.Invalidf("邮件渠道的设置有误，请按提示修改")
	if strings.ContainsAny(s["host"], " /:@") {
		return bad.With("settings.host", "只填主机名或 IP 地址")
	}
	if a, err := mail.ParseAddress(s["from"]); err != nil || a.Address != s["from"] {
		return bad.With("settings.from", "应为邮箱地址，如 qingshao@example.gov.cn")
	}
	if s["auth"] != "none" && s["user"] == "" {
		return bad.With("settings.user", "请填写登录名，或选择不登录")
	}
	if s["auth"] != "none" && s["password"] == "" {
		return bad.With("settings.password", "请填写密码或授权码")
	}
	if s["auth"] != "none" && s["security"] == plain {
		return bad.With("settings.security", "登录时密码不能明文传送，请选择 STARTTLS 或 TLS")
	}
	return nil
}

// Send hands one message to the server.
func (c *Carrier) Send(ctx context.Context, s notify.Settings, m notify.Message) (string, error) {
	msg, err := compose(s, m)
	if err != nil {
		return "", err
	}
	whole, done := context.WithCancel(ctx)
	defer done()
	var line net.Conn
	client, err := c.client(s, func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := c.dial(ctx, s, network, address)
		if err == nil {
			line = conn
			context.AfterFunc(whole, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
		}
		return conn, err
	})
	if err != nil {
		return "", &notify.Failure{Sentence: "邮件渠道的设置有误，请检查", Unreached: true, Cause: err}
	}
	defer func() {
		if line != nil {
			_ = line.Close() // the library leaves it open when the greeting fails
		}
	}()
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return "", opening(err)
	}
	err = client.SendWithSMTPClient(session, msg)
	if msg.IsDelivered() { // what goes wrong after the server took it is no matter
		_ = client.CloseWithSMTPClient(session)
		return strings.TrimSpace(msg.ServerResponse()), nil
	}
	return "", sending(err)
}

func (c *Carrier) client(s notify.Settings, dial gomail.DialContextFunc) (*gomail.Client, error) {
	options := []gomail.Option{gomail.WithPort(s.Int("port")), gomail.WithTimeout(c.each), gomail.WithDialContextFunc(dial), gomail.WithTLSConfig(c.config(s)),
		gomail.WithTLSPolicy(gomail.NoTLS), gomail.WithoutNoop()}
	if s["security"] == startTLS {
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	switch s["auth"] {
	case "plain":
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthPlain))
	case "login":
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthLogin))
	}
	if s["auth"] != "none" {
		options = append(options, gomail.WithUsername(s["user"]), gomail.WithPassword(s["password"]))
	}
	return gomail.NewClient(s["host"], options...)
}

func (c *Carrier) config(s notify.Settings) *tls.Config {
	t := &tls.Config{}
	if c.tls != nil {
		t = c.tls.Clone()
	}
	t.MinVersion, t.ServerName = tls.VersionTLS12, s["host"]
	return t
}

// dial opens the line, encrypted from the start where that is wished.
func (c *Carrier) dial(ctx context.Context, s notify.Settings, network, address string) (net.Conn, error) {
	conn, err := c.guard.DialContext(ctx, network, address)
	if err != nil || s["security"] != fullTLS {
		return conn, err
	}
	enc := tls.Client(conn, c.config(s))
	if err := enc.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return enc, nil
}

// opening reads what went wrong before the envelope.
func opening(err error) error {
	f := &notify.Failure{Unreached: true, Cause: err}
	var said *textproto.Error
	switch {
	case errors.As(err, &said) && (said.Code == 535 || said.Code == 534 || said.Code == 530):
		f.Sentence = "邮件服务器不接受登录名或密码（" + strconv.Itoa(said.Code) + "）"
	case errors.As(err, &said):
		f.Sentence = "邮件服务器不接待：" + answer(said)
	case errors.Is(err, gomail.ErrPlainAuthNotSupported), errors.Is(err, gomail.ErrLoginAuthNotSupported), strings.Contains(err.Error(), "does not support SMTP AUTH"):
		f.Sentence = "邮件服务器不支持所选的登录方式"
	case strings.Contains(err.Error(), "does not support STARTTLS"):
		f.Sentence = "邮件服务器不支持 STARTTLS，请改用 TLS 或换用端口"
	default:
		f.Sentence = outbound.Sentence(err)
	}
	return f
}

// sending reads what the server said to the envelope or the message.
func sending(err error) error {
	var failed *gomail.SendError
	var said *textproto.Error
	f := &notify.Failure{Sentence: outbound.Sentence(err), Cause: err}
	switch {
	case errors.As(err, &failed) && failed.ErrorCode() >= 400:
		code := failed.ErrorCode()
		f.Permanent = code >= 500
		f.Address = failed.Reason == gomail.ErrSMTPRcptTo && f.Permanent
		f.Sentence = "邮件服务器答复 " + strconv.Itoa(code)
		if e := failed.EnhancedStatusCode(); e != "" {
			f.Sentence += " " + e
		}
		switch {
		case f.Address:
			f.Sentence += "：不接受收件地址"
		case f.Permanent:
			f.Sentence += "：拒收"
		default:
			f.Sentence += "：暂不接受"
		}
	case errors.As(err, &failed): // the library keeps the cause as text only
		f.Sentence = "连接中断"
		if strings.Contains(err.Error(), "timeout") {
			f.Sentence = "对方长时间没有应答"
		}
	case errors.As(err, &said):
		f.Permanent, f.Sentence = said.Code >= 500, "邮件服务器答复 "+answer(said)
	}
	return f
}

func answer(e *textproto.Error) string {
	text := []rune(strings.Join(strings.Fields(e.Msg), " "))
	if len(text) > 100 {
		text = append(text[:100], '…')
	}
	return strconv.Itoa(e.Code) + " " + string(text)
}
