package tip

import (
	"context"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/vault"
)

// partContact is the part of a report that tells who reported.
const partContact = "contact"

// Channel is whether the sealed modes are open, and to which keys reports are
// sealed.
func (s *Service) Channel(ctx context.Context) (vault.Channel, error) {
	if s.vault == nil {
		return vault.Channel{Why: "本地没有保密渠道"}, nil
	}
	return s.vault.Channel(ctx)
}

// Modes is the table of modes as it stands now: sealed ones are open while enough
// officers hold keys.
func (s *Service) Modes(ctx context.Context) ([]ModeRow, error) {
	c, err := s.Channel(ctx)
	rows := Modes()
	for i := range rows {
		if rows[i].Sealed {
			rows[i].Open = c.Open
		}
	}
	return rows, err
}

// takes refuses a sealed mode while its channel is closed, before any photo is
// kept.
func (s *Service) takes(ctx context.Context, n New) error {
	row, _ := n.Mode.Row()
	if !row.Sealed {
		return nil
	}
	c, err := s.Channel(ctx)
	if err != nil || c.Open {
		return err
	}
	return fault.Invalidf("%s暂未开放", row.Title).With("mode", "%s：%s", row.Title, row.Instead)
}

func (s *Service) prefix(m Mode) string {
	if row, _ := m.Row(); row.Sealed && s.rules.Secret != "" {
		return s.rules.Secret
	}
	return s.rules.Prefix
}

// confide stores who reported in confidence, as the browser sealed it.
func (s *Service) confide(ctx context.Context, tx *db.Tx, id ID, e vault.Envelope) error {
	if !e.Parted {
		return fault.Invalidf("联系方式没有按两方封存，没有保存；请刷新页面后重新提交").With("contact", "请重新提交")
	}
	_, err := s.vault.Put(ctx, tx, Machine.Kind, string(id), partContact, e)
	return err
}

// vaultSealer seals what came through doors without a sealing browser, in memory.
type vaultSealer struct{ vault *vault.Service }

func (v vaultSealer) Ready(ctx context.Context) error {
	c, err := v.vault.Channel(ctx)
	if err == nil && !c.Open {
		return errNoSeal
	}
	return err
}

func (v vaultSealer) SealContact(ctx context.Context, tx *db.Tx, id ID, contact string) error {
	e, err := v.vault.Seal(ctx, tx, vault.Contact{Other: contact})
	if err == nil {
		_, err = v.vault.Put(ctx, tx, Machine.Kind, string(id), partContact, e)
	}
	return err
}
