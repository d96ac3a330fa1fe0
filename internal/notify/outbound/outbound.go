// Package outbound opens lines from the program to addresses that a person typed
// in, and to nothing else (出站连接). A notice channel must not become a way to
// reach machines that only the server reaches: private, loopback and link-local
// addresses are refused unless the operator names them in the server's own
// settings. The address is judged after the name was resolved, at the moment of
// connecting, so that a name that changes its mind gains nothing.
package outbound

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
)

// Guard says which addresses may be reached.
type Guard struct {
	allowed []netip.Prefix
	dialer  net.Dialer
}

// dialFor bounds the opening of a line.
const dialFor = 10 * time.Second

// New makes a guard that lets public addresses through, and these.
func New(allowed []netip.Prefix) *Guard {
	g := &Guard{allowed: allowed}
	g.dialer = net.Dialer{Timeout: dialFor, KeepAlive: 30 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		return g.Check(a.Addr())
	}}
	return g
}

// closed are ranges that are not private by name and yet no public hosts.
var closed = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"),
}

// Check says why an address may not be reached, nil when it may.
func (g *Guard) Check(a netip.Addr) error {
	a = a.Unmap()
	for _, p := range g.allowed {
		if p.Contains(a) {
			return nil
		}
	}
	public := a.IsGlobalUnicast() && !a.IsPrivate()
	for _, p := range closed {
		public = public && !p.Contains(a)
	}
	if public {
		return nil
	}
	return fault.Forbiddenf("%s 是内网地址，不允许连接；确需使用时由运维人员在服务器设置 notify-private 中列出", a)
}

// DialContext opens a line, if it may.
func (g *Guard) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := g.dialer.DialContext(ctx, network, address)
	var why *fault.Error
	if errors.As(err, &why) {
		return nil, why
	}
	return c, err
}

// Client makes an HTTP client that goes through the guard, follows no redirect
// and uses no proxy of the environment.
func (g *Guard) Client(timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{DialContext: g.DialContext, TLSHandshakeTimeout: dialFor, ResponseHeaderTimeout: timeout, IdleConnTimeout: time.Minute,
			MaxIdleConns: 20, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
