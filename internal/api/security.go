package api

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
)

// SessionCookie carries the session of a browser.
const SessionCookie = "qs_session"

// csrfHeader must accompany every changing request of a browser: a foreign page
// cannot set it without our permission.
const csrfHeader = "X-Qingshao"

type actorKey struct{}

// actor gives who acts; every operation that is not open has one.
func actor(ctx context.Context) auth.Actor {
	a, _ := ctx.Value(actorKey{}).(auth.Actor)
	return a
}

// authenticate finds the actor, or answers 401; open operations pass.
func (a *API) authenticate(ctx huma.Context, next func(huma.Context)) {
	if open, _ := ctx.Operation().Metadata["open"].(bool); open {
		next(ctx)
		return
	}
	who, err := a.identify(ctx)
	if unsettled, _ := ctx.Operation().Metadata["unsettled"].(bool); err == nil && who.MustChange && !unsettled {
		err = fault.Forbiddenf("请先修改密码，再继续使用")
	} else if err == nil && who.MustEnrol && !unsettled {
		err = fault.Forbiddenf("您的岗位须使用两步验证：请先在“我的账号”中开启，再继续使用")
	}
	if err == nil {
		err = a.holds(who, ctx.Operation())
	}
	if err != nil {
		p := a.problem(ctx.Context(), ctx.Operation().OperationID, err)
		if se, ok := p.(huma.StatusError); ok {
			_ = huma.WriteErr(a.huma, ctx, se.GetStatus(), se.Error())
		}
		return
	}
	next(huma.WithValue(ctx, actorKey{}, who))
}

func (a *API) identify(ctx huma.Context) (auth.Actor, error) {
	if token, ok := strings.CutPrefix(ctx.Header("Authorization"), "Bearer "); ok {
		return a.auth.ByToken(ctx.Context(), token)
	}
	c, err := huma.ReadCookie(ctx, SessionCookie)
	if err != nil || c.Value == "" {
		return auth.Actor{}, fault.New(fault.Unauthorized, "请先登录")
	}
	if m := ctx.Method(); m != http.MethodGet && m != http.MethodHead && ctx.Header(csrfHeader) == "" {
		return auth.Actor{}, fault.Forbiddenf("请求缺少 %s 头，已拒绝（防跨站请求）", csrfHeader)
	}
	return a.auth.BySession(ctx.Context(), c.Value)
}

// csp lets the page load only from here. Styles may be inline because the
// component kit writes them at run time; scripts may not.
const csp = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
	"font-src 'self'; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

func secure(next http.Handler) http.Handler {
	next = sameOrigin(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
		if strings.HasPrefix(r.URL.Path, Base) {
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses changes that a foreign page starts in a browser, also
// where there is no session yet: nobody is signed in behind their back.
// Programs that are no browsers pass.
func sameOrigin(next http.Handler) http.Handler {
	p := http.NewCrossOriginProtection()
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, `{"status":403,"title":%q,"detail":"请求来自其他网站，已拒绝（防跨站请求）"}`, titles[403])
	}))
	return p.Handler(next)
}

// forwarded puts the caller's address in place of a trusted proxy's, so that
// lock-outs and session lists name the person and not the proxy. Of what the
// header says only the part counts that trusted proxies have written: the last
// address that is not one of theirs.
func forwarded(proxies []netip.Prefix, next http.Handler) http.Handler {
	if len(proxies) == 0 {
		return next
	}
	trusted := func(ip netip.Addr) bool {
		return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(ip) })
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err == nil && trusted(peer.Addr().Unmap()) {
			chain := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
			for _, hop := range slices.Backward(chain) {
				ip, err := netip.ParseAddr(strings.TrimSpace(hop))
				if err != nil {
					break
				}
				r.RemoteAddr = netip.AddrPortFrom(ip.Unmap(), 0).String()
				if !trusted(ip.Unmap()) {
					break
				}
			}
		}
		next.ServeHTTP(w, r)
	})
}

// needs refuses people who hold none of the capabilities anywhere: an empty list
// would let them believe that there is nothing. What they may see of it is still
// decided row by row.
func needs(capabilities ...auth.Capability) option {
	return func(o *huma.Operation) {
		if o.Metadata == nil {
			o.Metadata = map[string]any{}
		}
		o.Metadata["needs"] = capabilities
	}
}

func (a *API) holds(who auth.Actor, o *huma.Operation) error {
	list, _ := o.Metadata["needs"].([]auth.Capability)
	for _, c := range list {
		if a.policy.Anywhere(who, c) {
			return nil
		}
	}
	if len(list) == 0 {
		return nil
	}
	return fault.Forbiddenf("您没有“%s”的权限；如需办理请联系安全管理员授权", list[0].Title())
}
