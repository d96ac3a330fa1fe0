package auth

import (
	"context"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Deputy is a colleague who stands in for a person on leave.
type Deputy struct {
	ID         string
	UserID     string
	DeputyID   string
	DeputyName string
	From, To   time.Time
	Reason     string
	CreatedAt  time.Time
	EndedAt    time.Time // zero unless ended early
}

// maxDeputy bounds how long one may be stood in for without a new decision.
const maxDeputy = 92 * 24 * time.Hour

// Leave says who stands in, when and why.
type Leave struct {
	DeputyID string
	From, To time.Time
	Reason   string
}

// Appoint names a deputy for a person's leave: the person does it, or a
// security administrator. The deputy must hold the person's roles already, so
// that no right changes hands.
func (s *Service) Appoint(ctx context.Context, by Actor, userID string, l Leave) (Deputy, error) {
	if by.ID != userID {
		if err := s.policy.Require(by, UserGrant, Scope{}); err != nil {
			return Deputy{}, err
		}
	}
	l.Reason = cut(strings.TrimSpace(l.Reason), 600)
	var d Deputy
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		switch {
		case !l.To.After(l.From) || !l.To.After(tx.Now):
			return fault.Invalidf("代理的结束时间应晚于开始时间和现在").With("to", "应晚于开始时间和现在")
		case l.To.Sub(l.From) > maxDeputy:
			return fault.Invalidf("一次代理不超过 92 天").With("to", "一次代理不超过 92 天")
		}
		from, to, err := s.lockPair(ctx, tx, userID, l.DeputyID)
		if err != nil {
			return err
		}
		if !from.Active {
			return fault.Conflictf("%s的账号已停用，请改为移交事项", from.Name)
		}
		if err := suits(from, to); err != nil {
			return err
		}
		d = Deputy{ID: db.NewID(), UserID: from.ID, DeputyID: to.ID, DeputyName: to.Name,
			From: l.From.UTC().Truncate(time.Microsecond), To: l.To.UTC().Truncate(time.Microsecond), Reason: l.Reason, CreatedAt: tx.Now}
		if err := insertDeputy(ctx, tx, d, by.ID); err != nil {
			return err
		}
		return note(ctx, tx, by, "deputy.appoint", from, map[string]any{"deputy": to.ID, "from": d.From.UnixMicro(), "to": d.To.UnixMicro()})
	})
	return d, err
}

// lockPair locks two accounts in the order of their ids, so that two verbs on
// the same pair cannot wait for each other.
func (s *Service) lockPair(ctx context.Context, tx *db.Tx, a, b string) (User, User, error) {
	if b < a {
		y, x, err := s.lockPair(ctx, tx, b, a)
		return x, y, err
	}
	x, err := s.lockUser(ctx, tx, a)
	if err != nil {
		return x, User{}, err
	}
	y, err := s.lockUser(ctx, tx, b)
	return x, y, err
}

// Dismiss ends a deputy's standing-in before its time: by the person, the
// deputy, or a security administrator.
func (s *Service) Dismiss(ctx context.Context, by Actor, userID, id string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		u, err := s.lockUser(ctx, tx, userID)
		if err != nil {
			return err
		}
		d, err := deputyByID(ctx, tx, userID, id)
		if db.IsMissing(err) {
			return fault.NotFoundf("没有这条代理记录，请刷新")
		}
		if err != nil {
			return err
		}
		if by.ID != d.UserID && by.ID != d.DeputyID {
			if err := s.policy.Require(by, UserGrant, Scope{}); err != nil {
				return err
			}
		}
		if !d.EndedAt.IsZero() || !d.To.After(tx.Now) {
			return fault.Conflictf("这条代理已经结束，请刷新")
		}
		if err := endDeputy(ctx, tx, id); err != nil {
			return err
		}
		return note(ctx, tx, by, "deputy.dismiss", u, map[string]any{"deputy": d.DeputyID})
	})
}

// Deputies lists who stood or stands in for a person, newest first: to the
// person and to whoever may see accounts.
func (s *Service) Deputies(ctx context.Context, by Actor, userID string) ([]Deputy, error) {
	if by.ID != userID {
		if err := s.policy.Require(by, UserRead, Scope{}); err != nil {
			return nil, err
		}
	}
	var out []Deputy
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = deputiesOf(ctx, tx, userID)
		return err
	})
	return out, err
}

// Handover gives all open work of a person to a suitable colleague and returns
// how many things that were.
func (s *Service) Handover(ctx context.Context, by Actor, fromID, toID string) (int, error) {
	if err := s.policy.Require(by, UserWrite, Scope{}); err != nil {
		return 0, err
	}
	var moved int
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		from, to, err := s.lockPair(ctx, tx, fromID, toID)
		if err != nil {
			return err
		}
		if err := suits(from, to); err != nil {
			return err
		}
		if moved, err = s.openWork(ctx, tx, from.ID); err != nil {
			return err
		}
		for _, w := range s.work {
			if err := w.Handover(ctx, tx, by, from.ID, to.ID); err != nil {
				return err
			}
		}
		left, err := s.openWork(ctx, tx, from.ID)
		if err != nil {
			return err
		}
		if left > 0 {
			return fault.Conflictf("还有 %d 件事项不能移交给%s，请逐件改派", left, to.Name)
		}
		return note(ctx, tx, by, "user.handover", from, map[string]any{"to": to.ID, "count": moved})
	})
	return moved, err
}

func (s *Service) openWork(ctx context.Context, tx *db.Tx, id string) (int, error) {
	total := 0
	for _, w := range s.work {
		n, err := w.Open(ctx, tx, id)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}
