package permit

import (
	"context"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/fault"
)

// Certificate is the permit of an enterprise, or its registration.
type Certificate struct {
	EnterpriseID string
	Number       string
	ValidFrom    time.Time
	ValidUntil   time.Time // the first moment after it
	UpdatedBy    string
	UpdatedAt    time.Time
	Version      int64 // 0 = nothing entered yet
}

// CertificateChanged is the bus topic, and the audited action, of every change;
// the subject is the enterprise.
const CertificateChanged = "enterprise.permit"

// Check tidies the fields and says which of them is wrong.
func (c *Certificate) Check() error {
	c.Number = strings.TrimSpace(c.Number)
	f := fault.Invalidf("许可证内容有误，请按提示修改")
	switch {
	case c.Number == "" || len([]rune(c.Number)) > 60:
		return f.With("number", "请填写许可证或登记编号，最多 60 字")
	case c.ValidFrom.IsZero():
		return f.With("valid_from", "请填写有效期起始日")
	case !c.ValidUntil.After(c.ValidFrom):
		return f.With("valid_until", "有效期截止日应在起始日之后")
	}
	return nil
}

// Certificate reads an enterprise's permit within the actor's reach; Version is 0
// when none is entered.
func (s *Service) Certificate(ctx context.Context, actor auth.Actor, enterpriseID string) (c Certificate, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		e, err := enterprise.ByID(ctx, tx, enterpriseID)
		if err != nil {
			return err
		}
		if !s.policy.Can(actor, auth.RegistryRead, e.Scope()) {
			return absentFirm()
		}
		c, err = CertificateOf(ctx, tx, enterpriseID)
		return err
	})
	return c, err
}

// SetCertificate enters an enterprise's permit; Version is that of what the person
// saw.
func (s *Service) SetCertificate(ctx context.Context, actor auth.Actor, c Certificate) (Certificate, error) {
	if err := c.Check(); err != nil {
		return c, err
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		e, err := enterprise.ByID(ctx, tx, c.EnterpriseID)
		if err != nil {
			return err
		}
		if !s.policy.Can(actor, auth.RegistryRead, e.Scope()) {
			return absentFirm()
		}
		if err := s.policy.Require(actor, auth.RegistryWrite, e.Scope()); err != nil {
			return err
		}
		old, err := CertificateOf(ctx, tx, e.ID)
		if err != nil {
			return err
		}
		if old.Version != c.Version {
			return fault.Conflictf("内容已被他人修改，请刷新后重试")
		}
		c.UpdatedBy, c.UpdatedAt, c.Version = actor.ID, tx.Now, c.Version+1
		if err := putCertificate(ctx, tx, c, old.Version); err != nil {
			return err
		}
		detail := map[string]any{"before": old.facts(), "after": c.facts()}
		if err := audit.Record(ctx, tx, audit.Entry{Actor: actor.ID, Action: CertificateChanged, Kind: "enterprise", Subject: e.ID, Area: e.Area, Detail: detail}); err != nil {
			return err
		}
		return bus.Publish(ctx, tx, CertificateChanged, "enterprise", e.ID, e.Area, map[string]any{})
	})
	return c, err
}

func absentFirm() error {
	return fault.NotFoundf("没有这家企业，可能已被移出或不在您的管辖范围内")
}

func (c Certificate) facts() map[string]any {
	if c.Version == 0 {
		return map[string]any{}
	}
	return map[string]any{"number": c.Number, "from": c.ValidFrom.UnixMicro(), "until": c.ValidUntil.UnixMicro()}
}
