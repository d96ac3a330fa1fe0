package auth

import (
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/qingshao/qingshao/internal/fault"
)

// User is one account. A new account holds no role and may do nothing.
type User struct {
	ID          string
	Login       string
	Name        string
	Phone       string
	Email       string
	Roles       []Role
	Area        string // region code, "" = the whole jurisdiction
	Agency      string // agency id of the profile
	Enterprise  string // enterprise id, for the role Enterprise
	MustChange  bool
	Active      bool
	LockedUntil time.Time // zero when not locked
	TwoStep     bool      // signs in with a second step
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Version     int64

	password   string // PHC string, "" = no sign-in by password
	passwordAt int64
	otpAt      int64 // when the second step was switched on, 0 = off
}

// Has reports whether the account holds the role.
func (u User) Has(r Role) bool { return slices.Contains(u.Roles, r) }

func (u User) officer() bool { return slices.ContainsFunc(u.Roles, Role.Officer) }

// Profile is what an administrator fills in about a person.
type Profile struct {
	Login string
	Name  string
	Phone string
	Email string
}

// Rights is what a security administrator gives: duties and how far they go.
type Rights struct {
	Roles      []Role
	Area       string
	Agency     string
	Enterprise string
}

var phonePattern = regexp.MustCompile(`^\+?[0-9][0-9 -]{4,18}[0-9]$`)

// normal brings a login name into the one form that is stored and looked up:
// full-width and look-alike forms folded (NFKC), lower case, no spaces around.
func normal(login string) string {
	return strings.ToLower(strings.TrimSpace(norm.NFKC.String(login)))
}

// check brings the profile into normal form or says which fields are wrong.
func (p Profile) check() (Profile, error) {
	p.Login, p.Name = normal(p.Login), strings.TrimSpace(p.Name)
	p.Phone, p.Email = strings.TrimSpace(p.Phone), strings.TrimSpace(p.Email)
	f := fault.Invalidf("账号信息有误，请按提示修改")
	if n := utf8.RuneCountInString(p.Login); n < 2 || n > 32 || strings.ContainsFunc(p.Login, notLogin) {
		f = f.With("login", "登录名应为 2 至 32 个字母、数字、汉字或 . _ -")
	}
	if n := utf8.RuneCountInString(p.Name); n < 1 || n > 64 || strings.ContainsFunc(p.Name, unicode.IsControl) {
		f = f.With("name", "请填写姓名（不超过 64 个字）")
	}
	if p.Phone != "" && !phonePattern.MatchString(p.Phone) {
		f = f.With("phone", "电话号码格式不正确，例如 13800000000 或 0577-88888888")
	}
	if p.Email != "" {
		if a, err := mail.ParseAddress(p.Email); err != nil || a.Address != p.Email || len(p.Email) > 128 {
			f = f.With("email", "电子邮箱格式不正确")
		}
	}
	if len(f.Fields) > 0 {
		return p, f
	}
	return p, nil
}

func notLogin(r rune) bool {
	return !(unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-", r))
}

var areaPattern = regexp.MustCompile(`^([0-9]{6}|[0-9]{12})?$`)

// check brings the rights into normal form (roles sorted, once each) or says
// what cannot be: unknown roles, an officer with a second role (三员分立), a
// role without the unit that it stands on.
func (r Rights) check() (Rights, error) {
	r.Roles = slices.Clone(r.Roles)
	slices.Sort(r.Roles)
	r.Roles = slices.Compact(r.Roles)
	f := fault.Invalidf("授权内容有误，请按提示修改")
	for _, x := range r.Roles {
		if !x.Known() {
			f = f.With("roles", "没有名为“%s”的岗位", x)
		}
		if x.Officer() && len(r.Roles) > 1 {
			f = f.With("roles", "“%s”不能兼任其他岗位（三员分立）", x.Title())
		}
	}
	if !areaPattern.MatchString(r.Area) {
		f = f.With("area", "辖区应为 6 位或 12 位行政区划代码，留空为全域")
	}
	if slices.Contains(r.Roles, Agency) && r.Agency == "" {
		f = f.With("agency", "“%s”须指定所在单位", Agency.Title())
	}
	at := slices.IndexFunc(r.Roles, Role.OfEnterprise)
	switch {
	case at < 0 && r.Enterprise != "":
		f = f.With("enterprise_id", "只有“%s”和“%s”可以指定企业", Enterprise.Title(), Head.Title())
	case at >= 0 && r.Enterprise == "":
		f = f.With("enterprise_id", "“%s”须指定企业", r.Roles[at].Title())
	}
	if at >= 0 && slices.ContainsFunc(r.Roles, func(x Role) bool { return !x.OfEnterprise() }) {
		f = f.With("roles", "“%s”是企业一方的人员，不能兼任其他岗位", r.Roles[at].Title())
	}
	if len(f.Fields) > 0 {
		f.Message = f.Fields[0].Message
		return r, f
	}
	return r, nil
}

// suits says why a colleague cannot take over or stand in for a person, or
// nothing: the colleague must be active, hold every role of the person, and
// reach at least as far. Otherwise handing over would hand out rights.
func suits(from, to User) error {
	switch {
	case from.ID == to.ID:
		return fault.Invalidf("不能选择本人，请选择另一位同事")
	case !to.Active:
		return fault.Invalidf("%s的账号已停用，请选择在岗的同事", to.Name)
	case from.officer():
		return fault.Invalidf("“%s”不能由他人代行，请由安全管理员另行授权", from.Roles[0].Title())
	}
	for _, r := range from.Roles {
		if !to.Has(r) {
			return fault.Invalidf("%s没有“%s”岗位，请选择岗位相同的同事，或先由安全管理员授权", to.Name, r.Title())
		}
	}
	if to.Area != "" && (from.Area == "" || !Covers(to.Area, from.Area)) {
		return fault.Invalidf("%s的辖区不包含%s的辖区，请选择辖区相同或更大的同事", to.Name, from.Name)
	}
	if from.Has(Agency) && from.Agency != to.Agency {
		return fault.Invalidf("%s与%s不在同一单位，请选择本单位的同事", to.Name, from.Name)
	}
	if from.Enterprise != "" && from.Enterprise != to.Enterprise {
		return fault.Invalidf("%s与%s不在同一企业", to.Name, from.Name)
	}
	return nil
}
