package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/vault"
)

// SealedTip is one sealed report in the confidential desk's list; nothing that was
// told is in it.
type SealedTip struct {
	ID        tip.ID `json:"id"`
	Number    string `json:"number"`
	Mode      string `json:"mode" enum:"confidential,insider"`
	ModeTitle string `json:"mode_title"`
	KindTitle string `json:"kind_title" doc:"内部知情人举报没有"`
	State     string `json:"state_title"`
	Stage     string `json:"stage"`
	Closed    bool   `json:"closed"`
	DueAt     string `json:"due_at"`
	CreatedAt string `json:"created_at"`
}

// SealedPart is one envelope of a report, still sealed.
type SealedPart struct {
	ID        string `json:"id"`
	Part      string `json:"part" enum:"contact,report,message,reply"`
	Parted    bool   `json:"parted" doc:"须两方共同开启"`
	CreatedAt string `json:"created_at"`
}

// SealedTipFile is one sealed report.
type SealedTipFile struct {
	SealedTip
	Parts    []SealedPart  `json:"parts" nullable:"false"`
	ReplyTo  string        `json:"reply_to" doc:"举报人的公钥，答复封存给它"`
	Openings []OpeningView `json:"openings" nullable:"false"`
	Timeline []EntryView   `json:"timeline" nullable:"false"`
	Actions  []flow.Action `json:"actions" nullable:"false"`
	ClueID   string        `json:"clue_id" doc:"脱密线索"`
	Version  int64         `json:"version"`
}

func (r seals) confidedView(c tip.Confided) SealedTip {
	row, _ := c.Mode.Row()
	k, _ := r.tips.Kind(c.Kind)
	state := ""
	if c.State != "" {
		state = tip.InsiderMachine.StateTitle(c.State)
	}
	return SealedTip{ID: c.ID, Number: c.Number, Mode: string(c.Mode), ModeTitle: row.Title, KindTitle: k.Name, State: state, Stage: c.Stage, Closed: c.Closed, DueAt: when(c.DueAt), CreatedAt: when(c.CreatedAt)}
}

func (r seals) confided(ctx context.Context, in *struct {
	Mode string `query:"mode" enum:"confidential,insider,"`
	Paging
}) (Page[SealedTip], error) {
	page, err := r.tips.Confided(ctx, actor(ctx), in.Mode, in.Cursor, in.Limit)
	return pageOf(page, r.confidedView), err
}

func (r seals) file(ctx context.Context, in *ByID) (SealedTipFile, error) {
	me := actor(ctx)
	f, err := r.tips.GetConfided(ctx, me, tip.ID(in.ID))
	if err != nil {
		return SealedTipFile{}, err
	}
	c := tip.Confided{ID: f.Told.ID, Number: f.Told.Number, Mode: tip.Insider, State: f.Told.State, Stage: f.Told.Progress.Stage, Closed: f.Told.Progress.Closed, DueAt: f.Told.Progress.DueAt, CreatedAt: f.Told.CreatedAt}
	if f.Told.ID == "" {
		t := f.Tip
		c = tip.Confided{ID: t.ID, Number: t.Number, Mode: t.Mode, Kind: t.Kind, Stage: t.Progress.Stage, Closed: t.Progress.Closed, DueAt: t.Progress.DueAt, CreatedAt: t.CreatedAt}
	}
	out := SealedTipFile{SealedTip: r.confidedView(c), Parts: []SealedPart{}, ReplyTo: f.Told.ReplyTo, Openings: []OpeningView{}, Actions: f.Actions, ClueID: f.Told.Progress.ClueID, Version: f.Told.Version}
	if out.Actions == nil {
		out.Actions = []flow.Action{}
	}
	for _, e := range f.Envelopes {
		out.Parts = append(out.Parts, SealedPart{e.ID, e.Part, e.Parted, when(e.CreatedAt)})
	}
	for _, o := range f.Openings {
		out.Openings = append(out.Openings, openingView(me)(o))
	}
	out.Timeline, err = entryViews(ctx, r.files, f.Timeline)
	return out, err
}

// LookedInto is an envelope for the desk, with the share of one's own key.
type LookedInto struct {
	Body   string `json:"body"`
	Sealed string `json:"sealed"`
	KeyID  string `json:"key_id"`
}

func (r seals) look(ctx context.Context, in *ByID) (LookedInto, error) {
	e, err := r.vault.Look(ctx, actor(ctx), in.ID)
	if err != nil {
		return LookedInto{}, err
	}
	return LookedInto{based(e.Body), based(e.Shares[0].Sealed), e.Shares[0].KeyID}, nil
}

// SealedShare is one share of an envelope.
type SealedShare struct {
	Party  vault.Party `json:"party" enum:"desk,oversight,reporter"`
	KeyID  string      `json:"key_id" maxLength:"64"`
	Sealed string      `json:"sealed" maxLength:"24000"`
}

// SealedEnvelope is content as a browser sealed it.
type SealedEnvelope struct {
	Parted bool          `json:"parted"`
	Body   string        `json:"body"`
	Shares []SealedShare `json:"shares" maxItems:"100" nullable:"false"`
}

// envelope reads what a browser sealed.
func (s SealedEnvelope) envelope() (e vault.Envelope, err error) {
	e.Parted = s.Parted
	if e.Body, err = unbase("body", s.Body); err != nil {
		return e, err
	}
	for _, sh := range s.Shares {
		b, err := unbase("shares", sh.Sealed)
		if err != nil {
			return e, err
		}
		e.Shares = append(e.Shares, vault.Share{Party: sh.Party, KeyID: sh.KeyID, Sealed: b})
	}
	return e, nil
}

func (r seals) reply(ctx context.Context, in *struct {
	ByID
	Body SealedEnvelope
}) (SealedTipFile, error) {
	e, err := in.Body.envelope()
	if err != nil {
		return SealedTipFile{}, err
	}
	if err := r.tips.ReplyTold(ctx, actor(ctx), tip.ID(in.ID), e); err != nil {
		return SealedTipFile{}, err
	}
	return r.file(ctx, &in.ByID)
}

func (r seals) do(ctx context.Context, in *Act) (SealedTipFile, error) {
	if err := r.tips.DoTold(ctx, actor(ctx), tip.ID(in.ID), flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return SealedTipFile{}, err
	}
	return r.file(ctx, &ByID{in.ID})
}
