package clue

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

// addingEvidence is an entry of the timeline, in any state.
var addingEvidence = flow.Step{Verb: "evidence", Title: "附上证据包", Capability: capEnter,
	Fields: []flow.Field{{Name: "text", Title: "说明", Kind: flow.Text}, {Name: "files", Title: "附件", Kind: flow.Files}}}

// AddEvidence attaches what was gathered about a clue, whatever has become of it,
// in the caller's transaction.
func (s *Service) AddEvidence(ctx context.Context, tx *db.Tx, actor auth.Actor, id ID, text string, files []string) error {
	c, err := findClue(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := s.files.Attach(ctx, tx, files, s.machine.Kind, string(id)); err != nil {
		return err
	}
	_, err = s.book.Write(ctx, tx, timeline.Act{Machine: s.machine, Step: addingEvidence, Actor: actor, Subject: string(id), Area: c.Area, From: c.State,
		Form: flow.Form{"text": text, "files": files}})
	return err
}

// Alive reports whether the clue is still being looked into, or has become an issue
// or part of one; what is dismissed, or another body's, takes nothing more in.
func (s *Service) Alive(ctx context.Context, tx *db.Tx, id ID) (bool, error) {
	c, err := findClue(ctx, tx, id)
	return err == nil && (c.State == StateNew || c.State == StateAdopted || c.State == StateMerged), err
}
