package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/notify"
)

type channels struct {
	post   *notify.Post
	policy auth.Policy
}

// Channels registers the ways by which notices leave the program.
func (a *API) Channels(p *notify.Post) {
	r := channels{p, a.policy}
	get(a, "listChannelKinds", "/channel-kinds", "通知渠道的种类与设置项", r.kinds, needs(auth.SystemRead), tag("channels"))
	get(a, "listChannels", "/channels", "通知渠道与状态", r.list, needs(auth.SystemRead))
	post(a, "createChannel", "/channels", "添加通知渠道", r.create)
	patch(a, "updateChannel", "/channels/{id}", "修改通知渠道", r.update)
	post(a, "actOnChannel", "/channels/{id}/{verb}", "暂停、恢复、停用通知渠道", r.act)
	post(a, "testChannel", "/channels/{id}/test", "立即发送一条测试消息", r.test)
}

// ChannelKind is a way out and the form by which it is set up.
type ChannelKind struct {
	ID      string         `json:"id"`
	Title   string         `json:"title"`
	Hint    string         `json:"hint"`
	Address string         `json:"address" doc:"收件人须有的联系方式；空为不发给个人"`
	Least   string         `json:"least" enum:"ordinary,important,urgent" doc:"新渠道默认发送的最低紧急程度"`
	Fields  []ChannelField `json:"fields" nullable:"false"`
}

// ChannelField is one setting of a channel.
type ChannelField struct {
	Name     string          `json:"name"`
	Title    string          `json:"title"`
	Kind     string          `json:"kind" enum:"line,text,number,choice,switch,secret"`
	Required bool            `json:"required"`
	Default  string          `json:"default"`
	Hint     string          `json:"hint"`
	Options  []ChannelOption `json:"options" nullable:"false"`
	Min      int             `json:"min"`
	Max      int             `json:"max"`
}

// ChannelOption is one value of a choice.
type ChannelOption struct {
	Value string `json:"value"`
	Title string `json:"title"`
}

func (r channels) kinds(context.Context, *None) ([]ChannelKind, error) {
	out := []ChannelKind{}
	for _, k := range r.post.Kinds() {
		v := ChannelKind{ID: k.ID, Title: k.Title, Hint: k.Hint, Address: k.Address, Least: string(k.Least), Fields: []ChannelField{}}
		for _, f := range k.Fields {
			w := ChannelField{Name: f.Name, Title: f.Title, Kind: string(f.Kind), Required: f.Required, Default: f.Default, Hint: f.Hint, Options: []ChannelOption{}, Min: f.Min, Max: f.Max}
			for _, o := range f.Options {
				w.Options = append(w.Options, ChannelOption(o))
			}
			v.Fields = append(v.Fields, w)
		}
		out = append(out, v)
	}
	return out, nil
}

// ChannelView is a channel, without its secrets.
type ChannelView struct {
	ID         string            `json:"id"`
	Kind       string            `json:"kind"`
	KindTitle  string            `json:"kind_title"`
	Name       string            `json:"name"`
	State      string            `json:"state" enum:"running,paused,ended"`
	StateTitle string            `json:"state_title"`
	Least      string            `json:"least" enum:"ordinary,important,urgent"`
	LeastTitle string            `json:"least_title"`
	Settings   map[string]string `json:"settings"`
	Secrets    []string          `json:"secrets" nullable:"false" doc:"已设置的密钥，内容不再显示"`
	Waiting    int               `json:"waiting" doc:"排队中的消息"`
	Error      string            `json:"error" doc:"最近一次故障，恢复后清空"`
	ErrorAt    string            `json:"error_at"`
	SentAt     string            `json:"sent_at" doc:"最近一次送达"`
	ReadyAt    string            `json:"ready_at" doc:"此前不发送"`
	CreatedAt  string            `json:"created_at"`
	Version    int64             `json:"version"`
	CanChange  bool              `json:"can_change"`
}

func (r channels) view(who auth.Actor) func(notify.Channel) ChannelView {
	titles := map[string]string{}
	for _, k := range r.post.Kinds() {
		titles[k.ID] = k.Title
	}
	can := r.policy.Can(who, auth.SystemWrite, auth.Scope{})
	return func(c notify.Channel) ChannelView {
		return ChannelView{ID: c.ID, Kind: c.Kind, KindTitle: titles[c.Kind], Name: c.Name, State: string(c.State), StateTitle: notify.Machine.StateTitle(c.State),
			Least: string(c.Least), LeastTitle: c.Least.Title(), Settings: c.Settings, Secrets: r.post.Holds(c), Waiting: c.Waiting, Error: c.Error, ErrorAt: when(c.ErrorAt),
			SentAt: when(c.SentAt), ReadyAt: when(c.ReadyAt), CreatedAt: when(c.CreatedAt), Version: c.Version, CanChange: can}
	}
}

func (r channels) list(ctx context.Context, _ *None) ([]ChannelView, error) {
	who := actor(ctx)
	list, err := r.post.List(ctx, who)
	out := make([]ChannelView, 0, len(list))
	view := r.view(who)
	for _, c := range list {
		out = append(out, view(c))
	}
	return out, err
}

// ChannelBody is what a person sets.
type ChannelBody struct {
	Name     string            `json:"name" minLength:"1" maxLength:"60"`
	Least    string            `json:"least,omitempty" enum:"ordinary,important,urgent" doc:"发送的最低紧急程度；缺省按种类"`
	Settings map[string]string `json:"settings" doc:"按种类的设置项；密钥缺省为不变，空为取消"`
}

func (b ChannelBody) change() notify.Change {
	return notify.Change{Name: b.Name, Least: notify.Urgency(b.Least), Settings: b.Settings}
}

func (r channels) create(ctx context.Context, in *struct {
	Body struct {
		ChannelBody
		Kind string `json:"kind" minLength:"1" maxLength:"20"`
	}
}) (ChannelView, error) {
	who := actor(ctx)
	c, err := r.post.Create(ctx, who, in.Body.Kind, in.Body.change())
	return r.view(who)(c), err
}

func (r channels) update(ctx context.Context, in *struct {
	ByID
	Body struct {
		ChannelBody
		Versioned
	}
}) (ChannelView, error) {
	who := actor(ctx)
	c, err := r.post.Update(ctx, who, in.ID, in.Body.Version, in.Body.change())
	return r.view(who)(c), err
}

func (r channels) act(ctx context.Context, in *struct {
	ByID
	Verb string `path:"verb" enum:"pause,resume,end"`
	Body Versioned
}) (ChannelView, error) {
	who := actor(ctx)
	c, err := r.post.Do(ctx, who, in.ID, in.Body.Version, flow.Verb(in.Verb))
	return r.view(who)(c), err
}

// TestView is what came of a test message.
type TestView struct {
	State      string `json:"state" enum:"sent,given_up,sending"`
	StateTitle string `json:"state_title"`
	Error      string `json:"error"`
	Receipt    string `json:"receipt" doc:"对方的答复"`
}

func (r channels) test(ctx context.Context, in *struct {
	ByID
	Body struct {
		To string `json:"to,omitempty" maxLength:"200" doc:"接收测试消息的地址；不发给个人的渠道不填"`
	}
}) (TestView, error) {
	d, err := r.post.Test(ctx, actor(ctx), in.ID, in.Body.To)
	return TestView{State: string(d.State), StateTitle: d.State.Title(), Error: d.Error, Receipt: d.Receipt}, err
}
