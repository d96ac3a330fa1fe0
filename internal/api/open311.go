package api

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/limit"
	"github.com/qingshao/qingshao/internal/profile"
)

// Place is what the doors without an account say about the jurisdiction.
type Place struct {
	ID, Name, Title string
	Report          profile.Report
	Areas           []flow.Option
}

// open311Base is where GeoReport v2 answers.
const open311Base = "/open311/v2"

// Bounds of GeoReport: its volume, and rates well above what one program needs.
const (
	maxRequests = 1000
	maxSpan     = 90 * 24 * time.Hour
	maxPosting  = 64 << 10
)

// open311 is GeoReport v2 over the register of reports: XML and JSON by the
// ending of the address, reading without a key, posting with one. Answers and
// errors follow the published specification (wiki.open311.org/GeoReport_v2).
type open311 struct {
	a      *API
	tips   *tip.Service
	place  Place
	reads  *limit.Book
	writes *limit.Book
	start  time.Time // when the services were last changed: they come with the program
}

// Open311 registers the discovery and the methods of GeoReport v2.
func (a *API) Open311(s *tip.Service, p Place) {
	o := &open311{a: a, tips: s, place: p, start: s.Clock(),
		reads: limit.New(200*time.Millisecond, 300, 10_000), writes: limit.New(500*time.Millisecond, 120, 10_000)}
	for path, h := range map[string]func(*http.Request, string) (any, error){
		"GET /open311/{name}":                    o.discovery,
		"GET " + open311Base + "/{name}":         o.collection,
		"GET " + open311Base + "/{set}/{name}":   o.item,
		"POST " + open311Base + "/requests.xml":  o.file,
		"POST " + open311Base + "/requests.json": o.file,
	} {
		a.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { o.serve(w, r, h) })
	}
}

// serve cuts the ending off the last part of the address and writes what the
// method gives in that format.
func (o *open311) serve(w http.ResponseWriter, r *http.Request, h func(*http.Request, string) (any, error)) {
	name := r.PathValue("name")
	if name == "" {
		name = r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	}
	name, format := cutFormat(name)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Access-Control-Allow-Origin", "*") // public data, no cookies
	var body any
	err := fault.NotFoundf("没有这个地址；格式由地址末尾的 .json 或 .xml 决定")
	var failed error = err
	switch {
	case format == "":
		format = "json"
	case !o.reads.Allow(addressOf(r), o.tips.Clock()):
		failed = fault.New(fault.TooMany, "请求过于频繁，请稍后再试")
	default:
		body, failed = h(r, name)
	}
	status := http.StatusOK
	if failed != nil {
		status, body = o.problem(r.Context(), failed)
	}
	write(w, format, status, body)
}

func cutFormat(name string) (string, string) {
	for _, f := range []string{"json", "xml"} {
		if rest, ok := strings.CutSuffix(name, "."+f); ok {
			return rest, f
		}
	}
	return name, ""
}

// listing is a body that GeoReport calls a list: a bare array in JSON, a named
// root in XML.
type listing[T any] struct {
	XMLName xml.Name
	Items   []T
}

// MarshalJSON writes the items alone.
func (l listing[T]) MarshalJSON() ([]byte, error) {
	if l.Items == nil {
		return []byte("[]"), nil
	}
	return json.Marshal(l.Items)
}

func listOf[T any](root string, items []T) listing[T] {
	return listing[T]{XMLName: xml.Name{Local: root}, Items: items}
}

func write(w http.ResponseWriter, format string, status int, body any) {
	var b []byte
	var err error
	if format == "xml" {
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		if b, err = xml.MarshalIndent(body, "", "  "); err == nil {
			b = append([]byte(xml.Header), b...)
		}
	} else {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		b, err = json.Marshal(body)
	}
	if err != nil {
		status, b = http.StatusInternalServerError, nil
	}
	w.WriteHeader(status)
	_, _ = w.Write(b) // a caller that went away hears nothing
}

// georeportError is one error of a body.
type georeportError struct {
	XMLName     xml.Name `xml:"error" json:"-"`
	Code        int      `xml:"code" json:"code"`
	Description string   `xml:"description" json:"description"`
}

// problem maps faults to GeoReport's three statuses: 404 what does not exist,
// 403 the key, 400 all else; too many and our own mistakes keep theirs.
func (o *open311) problem(ctx context.Context, err error) (int, any) {
	status := http.StatusBadRequest
	switch fault.KindOf(err) {
	case fault.NotFound:
		status = http.StatusNotFound
	case fault.Forbidden, fault.Unauthorized:
		status = http.StatusForbidden
	case fault.TooMany:
		status = http.StatusTooManyRequests
	case fault.Internal:
		status = http.StatusInternalServerError
	}
	p, ok := o.a.problem(ctx, "open311", err).(interface{ Error() string })
	text := "系统出错，请稍后重试"
	if ok {
		text = p.Error()
	}
	out := []georeportError{}
	for _, f := range fields(err) {
		out = append(out, georeportError{Code: status, Description: f.Name + "：" + f.Message})
	}
	if len(out) == 0 {
		out = append(out, georeportError{Code: status, Description: text})
	}
	return status, listOf("errors", out)
}

func (o *open311) discovery(r *http.Request, name string) (any, error) {
	if name != "discovery" {
		return nil, fault.NotFoundf("没有这个地址；服务说明在 /open311/discovery.json")
	}
	base := "http://" + r.Host + open311Base
	if o.a.secure || r.TLS != nil {
		base = "https://" + r.Host + open311Base
	}
	d := discoveryDoc{Changeset: isoTime(o.start), Contact: o.place.Report.Contact, KeyService: o.place.Report.Key}
	d.Endpoints.List = []endpoint{{Specification: "http://wiki.open311.org/GeoReport_v2", URL: base, Changeset: isoTime(o.start), Type: "production",
		Formats: formats{[]string{"text/xml; charset=utf-8", "application/json; charset=utf-8"}}}}
	return d, nil
}

// discoveryDoc is the description of the endpoints.
type discoveryDoc struct {
	XMLName    xml.Name  `xml:"discovery" json:"-"`
	Changeset  string    `xml:"changeset" json:"changeset"`
	Contact    string    `xml:"contact" json:"contact"`
	KeyService string    `xml:"key_service" json:"key_service"`
	Endpoints  endpoints `xml:"endpoints" json:"endpoints"`
}

type endpoints struct {
	List []endpoint `xml:"endpoint"`
}

// MarshalJSON writes a bare array.
func (e endpoints) MarshalJSON() ([]byte, error) { return json.Marshal(e.List) }

type endpoint struct {
	Specification string  `xml:"specification" json:"specification"`
	URL           string  `xml:"url" json:"url"`
	Changeset     string  `xml:"changeset" json:"changeset"`
	Type          string  `xml:"type" json:"type"`
	Formats       formats `xml:"formats" json:"formats"`
}

type formats struct {
	List []string `xml:"format"`
}

// MarshalJSON writes a bare array.
func (f formats) MarshalJSON() ([]byte, error) { return json.Marshal(f.List) }

func (o *open311) collection(r *http.Request, name string) (any, error) {
	switch name {
	case "services":
		return o.services(), nil
	case "requests":
		return o.search(r)
	}
	return nil, fault.NotFoundf("没有这个地址；可用的有 services、requests")
}

func (o *open311) item(r *http.Request, name string) (any, error) {
	switch r.PathValue("set") {
	case "services":
		return o.definition(name)
	case "requests":
		return o.request(r.Context(), name)
	case "tokens":
		return nil, fault.NotFoundf("没有这个令牌：本平台的举报当时就给编号，不发令牌")
	}
	return nil, fault.NotFoundf("没有这个地址")
}

// service is one kind of report in the list.
type service struct {
	XMLName     xml.Name `xml:"service" json:"-"`
	Code        string   `xml:"service_code" json:"service_code"`
	Name        string   `xml:"service_name" json:"service_name"`
	Description *string  `xml:"description" json:"description"`
	Metadata    bool     `xml:"metadata" json:"metadata"`
	Type        string   `xml:"type" json:"type"`
	Keywords    *string  `xml:"keywords" json:"keywords"`
	Group       *string  `xml:"group" json:"group"`
}

// some is nil for nothing: null in JSON, absent in XML.
func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (o *open311) services() any {
	out := []service{}
	for _, k := range o.tips.Kinds() {
		out = append(out, service{Code: k.Code, Name: k.Name, Description: some(k.About), Metadata: len(k.Questions) > 0, Type: "realtime",
			Keywords: some(strings.Join(k.Keywords, ",")), Group: some(k.Group)})
	}
	return listOf("services", out)
}

// definition is what a kind of report asks.
type definition struct {
	XMLName    xml.Name   `xml:"service_definition" json:"-"`
	Code       string     `xml:"service_code" json:"service_code"`
	Attributes attributes `xml:"attributes" json:"attributes"`
}

type attributes struct {
	List []attribute `xml:"attribute"`
}

// MarshalJSON writes a bare array.
func (a attributes) MarshalJSON() ([]byte, error) { return json.Marshal(a.List) }

type attribute struct {
	Variable    bool    `xml:"variable" json:"variable"`
	Code        string  `xml:"code" json:"code"`
	Datatype    string  `xml:"datatype" json:"datatype"`
	Required    bool    `xml:"required" json:"required"`
	Help        *string `xml:"datatype_description" json:"datatype_description"`
	Order       int     `xml:"order" json:"order"`
	Description string  `xml:"description" json:"description"`
	Values      *values `xml:"values,omitempty" json:"values,omitempty"`
}

type values struct {
	List []keyed `xml:"value"`
}

// MarshalJSON writes a bare array.
func (v values) MarshalJSON() ([]byte, error) { return json.Marshal(v.List) }

type keyed struct {
	Key  string `xml:"key" json:"key"`
	Name string `xml:"name" json:"name"`
}

func (o *open311) definition(code string) (any, error) {
	k, ok := o.tips.Kind(code)
	if !ok {
		return nil, fault.NotFoundf("没有编号为“%s”的服务", code)
	}
	if len(k.Questions) == 0 {
		return nil, fault.NotFoundf("服务“%s”没有附加属性（metadata 为 false）", k.Name)
	}
	d := definition{Code: k.Code}
	for i, q := range k.Questions {
		x := attribute{Variable: true, Code: q.Code, Datatype: string(q.Type), Required: q.Required, Help: some(q.Hint), Order: i + 1, Description: q.Title}
		if len(q.Options) > 0 {
			x.Values = &values{}
			for _, opt := range q.Options {
				x.Values.List = append(x.Values.List, keyed{opt.Value, opt.Title})
			}
		}
		d.Attributes.List = append(d.Attributes.List, x)
	}
	return d, nil
}

// request is one report as GeoReport shows it.
type request struct {
	XMLName     xml.Name `xml:"request" json:"-"`
	ID          string   `xml:"service_request_id" json:"service_request_id"`
	Status      string   `xml:"status" json:"status"`
	Notes       *string  `xml:"status_notes" json:"status_notes"`
	Name        string   `xml:"service_name" json:"service_name"`
	Code        string   `xml:"service_code" json:"service_code"`
	Description *string  `xml:"description" json:"description"`
	Agency      *string  `xml:"agency_responsible" json:"agency_responsible"`
	Notice      *string  `xml:"service_notice" json:"service_notice"`
	Requested   string   `xml:"requested_datetime" json:"requested_datetime"`
	Updated     *string  `xml:"updated_datetime" json:"updated_datetime"`
	Expected    *string  `xml:"expected_datetime" json:"expected_datetime"`
	Address     *string  `xml:"address" json:"address"`
	AddressID   *string  `xml:"address_id" json:"address_id"`
	Zipcode     *string  `xml:"zipcode" json:"zipcode"`
	Lat         *float64 `xml:"lat" json:"lat"`
	Long        *float64 `xml:"long" json:"long"`
	Media       *string  `xml:"media_url" json:"media_url"`
}

func (o *open311) requestView(t tip.Tip) request {
	p := t.Progress
	v := request{ID: t.Number, Status: "open", Code: t.Kind, Name: t.Kind, Description: some(t.ShownText), Agency: some(p.Agency),
		Requested: isoTime(t.CreatedAt), Address: some(t.ShownPlace), Media: some(t.ShownMedia)}
	if k, ok := o.tips.Kind(t.Kind); ok {
		v.Name = k.Name
	}
	notes := p.Stage
	if p.Note != "" {
		notes += "：" + p.Note
	}
	v.Notes = some(notes)
	updated := t.UpdatedAt
	if p.Closed {
		v.Status = "closed"
		if !p.ClosedAt.IsZero() {
			updated = p.ClosedAt
		}
	}
	v.Updated = some(isoTime(updated))
	if !p.DueAt.IsZero() {
		v.Expected = some(isoTime(p.DueAt))
	}
	if t.ShownLat != 0 || t.ShownLng != 0 {
		v.Lat, v.Long = &t.ShownLat, &t.ShownLng
	}
	return v
}

// isoTime is the profile of ISO 8601 that GeoReport asks for, in Beijing time.
func isoTime(t time.Time) string { return t.In(beijing).Truncate(time.Second).Format(time.RFC3339) }

func (o *open311) request(ctx context.Context, number string) (any, error) {
	list, err := o.tips.Listed(ctx, tip.Search{Numbers: []string{number}, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.NotFoundf("没有编号为“%s”的举报，或者它不公开", number)
	}
	return listOf("service_requests", []request{o.requestView(list[0])}), nil
}

func (o *open311) search(r *http.Request) (any, error) {
	q, err := readSearch(r.URL.Query(), o.tips.Clock())
	if err != nil {
		return nil, err
	}
	list, err := o.tips.Listed(r.Context(), q)
	if err != nil {
		return nil, err
	}
	out := []request{}
	for _, t := range list {
		out = append(out, o.requestView(t))
	}
	return listOf("service_requests", out), nil
}

// readSearch reads the filters of GET requests. Lists come separated by commas
// or as repeated parameters; numbers override everything else.
func readSearch(v url.Values, now time.Time) (q tip.Search, err error) {
	bad := fault.Invalidf("查询条件有误")
	q = tip.Search{Numbers: commaList(v, "service_request_id"), Kinds: commaList(v, "service_code"), Statuses: commaList(v, "status"), Limit: maxRequests}
	for _, s := range q.Statuses {
		if s != "open" && s != "closed" {
			bad = bad.With("status", "应为 open、closed 或二者，以逗号分隔")
		}
	}
	slices.Sort(q.Statuses)
	q.Statuses = slices.Compact(q.Statuses)
	for name, at := range map[string]*time.Time{"start_date": &q.From, "end_date": &q.To} {
		s := v.Get(name)
		if s == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, strings.ReplaceAll(s, " ", "+")) // an unescaped plus sign
		if err != nil {
			bad = bad.With(name, "应为带时区的时间，例如 2026-11-20T08:15:30+08:00")
			continue
		}
		*at = t
	}
	switch {
	case q.From.IsZero() && q.To.IsZero():
		q.From = now.Add(-maxSpan)
	case q.From.IsZero():
		q.From = q.To.Add(-maxSpan)
	case q.To.IsZero():
		q.To = now
	}
	if len(q.Numbers) == 0 && !q.To.IsZero() {
		if q.To.Before(q.From) {
			bad = bad.With("end_date", "不能早于 start_date")
		} else if q.To.Sub(q.From) > maxSpan {
			bad = bad.With("start_date", "起止时间最多相隔 90 天，请分段查询")
		}
	}
	if len(bad.Fields) > 0 {
		return q, bad
	}
	return q, nil
}

func commaList(v url.Values, name string) []string {
	var out []string
	for _, s := range v[name] {
		for _, x := range strings.Split(s, ",") {
			if x = strings.TrimSpace(x); x != "" {
				out = append(out, x)
			}
		}
	}
	return out
}

// posted is the answer to a new report.
type posted struct {
	XMLName xml.Name `xml:"request" json:"-"`
	ID      string   `xml:"service_request_id" json:"service_request_id"`
	Notice  *string  `xml:"service_notice" json:"service_notice"`
	Account *string  `xml:"account_id" json:"account_id"`
}

func (o *open311) file(r *http.Request, _ string) (any, error) {
	form, err := posting(r)
	if err != nil {
		return nil, err
	}
	secret := form.Get("api_key")
	if secret == "" {
		return nil, fault.Forbiddenf("缺少 api_key；%s", o.place.Report.Key)
	}
	key, err := o.tips.ByKey(r.Context(), secret)
	if err != nil {
		return nil, err
	}
	if !o.writes.Allow(key.ID, o.tips.Clock()) {
		return nil, fault.New(fault.TooMany, "提交过于频繁，请稍后再试")
	}
	n, err := readPosting(form)
	if err != nil {
		return nil, err
	}
	receipt, err := o.tips.File(r.Context(), n, "")
	if err != nil {
		return nil, err
	}
	notice := fmt.Sprintf("%d 个工作日内告知是否受理", o.place.Report.Days)
	if personal(form) {
		notice += "；本接口不保存联系方式，需要联系请留下举报编号"
	}
	return listOf("service_requests", []posted{{ID: receipt.Number, Notice: &notice}}), nil
}

// posting reads the form; nothing of it is kept beyond the request.
func posting(r *http.Request) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, fault.Invalidf("请以 application/x-www-form-urlencoded; charset=utf-8 提交")
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, maxPosting+1))
	if err != nil || len(b) > maxPosting {
		return nil, fault.Invalidf("内容过大或没有传完，最多 %d KB", maxPosting>>10)
	}
	form, err := url.ParseQuery(string(b))
	if err != nil {
		return nil, fault.Invalidf("表单编码有误，请按百分号编码提交 UTF-8")
	}
	return form, nil
}

// personal reports whether the sender told us who they are, which this door
// does not keep: it has no way to keep it from us.
func personal(form url.Values) bool {
	return slices.ContainsFunc([]string{"email", "first_name", "last_name", "phone", "device_id", "account_id"}, func(name string) bool { return form.Get(name) != "" })
}

func readPosting(form url.Values) (n tip.New, err error) {
	n = tip.New{Mode: tip.Public, Channel: tip.Open311, Kind: form.Get("service_code"), Text: form.Get("description"), Address: form.Get("address_string"),
		MediaURL: form.Get("media_url"), Answers: map[string][]string{}}
	if n.Kind == "" {
		return n, fault.Invalidf("缺少 service_code").With("service_code", "必填")
	}
	if id := form.Get("address_id"); n.Address == "" && id != "" {
		n.Address = "地址编号 " + id
	}
	lat, long := form.Get("lat"), form.Get("long")
	if (lat == "") != (long == "") {
		return n, fault.Invalidf("lat 和 long 须同时填写").With("lat", "lat 和 long 须同时填写")
	}
	if lat != "" {
		var err1, err2 error
		n.Lat, err1 = strconv.ParseFloat(lat, 64)
		n.Lng, err2 = strconv.ParseFloat(long, 64)
		if err1 != nil || err2 != nil {
			return n, fault.Invalidf("lat、long 应为十进制度数").With("lat", "lat、long 应为十进制度数（WGS84）")
		}
		n.HasPoint = true
	}
	for name, vs := range form {
		code, ok := strings.CutPrefix(name, "attribute[")
		if !ok {
			continue
		}
		code, _, _ = strings.Cut(code, "]")
		n.Answers[code] = append(n.Answers[code], vs...)
	}
	return n, nil
}
