package api

import (
	"context"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/sheet"
)

// when shows a moment as RFC 3339 in Beijing time, "" for none.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return Stamp(t.UnixMicro())
}

// users is the resource of accounts and rights.
type users struct {
	auth  *auth.Service
	names Names
}

// Users registers accounts, rights, deputies, the role matrix and the list of
// colleagues for pickers.
func (a *API) Users(s *auth.Service, n Names) {
	r := users{s, n}
	get(a, "listUsers", "/users", "账号列表", r.list)
	exportList(a, "exportUsers", "/users/export", "导出账号", "用户", userColumns, r.list)
	post(a, "createUser", "/users", "开设账号", r.create)
	get(a, "getUser", "/users/{id}", "账号详情", r.get)
	patch(a, "updateUser", "/users/{id}", "修改账号信息", r.update)
	post(a, "grantUser", "/users/{id}/grant", "授予岗位与范围", r.grant)
	post(a, "deactivateUser", "/users/{id}/deactivate", "停用账号", r.deactivate)
	post(a, "activateUser", "/users/{id}/activate", "启用账号", r.activate)
	post(a, "unlockUser", "/users/{id}/unlock", "解除登录锁定", r.unlock)
	post(a, "resetPassword", "/users/{id}/reset-password", "重置密码", r.reset)
	post(a, "resetTwoStep", "/users/{id}/reset-two-step", "重置两步验证", r.resetTwoStep)
	post(a, "handOver", "/users/{id}/handover", "移交未办结事项", r.handover)
	get(a, "listDeputies", "/users/{id}/deputies", "代理记录", r.deputies)
	post(a, "appointDeputy", "/users/{id}/deputies", "指定代理人", r.appoint)
	remove(a, "dismissDeputy", "/users/{id}/deputies/{deputy}", "结束代理", r.dismiss)
	get(a, "listRoles", "/roles", "岗位与权限对照表", r.roles)
	get(a, "listPeople", "/people", "可选人员", r.people)
}

// UserView is one account.
type UserView struct {
	ID           string     `json:"id"`
	Login        string     `json:"login"`
	Name         string     `json:"name"`
	Phone        string     `json:"phone"`
	Email        string     `json:"email"`
	Roles        []RoleView `json:"roles" nullable:"false"`
	Area         string     `json:"area" doc:"行政区划代码，空为全域"`
	AreaName     string     `json:"area_name"`
	Agency       string     `json:"agency"`
	AgencyName   string     `json:"agency_name"`
	EnterpriseID string     `json:"enterprise_id"`
	Active       bool       `json:"active"`
	MustChange   bool       `json:"must_change"`
	TwoStep      bool       `json:"two_step" doc:"已开启两步验证"`
	LockedUntil  string     `json:"locked_until" doc:"空为未锁定"`
	CreatedAt    string     `json:"created_at"`
	UpdatedAt    string     `json:"updated_at"`
	Version      int64      `json:"version"`
}

func (r users) view(u auth.User) UserView {
	area := ""
	if len(u.Roles) > 0 {
		area = r.names.area(u.Area)
	}
	return UserView{ID: u.ID, Login: u.Login, Name: u.Name, Phone: u.Phone, Email: u.Email, Roles: roleViews(u.Roles),
		Area: u.Area, AreaName: area, Agency: u.Agency, AgencyName: r.names.agency(u.Agency), EnterpriseID: u.Enterprise,
		Active: u.Active, MustChange: u.MustChange, TwoStep: u.TwoStep, LockedUntil: when(u.LockedUntil),
		CreatedAt: when(u.CreatedAt), UpdatedAt: when(u.UpdatedAt), Version: u.Version}
}

type listUsersInput struct {
	Paging
	Q      string    `query:"q" maxLength:"64" doc:"登录名或姓名的一部分"`
	Role   auth.Role `query:"role" maxLength:"32"`
	Area   string    `query:"area" maxLength:"12"`
	Agency string    `query:"agency" maxLength:"64"`
	Active string    `query:"active" enum:"true,false"`
}

func (r users) list(ctx context.Context, in *listUsersInput) (Page[UserView], error) {
	f := auth.Filter{Text: in.Q, Role: in.Role, Area: in.Area, Agency: in.Agency, Limit: in.Limit, Cursor: in.Cursor}
	if in.Active != "" {
		active := in.Active == "true"
		f.Active = &active
	}
	page, err := r.auth.Users(ctx, actor(ctx), f)
	out := Page[UserView]{Items: make([]UserView, 0, len(page.Items)), Next: page.Next, Total: page.Total, TotalCapped: page.Capped}
	for _, u := range page.Items {
		out.Items = append(out.Items, r.view(u))
	}
	return out, err
}

type createUserInput struct {
	Body struct {
		Login string `json:"login" maxLength:"64"`
		Name  string `json:"name" maxLength:"64"`
		Phone string `json:"phone,omitempty" maxLength:"32"`
		Email string `json:"email,omitempty" maxLength:"128"`
	}
}

// NewUser is a fresh account with its first password, shown this once.
type NewUser struct {
	User     UserView `json:"user"`
	Password string   `json:"password" doc:"初始密码，仅显示这一次"`
}

func (r users) create(ctx context.Context, in *createUserInput) (NewUser, error) {
	u, password, err := r.auth.CreateUser(ctx, actor(ctx), auth.Profile{Login: in.Body.Login, Name: in.Body.Name, Phone: in.Body.Phone, Email: in.Body.Email})
	return NewUser{r.view(u), password}, err
}

func (r users) get(ctx context.Context, in *ByID) (UserView, error) {
	u, err := r.auth.User(ctx, actor(ctx), in.ID)
	return r.view(u), err
}

type updateUserInput struct {
	ByID
	Body struct {
		Version int64   `json:"version"`
		Login   *string `json:"login,omitempty" maxLength:"64"`
		Name    *string `json:"name,omitempty" maxLength:"64"`
		Phone   *string `json:"phone,omitempty" maxLength:"32"`
		Email   *string `json:"email,omitempty" maxLength:"128"`
	}
}

func (r users) update(ctx context.Context, in *updateUserInput) (UserView, error) {
	u, err := r.auth.User(ctx, actor(ctx), in.ID)
	if err != nil {
		return UserView{}, err
	}
	p := auth.Profile{Login: u.Login, Name: u.Name, Phone: u.Phone, Email: u.Email}
	for _, f := range []struct{ to, from *string }{{&p.Login, in.Body.Login}, {&p.Name, in.Body.Name}, {&p.Phone, in.Body.Phone}, {&p.Email, in.Body.Email}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	u, err = r.auth.UpdateUser(ctx, actor(ctx), in.ID, p, in.Body.Version)
	return r.view(u), err
}

type grantInput struct {
	ByID
	Body struct {
		Version      int64       `json:"version"`
		Roles        []auth.Role `json:"roles" maxItems:"14" nullable:"false"`
		Area         string      `json:"area" maxLength:"12" doc:"行政区划代码，空为全域"`
		Agency       string      `json:"agency,omitempty" maxLength:"64"`
		EnterpriseID string      `json:"enterprise_id,omitempty" maxLength:"64"`
	}
}

func (r users) grant(ctx context.Context, in *grantInput) (UserView, error) {
	u, err := r.auth.Grant(ctx, actor(ctx), in.ID, auth.Rights{Roles: in.Body.Roles, Area: in.Body.Area, Agency: in.Body.Agency, Enterprise: in.Body.EnterpriseID}, in.Body.Version)
	return r.view(u), err
}

// after answers a verb with the account as it is now.
func (r users) after(ctx context.Context, id string, err error) (UserView, error) {
	if err != nil {
		return UserView{}, err
	}
	return r.get(ctx, &ByID{ID: id})
}

func (r users) deactivate(ctx context.Context, in *ByID) (UserView, error) {
	return r.after(ctx, in.ID, r.auth.Deactivate(ctx, actor(ctx), in.ID))
}

func (r users) activate(ctx context.Context, in *ByID) (UserView, error) {
	return r.after(ctx, in.ID, r.auth.Activate(ctx, actor(ctx), in.ID))
}

func (r users) unlock(ctx context.Context, in *ByID) (UserView, error) {
	return r.after(ctx, in.ID, r.auth.Unlock(ctx, actor(ctx), in.ID))
}

// ResetPassword is a fresh password, shown this once.
type ResetPassword struct {
	Password string `json:"password" doc:"临时密码，仅显示这一次"`
}

func (r users) reset(ctx context.Context, in *ByID) (ResetPassword, error) {
	password, err := r.auth.ResetPassword(ctx, actor(ctx), in.ID)
	return ResetPassword{password}, err
}

type handoverInput struct {
	ByID
	Body struct {
		To string `json:"to" maxLength:"64" doc:"接手人"`
	}
}

// HandedOver says how many things changed hands.
type HandedOver struct {
	Count int `json:"count"`
}

func (r users) handover(ctx context.Context, in *handoverInput) (HandedOver, error) {
	n, err := r.auth.Handover(ctx, actor(ctx), in.ID, in.Body.To)
	return HandedOver{n}, err
}

// DeputyView is a colleague who stands in for a person on leave.
type DeputyView struct {
	ID         string `json:"id"`
	UserID     string `json:"user_id"`
	DeputyID   string `json:"deputy_id"`
	DeputyName string `json:"deputy_name"`
	From       string `json:"from"`
	To         string `json:"to"`
	Reason     string `json:"reason"`
	CreatedAt  string `json:"created_at"`
	EndedAt    string `json:"ended_at" doc:"空为未提前结束"`
}

func deputyView(d auth.Deputy) DeputyView {
	return DeputyView{d.ID, d.UserID, d.DeputyID, d.DeputyName, when(d.From), when(d.To), d.Reason, when(d.CreatedAt), when(d.EndedAt)}
}

func (r users) deputies(ctx context.Context, in *ByID) ([]DeputyView, error) {
	list, err := r.auth.Deputies(ctx, actor(ctx), in.ID)
	out := make([]DeputyView, 0, len(list))
	for _, d := range list {
		out = append(out, deputyView(d))
	}
	return out, err
}

type appointInput struct {
	ByID
	Body struct {
		DeputyID string    `json:"deputy_id" maxLength:"64"`
		From     time.Time `json:"from"`
		To       time.Time `json:"to"`
		Reason   string    `json:"reason,omitempty" maxLength:"200"`
	}
}

func (r users) appoint(ctx context.Context, in *appointInput) (DeputyView, error) {
	d, err := r.auth.Appoint(ctx, actor(ctx), in.ID, auth.Leave{DeputyID: in.Body.DeputyID, From: in.Body.From, To: in.Body.To, Reason: in.Body.Reason})
	return deputyView(d), err
}

type dismissInput struct {
	ByID
	Deputy string `path:"deputy" maxLength:"64"`
}

func (r users) dismiss(ctx context.Context, in *dismissInput) (None, error) {
	return None{}, r.auth.Dismiss(ctx, actor(ctx), in.ID, in.Deputy)
}

// RoleRow is one line of the role matrix.
type RoleRow struct {
	Role         auth.Role   `json:"role"`
	Title        string      `json:"title"`
	Duty         string      `json:"duty"`
	Officer      bool        `json:"officer" doc:"三员之一，不能兼任其他岗位"`
	Capabilities []GrantView `json:"capabilities" nullable:"false"`
}

// GrantView is what a role may do and how far.
type GrantView struct {
	Capability auth.Capability `json:"capability"`
	Title      string          `json:"title"`
	Reach      string          `json:"reach" enum:"own,enterprise,agency,area,everywhere"`
	ReachTitle string          `json:"reach_title"`
}

func (r users) roles(context.Context, *None) ([]RoleRow, error) {
	out := []RoleRow{}
	for _, m := range r.auth.Policy().Matrix() {
		row := RoleRow{m.Role, m.Title, m.Duty, m.Role.Officer(), []GrantView{}}
		for _, g := range m.Grants {
			row.Capabilities = append(row.Capabilities, GrantView{g.Capability, g.Title, g.Reach.String(), g.Reach.Title()})
		}
		out = append(out, row)
	}
	return out, nil
}

type peopleInput struct {
	Q      string    `query:"q" maxLength:"64"`
	Role   auth.Role `query:"role" maxLength:"32"`
	Area   string    `query:"area" maxLength:"12" doc:"辖区包含此地的人员"`
	Agency string    `query:"agency" maxLength:"64"`
}

// Colleague is a member of staff to choose from.
type Colleague struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Area       string     `json:"area"`
	AreaName   string     `json:"area_name"`
	Agency     string     `json:"agency"`
	AgencyName string     `json:"agency_name"`
	Roles      []RoleView `json:"roles" nullable:"false"`
}

func (r users) people(ctx context.Context, in *peopleInput) ([]Colleague, error) {
	list, err := r.auth.People(ctx, actor(ctx), auth.Filter{Text: in.Q, Role: in.Role, Area: in.Area, Agency: in.Agency})
	out := make([]Colleague, 0, len(list))
	for _, c := range list {
		out = append(out, Colleague{c.ID, c.Name, c.Area, r.names.area(c.Area), c.Agency, r.names.agency(c.Agency), roleViews(c.Roles)})
	}
	return out, err
}

var userColumns = []column[UserView]{
	{sheet.Text("姓名", 14), func(v UserView) any { return v.Name }},
	{sheet.Text("用户名", 18), func(v UserView) any { return v.Login }},
	{sheet.Text("岗位", 28), func(v UserView) any { return roleTitles(v.Roles) }},
	{sheet.Text("辖区", 16), func(v UserView) any { return v.AreaName }},
	{sheet.Text("单位", 24), func(v UserView) any { return v.AgencyName }},
	{sheet.Text("电话", 18), func(v UserView) any { return v.Phone }},
	{sheet.Text("邮箱", 24), func(v UserView) any { return v.Email }},
	{sheet.Text("状态", 10), func(v UserView) any { return standing(v) }},
	{sheet.Time("开设"), func(v UserView) any { return v.CreatedAt }},
}

func roleTitles(roles []RoleView) string {
	out := make([]string, len(roles))
	for i, x := range roles {
		out[i] = x.Title
	}
	return strings.Join(out, "、")
}

func standing(u UserView) string {
	switch {
	case !u.Active:
		return "已停用"
	case u.LockedUntil != "":
		return "已锁定"
	}
	return "正常"
}
