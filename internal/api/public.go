package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"html/template"
	"io"
	"io/fs"
	"mime/multipart"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/limit"
	"github.com/qingshao/qingshao/internal/protect/halt"
	"github.com/qingshao/qingshao/internal/vault"
)

// publicBase is where the pages live that need no account.
const publicBase = "/public"

// publicCSP allows a page nothing but its own style, script and pictures.
const publicCSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const (
	receiptCookie = "qs_receipt"
	receiptIdle   = 30 * time.Minute
	maxForm       = 6*tip.MaxPhotoBytes + 1<<20
	maxVisitors   = 10_000
)

// public is the public entry: rendered here, usable without a script.
type public struct {
	a       *API
	tips    *tip.Service
	place   Place
	pages   map[string]*template.Template
	hashes  map[string]string // of the scripts, by name
	filing  *limit.Book       // by address
	reading *limit.Book       // by address
	asks    asking            // receipts
	losing  asking            // receipts that were lost
	halts   *halt.Service

	mu       sync.Mutex
	visitors map[string]visitor // by token
}

// visitor is a reporter who has shown a receipt; it lives in memory alone.
type visitor struct {
	tip   tip.ID
	until time.Time
}

// Public registers the public entry; files hold its templates, style and script.
func (a *API) Public(s *tip.Service, p Place, h *halt.Service, files fs.FS) error {
	x := &public{a: a, tips: s, place: p, halts: h, asks: newAsking(), losing: newAsking(), pages: map[string]*template.Template{}, visitors: map[string]visitor{},
		filing: limit.New(2*time.Second, 30, 10_000), reading: limit.New(time.Second, 30, 10_000)}
	for _, name := range []string{"home", "kinds", "form", "receipt", "track", "progress", "echo", "problem", "reward", "code", "insider", "scripts", "lost", "renewed"} {
		t, err := template.New("frame.html").Funcs(template.FuncMap{"day": longDay, "minute": shortTime, "add": func(a, b int) int { return a + b }}).ParseFS(files, "frame.html", name+".html")
		if err != nil {
			return err
		}
		x.pages[name] = t
	}
	for path, h := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET " + publicBase + "/{$}":                x.home,
		"GET " + publicBase + "/report":             x.kinds,
		"GET " + publicBase + "/report/{kind}":      x.form,
		"POST " + publicBase + "/report/{kind}":     func(w http.ResponseWriter, r *http.Request) error { return x.receive(w, r, false) },
		"GET " + publicBase + "/track":              x.track,
		"POST " + publicBase + "/track":             x.enter,
		"GET " + publicBase + "/progress":           x.progress,
		"POST " + publicBase + "/progress":          x.say,
		"POST " + publicBase + "/leave":             x.leave,
		"GET " + publicBase + "/near":               x.near,
		"POST " + publicBase + "/echo":              x.echo,
		"GET " + publicBase + "/reward":             x.reward,
		"GET " + publicBase + "/reward/certificate": x.certificate,
		"POST " + publicBase + "/reward":            x.answerReward,
	} {
		a.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { x.serve(w, r, h) })
	}
	a.mux.Handle("GET "+publicBase, http.RedirectHandler(publicBase+"/", http.StatusFound))
	x.sealed()
	if err := x.information(files); err != nil {
		return err
	}
	x.more()
	return x.assets(files)
}

// assets serves the style and the script.
func (x *public) assets(files fs.FS) error {
	var err error
	if x.hashes, err = integrity(files, "entry.js", "work.js", "upload.js", "seal.js", "sealed.js"); err != nil {
		return err
	}
	for _, name := range []string{"entry.css", "entry.js", "work.js", "upload.js", "seal.js", "sealed.js"} {
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		p := newPage(name, body)
		x.a.mux.HandleFunc("GET "+publicBase+"/"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "no-cache")
			p.send(w, r)
		})
	}
	return nil
}

func longDay(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(beijing).Format("2006年1月2日")
}

func shortTime(t time.Time) string { return t.In(beijing).Format("2006-01-02 15:04") }

// serve gives every page its headers, and a failure a page of its own.
func (x *public) serve(w http.ResponseWriter, r *http.Request, h func(http.ResponseWriter, *http.Request) error) {
	head := w.Header()
	head.Set("Content-Security-Policy", publicCSP)
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cache-Control", "no-store")
	head.Set("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
	err := h(w, r)
	if err == nil {
		return
	}
	status, text := x.words(r.Context(), err)
	x.show(w, status, "problem", map[string]any{"Text": text})
}

// words gives a failure's status and sentence; the unexpected is logged under an
// id and shown only as that.
func (x *public) words(ctx context.Context, err error) (int, string) {
	p := x.a.problem(ctx, "public", err)
	var s interface {
		GetStatus() int
		Error() string
	}
	if errors.As(p, &s) {
		return s.GetStatus(), s.Error()
	}
	return http.StatusInternalServerError, "系统出错，请稍后重试"
}

// show renders a page whole before its first byte leaves.
func (x *public) show(w http.ResponseWriter, status int, page string, data map[string]any) {
	data["Place"], data["Base"], data["Hash"], data["Shut"] = x.place, publicBase, x.hashes, x.shutWords(x.closed())
	var b bytes.Buffer
	if err := x.pages[page].Execute(&b, data); err != nil {
		x.a.log.Error("public page failed", "page", page, "err", err)
		http.Error(w, "系统出错，请稍后重试", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // a reader that went away is no fault of ours
}

func (x *public) home(w http.ResponseWriter, r *http.Request) error {
	modes, err := x.modes(r.Context())
	if err != nil {
		return err
	}
	x.show(w, http.StatusOK, "home", map[string]any{"Modes": modes, "Days": x.place.Report.Days})
	return nil
}

// kindGroup is the kinds of one group, in the profile's order.
type kindGroup struct {
	Name  string
	Kinds []tip.Kind
}

func (x *public) kinds(w http.ResponseWriter, r *http.Request) error {
	if err := x.through(tip.Web.Gate()); err != nil {
		return err
	}
	groups := []kindGroup{}
	for _, k := range x.tips.Kinds() {
		if n := len(groups); n == 0 || groups[n-1].Name != k.Group {
			groups = append(groups, kindGroup{Name: k.Group})
		}
		g := &groups[len(groups)-1]
		g.Kinds = append(g.Kinds, k)
	}
	x.show(w, http.StatusOK, "kinds", map[string]any{"Groups": groups, "Call": x.calling(r.Context(), r.URL.Query().Get("call"))})
	return nil
}

// filled is a form with what was typed and what is wrong with it.
type filled struct {
	Mode, Text, Suspect, Area, Address, Lng, Lat, Contact string
	Answers                                               map[string][]string
	Once, Call                                            string
	Uploads                                               []string
	Wrong                                                 map[string]string
}

// Has tells the template whether an option was chosen.
func (f filled) Has(code, value string) bool {
	for _, v := range f.Answers[code] {
		if v == value {
			return true
		}
	}
	return false
}

// First is the one answer of a question.
func (f filled) First(code string) string {
	if v := f.Answers[code]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (x *public) form(w http.ResponseWriter, r *http.Request) error {
	k, ok := x.tips.Kind(r.PathValue("kind"))
	if !ok {
		return fault.NotFoundf("没有这类举报，请从举报首页重新选择")
	}
	if err := x.through(tip.Web.Gate()); err != nil {
		return err
	}
	mode := string(tip.Public)
	if r.URL.Query().Get("mode") == string(tip.Confidential) {
		mode = string(tip.Confidential)
	}
	return x.ask(w, r, http.StatusOK, k, filled{Mode: mode, Once: token(), Call: r.URL.Query().Get("call")}, "")
}

func (x *public) ask(w http.ResponseWriter, r *http.Request, status int, k tip.Kind, f filled, text string) error {
	all, err := x.modes(r.Context())
	if err != nil {
		return err
	}
	modes := []tip.ModeRow{}
	for _, m := range all {
		if m.Open && m.Mode != tip.Insider {
			modes = append(modes, m)
		}
	}
	x.show(w, status, "form", map[string]any{"Kind": k, "Form": f, "Modes": modes, "Text": text, "Call": x.calling(r.Context(), f.Call)})
	return nil
}

// token is a random word that cannot be guessed.
func token() string {
	var b [18]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // the system has no randomness; nothing may go on
	}
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// addressOf is the address that a request comes from, for limits in memory alone.
func addressOf(r *http.Request) string {
	if h, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return h
	}
	return r.RemoteAddr
}

// receive takes a form; sealed tells that it came by the sealed door, which takes
// confidential reports and no others.
func (x *public) receive(w http.ResponseWriter, r *http.Request, sealed bool) error {
	k, ok := x.tips.Kind(r.PathValue("kind"))
	if !ok {
		return fault.NotFoundf("没有这类举报，请从举报首页重新选择")
	}
	if !x.filing.Allow(addressOf(r), x.tips.Clock()) {
		return fault.New(fault.TooMany, "提交过于频繁，请几分钟后再试；紧急情况请拨打电话")
	}
	v, photos, err := readForm(w, r)
	if err != nil {
		return err
	}
	f, n := readFilled(k, v)
	n.Photos = photos
	var end func(bool)
	if n.Media, end, err = x.a.uploaded(v["upload"]); err != nil {
		f.Uploads, f.Wrong = nil, map[string]string{"media": fault.Sentence(err, "文件没有收到，请重新选择")}
		return x.ask(w, r, http.StatusUnprocessableEntity, k, f, "视频或录音没有收到，请重新选择。")
	}
	defer func() { end(false) }()
	if sealed {
		if n.Sealed, err = sealedContact(v); err != nil {
			return err
		}
	}
	if sealed != (n.Mode == tip.Confidential) {
		return fault.Invalidf("实名保密举报须在浏览器内封存联系方式：请启用脚本后从举报页面提交，或拨打电话")
	}
	receipt, err := x.tips.File(r.Context(), n, f.Once)
	if err != nil {
		wrong := fields(err)
		if len(wrong) == 0 {
			return err
		}
		f.Wrong = map[string]string{}
		for _, w := range wrong {
			f.Wrong[w.Name] = w.Message
		}
		status, text := x.words(r.Context(), err)
		if f.Wrong["call"] != "" {
			f.Call = "" // sent again it is a report like any other
		}
		if len(photos) > 0 {
			text += "。照片需要重新选择。"
		}
		if n.Mode == tip.Confidential {
			text += "。联系方式没有离开您的浏览器，需要重新填写。"
		}
		return x.ask(w, r, status, k, f, text)
	}
	end(true)
	x.show(w, http.StatusOK, "receipt", map[string]any{"Receipt": receipt, "Kind": k, "Days": x.place.Report.Days, "Public": n.Mode == tip.Public})
	return nil
}

// sealedContact reads what the browser sealed.
func sealedContact(v map[string][]string) (*vault.Envelope, error) {
	var in SealedEnvelope
	if err := json.Unmarshal([]byte(strings.Join(v["sealed"], "")), &in); err != nil {
		return nil, fault.Invalidf("联系方式没有封存，没有保存；请刷新页面后重新提交")
	}
	e, err := in.envelope()
	return &e, err
}

// readForm reads the fields and the photos; each is bounded, and so is the whole.
func readForm(w http.ResponseWriter, r *http.Request) (v map[string][]string, photos [][]byte, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(uploadTime)) // a weak line takes its time; where it cannot be set, the server's own holds
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		if err := r.ParseForm(); err != nil {
			return nil, nil, fault.Invalidf("没有收到完整的表单，请返回重试")
		}
		return r.PostForm, nil, nil
	}
	m, err := r.MultipartReader()
	if err != nil {
		return nil, nil, fault.Invalidf("没有收到完整的表单，请返回重试")
	}
	v = map[string][]string{}
	for range 200 {
		part, err := m.NextPart()
		if errors.Is(err, io.EOF) {
			return v, photos, nil
		}
		if err != nil {
			return nil, nil, tooBig(err)
		}
		b, err := readPart(part)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case part.FormName() == "photos" && part.FileName() != "":
			photos = append(photos, b)
		case part.FormName() != "photos":
			v[part.FormName()] = append(v[part.FormName()], string(b))
		}
	}
	return nil, nil, fault.Invalidf("表单的项目过多，请返回重试")
}

func readPart(p *multipart.Part) ([]byte, error) {
	most := int64(32 << 10)
	if p.FormName() == "sealed" {
		most = 512 << 10
	}
	if p.FileName() != "" {
		most = tip.MaxPhotoBytes
	}
	b, err := io.ReadAll(io.LimitReader(p, most+1))
	if err != nil {
		return nil, tooBig(err)
	}
	if int64(len(b)) > most {
		return nil, fault.New(fault.TooLarge, "有一项内容过大：照片每张不超过 %d MB，请缩小后再传", tip.MaxPhotoBytes>>20)
	}
	return b, nil
}

func tooBig(err error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return fault.New(fault.TooLarge, "照片合计过大，请减少张数或缩小后再传")
	}
	return fault.Invalidf("没有传完，请检查网络后返回重试")
}

func readFilled(k tip.Kind, v map[string][]string) (filled, tip.New) {
	one := func(name string) string {
		if x := v[name]; len(x) > 0 {
			return x[0]
		}
		return ""
	}
	f := filled{Mode: one("mode"), Text: one("text"), Suspect: one("suspect"), Area: one("area"), Address: one("address"), Lng: one("lng"), Lat: one("lat"),
		Contact: one("contact"), Once: one("once"), Call: one("call"), Uploads: v["upload"], Answers: map[string][]string{}}
	for _, q := range k.Questions {
		if a := v["answer."+q.Code]; len(a) > 0 {
			f.Answers[q.Code] = a
		}
	}
	n := tip.New{Mode: tip.Mode(f.Mode), Channel: tip.Web, Kind: k.Code, Text: f.Text, Suspect: f.Suspect, Area: f.Area, Address: f.Address, Contact: f.Contact, Answers: f.Answers, Call: f.Call}
	lng, err1 := strconv.ParseFloat(f.Lng, 64)
	lat, err2 := strconv.ParseFloat(f.Lat, 64)
	if err1 == nil && err2 == nil {
		n.Lng, n.Lat, n.HasPoint = lng, lat, true
	}
	if n.Mode != tip.Public {
		n.Contact, f.Contact = "", ""
	}
	return f, n
}

func (x *public) track(w http.ResponseWriter, r *http.Request) error {
	if _, ok := x.visitor(r); ok {
		http.Redirect(w, r, publicBase+"/progress", http.StatusSeeOther)
		return nil
	}
	if err := x.through(tip.TrackGate); err != nil {
		return err
	}
	x.lookUp(w, http.StatusOK, map[string]any{"Number": r.URL.Query().Get("number")})
	return nil
}

func (x *public) enter(w http.ResponseWriter, r *http.Request) error {
	now := x.tips.Clock()
	if err := x.through(tip.TrackGate); err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxAsk)
	v, _, err := readForm(w, r)
	if err != nil {
		return err
	}
	worked, err := x.asks.admit(v, addressOf(r), now)
	if err != nil {
		return err
	}
	number, secret := strings.Join(v["number"], ""), strings.Join(v["secret"], "")
	id, err := x.tips.Track(r.Context(), number, secret)
	if err != nil {
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		x.lookUp(w, http.StatusNotFound, map[string]any{"Text": err.Error(), "Number": number})
		return nil
	}
	if f, err := x.tips.Follow(r.Context(), id); err != nil || !worked && needsWork(f.Tip.Mode) {
		if err == nil {
			x.lookUp(w, http.StatusForbidden, map[string]any{"Text": "这种方式的举报须在启用脚本（JavaScript）的浏览器里查询", "Number": number})
		}
		return err
	}
	t := token()
	x.mu.Lock()
	if len(x.visitors) >= maxVisitors {
		clear(x.visitors)
	}
	x.visitors[t] = visitor{id, now.Add(receiptIdle)}
	x.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: receiptCookie, Value: t, Path: publicBase, HttpOnly: true, Secure: x.a.secure, SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, publicBase+"/progress", http.StatusSeeOther)
	return nil
}

// visitor finds whose receipt the browser has shown, and lets it count on.
func (x *public) visitor(r *http.Request) (tip.ID, bool) {
	c, err := r.Cookie(receiptCookie)
	if err != nil {
		return "", false
	}
	now := x.tips.Clock()
	x.mu.Lock()
	defer x.mu.Unlock()
	v, ok := x.visitors[c.Value]
	if !ok || now.After(v.until) {
		delete(x.visitors, c.Value)
		return "", false
	}
	v.until = now.Add(receiptIdle)
	x.visitors[c.Value] = v
	return v.tip, true
}

// spoken is one message between the reporter and the desk.
type spoken struct {
	Who, Text string
	Own       bool
	At        time.Time
	Files     int
}

func (x *public) progress(w http.ResponseWriter, r *http.Request) error {
	if err := x.through(tip.TrackGate); err != nil {
		return err
	}
	id, ok := x.visitor(r)
	if !ok {
		http.Redirect(w, r, publicBase+"/track", http.StatusSeeOther)
		return nil
	}
	return x.report(w, r, http.StatusOK, id, "")
}

func (x *public) report(w http.ResponseWriter, r *http.Request, status int, id tip.ID, text string) error {
	f, err := x.tips.Follow(r.Context(), id)
	if err != nil {
		return err
	}
	said := []spoken{}
	for _, e := range f.Messages {
		m := spoken{Who: "承办人员", At: e.At, Files: len(e.Files)}
		if e.Verb != tip.Reply {
			m.Who, m.Own = "我", true
		}
		for _, l := range e.Shown {
			m.Text += l.Value + "\n"
		}
		m.Text = strings.TrimSpace(m.Text)
		said = append(said, m)
	}
	x.show(w, status, "progress", map[string]any{"Rewards": x.toldOf(r, id), "Tip": f.Tip, "Kind": f.Kind, "Answers": f.Kind.Shown(f.Tip.Answers), "Said": said, "Looked": lookedAt(f.Openings), "Text": text})
	return nil
}

func (x *public) say(w http.ResponseWriter, r *http.Request) error {
	if err := x.through(tip.TrackGate); err != nil {
		return err
	}
	id, ok := x.visitor(r)
	if !ok {
		http.Redirect(w, r, publicBase+"/track", http.StatusSeeOther)
		return nil
	}
	if !x.filing.Allow(addressOf(r), x.tips.Clock()) {
		return fault.New(fault.TooMany, "提交过于频繁，请几分钟后再试")
	}
	v, _, err := readForm(w, r)
	if err != nil {
		return err
	}
	verb, in := tip.Message, map[string]any{"text": strings.TrimSpace(strings.Join(v["text"], ""))}
	if s := strings.Join(v["score"], ""); s != "" {
		verb, in["score"] = flow.Verb(tip.Rate), s
	}
	if err := x.tips.Say(r.Context(), id, verb, in); err != nil {
		if !fault.Is(err, fault.Invalid) {
			return err
		}
		return x.report(w, r, http.StatusUnprocessableEntity, id, "请写明要补充的内容")
	}
	http.Redirect(w, r, publicBase+"/progress", http.StatusSeeOther)
	return nil
}

// near is what a report close by looks like before one's own is sent.
type near struct {
	Number string `json:"number"`
	Text   string `json:"text"`
	Place  string `json:"place"`
	Stage  string `json:"stage"`
	Day    string `json:"day"`
	Metres int    `json:"metres"`
}

// near answers the page's question, in JSON.
func (x *public) near(w http.ResponseWriter, r *http.Request) error {
	if err := x.through(tip.Web.Gate(), tip.Public.Gate()); err != nil {
		return err
	}
	if !x.reading.Allow(addressOf(r), x.tips.Clock()) {
		return fault.New(fault.TooMany, "请求过于频繁，请稍后再试")
	}
	q := r.URL.Query()
	lng, err1 := strconv.ParseFloat(q.Get("lng"), 64)
	lat, err2 := strconv.ParseFloat(q.Get("lat"), 64)
	if err1 != nil || err2 != nil {
		return fault.Invalidf("经纬度应为十进制度数")
	}
	list, err := x.tips.Nearby(r.Context(), q.Get("kind"), lng, lat)
	if err != nil {
		return err
	}
	out := []near{}
	for _, n := range list {
		t := n.Tip
		out = append(out, near{t.Number, t.ShownText, t.ShownPlace, t.Progress.Stage, longDay(t.CreatedAt), int(n.Metres/10) * 10})
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	return json.NewEncoder(w).Encode(out)
}

// echo says “I see it too”.
func (x *public) echo(w http.ResponseWriter, r *http.Request) error {
	if err := x.through(tip.Web.Gate(), tip.Public.Gate()); err != nil {
		return err
	}
	if !x.filing.Allow(addressOf(r), x.tips.Clock()) {
		return fault.New(fault.TooMany, "提交过于频繁，请几分钟后再试")
	}
	v, _, err := readForm(w, r)
	if err != nil {
		return err
	}
	number := strings.Join(v["number"], "")
	if err := x.tips.Echo(r.Context(), number); err != nil {
		return err
	}
	x.show(w, http.StatusOK, "echo", map[string]any{"Number": number})
	return nil
}

// leave forgets the receipt at once, here and in the browser.
func (x *public) leave(w http.ResponseWriter, r *http.Request) error {
	if c, err := r.Cookie(receiptCookie); err == nil {
		x.mu.Lock()
		delete(x.visitors, c.Value)
		x.mu.Unlock()
	}
	w.Header().Set("Clear-Site-Data", `"cache"`)
	http.SetCookie(w, &http.Cookie{Name: receiptCookie, Path: publicBase, MaxAge: -1, HttpOnly: true, Secure: x.a.secure, SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, publicBase+"/", http.StatusSeeOther)
	return nil
}
