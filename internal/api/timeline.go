package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/blob"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/timeline"
)

// Describer names uploaded files for people who may see the timeline that they
// hang on.
type Describer interface {
	Describe(ctx context.Context, ids []string) (map[string]blob.File, error)
}

// EntryView is one thing that was done.
type EntryView struct {
	ID        string          `json:"id"`
	At        string          `json:"at"`
	ActorID   string          `json:"actor_id"`
	ActorName string          `json:"actor_name"`
	Behalf    bool            `json:"behalf" doc:"代理他人办理"`
	Verb      flow.Verb       `json:"verb"`
	Title     string          `json:"title"`
	From      flow.State      `json:"from"`
	To        flow.State      `json:"to"`
	Note      string          `json:"note"`
	Form      []timeline.Line `json:"form" nullable:"false"`
	Files     []File          `json:"files" nullable:"false"`
}

// entryViews shows a timeline, with the names of the files on it.
func entryViews(ctx context.Context, files Describer, entries []timeline.Entry) ([]EntryView, error) {
	var ids []string
	for _, e := range entries {
		ids = append(ids, e.Files...)
	}
	named, err := files.Describe(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]EntryView, 0, len(entries))
	for _, e := range entries {
		v := EntryView{ID: e.ID, At: when(e.At), ActorID: e.ActorID, ActorName: e.ActorName, Behalf: e.BehalfID != "", Verb: e.Verb, Title: e.Title,
			From: e.From, To: e.To, Note: e.Note, Form: e.Shown, Files: []File{}}
		if v.Form == nil {
			v.Form = []timeline.Line{}
		}
		for _, id := range e.Files {
			if f, ok := named[id]; ok {
				v.Files = append(v.Files, fileView(f))
			}
		}
		out = append(out, v)
	}
	return out, nil
}
