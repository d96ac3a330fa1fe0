package demo

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
)

// doors are the ways by which the desk takes reports down, with what each asks.
var doors = map[string]map[string]any{
	"phone": {"line": "12369"}, "visit": {"place": "市政务服务中心 3 号窗口", "people": "1"}, "letter": {"letter": "信访-0117"}, "media": {"outlet": "某本地论坛", "reach": "阅读约三千"},
}

func door(source string) bool { return doors[source] != nil }

// takeDown has a clerk fill in the form for somebody who called, came or wrote.
func takeDown(ctx context.Context, who *person, t *tip) error {
	r, ok := reports[t.category]
	if !ok {
		r.kind = "other"
	}
	answers := map[string][]string{}
	for name, values := range r.answers {
		answers[strings.TrimPrefix(name, "answer.")] = values
	}
	mode := "public"
	if t.source == "letter" {
		mode = "anonymous"
	}
	return who.call(ctx, http.MethodPost, "/tips", map[string]any{"channel": t.source, "mode": mode, "kind": r.kind, "text": t.text, "area": t.area, "address": t.address,
		"lng": t.lng, "lat": t.lat, "answers": answers, "details": doors[t.source]}, nil)
}

// workOrders is what the city's hotline sent, with the columns of its own export.
const workOrders = "工单编号,诉求内容,诉求类别,所属区域,事发地址,办结期限\n" +
	"GD202600411,市民反映鹿城区丰门街道一汽修店夜间喷漆，气味刺鼻。,废气异味,鹿城区,丰门街道汽修一条街,\n" +
	"GD202600412,市民反映工地凌晨仍有渣土车进出，噪声大。,噪声扰民,龙湾区,永中街道,\n" +
	"GD202600415,市民反映村口小河发黑发臭，疑有养殖污水排入。,水体污染,永嘉县,沙头镇,\n"

// importOrders keeps a mapping and takes one file of the hotline.
func importOrders(ctx context.Context, who *person) error {
	spec := map[string]any{"kind": "other", "kinds": map[string]string{"废气异味": "waste-gas", "噪声扰民": "noise", "水体污染": "river-black"},
		"columns": map[string]string{"number": "工单编号", "text": "诉求内容", "kind": "诉求类别", "area": "所属区域", "address": "事发地址", "due": "办结期限"}}
	if err := who.call(ctx, http.MethodPost, "/work-orders/mappings", map[string]any{"name": "市12345导出表", "platform": "12345", "version": 0, "spec": spec}, nil); err != nil {
		return err
	}
	var checked struct {
		Digest string `json:"digest"`
	}
	name := url.Values{"mapping": {"市12345导出表"}}
	if err := who.post(ctx, "/work-orders/check?"+name.Encode(), "gd.csv", workOrders, &checked); err != nil {
		return err
	}
	name.Set("digest", checked.Digest)
	return who.post(ctx, "/work-orders/apply?"+name.Encode(), "gd.csv", workOrders, nil)
}

// post sends a text as a file.
func (p *person) post(ctx context.Context, path, name, text string, out any) error {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", name)
	if err != nil {
		return err
	}
	if _, err := part.Write([]byte(text)); err != nil {
		return err
	}
	if err := m.Close(); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+path, &b)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", m.FormDataContentType())
	return p.send(req, out)
}
