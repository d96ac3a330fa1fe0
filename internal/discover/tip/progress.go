package tip

import (
	"context"
	"strings"

	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/db"
)

// Topics are the events that may move a report along.
var Topics = []string{"clue.*", "issue.*"}

// Heard brings the reports of a clue or an issue up to date. It may be called
// twice for one event, and late: what counts is how things stand now.
func (s *Service) Heard(ctx context.Context, e bus.Event) error {
	if !strings.HasPrefix(e.Topic, "clue.") && !strings.HasPrefix(e.Topic, "issue.") {
		return nil
	}
	var tips []Tip
	var told []Told
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if tips, err = tipsFollowing(ctx, tx, e.Subject); err != nil {
			return err
		}
		told, err = toldFollowing(ctx, tx, e.Subject)
		return err
	})
	if err != nil {
		return err
	}
	for _, t := range told {
		p, err := s.tracker.Progress(ctx, t.Progress.ClueID)
		if err == nil && p != t.Progress {
			err = s.db.Write(ctx, func(tx *db.Tx) error { return saveToldProgress(ctx, tx, t.ID, p) })
		}
		if err != nil {
			return err
		}
	}
	for _, t := range tips {
		if err := s.refresh(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) refresh(ctx context.Context, t Tip) error {
	p, err := s.tracker.Progress(ctx, t.ClueID)
	if err != nil {
		return err
	}
	judged := p.Judged
	p.Judged = ""
	return s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := s.lockWithDesk(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		if err := s.judged(ctx, tx, t, judged); err != nil {
			return err
		}
		if p = t.told(p); p == t.Progress {
			return nil
		}
		return saveProgress(ctx, tx, t.ID, p)
	})
}
