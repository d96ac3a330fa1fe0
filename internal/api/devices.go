package api

import (
	"context"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/sheet"
)

// devices is the resource of monitors and of what they sent in vain.
type devices struct {
	reg    *telemetry.Devices
	store  *telemetry.Store
	digest *telemetry.Digest
	policy auth.Policy
	root   string
}

// Devices registers monitors, parked senders and the quarantine. root is the
// code of the whole jurisdiction: an unknown sender belongs to no smaller area.
func (a *API) Devices(reg *telemetry.Devices, store *telemetry.Store, digest *telemetry.Digest, root string) {
	r := devices{reg, store, digest, a.policy, root}
	get(a, "listDevices", "/devices", "数采仪列表", r.list, needs(auth.RegistryRead))
	post(a, "registerDevice", "/devices", "登记数采仪", r.register)
	get(a, "getDevice", "/devices/{id}", "数采仪详情", r.get)
	patch(a, "updateDevice", "/devices/{id}", "修改数采仪参数", r.update)
	exportList(a, "exportDevices", "/devices/export", "导出数采仪", "设备", deviceColumns, r.list, needs(auth.RegistryRead))
	get(a, "listParked", "/parked", "待认领设备", r.parked)
	get(a, "listQuarantine", "/quarantine", "隔离区", r.quarantine, needs(auth.QuarantineRead))
	exportRows(a, "exportParked", "/parked/export", "导出待认领设备", "待认领设备", parkedColumns, func(ctx context.Context, in *None, row func(ParkedView) error) error {
		list, err := r.parked(ctx, in)
		for _, v := range list {
			if err := row(v); err != nil {
				return err
			}
		}
		return err
	})
	exportList(a, "exportQuarantine", "/quarantine/export", "导出隔离区", "隔离区", quarantineColumns, r.quarantine, needs(auth.QuarantineRead))
	get(a, "groupQuarantine", "/quarantine/groups", "隔离区汇总", r.quarantineGroups, needs(auth.QuarantineRead))
	get(a, "getQuarantined", "/quarantine/{id}", "隔离报文", r.quarantined)
	post(a, "noteQuarantined", "/quarantine/{id}/note", "登记核查情况", r.note)
}

// degrees shows a coordinate, "" for none.
func degrees(d float64) string {
	if d == 0 {
		return ""
	}
	return strconv.FormatFloat(d, 'f', -1, 64)
}

// DeviceView is one monitor. Its password is told only to who may change it.
type DeviceView struct {
	ID           string `json:"id"`
	MN           string `json:"mn"`
	OutletID     string `json:"outlet_id"`
	OutletName   string `json:"outlet_name"`
	EnterpriseID string `json:"enterprise_id"`
	Area         string `json:"area"`
	HasPassword  bool   `json:"has_password" doc:"核对访问密码"`
	Protocol     string `json:"protocol" doc:"2005、2017、2025，空为依报文"`
	RtdInterval  int    `json:"rtd_interval" doc:"实时数据间隔，秒"`
	AnswerAlways bool   `json:"answer_always" doc:"无应答标志也应答"`
	Active       bool   `json:"active"`
	CreatedAt    string `json:"created_at"`
	UpdatedAt    string `json:"updated_at"`
	Version      int64  `json:"version"`
	LastAt       string `json:"last_at" doc:"最近一次收到报文，空为尚未收到"`
	Adopted      int64  `json:"adopted" doc:"登记时补入的待认领报文数"`
}

func deviceView(d telemetry.Device, heard time.Time) DeviceView {
	return DeviceView{ID: d.ID, MN: d.MN, OutletID: d.OutletID, OutletName: d.OutletName, EnterpriseID: d.EnterpriseID, Area: d.Area,
		HasPassword: d.Password != "", Protocol: d.Protocol, RtdInterval: d.RtdInterval, AnswerAlways: d.AnswerAlways, Active: d.Active,
		CreatedAt: when(d.CreatedAt), UpdatedAt: when(d.UpdatedAt), Version: d.Version, LastAt: when(heard)}
}

func (r devices) view(d telemetry.Device) DeviceView {
	return deviceView(d, r.digest.DeviceHeard(d.Num))
}

func (r devices) list(ctx context.Context, in *struct {
	Q        string `query:"q" maxLength:"100" doc:"MN、排放口"`
	Area     string `query:"area" maxLength:"12"`
	OutletID string `query:"outlet_id" maxLength:"64"`
	Paging
}) (Page[DeviceView], error) {
	page, err := r.reg.List(ctx, actor(ctx), telemetry.DeviceQuery{Text: in.Q, Area: in.Area, OutletID: in.OutletID, Cursor: in.Cursor, Limit: in.Limit})
	return pageOf(page, r.view), err
}

func (r devices) get(ctx context.Context, in *ByID) (DeviceView, error) {
	d, err := r.reg.Get(ctx, actor(ctx), in.ID)
	if err != nil {
		return DeviceView{}, err
	}
	return r.view(d), nil
}

// DeviceBody is how a monitor is to be treated.
type DeviceBody struct {
	Password     *string `json:"password,omitempty" maxLength:"6" doc:"报文须带的访问密码；空为不核对，缺省为不变"`
	Protocol     string  `json:"protocol,omitempty" enum:"2005,2017,2025"`
	RtdInterval  int     `json:"rtd_interval,omitempty" minimum:"0" maximum:"9999"`
	AnswerAlways bool    `json:"answer_always,omitempty"`
}

// adoptWait is how long a registration waits for the frames that were parked.
const adoptWait = 3 * time.Second

func (r devices) register(ctx context.Context, in *struct {
	Body struct {
		DeviceBody
		MN       string `json:"mn" minLength:"1" maxLength:"40"`
		OutletID string `json:"outlet_id" minLength:"1" maxLength:"64"`
	}
}) (DeviceView, error) {
	d := telemetry.Device{MN: in.Body.MN, OutletID: in.Body.OutletID, Protocol: in.Body.Protocol, RtdInterval: in.Body.RtdInterval,
		AnswerAlways: in.Body.AnswerAlways, Active: true}
	if in.Body.Password != nil {
		d.Password = *in.Body.Password
	}
	d, adopted, err := r.reg.Register(ctx, actor(ctx), d)
	if err != nil {
		return DeviceView{}, err
	}
	// Usually done at once; a long backlog goes on by itself.
	wait, cancel := context.WithTimeout(ctx, adoptWait)
	defer cancel()
	if err := r.store.Adopted(wait, d.MN); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return DeviceView{}, err
	}
	v := r.view(d)
	v.Adopted = adopted
	return v, nil
}

func (r devices) update(ctx context.Context, in *struct {
	ByID
	Body struct {
		DeviceBody
		Active bool `json:"active"`
		Versioned
	}
}) (DeviceView, error) {
	d, err := r.reg.Get(ctx, actor(ctx), in.ID)
	if err != nil {
		return DeviceView{}, err
	}
	d.Protocol, d.RtdInterval, d.AnswerAlways, d.Active, d.Version = in.Body.Protocol, in.Body.RtdInterval, in.Body.AnswerAlways, in.Body.Active, in.Body.Version
	if in.Body.Password != nil {
		d.Password = *in.Body.Password
	}
	d, err = r.reg.Update(ctx, actor(ctx), d)
	return r.view(d), err
}

// ParkedView is one unknown sender whose frames wait.
type ParkedView struct {
	MN      string `json:"mn"`
	Frames  int64  `json:"frames"`
	FirstAt string `json:"first_at"`
	LastAt  string `json:"last_at"`
	LastRaw string `json:"last_raw"`
	ParkedHint
}

func (r devices) parked(ctx context.Context, _ *None) ([]ParkedView, error) {
	if err := r.policy.Require(actor(ctx), auth.QuarantineRead, auth.Scope{Area: r.root}); err != nil {
		return nil, err
	}
	list, err := r.store.Parked(ctx)
	out := make([]ParkedView, 0, len(list))
	for _, p := range list {
		out = append(out, ParkedView{p.MN, p.Frames, when(p.FirstAt), when(p.LastAt), readable(p.LastRaw), hintOf(p.LastRaw)})
	}
	return out, err
}

// QuarantineView is one run of bytes that was no data.
type QuarantineView struct {
	ID          string `json:"id"`
	At          string `json:"at"`
	Address     string `json:"address"`
	Reason      string `json:"reason"`
	ReasonTitle string `json:"reason_title"`
	Advice      string `json:"advice" doc:"怎样处理"`
	MN          string `json:"mn"`
	Size        int    `json:"size"`
	Text        string `json:"text"`
	Hex         string `json:"hex" doc:"详情中给出"`
	Dropped     int64  `json:"dropped" doc:"此前因过快而未保存的次数"`
	Note        string `json:"note"`
	NotedAt     string `json:"noted_at"`
}

func quarantineView(x telemetry.Quarantined) QuarantineView {
	return QuarantineView{ID: x.ID, At: when(x.At), Address: x.Address, Reason: x.Reason, ReasonTitle: telemetry.ReasonTitle(x.Reason), Advice: telemetry.ReasonAdvice(x.Reason), MN: x.MN,
		Size: x.Size, Text: readable(x.Raw), Dropped: x.Dropped, Note: x.Note, NotedAt: when(x.NotedAt)}
}

// readable shows bytes as UTF-8 or, failing that, GBK, which older senders
// write; what is neither shows as replacement characters.
func readable(raw []byte) string {
	if utf8.Valid(raw) {
		return string(raw)
	}
	if text, err := simplifiedchinese.GBK.NewDecoder().Bytes(raw); err == nil && utf8.Valid(text) {
		return string(text)
	}
	return strings.ToValidUTF8(string(raw), "�")
}

func (r devices) quarantine(ctx context.Context, in *struct {
	QuarantineFilter
	Paging
}) (Page[QuarantineView], error) {
	q := in.query()
	q.Cursor, q.Limit = in.Cursor, in.Limit
	page, err := r.store.QuarantineList(ctx, r.policy, actor(ctx), q)
	return pageOf(page, quarantineView), err
}

func (r devices) quarantined(ctx context.Context, in *ByID) (QuarantineView, error) {
	x, err := r.store.QuarantineGet(ctx, r.policy, actor(ctx), in.ID)
	v := quarantineView(x)
	v.Hex = hex.EncodeToString(x.Raw)
	return v, err
}

func (r devices) note(ctx context.Context, in *struct {
	ByID
	Body struct {
		Note string `json:"note" minLength:"1" maxLength:"1000"`
	}
}) (QuarantineView, error) {
	x, err := r.store.QuarantineNote(ctx, r.policy, actor(ctx), in.ID, in.Body.Note)
	v := quarantineView(x)
	v.Hex = hex.EncodeToString(x.Raw)
	return v, err
}

var deviceColumns = []column[DeviceView]{
	{sheet.Text("MN", 30), func(v DeviceView) any { return v.MN }},
	{sheet.Text("监控点", 28), func(v DeviceView) any { return v.OutletName }},
	{sheet.Text("协议", 14), func(v DeviceView) any { return protocolTitle(v.Protocol) }},
	{sheet.Number("实时间隔").In("秒"), func(v DeviceView) any { return v.RtdInterval }},
	{sheet.Text("核对密码", 10), func(v DeviceView) any { return v.HasPassword }},
	{sheet.Time("最近上报"), func(v DeviceView) any { return v.LastAt }},
	{sheet.Time("登记"), func(v DeviceView) any { return v.CreatedAt }},
	{sheet.Text("状态", 10), func(v DeviceView) any { return activeTitle(v.Active) }},
}

var parkedColumns = []column[ParkedView]{
	{sheet.Text("MN", 30), func(v ParkedView) any { return v.MN }},
	{sheet.Number("暂存报文").In("帧"), func(v ParkedView) any { return v.Frames }},
	{sheet.Time("首次收到"), func(v ParkedView) any { return v.FirstAt }},
	{sheet.Time("最近收到"), func(v ParkedView) any { return v.LastAt }},
	{sheet.Text("最近报文", 80), func(v ParkedView) any { return v.LastRaw }},
}

var quarantineColumns = []column[QuarantineView]{
	{sheet.Time("收到"), func(v QuarantineView) any { return v.At }},
	{sheet.Text("原因", 20), func(v QuarantineView) any { return v.ReasonTitle }},
	{sheet.Text("来源地址", 22), func(v QuarantineView) any { return v.Address }},
	{sheet.Text("MN", 30), func(v QuarantineView) any { return v.MN }},
	{sheet.Number("字节"), func(v QuarantineView) any { return v.Size }},
	{sheet.Text("内容", 80), func(v QuarantineView) any { return v.Text }},
	{sheet.Text("核查情况", 32), func(v QuarantineView) any { return v.Note }},
	{sheet.Time("核查时间"), func(v QuarantineView) any { return v.NotedAt }},
}

func protocolTitle(p string) string {
	if p == "" {
		return "自动识别"
	}
	return "HJ 212-" + p
}

func activeTitle(on bool) string {
	if on {
		return "启用"
	}
	return "停用"
}
