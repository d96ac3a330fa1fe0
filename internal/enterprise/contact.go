package enterprise

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Contact is somebody whom one may call at an enterprise (联系人). It is no account.
type Contact struct {
	ID           string
	EnterpriseID string
	Name         string
	Duty         string
	Phone        string
	Hours        string // when to call
	Version      int64
}

// ContactDuties are what contacts are there for.
var ContactDuties = []string{"环保负责人", "企业负责人", "环保专员", "自动监控运维", "值班电话"}

// mostContacts is how many an enterprise may have.
const mostContacts = 20

var phoneForm = regexp.MustCompile(`^[0-9+][0-9 -]{4,19}$`)

var errStaleContact = fault.Conflictf("这位联系人已被他人更新，请刷新后重试")

// Check tidies the fields and says which of them is wrong.
func (c *Contact) Check() error {
	c.Name, c.Phone, c.Hours = strings.TrimSpace(c.Name), strings.TrimSpace(c.Phone), strings.TrimSpace(c.Hours)
	f := fault.Invalidf("联系人填写有误，请按提示修改")
	switch {
	case c.Name == "" || len([]rune(c.Name)) > 30:
		return f.With("name", "请填写姓名，最多 30 字")
	case !slices.Contains(ContactDuties, c.Duty):
		return f.With("duty", "请选择%s", strings.Join(ContactDuties, "、"))
	case !phoneForm.MatchString(c.Phone):
		return f.With("phone", "请填写电话，例如 13800000000 或 0577-88888888")
	case len([]rune(c.Hours)) > 40:
		return f.With("hours", "最多 40 字")
	}
	return nil
}

// mayContact permits the officers who keep the registry, and the enterprise itself.
func (s *Service) mayContact(actor auth.Actor, e Enterprise) error {
	if actor.Enterprise == e.ID && s.policy.Can(actor, auth.PortalRead, e.Scope()) {
		return nil
	}
	return require(s.policy, actor, auth.RegistryWrite, e.Scope(), "企业")
}

// Contacts lists an enterprise's contacts, and whether the actor may change them.
func (s *Service) Contacts(ctx context.Context, actor auth.Actor, enterpriseID string) (out []Contact, change bool, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		e, err := ByID(ctx, tx, enterpriseID)
		if err != nil {
			return err
		}
		if err := s.seen(actor, auth.RegistryRead, e.Scope(), "企业"); err != nil {
			return err
		}
		change = s.mayContact(actor, e) == nil
		out, err = contactsOf(ctx, tx, e.ID)
		return err
	})
	return out, change, err
}

// SetContact adds a contact, or changes the one whose ID and Version are given.
func (s *Service) SetContact(ctx context.Context, actor auth.Actor, c Contact) error {
	if err := c.Check(); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		e, err := ByID(ctx, tx, c.EnterpriseID)
		if err != nil {
			return err
		}
		if err := s.mayContact(actor, e); err != nil {
			return err
		}
		if c.ID == "" {
			list, err := contactsOf(ctx, tx, e.ID)
			if err != nil {
				return err
			}
			if len(list) >= mostContacts {
				return fault.Conflictf("联系人最多 %d 位，请先删除不再需要的", mostContacts)
			}
			c.ID = db.NewID()
			if err := insertContact(ctx, tx, c); err != nil {
				return err
			}
		} else if err := updateContact(ctx, tx, c); err != nil {
			return err
		}
		return note(ctx, tx, actor, "enterprise.contact", "enterprise", e.ID, e.Area, map[string]any{"contact": c.ID, "duty": c.Duty})
	})
}

// DropContact takes a contact away.
func (s *Service) DropContact(ctx context.Context, actor auth.Actor, enterpriseID, id string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		e, err := ByID(ctx, tx, enterpriseID)
		if err != nil {
			return err
		}
		if err := s.mayContact(actor, e); err != nil {
			return err
		}
		if err := deleteContact(ctx, tx, e.ID, id); err != nil {
			return err
		}
		return note(ctx, tx, actor, "enterprise.contact_drop", "enterprise", e.ID, e.Area, map[string]any{"contact": id})
	})
}
