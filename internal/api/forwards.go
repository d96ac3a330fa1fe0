package api

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/gateway/forward"
)

type forwards struct {
	svc    *forward.Service
	policy auth.Policy
	names  Names
}

// Forwards registers the platforms that get our frames.
func (a *API) Forwards(svc *forward.Service, names Names) {
	r := forwards{svc, a.policy, names}
	get(a, "listForwards", "/forwards", "转发目标与状态", r.list, needs(auth.SystemRead))
	post(a, "createForward", "/forwards", "添加转发目标", r.create)
	patch(a, "updateForward", "/forwards/{id}", "修改转发目标", r.update)
	post(a, "actOnForward", "/forwards/{id}/{verb}", "暂停、恢复、停用转发", r.act)
}

// ForwardView is a platform that gets our frames, and how far it is.
type ForwardView struct {
	ID          string          `json:"id"`
	Name        string          `json:"name"`
	Address     string          `json:"address"`
	State       string          `json:"state" enum:"running,paused,ended"`
	StateTitle  string          `json:"state_title"`
	Area        string          `json:"area"`
	AreaName    string          `json:"area_name"`
	Devices     []ForwardDevice `json:"devices" nullable:"false" doc:"空为区域内全部设备"`
	Kinds       []int           `json:"kinds" nullable:"false" doc:"命令编码，空为全部数据"`
	HasPassword bool            `json:"has_password" doc:"改用对方的访问密码"`
	Connected   bool            `json:"connected"`
	Sent        int64           `json:"sent" doc:"已转发的报文"`
	Skipped     int64           `json:"skipped" doc:"对方始终不应答而跳过的报文"`
	Behind      int64           `json:"behind" doc:"队列中待转发的批数"`
	DoneAt      string          `json:"done_at" doc:"此前收到的都已转发"`
	LagSeconds  int64           `json:"lag_seconds" doc:"落后的秒数，0 为没有落后"`
	Error       string          `json:"error" doc:"最近一次故障，恢复后清空"`
	ErrorAt     string          `json:"error_at"`
	CreatedAt   string          `json:"created_at"`
	Version     int64           `json:"version"`
	CanChange   bool            `json:"can_change"`
}

// ForwardDevice is one device and the MN that it has on the other platform.
type ForwardDevice struct {
	MN string `json:"mn" minLength:"1" maxLength:"40"`
	As string `json:"as,omitempty" maxLength:"40" doc:"对方的 MN，空为不变"`
}

// lagShown is how far behind a target may be that keeps up.
const lagShown = 10 * time.Second

func (r forwards) view(who auth.Actor) func(forward.Target) ForwardView {
	head, now := r.svc.Head(), r.svc.DB.Now()
	can := r.policy.Can(who, auth.SystemWrite, auth.Scope{})
	return func(t forward.Target) ForwardView {
		v := ForwardView{ID: t.ID, Name: t.Name, Address: t.Address, State: string(t.State), StateTitle: forward.Machine.StateTitle(t.State), Area: t.Area, AreaName: r.names.area(t.Area),
			Devices: []ForwardDevice{}, Kinds: append([]int{}, t.Kinds...), HasPassword: t.HasPassword(), Connected: t.Connected, Sent: t.Sent, Skipped: t.Skipped,
			Behind: t.Behind(head), DoneAt: when(t.DoneAt), Error: t.Error, ErrorAt: when(t.ErrorAt), CreatedAt: when(t.CreatedAt), Version: t.Version, CanChange: can}
		for _, d := range t.Devices {
			v.Devices = append(v.Devices, ForwardDevice(d))
		}
		since := t.DoneAt
		if since.IsZero() {
			since = t.CreatedAt
		}
		if lag := now.Sub(since); v.Behind > 0 && lag > lagShown {
			v.LagSeconds = int64(lag / time.Second)
		}
		return v
	}
}

func (r forwards) list(ctx context.Context, _ *None) ([]ForwardView, error) {
	who := actor(ctx)
	list, err := r.svc.List(ctx, who)
	out := make([]ForwardView, 0, len(list))
	view := r.view(who)
	for _, t := range list {
		out = append(out, view(t))
	}
	return out, err
}

// ForwardBody is what a person sets.
type ForwardBody struct {
	Name     string          `json:"name" minLength:"1" maxLength:"60"`
	Address  string          `json:"address" minLength:"1" maxLength:"200" doc:"主机:端口"`
	Area     string          `json:"area,omitempty" maxLength:"12" doc:"空为全域"`
	Devices  []ForwardDevice `json:"devices,omitempty" maxItems:"2000"`
	Kinds    []int           `json:"kinds,omitempty" maxItems:"10"`
	Password *string         `json:"password,omitempty" maxLength:"9" doc:"对方的访问密码；空为按原报文，缺省为不变；保存后不再显示"`
}

func (b ForwardBody) change() forward.Change {
	c := forward.Change{Name: b.Name, Address: b.Address, Area: b.Area, Kinds: b.Kinds, Password: b.Password}
	for _, d := range b.Devices {
		c.Devices = append(c.Devices, forward.Device(d))
	}
	return c
}

func (r forwards) create(ctx context.Context, in *struct{ Body ForwardBody }) (ForwardView, error) {
	who := actor(ctx)
	t, err := r.svc.Create(ctx, who, in.Body.change())
	return r.view(who)(t), err
}

func (r forwards) update(ctx context.Context, in *struct {
	ByID
	Body struct {
		ForwardBody
		Versioned
	}
}) (ForwardView, error) {
	who := actor(ctx)
	t, err := r.svc.Update(ctx, who, in.ID, in.Body.Version, in.Body.change())
	return r.view(who)(t), err
}

func (r forwards) act(ctx context.Context, in *struct {
	ByID
	Verb string `path:"verb" enum:"pause,resume,end"`
	Body Versioned
}) (ForwardView, error) {
	who := actor(ctx)
	t, err := r.svc.Do(ctx, who, in.ID, in.Body.Version, flow.Verb(in.Verb))
	return r.view(who)(t), err
}
