package api

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/gateway/command"
)

// FrameView is one frame as it was received; its password is masked.
type FrameView struct {
	ID         string `json:"id"`
	At         string `json:"at" doc:"收到的时间"`
	MN         string `json:"mn"`
	ST         string `json:"st"`
	CN         string `json:"cn"`
	CNTitle    string `json:"cn_title"`
	DataTime   string `json:"datatime" doc:"数据时间"`
	PNO        int    `json:"pno" doc:"包号，0 为未拆分"`
	Version    int64  `json:"version" doc:"同一时刻数据的版本，从 1 起"`
	Raw        string `json:"raw"`
	Superseded bool   `json:"superseded" doc:"其后有更正"`
	Encrypted  bool   `json:"encrypted" doc:"加密上传，raw 为解密后的报文"`
}

// plainFrame is the frame as people read it: decrypted where it came encrypted.
func plainFrame(f telemetry.RawFrame) []byte {
	if len(f.Plain) == 0 {
		return f.Raw
	}
	plain, err := hj212.AppendSegment(nil, f.Plain)
	if err != nil {
		return f.Raw
	}
	return bytes.TrimRight(plain, "\r\n")
}

func (r outlets) frames(ctx context.Context, in *struct {
	ByID
	From time.Time `query:"from" doc:"数据时间"`
	To   time.Time `query:"to"`
	Paging
}) (out Page[FrameView], err error) {
	if _, err := r.Registry.GetOutlet(ctx, actor(ctx), auth.TelemetryRead, in.ID); err != nil {
		return out, err
	}
	list, next, err := r.Store.FramesOf(ctx, telemetry.FrameQuery{OutletID: in.ID, From: in.From, To: in.To, Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return out, err
	}
	out = Page[FrameView]{Items: make([]FrameView, 0, len(list)), Next: next, Total: len(list), TotalCapped: next != ""}
	newest := map[string]bool{}
	for _, f := range list {
		v := frameView(f)
		key, _, _ := cutLast(v.ID)
		v.Superseded = newest[key]
		newest[key] = true
		out.Items = append(out.Items, v)
	}
	return out, nil
}

func frameView(f telemetry.RawFrame) FrameView {
	return FrameView{
		ID: fmt.Sprintf("%s-%s-%v-%d-%d-%d", f.MN, f.ST, f.CN, f.Time.UnixMicro(), f.Part, f.Version), At: when(f.Received), MN: f.MN, ST: f.ST,
		CN: f.CN.String(), CNTitle: f.CN.Name(1), DataTime: when(f.Time), PNO: f.Part, Version: f.Version, Raw: command.Mask(readable(plainFrame(f))), Encrypted: len(f.Plain) > 0,
	}
}

// cutLast takes the last part off an id; parts are numbers but for the MN, which
// may hold a hyphen itself.
func cutLast(id string) (rest string, last int64, ok bool) {
	i := strings.LastIndexByte(id, '-')
	if i < 0 {
		return id, 0, false
	}
	last, err := strconv.ParseInt(id[i+1:], 10, 64)
	return id[:i], last, err == nil
}

// FrameFile is one frame taken apart.
type FrameFile struct {
	FrameView
	Protocol string         `json:"protocol" doc:"2005、2017、2025"`
	LengthOK bool           `json:"length_ok" doc:"长度字段与实际相符"`
	CRCOK    bool           `json:"crc_ok" doc:"校验码相符"`
	Fault    string         `json:"fault" doc:"不能使用的原因，空为可用"`
	Header   []FrameField   `json:"header" nullable:"false"`
	Params   []FrameField   `json:"params" nullable:"false" doc:"数据区中不属于因子的字段"`
	Items    []FrameItem    `json:"items" nullable:"false"`
	Findings []FrameFinding `json:"findings" nullable:"false" doc:"按报文所称的版本逐项核对，与标准不符之处；不影响入库"`
}

// FrameField is one name and value, with the standard's word for the name and,
// where a code has a meaning, that meaning.
type FrameField struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Value string `json:"value"`
	Means string `json:"means" doc:"值的含义"`
}

// FrameItem is what a frame says of one factor.
type FrameItem struct {
	Code   string       `json:"code"`
	Name   string       `json:"name"`
	Unit   string       `json:"unit"`
	Fields []FrameField `json:"fields" nullable:"false"`
}

// FrameFinding is one departure from the standard.
type FrameFinding struct {
	Rule   string `json:"rule"`
	Text   string `json:"text"`
	Field  string `json:"field" doc:"所指的字段，空为整帧"`
	Value  string `json:"value" doc:"报文中的值"`
	Clause string `json:"clause" doc:"标准的部分"`
}

// findings is the strict report on a frame. Of one that cannot be used there are only
// the reader's warnings.
func findings(f *hj212.Frame) []FrameFinding {
	out := []FrameFinding{}
	if !f.OK() {
		for w := range f.Warnings.All() {
			out = append(out, FrameFinding{Rule: w.Code(), Text: w.String()})
		}
		return out
	}
	for _, x := range hj212.Validate(f) {
		v := FrameFinding{Rule: x.Rule, Text: x.Text, Field: readable([]byte(x.Field)), Value: readable([]byte(x.Value)), Clause: x.Clause}
		if v.Value != "" && (v.Field == "PW" || command.Mask(v.Field+"="+v.Value) != v.Field+"="+v.Value) {
			v.Value = "***"
		}
		out = append(out, v)
	}
	return out
}

func (r outlets) frame(ctx context.Context, in *struct {
	ByID
	Key string `query:"key" required:"true" maxLength:"160" doc:"报文列表中的 id"`
}) (FrameFile, error) {
	missing := fault.NotFoundf("没有这帧报文，请从原始报文列表中打开")
	if _, err := r.Registry.GetOutlet(ctx, actor(ctx), auth.TelemetryRead, in.ID); err != nil {
		return FrameFile{}, err
	}
	rest, _, ok1 := cutLast(in.Key)
	rest, _, ok2 := cutLast(rest)
	_, micros, ok3 := cutLast(rest)
	if !ok1 || !ok2 || !ok3 {
		return FrameFile{}, missing
	}
	at := time.UnixMicro(micros)
	list, _, err := r.Store.FramesOf(ctx, telemetry.FrameQuery{OutletID: in.ID, From: at, To: at.Add(time.Microsecond), Limit: 200})
	if err != nil {
		return FrameFile{}, err
	}
	for _, f := range list {
		if v := frameView(f); v.ID == in.Key {
			return takeApart(v, plainFrame(f)), nil
		}
	}
	return FrameFile{}, missing
}

var headerTitles = map[string]string{
	"QN": "请求编码", "ST": "系统编码", "CN": "命令编码", "PW": "访问密码", "MN": "设备唯一标识", "Flag": "标志位", "PNUM": "总包数", "PNO": "包号", "RF": "补传标志",
}

// takeApart decodes a frame for people to read.
func takeApart(v FrameView, raw []byte) FrameFile {
	out := FrameFile{FrameView: v, Header: []FrameField{}, Params: []FrameField{}, Items: []FrameItem{}}
	var f hj212.Frame
	if err := hj212.ParseFrame(raw, &f); err != nil {
		out.Fault = f.Explain()
	}
	out.Protocol, out.LengthOK, out.CRCOK = f.Version.String(), f.LengthOK, f.CRCOK
	for name, value := range f.Fields() {
		x := FrameField{Name: hj212.HeaderName(name), Value: readable(value)}
		x.Title = headerTitles[x.Name]
		switch x.Name {
		case "PW":
			x.Value = "***"
		case "ST":
			if e, ok := hj212.System(value); ok {
				x.Means = e.Name
			}
		case "CN":
			x.Means = f.Command.Name(f.Version)
		case "Flag":
			x.Means = flagMeans(&f)
		}
		out.Header = append(out.Header, x)
	}
	out.Findings = findings(&f)
	if f.OK() {
		var area hj212.Area
		f.ParseItems(&area)
		out.Params = frameFields(area.Params, f.Version)
		for _, it := range area.Items {
			code := factor.Canonical(string(f.ST), string(it.Code))
			x := FrameItem{Code: readable(it.Code), Name: code, Fields: frameFields(it.Pairs, f.Version)}
			if e, ok := factor.ByCode(code); ok {
				x.Name, x.Unit = e.Name, e.Unit
			} else if e, ok := hj212.Factor(code, f.Version); ok {
				x.Name, x.Unit = e.Name, e.Unit
			}
			out.Items = append(out.Items, x)
		}
	}
	return out
}

func flagMeans(f *hj212.Frame) string {
	if !f.HasFlag {
		return ""
	}
	word := "不要求应答"
	if f.Flag.WantsAnswer() {
		word = "要求应答"
	}
	if f.Flag.Split() {
		word += "，有包号"
	}
	return f.Version.String() + " 版，" + word
}

var fieldTitles = func() map[string]string {
	out := make(map[string]string, len(hj212.Fields))
	for _, f := range hj212.Fields {
		out[f.Name] = f.Meaning
	}
	return out
}()

func frameFields(pairs []hj212.Pair, v hj212.Version) []FrameField {
	out := make([]FrameField, 0, len(pairs))
	for _, p := range pairs {
		x := FrameField{Name: hj212.FieldName(p.Name), Value: readable(p.Value)}
		x.Title = fieldTitles[x.Name]
		if x.Name == "Flag" {
			x.Means = hj212.DataFlagName(p.Value, v)
		}
		out = append(out, x)
	}
	return out
}
