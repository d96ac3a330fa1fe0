package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/gateway"
	"github.com/qingshao/qingshao/internal/gateway/command"
)

// CommandParts is what the resource of commands is made from. Sessions may be
// nil.
type CommandParts struct {
	Commands *command.Service
	Devices  *telemetry.Devices
	Sessions func() []gateway.Session
}

type commands struct {
	CommandParts
	policy auth.Policy
}

// Commands registers what is said to field stations: commands, exchanges, how a
// device is spoken to, its keys, and loggers that wait for an MN.
func (a *API) Commands(p CommandParts) {
	r := commands{p, a.policy}
	get(a, "listCommands", "/commands", "指令列表", r.list, needs(auth.TelemetryRead))
	get(a, "getCommand", "/commands/{id}", "指令详情", r.get)
	post(a, "cancelCommand", "/commands/{id}/cancel", "撤销指令", r.cancel)
	get(a, "listCommandCatalog", "/devices/{id}/catalog", "可下发的指令", r.catalog)
	post(a, "askCommand", "/devices/{id}/commands", "下发指令", r.ask)
	get(a, "getStation", "/devices/{id}/station", "设备连接、通信设置与密钥", r.station)
	patch(a, "setStationLink", "/devices/{id}/station", "修改通信设置", r.setLink)
	get(a, "listExchanges", "/devices/{id}/exchanges", "交互报文", r.exchanges)
	post(a, "setDeviceKey", "/devices/{id}/key", "设置设备密钥", r.setKey)
	post(a, "renewDeviceKey", "/devices/{id}/key/renew", "下发新密钥", r.renewKey)
	get(a, "listHardware", "/hardware", "上报硬件序号的数采仪", r.hardware)
	post(a, "assignMN", "/hardware/{id}/assign", "分配 MN", r.assign)
}

// CommandView is one command to a device.
type CommandView struct {
	ID             string            `json:"id"`
	DeviceID       string            `json:"device_id"`
	MN             string            `json:"mn"`
	OutletID       string            `json:"outlet_id"`
	OutletName     string            `json:"outlet_name"`
	EnterpriseName string            `json:"enterprise_name"`
	Name           string            `json:"name"`
	Title          string            `json:"title"`
	CN             string            `json:"cn"`
	Params         map[string]string `json:"params"`
	Origin         string            `json:"origin" enum:"person,notice,greeting,callback,renewal"`
	State          string            `json:"state" enum:"pending,sent,accepted,done,failed,refused,expired,cancelled"`
	StateTitle     string            `json:"state_title"`
	From           string            `json:"from" doc:"补取数据的起止"`
	To             string            `json:"to"`
	Attempts       int               `json:"attempts" doc:"已发送次数"`
	Result         []CommandValue    `json:"result" nullable:"false" doc:"设备回报的值"`
	Frames         int64             `json:"frames" doc:"随之收到的数据报文"`
	Note           string            `json:"note" doc:"结果说明"`
	AskedBy        string            `json:"asked_by" doc:"下发人"`
	AskedAt        string            `json:"asked_at"`
	SentAt         string            `json:"sent_at"`
	AcceptedAt     string            `json:"accepted_at"`
	EndedAt        string            `json:"ended_at"`
	ExpiresAt      string            `json:"expires_at" doc:"到时仍未上线即作废"`
	CanCancel      bool              `json:"can_cancel"`
	Version        int64             `json:"version"`
}

// CommandValue is one value that a device sent in answer.
type CommandValue struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Value string `json:"value"`
}

func (r commands) view(who auth.Actor) func(command.Command) CommandView {
	return func(c command.Command) CommandView {
		v := CommandView{ID: c.ID, DeviceID: c.DeviceID, MN: c.MN, OutletID: c.OutletID, OutletName: c.OutletName, EnterpriseName: c.EnterpriseName,
			Name: c.Name, Title: command.Title(c.Name), CN: c.CN.String(), Params: c.Params, Origin: string(c.Origin), State: string(c.State), StateTitle: command.Machine.StateTitle(c.State),
			From: when(c.From), To: when(c.To), Attempts: c.Attempts, Result: []CommandValue{}, Frames: c.Frames, Note: c.Note, AskedBy: c.AskedName, AskedAt: when(c.AskedAt),
			SentAt: when(c.SentAt), AcceptedAt: when(c.AcceptedAt), EndedAt: when(c.EndedAt), ExpiresAt: when(c.ExpiresAt), Version: c.Version}
		for _, x := range c.Result {
			v.Result = append(v.Result, CommandValue{x.Name, fieldTitles[x.Name], x.Value})
		}
		v.CanCancel = c.State == command.Pending && r.policy.Can(who, command.Capability(c.Name), auth.Scope{Area: c.Area, Enterprise: c.EnterpriseID})
		return v
	}
}

func (r commands) list(ctx context.Context, in *struct {
	Q        string   `query:"q" maxLength:"100" doc:"MN、排放口、企业"`
	Area     string   `query:"area" maxLength:"12"`
	DeviceID string   `query:"device_id" maxLength:"64"`
	OutletID string   `query:"outlet_id" maxLength:"64"`
	State    []string `query:"state" maxItems:"10" enum:"pending,sent,accepted,done,failed,refused,expired,cancelled"`
	Origin   string   `query:"origin" enum:"person,notice,greeting,callback,renewal"`
	Paging
}) (Page[CommandView], error) {
	who := actor(ctx)
	page, err := r.Commands.List(ctx, who, command.Query{Text: in.Q, Area: in.Area, DeviceID: in.DeviceID, OutletID: in.OutletID, States: in.State, Origin: in.Origin, Cursor: in.Cursor, Limit: in.Limit})
	return pageOf(page, r.view(who)), err
}

// CommandFile is one command with the frames of its exchange.
type CommandFile struct {
	CommandView
	Exchanges []ExchangeView `json:"exchanges" nullable:"false"`
}

// ExchangeView is one frame of an exchange; passwords and keys are masked.
type ExchangeView struct {
	ID        string `json:"id"`
	At        string `json:"at"`
	Direction string `json:"direction" enum:"in,out"`
	MN        string `json:"mn"`
	CN        string `json:"cn"`
	CNTitle   string `json:"cn_title"`
	CommandID string `json:"command_id"`
	Address   string `json:"address"`
	Text      string `json:"text"`
}

func exchangeViews(list []command.Exchange) []ExchangeView {
	out := make([]ExchangeView, 0, len(list))
	for _, x := range list {
		out = append(out, ExchangeView{x.ID, when(x.At), x.Direction, x.MN, x.CN.String(), x.CN.Name(1), x.CommandID, x.Address, x.Text})
	}
	return out
}

func (r commands) get(ctx context.Context, in *ByID) (CommandFile, error) {
	who := actor(ctx)
	c, log, err := r.Commands.Get(ctx, who, in.ID)
	if err != nil {
		return CommandFile{}, err
	}
	return CommandFile{r.view(who)(c), exchangeViews(log)}, nil
}

func (r commands) cancel(ctx context.Context, in *struct {
	ByID
	Body Versioned
}) (CommandView, error) {
	who := actor(ctx)
	c, err := r.Commands.Cancel(ctx, who, in.ID, in.Body.Version)
	return r.view(who)(c), err
}

// CatalogGroup is a heading of the list of commands.
type CatalogGroup struct {
	Title    string        `json:"title"`
	Commands []CatalogView `json:"commands" nullable:"false"`
}

// CatalogView is one command that the actor may send to the device.
type CatalogView struct {
	Name    string         `json:"name"`
	CN      string         `json:"cn"`
	Title   string         `json:"title"`
	Danger  bool           `json:"danger" doc:"改变现场设备或消耗样品，须再次确认"`
	Stretch bool           `json:"stretch" doc:"须填写 begin 与 end"`
	Params  []CatalogParam `json:"params" nullable:"false"`
}

// CatalogParam is one question of a command's form.
type CatalogParam struct {
	Name     string        `json:"name"`
	Title    string        `json:"title"`
	Kind     string        `json:"kind" enum:"number,choice,factor,code,clock,moment,text,secret"`
	Required bool          `json:"required"`
	Min      int           `json:"min"`
	Max      int           `json:"max"`
	Unit     string        `json:"unit"`
	Hint     string        `json:"hint"`
	Default  string        `json:"default"`
	Options  []flow.Option `json:"options" nullable:"false"`
}

func (r commands) catalog(ctx context.Context, in *ByID) ([]CatalogGroup, error) {
	list, err := r.Commands.CatalogFor(ctx, actor(ctx), in.ID)
	out := []CatalogGroup{}
	for _, s := range list {
		if len(out) == 0 || out[len(out)-1].Title != s.Group {
			out = append(out, CatalogGroup{Title: s.Group, Commands: []CatalogView{}})
		}
		v := CatalogView{Name: s.Name, CN: s.CN.String(), Title: s.Title, Danger: s.Danger, Stretch: s.Slice > 0, Params: []CatalogParam{}}
		for _, p := range s.Params {
			x := CatalogParam{p.Name, p.Title, string(p.Kind), p.Required, p.Min, p.Max, p.Unit, p.Hint, p.Default, []flow.Option{}}
			for _, o := range p.Options {
				x.Options = append(x.Options, flow.Option(o))
			}
			v.Params = append(v.Params, x)
		}
		g := &out[len(out)-1]
		g.Commands = append(g.Commands, v)
	}
	return out, err
}

func (r commands) ask(ctx context.Context, in *struct {
	ByID
	Body struct {
		Name   string            `json:"name" minLength:"1" maxLength:"40" doc:"指令清单中的 name"`
		Params map[string]string `json:"params,omitempty" doc:"按清单填写；补取数据另填 begin 与 end（RFC 3339）"`
	}
}) ([]CommandView, error) {
	who := actor(ctx)
	list, err := r.Commands.Ask(ctx, who, in.ID, in.Body.Name, in.Body.Params)
	out := make([]CommandView, 0, len(list))
	for _, c := range list {
		out = append(out, r.view(who)(c))
	}
	return out, err
}

// StationView is how a device is connected and spoken to.
type StationView struct {
	Online     bool      `json:"online" doc:"此刻有连接"`
	Address    string    `json:"address"`
	Since      string    `json:"since" doc:"连接建立的时间"`
	LastAt     string    `json:"last_at" doc:"此连接最近一帧"`
	Frames     int64     `json:"frames" doc:"此连接收到的报文"`
	Protocol   string    `json:"protocol" doc:"最近一帧的版本"`
	Others     int       `json:"others" doc:"该设备的其他连接；指令走最近有报文的一条"`
	Link       LinkView  `json:"link"`
	Keys       []KeyView `json:"keys" nullable:"false" doc:"密钥本身不再显示"`
	CanCommand bool      `json:"can_command"`
	CanKey     bool      `json:"can_key"`
}

// LinkView is how a device is spoken to.
type LinkView struct {
	Link        string `json:"link" enum:",adsl,nbiot" doc:"空为移动网络（10 秒 3 次），adsl（5 秒 3 次），nbiot（30 秒 5 次）"`
	OverTime    int    `json:"over_time" doc:"超时秒数，0 为按链路类型" minimum:"0" maximum:"99"`
	ReCount     int    `json:"re_count" doc:"重发次数，0 为按链路类型" minimum:"0" maximum:"99"`
	MinInterval int    `json:"min_interval" doc:"分钟数据间隔" minimum:"1" maximum:"60"`
	Greet       bool   `json:"greet" doc:"首次连接时依次设置时间、超时与间隔"`
	Callback    bool   `json:"callback" doc:"自动补取缺失数据"`
	Version     int64  `json:"version"`
}

// KeyView tells of a key, never the key.
type KeyView struct {
	State     string `json:"state" enum:"offered,current,previous"`
	CreatedAt string `json:"created_at"`
	DueAt     string `json:"due_at" doc:"应更新的时间"`
}

func linkView(l command.Link) LinkView {
	return LinkView{l.Link, l.OverTime, l.ReCount, l.MinInterval, l.Greet, l.Callback, l.Version}
}

func (r commands) station(ctx context.Context, in *ByID) (v StationView, err error) {
	who := actor(ctx)
	l, err := r.Commands.Link(ctx, who, in.ID)
	if err != nil {
		return v, err
	}
	keys, err := r.Commands.Keys(ctx, who, in.ID)
	if err != nil {
		return v, err
	}
	d, err := r.Devices.Get(ctx, who, in.ID)
	if err != nil {
		return v, err
	}
	v.Link, v.Keys = linkView(l), []KeyView{}
	for _, k := range keys {
		v.Keys = append(v.Keys, KeyView{k.State, when(k.CreatedAt), when(k.DueAt)})
	}
	scope := auth.Scope{Area: d.Area, Enterprise: d.EnterpriseID}
	v.CanCommand, v.CanKey = r.policy.Can(who, auth.TelemetryCommand, scope), r.policy.Can(who, auth.TelemetryKey, scope)
	if r.Sessions == nil {
		return v, nil
	}
	for _, s := range r.Sessions() {
		if s.MN == d.MN {
			v.Online, v.Address, v.Since, v.LastAt, v.Frames, v.Protocol, v.Others = true, s.Address, when(s.Since), when(s.LastAt), s.Frames, s.Version.String(), s.Others
		}
	}
	return v, nil
}

func (r commands) setLink(ctx context.Context, in *struct {
	ByID
	Body LinkView
}) (LinkView, error) {
	b := in.Body
	l, err := r.Commands.SetLink(ctx, actor(ctx), command.Link{DeviceID: in.ID, Link: b.Link, OverTime: b.OverTime, ReCount: b.ReCount,
		MinInterval: b.MinInterval, Greet: b.Greet, Callback: b.Callback, Version: b.Version})
	return linkView(l), err
}

func (r commands) exchanges(ctx context.Context, in *struct {
	ByID
	Paging
}) (out Page[ExchangeView], err error) {
	list, next, err := r.Commands.Exchanges(ctx, actor(ctx), in.ID, in.Cursor, in.Limit)
	items := exchangeViews(list)
	return Page[ExchangeView]{Items: items, Next: next, Total: len(items), TotalCapped: next != ""}, err
}

func (r commands) setKey(ctx context.Context, in *struct {
	ByID
	Body struct {
		Key string `json:"key" minLength:"16" maxLength:"32" doc:"16 个字符，或 32 位十六进制数字；保存后不再显示"`
	}
}) (None, error) {
	return None{}, r.Commands.SetKey(ctx, actor(ctx), in.ID, in.Body.Key)
}

func (r commands) renewKey(ctx context.Context, in *ByID) (None, error) {
	return None{}, r.Commands.RenewKey(ctx, actor(ctx), in.ID)
}

// HardwareView is a logger that reported itself by CN 1001.
type HardwareView struct {
	ID      string `json:"id" doc:"数采仪编号 i23005"`
	CPU     string `json:"cpu"`
	MAC1    string `json:"mac1"`
	MAC2    string `json:"mac2"`
	Address string `json:"address"`
	FirstAt string `json:"first_at"`
	LastAt  string `json:"last_at"`
	MN      string `json:"mn" doc:"已分配的 MN"`
	Online  bool   `json:"online"`
}

func (r commands) hardware(ctx context.Context, _ *None) ([]HardwareView, error) {
	list, err := r.Commands.Hardware(ctx, actor(ctx))
	out := make([]HardwareView, 0, len(list))
	for _, h := range list {
		out = append(out, HardwareView{ID: h.ID, CPU: h.CPU, MAC1: h.MAC1, MAC2: h.MAC2, Address: h.Address, FirstAt: when(h.FirstAt), LastAt: when(h.LastAt), MN: h.MN, Online: h.Online})
	}
	return out, err
}

func (r commands) assign(ctx context.Context, in *struct {
	ID   string `path:"id" maxLength:"200"`
	Body struct {
		DeviceID string `json:"device_id" minLength:"1" maxLength:"64" doc:"已登记的设备，其 MN 分配给这台数采仪"`
	}
}) (CommandView, error) {
	who := actor(ctx)
	c, err := r.Commands.Assign(ctx, who, in.ID, in.Body.DeviceID)
	return r.view(who)(c), err
}
