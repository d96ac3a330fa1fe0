package api

import (
	"context"
	"net"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/qingshao/qingshao/internal/auth"
)

// Names turns codes of the jurisdiction into words; a code it does not know is
// its own name.
type Names struct {
	Area   func(code string) string
	Agency func(id string) string
}

func (n Names) area(code string) string {
	if code == "" {
		return "全域"
	}
	return n.Area(code)
}

func (n Names) agency(id string) string {
	if id == "" {
		return ""
	}
	return n.Agency(id)
}

// caller captures who is at the other end of the line. It is embedded in the
// input of operations that keep it.
type caller struct {
	address string
	device  string
}

// Resolve reads the peer's address and what the browser calls itself.
func (c *caller) Resolve(ctx huma.Context) []error {
	c.address, c.device = ctx.RemoteAddr(), ctx.Header("User-Agent")
	if host, _, err := net.SplitHostPort(c.address); err == nil {
		c.address = host
	}
	return nil
}

// RoleView is a role as screens show it.
type RoleView struct {
	Role  auth.Role `json:"role"`
	Title string    `json:"title"`
}

func roleViews(roles []auth.Role) []RoleView {
	out := make([]RoleView, 0, len(roles))
	for _, r := range roles {
		out = append(out, RoleView{r, r.Title()})
	}
	return out
}

// PersonRef names a person.
type PersonRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Me is the person signed in and what that person may do.
type Me struct {
	ID           string            `json:"id"`
	Login        string            `json:"login"`
	Name         string            `json:"name"`
	Roles        []RoleView        `json:"roles" nullable:"false"`
	Area         string            `json:"area"`
	AreaName     string            `json:"area_name"`
	Agency       string            `json:"agency"`
	AgencyName   string            `json:"agency_name"`
	EnterpriseID string            `json:"enterprise_id"`
	Capabilities []auth.Capability `json:"capabilities" nullable:"false"`
	Deputises    []PersonRef       `json:"deputises" nullable:"false" doc:"正在代理其职责的同事"`
	MustChange   bool              `json:"must_change" doc:"须先修改密码才能继续"`
	MustEnrol    bool              `json:"must_enrol" doc:"须先开启两步验证才能继续"`
	Unread       int               `json:"unread" doc:"未读通知数"`
}

// unreader counts a person's unread notices.
type unreader interface {
	Unread(ctx context.Context, a auth.Actor) (int, error)
}

// sessions is the resource of one's own account.
type sessions struct {
	auth   *auth.Service
	names  Names
	unread unreader
}

// Session registers signing in and out and everything about one's own account.
func (a *API) Session(s *auth.Service, n Names, unread unreader) {
	r := sessions{s, n, unread}
	signIn(a, "signIn", http.MethodPost, "/session", "登录", r.signIn, open, tag("session"))
	remove(a, "signOut", "/session", "退出登录", r.signOut, unsettled)
	get(a, "getMe", "/me", "当前用户", r.me, unsettled)
	signIn(a, "changePassword", http.MethodPost, "/me/password", "修改密码", r.changePassword, unsettled, tag("me"))
	r.twoStep(a)
	get(a, "listMySessions", "/me/sessions", "我的登录会话", r.list)
	remove(a, "revokeMySession", "/me/sessions/{id}", "下线一个登录会话", r.revoke)
	get(a, "listMyTokens", "/me/tokens", "我的访问令牌", r.tokens)
	post(a, "createMyToken", "/me/tokens", "生成访问令牌", r.createToken)
	remove(a, "revokeMyToken", "/me/tokens/{id}", "撤销访问令牌", r.revokeToken)
}

// signedIn is an answer that hands out a session cookie.
type signedIn struct {
	Cookie http.Cookie `header:"Set-Cookie"`
	Body   Me
}

// signIn registers an operation whose answer carries a fresh session.
func signIn[I any](a *API, id, method, path, title string, h func(context.Context, *I) (auth.SignedIn, Me, error), opts ...option) {
	op := huma.Operation{OperationID: id, Method: method, Path: Base + path, Summary: title, DefaultStatus: http.StatusOK,
		Security: []map[string][]string{{"session": {}}}, Errors: []int{400, 401, 403, 422, 429, 500}}
	for _, o := range opts {
		o(&op)
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*signedIn, error) {
		s, me, err := h(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, id, err)
		}
		// The cookie has no date: it ends with the browser, or earlier when
		// the server ends the session. Scripts of the page cannot read it.
		return &signedIn{Cookie: http.Cookie{Name: SessionCookie, Value: s.Token, Path: "/",
			HttpOnly: true, Secure: a.secure, SameSite: http.SameSiteStrictMode}, Body: me}, nil
	})
}

type signInInput struct {
	caller
	Body struct {
		Login    string `json:"login" maxLength:"128" doc:"登录名"`
		Password string `json:"password" maxLength:"1024" doc:"密码"`
		Code     string `json:"code,omitempty" maxLength:"64" doc:"开启了两步验证的账号：动态码或恢复码"`
	}
}

func (r sessions) signIn(ctx context.Context, in *signInInput) (auth.SignedIn, Me, error) {
	s, err := r.auth.Login(ctx, auth.Attempt{Login: in.Body.Login, Password: in.Body.Password, Code: in.Body.Code, Device: in.device, Address: in.address})
	if err != nil {
		return s, Me{}, err
	}
	me, err := r.show(ctx, s.Actor)
	return s, me, err
}

func (r sessions) signOut(ctx context.Context, _ *None) (None, error) {
	return None{}, r.auth.Logout(ctx, actor(ctx))
}

func (r sessions) me(ctx context.Context, _ *None) (Me, error) { return r.show(ctx, actor(ctx)) }

func (r sessions) show(ctx context.Context, a auth.Actor) (Me, error) {
	me := Me{ID: a.ID, Login: a.Login, Name: a.Name, Roles: roleViews(a.Roles), Area: a.Area, AreaName: r.names.area(a.Area),
		Agency: a.Agency, AgencyName: r.names.agency(a.Agency), EnterpriseID: a.Enterprise,
		Capabilities: r.auth.Policy().Capabilities(a), Deputises: []PersonRef{}, MustChange: a.MustChange, MustEnrol: a.MustEnrol}
	if len(a.Deputises) > 0 {
		names, err := r.auth.Names(ctx, a.Deputises...)
		if err != nil {
			return me, err
		}
		for _, id := range a.Deputises {
			me.Deputises = append(me.Deputises, PersonRef{id, names[id]})
		}
	}
	var err error
	me.Unread, err = r.unread.Unread(ctx, a)
	return me, err
}

type changePasswordInput struct {
	Body struct {
		Old string `json:"old" maxLength:"1024" doc:"原密码"`
		New string `json:"new" maxLength:"1024" doc:"新密码"`
	}
}

func (r sessions) changePassword(ctx context.Context, in *changePasswordInput) (auth.SignedIn, Me, error) {
	s, err := r.auth.ChangePassword(ctx, actor(ctx), in.Body.Old, in.Body.New)
	if err != nil {
		return s, Me{}, err
	}
	me, err := r.show(ctx, s.Actor)
	return s, me, err
}

// SessionView is one browser in which the person is signed in.
type SessionView struct {
	ID        string `json:"id"`
	Device    string `json:"device"`
	Address   string `json:"address"`
	CreatedAt string `json:"created_at"`
	SeenAt    string `json:"seen_at"`
	ExpiresAt string `json:"expires_at"`
	Current   bool   `json:"current"`
}

func (r sessions) list(ctx context.Context, _ *None) ([]SessionView, error) {
	list, err := r.auth.Sessions(ctx, actor(ctx))
	out := make([]SessionView, 0, len(list))
	for _, s := range list {
		out = append(out, SessionView{s.ID, s.Device, s.Address, when(s.CreatedAt), when(s.SeenAt), when(s.ExpiresAt), s.Current})
	}
	return out, err
}

func (r sessions) revoke(ctx context.Context, in *ByID) (None, error) {
	return None{}, r.auth.RevokeSession(ctx, actor(ctx), in.ID)
}

// TokenView is a personal access token without its secret.
type TokenView struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	CreatedAt string `json:"created_at"`
	ExpiresAt string `json:"expires_at"`
	UsedAt    string `json:"used_at" doc:"空为从未使用"`
}

// NewToken is a fresh personal access token; the secret is shown this once.
type NewToken struct {
	TokenView
	Token string `json:"token" doc:"仅显示这一次"`
}

func tokenView(t auth.Token) TokenView {
	return TokenView{t.ID, t.Name, when(t.CreatedAt), when(t.ExpiresAt), when(t.UsedAt)}
}

func (r sessions) tokens(ctx context.Context, _ *None) ([]TokenView, error) {
	list, err := r.auth.Tokens(ctx, actor(ctx))
	out := make([]TokenView, 0, len(list))
	for _, t := range list {
		out = append(out, tokenView(t))
	}
	return out, err
}

type createTokenInput struct {
	Body struct {
		Name string `json:"name" maxLength:"64" doc:"用途"`
		Days int    `json:"days,omitempty" minimum:"1" maximum:"366" default:"90" doc:"有效天数"`
	}
}

func (r sessions) createToken(ctx context.Context, in *createTokenInput) (NewToken, error) {
	t, secret, err := r.auth.CreateToken(ctx, actor(ctx), in.Body.Name, in.Body.Days)
	return NewToken{tokenView(t), secret}, err
}

func (r sessions) revokeToken(ctx context.Context, in *ByID) (None, error) {
	return None{}, r.auth.RevokeToken(ctx, actor(ctx), in.ID)
}
