package api

import (
	"context"
	"encoding/base64"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/vault"
)

// seals is the resource of the sealed channel: keys, openings, and the reports that
// only the confidential desk hears of. Everything that must not be readable here
// passes through as base64 of age files.
type seals struct {
	vault *vault.Service
	tips  *tip.Service
	names Names
	files Describer
}

// Seal registers it.
func (a *API) Seal(v *vault.Service, t *tip.Service, n Names, files Describer) {
	r := seals{v, t, n, files}
	get(a, "getSealRing", "/seal", "保密密钥与渠道状态", r.ring, needs(auth.SealRead))
	get(a, "getSealChannel", "/seal/channel", "登记保密联系方式时封存给谁", r.channel, needs(auth.ClueEnter))
	post(a, "createSealKey", "/seal/keys", "建立保密密钥", r.create, needs(auth.SealHold))
	post(a, "actOnSealKey", "/seal/keys/{id}/{verb}", "核对、停用、吊销保密密钥", r.act, needs(auth.SealRead))
	get(a, "listLackingShares", "/seal/keys/{id}/shares", "同事的密钥还缺哪些份额", r.lacking, needs(auth.SealHold))
	post(a, "rewrapShares", "/seal/keys/{id}/shares", "为同事的密钥重封份额", r.rewrap, needs(auth.SealHold))
	post(a, "startDrill", "/seal/keys/{id}/drill", "开始演练", r.drill, needs(auth.SealHold))
	post(a, "answerDrill", "/seal/keys/{id}/answer", "回答演练", r.answer, needs(auth.SealHold))
	get(a, "listOpenings", "/openings", "身份开启申请列表", r.openings, needs(auth.SealRead))
	get(a, "getOpening", "/openings/{id}", "身份开启申请详情", r.opening, needs(auth.SealRead))
	post(a, "requestOpening", "/openings", "申请开启举报人身份", r.request, needs(auth.SealDesk))
	post(a, "getShareToPass", "/openings/{id}/share", "取出要转封的份额", r.toPass, needs(auth.SealOversee))
	post(a, "approveOpening", "/openings/{id}/approve", "同意开启并转封份额", r.approve, needs(auth.SealOversee))
	post(a, "openOpening", "/openings/{id}/open", "取出密件和两个份额", r.open, needs(auth.SealDesk))
	post(a, "actOnOpening", "/openings/{id}/{verb}", "不同意、撤回", r.decide, needs(auth.SealRead))
	get(a, "listSealedTips", "/sealed-tips", "保密举报列表", r.confided, needs(auth.SealDesk))
	get(a, "getSealedTip", "/sealed-tips/{id}", "保密举报详情", r.file, needs(auth.SealDesk))
	post(a, "lookIntoEnvelope", "/envelopes/{id}/look", "取出保密岗可阅的密件", r.look, needs(auth.SealDesk))
	post(a, "replyToInsider", "/sealed-tips/{id}/reply", "答复内部知情人", r.reply, needs(auth.SealDesk))
	post(a, "actOnSealedTip", "/sealed-tips/{id}/{verb}", "写脱密线索、不予转出", r.do, needs(auth.SealDesk))
}

// SealHolder is a key that content is sealed to.
type SealHolder struct {
	Party     vault.Party `json:"party" enum:"desk,oversight,reporter"`
	ID        string      `json:"id"`
	Recipient string      `json:"recipient"`
}

// SealChannel is whether the channel is open, and to whom content is sealed.
type SealChannel struct {
	Open    bool         `json:"open"`
	Why     string       `json:"why"`
	Holders []SealHolder `json:"holders" nullable:"false"`
}

func channelView(c vault.Channel) SealChannel {
	out := SealChannel{Open: c.Open, Why: c.Why, Holders: []SealHolder{}}
	for _, k := range c.Keys {
		out.Holders = append(out.Holders, SealHolder{k.Party, k.ID, k.Recipient})
	}
	return out
}

func (r seals) channel(ctx context.Context, _ *None) (SealChannel, error) {
	c, err := r.vault.Channel(ctx)
	return channelView(c), err
}

// SealKey is one key of the ceremony.
type SealKey struct {
	ID          string        `json:"id"`
	Mine        bool          `json:"mine"`
	Holder      string        `json:"holder"`
	Party       vault.Party   `json:"party" enum:"desk,oversight"`
	PartyTitle  string        `json:"party_title"`
	State       flow.State    `json:"state"`
	StateTitle  string        `json:"state_title"`
	Recipient   string        `json:"recipient"`
	Fingerprint string        `json:"fingerprint"`
	Wrapped     string        `json:"wrapped" doc:"本人的私钥，口令包封；他人的为空"`
	Escrow      bool          `json:"escrow" doc:"托管密钥"`
	Escrowed    bool          `json:"escrowed" doc:"私钥已存入托管"`
	Serves      bool          `json:"serves" doc:"持有人仍在岗"`
	ConfirmedBy string        `json:"confirmed_by"`
	ConfirmedAt string        `json:"confirmed_at"`
	SeenAt      string        `json:"seen_at"`
	DrilledAt   string        `json:"drilled_at"`
	Overdue     string        `json:"overdue" doc:"久未使用或应做演练"`
	CreatedAt   string        `json:"created_at"`
	Version     int64         `json:"version"`
	Actions     []flow.Action `json:"actions" nullable:"false"`
}

// SealRing is the ceremony as one person sees it.
type SealRing struct {
	Channel SealChannel   `json:"channel"`
	Keys    []SealKey     `json:"keys" nullable:"false"`
	May     []vault.Party `json:"may" nullable:"false" doc:"您可以为哪一方建立密钥"`
	Escrow  bool          `json:"escrow" doc:"本地设私钥托管"`
}

func (r seals) ring(ctx context.Context, _ *None) (SealRing, error) {
	me := actor(ctx)
	ring, err := r.vault.Ring(ctx, me)
	out := SealRing{Channel: channelView(ring.Channel), Keys: []SealKey{}, May: []vault.Party{}, Escrow: ring.Escrow}
	for _, k := range ring.Keys {
		out.Keys = append(out.Keys, r.keyView(me, k))
	}
	for p, c := range map[vault.Party]auth.Capability{vault.Desk: auth.SealDesk, vault.Oversight: auth.SealOversee} {
		if r.vault.Auth.Can(me, c, auth.Scope{Area: r.vault.Policy.Area}) {
			out.May = append(out.May, p)
		}
	}
	return out, err
}

func (r seals) keyView(me auth.Actor, k vault.Key) SealKey {
	return SealKey{ID: k.ID, Mine: k.UserID == me.ID, Holder: k.UserName, Party: k.Party, PartyTitle: k.Party.Title(), State: k.State, StateTitle: vault.KeyMachine.StateTitle(k.State),
		Recipient: k.Recipient, Fingerprint: k.Fingerprint, Wrapped: k.Wrapped, Escrow: k.Escrow, Escrowed: k.Escrowed != "", Serves: k.Serves, ConfirmedBy: k.ConfirmName,
		ConfirmedAt: when(k.ConfirmedAt), SeenAt: when(k.SeenAt), DrilledAt: when(k.DrilledAt), Overdue: r.vault.Overdue(k), CreatedAt: when(k.CreatedAt), Version: k.Version, Actions: r.vault.Actions(me, k)}
}

func unbase(name, s string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, fault.Invalidf("内容不完整，没有保存；请刷新页面后重试").With(name, "应为 base64")
	}
	return b, nil
}

func based(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

func (r seals) create(ctx context.Context, in *struct {
	Body struct {
		Party      vault.Party `json:"party" enum:"desk,oversight"`
		Recipient  string      `json:"recipient" maxLength:"4096"`
		Wrapped    string      `json:"wrapped" maxLength:"24000" doc:"口令包封的私钥，base64"`
		Escrowed   string      `json:"escrowed,omitempty" maxLength:"24000"`
		EscrowedTo string      `json:"escrowed_to,omitempty" maxLength:"64"`
	}
}) (SealRing, error) {
	b := in.Body
	n := vault.NewKey{Party: b.Party, Recipient: b.Recipient, EscrowedTo: b.EscrowedTo}
	var err error
	if n.Wrapped, err = unbase("wrapped", b.Wrapped); err != nil {
		return SealRing{}, err
	}
	if n.Escrowed, err = unbase("escrowed", b.Escrowed); err != nil {
		return SealRing{}, err
	}
	if _, err := r.vault.Create(ctx, actor(ctx), n); err != nil {
		return SealRing{}, err
	}
	return r.ring(ctx, nil)
}

func (r seals) act(ctx context.Context, in *Act) (SealRing, error) {
	if err := r.vault.Do(ctx, actor(ctx), in.ID, flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return SealRing{}, err
	}
	return r.ring(ctx, nil)
}

// SealLack is one share that a key lacks.
type SealLack struct {
	EnvelopeID string `json:"envelope_id" maxLength:"64"`
	Sealed     string `json:"sealed" maxLength:"24000"`
}

// SealLacking is a page of them.
type SealLacking struct {
	Items []SealLack `json:"items" nullable:"false"`
	Total int64      `json:"total"`
}

func (r seals) lacking(ctx context.Context, in *struct {
	ByID
	From string `query:"from" maxLength:"64" required:"true" doc:"您自己的密钥"`
}) (SealLacking, error) {
	list, total, err := r.vault.Lacking(ctx, actor(ctx), in.From, in.ID, 50)
	out := SealLacking{Items: []SealLack{}, Total: total}
	for _, l := range list {
		out.Items = append(out.Items, SealLack{l.EnvelopeID, based(l.Sealed)})
	}
	return out, err
}

func (r seals) rewrap(ctx context.Context, in *struct {
	ByID
	Body struct {
		From  string     `json:"from" maxLength:"64"`
		Items []SealLack `json:"items" maxItems:"50" nullable:"false"`
	}
}) (SealLacking, error) {
	list := []vault.Lack{}
	for _, l := range in.Body.Items {
		b, err := unbase("items", l.Sealed)
		if err != nil {
			return SealLacking{}, err
		}
		list = append(list, vault.Lack{EnvelopeID: l.EnvelopeID, Sealed: b})
	}
	if err := r.vault.Rewrap(ctx, actor(ctx), in.Body.From, in.ID, list); err != nil {
		return SealLacking{}, err
	}
	_, total, err := r.vault.Lacking(ctx, actor(ctx), in.Body.From, in.ID, 1)
	return SealLacking{Items: []SealLack{}, Total: total}, err
}

// SealWord is one sealed text.
type SealWord struct {
	Sealed string `json:"sealed" maxLength:"24000"`
}

func (r seals) drill(ctx context.Context, in *ByID) (SealWord, error) {
	b, err := r.vault.Ask(ctx, actor(ctx), in.ID)
	return SealWord{based(b)}, err
}

func (r seals) answer(ctx context.Context, in *struct {
	ByID
	Body struct {
		Word string `json:"word" maxLength:"64"`
	}
}) (SealRing, error) {
	if err := r.vault.Answer(ctx, actor(ctx), in.ID, in.Body.Word); err != nil {
		return SealRing{}, err
	}
	return r.ring(ctx, nil)
}

// OpeningView is one request to learn who reported.
type OpeningView struct {
	ID          string     `json:"id"`
	Number      string     `json:"number"`
	State       flow.State `json:"state"`
	StateTitle  string     `json:"state_title"`
	Waits       string     `json:"waits"`
	Kind        string     `json:"kind" enum:"tip,insider"`
	SubjectID   string     `json:"subject_id"`
	Reason      string     `json:"reason"`
	RequestedBy string     `json:"requested_by"`
	Mine        bool       `json:"mine"`
	KeyID       string     `json:"key_id"`
	DecidedBy   string     `json:"decided_by"`
	Decision    string     `json:"decision" doc:"不同意的理由"`
	ExpiresAt   string     `json:"expires_at"`
	DecidedAt   string     `json:"decided_at"`
	OpenedAt    string     `json:"opened_at"`
	CreatedAt   string     `json:"created_at"`
	Version     int64      `json:"version"`
}

// OpeningFile is one with its history.
type OpeningFile struct {
	OpeningView
	Timeline []EntryView   `json:"timeline" nullable:"false"`
	Actions  []flow.Action `json:"actions" nullable:"false"`
	Approves bool          `json:"approves" doc:"您可以同意并转封份额"`
}

func openingView(me auth.Actor) func(vault.Opening) OpeningView {
	return func(o vault.Opening) OpeningView {
		row, _ := vault.OpeningMachine.Row(o.State)
		return OpeningView{ID: o.ID, Number: o.Number, State: o.State, StateTitle: row.Title, Waits: row.Waits, Kind: o.Kind, SubjectID: o.Subject, Reason: o.Reason, RequestedBy: o.RequestName,
			Mine: o.RequestedBy == me.ID, KeyID: o.KeyID, DecidedBy: o.DecideName, Decision: o.Decision, ExpiresAt: when(o.ExpiresAt), DecidedAt: when(o.DecidedAt), OpenedAt: when(o.OpenedAt),
			CreatedAt: when(o.CreatedAt), Version: o.Version}
	}
}

func (r seals) openings(ctx context.Context, in *struct {
	State []string `query:"state" doc:"状态，可多个"`
	Paging
}) (Page[OpeningView], error) {
	page, err := r.vault.Openings(ctx, actor(ctx), states(vault.OpeningMachine, in.State), in.Cursor, in.Limit)
	return pageOf(page, openingView(actor(ctx))), err
}

func (r seals) opening(ctx context.Context, in *ByID) (OpeningFile, error) {
	me := actor(ctx)
	o, err := r.vault.Opening(ctx, me, in.ID)
	if err != nil {
		return OpeningFile{}, err
	}
	out := OpeningFile{OpeningView: openingView(me)(o.Opening), Actions: o.Actions}
	out.Approves = o.Opening.State == vault.Requested && o.Opening.RequestedBy != me.ID && r.vault.Auth.Can(me, auth.SealOversee, auth.Scope{Area: r.vault.Policy.Area})
	out.Timeline, err = entryViews(ctx, r.files, o.Timeline)
	return out, err
}

func (r seals) request(ctx context.Context, in *struct {
	Body struct {
		EnvelopeID string `json:"envelope_id" maxLength:"64"`
		KeyID      string `json:"key_id" maxLength:"64" doc:"您的密钥，监督方的份额转封给它"`
		Reason     string `json:"reason" maxLength:"2000"`
	}
}) (OpeningView, error) {
	o, err := r.vault.Request(ctx, actor(ctx), in.Body.EnvelopeID, in.Body.KeyID, in.Body.Reason)
	return openingView(actor(ctx))(o), err
}

// ShareToPass is what the oversight's browser seals anew.
type ShareToPass struct {
	KeyID       string `json:"key_id" doc:"您的哪一把密钥能打开"`
	Sealed      string `json:"sealed"`
	Recipient   string `json:"recipient" doc:"申请人的公钥"`
	Fingerprint string `json:"fingerprint"`
}

func (r seals) toPass(ctx context.Context, in *ByID) (ShareToPass, error) {
	p, err := r.vault.ToPass(ctx, actor(ctx), in.ID)
	return ShareToPass{p.Share.KeyID, based(p.Share.Sealed), p.Recipient, p.Print}, err
}

func (r seals) approve(ctx context.Context, in *struct {
	ByID
	Body SealWord
}) (OpeningFile, error) {
	b, err := unbase("sealed", in.Body.Sealed)
	if err != nil {
		return OpeningFile{}, err
	}
	if _, err := r.vault.Approve(ctx, actor(ctx), in.ID, b); err != nil {
		return OpeningFile{}, err
	}
	return r.opening(ctx, &in.ByID)
}

// OpenedEnvelope is what the requester's browser joins.
type OpenedEnvelope struct {
	Body   string `json:"body"`
	Own    string `json:"own"`
	Passed string `json:"passed"`
	KeyID  string `json:"key_id"`
}

func (r seals) open(ctx context.Context, in *ByID) (OpenedEnvelope, error) {
	b, err := r.vault.Open(ctx, actor(ctx), in.ID)
	return OpenedEnvelope{based(b.Envelope.Body), based(b.Own), based(b.Opening.Share), b.Opening.KeyID}, err
}

func (r seals) decide(ctx context.Context, in *Act) (OpeningFile, error) {
	if err := r.vault.Decide(ctx, actor(ctx), in.ID, flow.Verb(in.Verb), in.Body.Version, in.Body.Form); err != nil {
		return OpeningFile{}, err
	}
	return r.opening(ctx, &ByID{in.ID})
}
