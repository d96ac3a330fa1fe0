package auth

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qingshao/qingshao/internal/fault"
)

// Policy is the table: what each role may do, and how far.
type Policy map[Role]map[Capability]Reach

// DefaultPolicy is the table that a jurisdiction starts with.
func DefaultPolicy() Policy {
	return Policy{
		Admin: {UserRead: Everywhere, UserWrite: Everywhere, SystemRead: Everywhere, SystemWrite: Everywhere},
		SecAdmin: {UserRead: Everywhere, UserGrant: Everywhere, SystemRead: Everywhere, ChannelHalt: Everywhere, ChannelReopen: Everywhere,
			AccessReview: Everywhere, LeakTrace: Everywhere,
			SealRead: Everywhere, SealRevoke: Everywhere},
		Auditor: {UserRead: Everywhere, AuditRead: Everywhere, AuditExport: Everywhere, SystemRead: Everywhere, AccessReview: Everywhere,
			SealRead: Everywhere},
		Clerk: {PublishRead: OfArea, PublishWrite: OfArea, AmbientRead: OfArea, RiskRead: Everywhere, RiskEnter: OfArea, RiskAnswer: OfArea, ObligationRead: OfArea, OverviewRead: OfArea, RegistryRead: OfArea, TelemetryRead: OfArea, AlarmRead: OfArea,
			ClueRead: OfArea, ClueEnter: OfArea, ClueTriage: OfArea, RuleRead: OfArea,
			IssueRead: OfArea, IssueAssign: OfArea, FileUpload: OfArea},
		Duty: {AmbientRead: OfArea, AmbientWrite: OfArea, RiskRead: Everywhere, ObligationRead: OfArea, ObligationReview: OfArea, OverviewRead: OfArea, RegistryRead: OfArea, RegistryWrite: OfArea, TelemetryRead: OfArea,
			TelemetryCommand: OfArea, QuarantineRead: OfArea, QuarantineWrite: OfArea, MarkReview: OfArea, FilingWrite: OfArea, AlarmRead: OfArea, AlarmHandle: OfArea, AlarmSilence: OfArea,
			RuleRead: OfArea, RuleWrite: OfArea, ConsultRead: OfArea, ConsultAnswer: OfArea,
			ClueRead: OfArea, ClueEnter: OfArea, IssueRead: OfArea, FileUpload: OfArea},
		Agency: {AmbientRead: OfArea, RiskRead: Everywhere, RiskAnswer: OfArea, OverviewRead: OfArea, AlarmRead: OfAgency, IssueRead: OfAgency, IssueSign: OfAgency, IssueRectify: OfAgency,
			ClueEnter: OfArea, RegistryRead: OfArea, FileUpload: OfArea},
		Inspector: {AmbientRead: OfArea, RiskRead: Everywhere, ObligationRead: OfArea, OverviewRead: OfArea, RegistryRead: OfArea, TelemetryRead: OfArea, AlarmRead: OfArea, AlarmCheck: OfArea, ConsultRead: OfArea,
			TelemetryCommand: OfArea, TelemetryControl: OfArea, FilingWrite: OfArea, TelemetryKey: OfArea,
			RuleRead: OfArea, RuleWrite: OfArea,
			ClueRead: OfArea, ClueEnter: OfArea, IssueRead: OfArea, IssueAccept: OfArea, FileUpload: OfArea},
		Reviewer: {PublishRead: OfArea, PublishReview: OfArea, AmbientRead: OfArea, RiskRead: Everywhere, RiskEnter: OfArea, RiskFollow: OfArea, ObligationRead: OfArea, OverviewRead: OfArea, ClueRead: OfArea, RegistryRead: OfArea, TelemetryRead: OfArea,
			AlarmRead: OfArea, RuleRead: OfArea, RuleWrite: OfArea, RulePublish: OfArea, IssueRead: OfArea, IssueClose: OfArea, IssueReopen: OfArea, FileUpload: OfArea,
			RewardRead: OfArea, RewardReview: OfArea},
		Leader: {PublishRead: OfArea, PublishReview: OfArea, PublishBounty: OfArea, AmbientRead: OfArea, RiskRead: Everywhere, RiskSign: OfArea, RiskFollow: OfArea, ObligationRead: OfArea, OverviewRead: OfArea, RegistryRead: OfArea, TelemetryRead: OfArea, AlarmRead: OfArea, AlarmSilence: OfArea, AlarmSilenceArea: OfArea, ConsultRead: OfArea,
			RuleRead: OfArea, RuleWrite: OfArea, RulePublish: OfArea,
			ClueRead: OfArea, IssueRead: OfArea, IssueApprove: OfArea, IssueReopen: OfArea, IssueSupervise: OfArea,
			RewardRead: OfArea, RewardApprove: OfArea, RewardBudget: OfArea,
			CircleManage: OfArea, RetentionApprove: OfArea},
		Reward: {OverviewRead: OfArea, IssueRead: OfArea, RewardRead: OfArea, RewardHandle: OfArea, RewardPay: OfArea, FileUpload: OfArea,
			RetentionPropose: OfArea,
			SealRead:         OfArea, SealHold: OfArea, SealDesk: OfArea, SealRevoke: OfArea},
		Supervisor: {AmbientRead: OfArea, OverviewRead: OfArea, IssueRead: OfArea, IssueSupervise: OfArea, RewardRead: OfArea, RewardApprove: OfArea,
			CircleManage: OfArea, RetentionApprove: OfArea, ChannelReopen: Everywhere,
			SealRead: OfArea, SealHold: OfArea, SealOversee: OfArea, SealRevoke: OfArea},
		Grid:       {ClueEnter: OfArea, FileUpload: OfArea},
		Partner:    {ClueEnter: OfArea, FileUpload: OfArea},
		Enterprise: {PortalRead: OfEnterprise, ObligationRead: OfEnterprise, ObligationReport: OfEnterprise, RegistryRead: OfEnterprise, TelemetryRead: OfEnterprise, MarkSet: OfEnterprise, FilingFile: OfEnterprise, AlarmRead: OfEnterprise, AlarmExplain: OfEnterprise, ConsultRead: OfEnterprise, ConsultAsk: OfEnterprise, FileUpload: OfEnterprise},
		Head:       {AlarmHead: OfEnterprise, PortalRead: OfEnterprise, ObligationRead: OfEnterprise, ObligationReport: OfEnterprise, RegistryRead: OfEnterprise, TelemetryRead: OfEnterprise, MarkSet: OfEnterprise, FilingFile: OfEnterprise, AlarmRead: OfEnterprise, AlarmExplain: OfEnterprise, ConsultRead: OfEnterprise, ConsultAsk: OfEnterprise, FileUpload: OfEnterprise},
	}
}

// Can decides: some role of the actor grants the capability with a reach that
// covers the thing. The system may do everything, since no request can bear
// its name.
func (p Policy) Can(a Actor, c Capability, on Scope) bool {
	if a.IsSystem() {
		return true
	}
	for _, r := range a.Roles {
		if a.within(p[r][c], on) {
			return true
		}
	}
	return false
}

// Anywhere reports whether the actor holds the capability at all, e.g. to show
// a menu entry; it does not permit any single act.
func (p Policy) Anywhere(a Actor, c Capability) bool {
	if a.IsSystem() {
		return true
	}
	for _, r := range a.Roles {
		if p[r][c] != Nothing {
			return true
		}
	}
	return false
}

// Require is Can as an error with a sentence.
func (p Policy) Require(a Actor, c Capability, on Scope) error {
	if p.Can(a, c, on) {
		return nil
	}
	return fault.Forbiddenf("您没有“%s”的权限，或者它不在您的管辖范围内；如需办理请联系安全管理员", c.Title())
}

// Capabilities lists what the actor holds anywhere, for menus.
func (p Policy) Capabilities(a Actor) []Capability {
	seen := map[Capability]bool{}
	out := []Capability{}
	for _, r := range a.Roles {
		for c, reach := range p[r] {
			if reach != Nothing && !seen[c] {
				seen[c] = true
				out = append(out, c)
			}
		}
	}
	slices.Sort(out)
	return out
}

func (a Actor) within(r Reach, on Scope) bool {
	switch r {
	case Everywhere:
		return true
	case OfArea:
		return Covers(a.Area, on.Area)
	case OfAgency:
		return a.Agency != "" && slices.Contains(on.Agencies, a.Agency) || a.isAny(on.Persons)
	case OfEnterprise:
		return a.Enterprise != "" && a.Enterprise == on.Enterprise
	case Own:
		return a.isAny(on.Persons)
	}
	return false
}

func (a Actor) isAny(ids []string) bool {
	for _, id := range ids {
		if a.Is(id) {
			return true
		}
	}
	return false
}

// AreaPrefix gives the leading digits that all codes within an area share:
// GB/T 2260 codes nest by pairs (33, 3303, 330302), and the statistical codes
// of townships and villages by three more digits each (330302006000,
// 330302006201). Zeros at the end of a level say “all of it”; 000000 is the
// whole of a jurisdiction that lies in several provinces. Anything that is no
// such code shares its digits with itself alone.
func AreaPrefix(code string) string {
	if len(code) == 12 && strings.HasSuffix(code, "000") {
		code = code[:9]
	}
	if len(code) == 9 && strings.HasSuffix(code, "000") {
		code = code[:6]
	}
	if code == "000000" {
		return ""
	}
	for (len(code) == 6 || len(code) == 4) && strings.HasSuffix(code, "00") {
		code = code[:len(code)-2]
	}
	return code
}

// Covers reports whether the inner area lies within the outer one; the empty
// outer area is the whole jurisdiction.
func Covers(outer, inner string) bool {
	return outer == "" || strings.HasPrefix(inner, AreaPrefix(outer))
}

// whereArea is Covers as SQL. Digits make it a range, which an index serves on
// both engines; LIKE with a parameter would be a scan.
func whereArea(col, area string, put func(any) string) string {
	prefix := AreaPrefix(area)
	if prefix == "" {
		return "TRUE"
	}
	end, ok := nextPrefix(prefix)
	if !ok {
		return fmt.Sprintf("substr(%s, 1, %d) = %s", col, len([]rune(prefix)), put(prefix))
	}
	return "(" + col + " >= " + put(prefix) + " AND " + col + " < " + put(end) + ")"
}

// nextPrefix adds one to a string of digits, so that the codes that begin with
// it are those from it up to there. It is false for nines and non-digits.
func nextPrefix(digits string) (string, bool) {
	b := []byte(digits)
	for _, c := range b {
		if c < '0' || c > '9' {
			return "", false
		}
	}
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] != '9' {
			b[i]++
			return string(b), true
		}
		b[i] = '0'
	}
	return "", false
}

// Columns names the SQL columns that hold a thing's scope; an empty name means
// that the thing has no such part. AlsoAgency is an SQL condition with %s in
// place of the agency's placeholder, for assisting agencies in another table.
type Columns struct {
	Area       string
	Agency     string
	AlsoAgency string
	Person     string
	Enterprise string
}

// Where writes the policy as an SQL condition: exactly the rows for which Can
// says yes. It appends the values to args and numbers its placeholders after
// those already there.
func (p Policy) Where(a Actor, c Capability, col Columns, args *[]any) string {
	if a.IsSystem() {
		return "TRUE"
	}
	// The values are kept apart until the end: a later role may make the
	// condition TRUE, and PostgreSQL refuses values that no placeholder names.
	var values []any
	put := func(v any) string {
		values = append(values, v)
		return fmt.Sprintf("$%d", len(*args)+len(values))
	}
	var or []string
	done := map[Reach]bool{}
	for _, role := range a.Roles {
		r := p[role][c]
		if done[r] {
			continue
		}
		done[r] = true
		switch r {
		case Everywhere:
			return "TRUE"
		case OfArea:
			if a.Area == "" {
				return "TRUE"
			}
			if col.Area != "" {
				or = append(or, whereArea(col.Area, a.Area, put))
			}
		case OfAgency:
			if a.Agency != "" && col.Agency != "" {
				or = append(or, col.Agency+" = "+put(a.Agency))
			}
			if a.Agency != "" && col.AlsoAgency != "" {
				or = append(or, fmt.Sprintf(col.AlsoAgency, put(a.Agency)))
			}
			or = append(or, a.wherePerson(col.Person, put)...)
		case OfEnterprise:
			if a.Enterprise != "" && col.Enterprise != "" {
				or = append(or, col.Enterprise+" = "+put(a.Enterprise))
			}
		case Own:
			or = append(or, a.wherePerson(col.Person, put)...)
		}
	}
	if len(or) == 0 {
		return "FALSE"
	}
	*args = append(*args, values...)
	return "(" + strings.Join(or, " OR ") + ")"
}

func (a Actor) wherePerson(col string, put func(any) string) []string {
	if col == "" {
		return nil
	}
	var or []string
	for _, id := range append([]string{a.ID}, a.Deputises...) {
		if id != "" {
			or = append(or, col+" = "+put(id))
		}
	}
	return or
}
