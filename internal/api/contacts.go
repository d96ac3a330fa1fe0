package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/enterprise"
)

// EnterpriseContact is somebody whom one may call at an enterprise.
type EnterpriseContact struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Duty    string `json:"duty"`
	Phone   string `json:"phone"`
	Hours   string `json:"hours" doc:"何时方便联系"`
	Version int64  `json:"version"`
}

// EnterpriseContacts is an enterprise's contacts.
type EnterpriseContacts struct {
	Items  []EnterpriseContact `json:"items" nullable:"false"`
	Duties []string            `json:"duties" nullable:"false" doc:"可选的职责"`
	Change bool                `json:"change" doc:"您可以修改"`
}

func (r enterprises) contacts(ctx context.Context, in *ByID) (EnterpriseContacts, error) {
	list, change, err := r.reg.Contacts(ctx, actor(ctx), in.ID)
	out := EnterpriseContacts{Items: []EnterpriseContact{}, Duties: enterprise.ContactDuties, Change: change}
	for _, c := range list {
		out.Items = append(out.Items, EnterpriseContact{c.ID, c.Name, c.Duty, c.Phone, c.Hours, c.Version})
	}
	return out, err
}

func (r enterprises) setContact(ctx context.Context, in *struct {
	ByID
	Body struct {
		ID      string `json:"id,omitempty" maxLength:"64" doc:"空为新增"`
		Name    string `json:"name" maxLength:"60"`
		Duty    string `json:"duty" maxLength:"40"`
		Phone   string `json:"phone" maxLength:"40"`
		Hours   string `json:"hours,omitempty" maxLength:"120"`
		Version int64  `json:"version,omitempty"`
	}
}) (EnterpriseContacts, error) {
	b := in.Body
	err := r.reg.SetContact(ctx, actor(ctx), enterprise.Contact{ID: b.ID, EnterpriseID: in.ID, Name: b.Name, Duty: b.Duty, Phone: b.Phone, Hours: b.Hours, Version: b.Version})
	if err != nil {
		return EnterpriseContacts{}, err
	}
	return r.contacts(ctx, &in.ByID)
}

func (r enterprises) dropContact(ctx context.Context, in *struct {
	ByID
	Contact string `path:"contact" maxLength:"64"`
}) (EnterpriseContacts, error) {
	if err := r.reg.DropContact(ctx, actor(ctx), in.ID, in.Contact); err != nil {
		return EnterpriseContacts{}, err
	}
	return r.contacts(ctx, &in.ByID)
}
