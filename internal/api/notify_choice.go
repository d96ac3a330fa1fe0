package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/notify"
)

// NotifyChoice registers what a person wants of the channels.
func (a *API) NotifyChoice(p *notify.Post) {
	r := notifyChoice{p}
	get(a, "getMyNotify", "/me/notify", "我的通知设置", r.get)
	post(a, "setMyNotify", "/me/notify", "修改我的通知设置", r.set)
	post(a, "askMyProof", "/me/notify/proof", "向我的邮箱发送验证码", r.ask)
	post(a, "proveMyAddress", "/me/notify/prove", "用验证码验证我的邮箱", r.prove)
}

type notifyChoice struct{ post *notify.Post }

// NotifyChoiceBody is what a person wants of the channels.
type NotifyChoiceBody struct {
	Off       map[string][]string `json:"off,omitempty" doc:"按紧急程度列出不用的渠道种类"`
	QuietFrom string              `json:"quiet_from,omitempty" maxLength:"5" doc:"免打扰时段自何时，如 22:00；空为没有"`
	QuietTo   string              `json:"quiet_to,omitempty" maxLength:"5"`
	Digest    string              `json:"digest,omitempty" maxLength:"10" doc:"一般通知汇总成一封邮件：空为不发，hourly 每小时，daily 每日"`
	DigestAt  string              `json:"digest_at,omitempty" maxLength:"5" doc:"每日汇总的时间，空为 08:00"`
	Version   int64               `json:"version" doc:"读到的版本，从未设置为 0"`
}

// NotifyWay is a channel that reaches the person.
type NotifyWay struct {
	Kind    string `json:"kind"`
	Title   string `json:"title"`
	Least   string `json:"least" enum:"ordinary,important,urgent" doc:"从哪一级起发送"`
	Address string `json:"address"`
	Lacks   string `json:"lacks" doc:"收不到的原因"`
	Proven  bool   `json:"proven" doc:"已经本人验证"`
	Asked   bool   `json:"asked" doc:"须验证后才发送"`
	Bad     string `json:"bad" doc:"对方拒收的原因，空为没有"`
}

// NotifyChoiceView is what a person wants, and among what.
type NotifyChoiceView struct {
	NotifyChoiceBody
	Ways []NotifyWay `json:"ways" nullable:"false"`
}

func (r notifyChoice) get(ctx context.Context, _ *None) (NotifyChoiceView, error) {
	c, ways, err := r.post.Choices(ctx, actor(ctx))
	v := NotifyChoiceView{NotifyChoiceBody{Off: map[string][]string{}, QuietFrom: c.QuietFrom, QuietTo: c.QuietTo, Digest: c.Digest, DigestAt: c.DigestAt, Version: c.Version}, []NotifyWay{}}
	for u, kinds := range c.Off {
		v.Off[string(u)] = kinds
	}
	for _, w := range ways {
		v.Ways = append(v.Ways, NotifyWay{w.Kind, w.Title, string(w.Least), w.Address, w.Lacks, w.Proven, w.Asked, w.Bad})
	}
	return v, err
}

func (r notifyChoice) set(ctx context.Context, in *struct{ Body NotifyChoiceBody }) (NotifyChoiceView, error) {
	b := in.Body
	c := notify.Wish{Off: map[notify.Urgency][]string{}, QuietFrom: b.QuietFrom, QuietTo: b.QuietTo, Digest: b.Digest, DigestAt: b.DigestAt, Version: b.Version}
	for u, kinds := range b.Off {
		c.Off[notify.Urgency(u)] = kinds
	}
	if err := r.post.Choose(ctx, actor(ctx), c); err != nil {
		return NotifyChoiceView{}, err
	}
	return r.get(ctx, nil)
}

// Proof names the kind of address that is to be proved, and the code that came there.
type Proof struct {
	Body struct {
		Kind string `json:"kind" enum:"mail"`
		Code string `json:"code,omitempty" maxLength:"20"`
	}
}

func (r notifyChoice) ask(ctx context.Context, in *Proof) (NotifyChoiceView, error) {
	if err := r.post.SendProof(ctx, actor(ctx), in.Body.Kind); err != nil {
		return NotifyChoiceView{}, err
	}
	return r.get(ctx, nil)
}

func (r notifyChoice) prove(ctx context.Context, in *Proof) (NotifyChoiceView, error) {
	if err := r.post.Prove(ctx, actor(ctx), in.Body.Kind, in.Body.Code); err != nil {
		return NotifyChoiceView{}, err
	}
	return r.get(ctx, nil)
}
