package api

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/limit"
	"github.com/qingshao/qingshao/internal/vault"
)

// sealedBase is where sealed reports come in. It shares no handler, session or
// limit with the other pages; nothing of a request but its time is noted.
const sealedBase = publicBase + "/sealed"

const (
	sealedCookie = "qs_sealed"
	maxSealed    = vault.MaxBody/3*4 + 1<<20
)

// sealedDoor takes what browsers have sealed, and gives back what they can open.
type sealedDoor struct {
	x      *public
	filing *limit.Book // by address
	asks   asking      // receipts

	mu       sync.Mutex
	visitors map[string]visitor // by token
}

// sealed registers the door.
func (x *public) sealed() {
	d := &sealedDoor{x: x, visitors: map[string]visitor{}, filing: limit.New(2*time.Second, 30, 10_000), asks: newAsking()}
	for path, h := range map[string]func(http.ResponseWriter, *http.Request) error{
		"POST " + sealedBase + "/report/{kind}": func(w http.ResponseWriter, r *http.Request) error { return x.receive(w, r, true) },
		"GET " + publicBase + "/insider":        d.page,
		"GET " + publicBase + "/scripts":        d.scripts,
	} {
		x.a.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { x.serve(w, r, h) })
	}
	for path, h := range map[string]func(http.ResponseWriter, *http.Request) (any, error){
		"GET " + sealedBase + "/keys":   d.keys,
		"POST " + sealedBase + "/tell":  d.tell,
		"GET " + sealedBase + "/work":   d.work,
		"POST " + sealedBase + "/track": d.track,
		"GET " + sealedBase + "/thread": d.thread,
		"POST " + sealedBase + "/say":   d.say,
		"POST " + sealedBase + "/leave": d.leave,
	} {
		x.a.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { d.answer(w, r, h) })
	}
}

// answer speaks JSON, failures included.
func (d *sealedDoor) answer(w http.ResponseWriter, r *http.Request, h func(http.ResponseWriter, *http.Request) (any, error)) {
	head := w.Header()
	head.Set("Content-Type", "application/json; charset=utf-8")
	head.Set("Cache-Control", "no-store")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Content-Security-Policy", publicCSP)
	out, err := h(w, r)
	if err != nil {
		status, text := d.x.words(r.Context(), err)
		w.WriteHeader(status)
		out = map[string]string{"detail": text}
	}
	_ = json.NewEncoder(w).Encode(out) // a reader that went away is no fault of ours
}

func (d *sealedDoor) keys(_ http.ResponseWriter, r *http.Request) (any, error) {
	c, err := d.x.tips.Channel(r.Context())
	return channelView(c), err
}

// read takes a JSON body from this site's own pages.
func read[T any](w http.ResponseWriter, r *http.Request) (in T, err error) {
	if r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		return in, fault.Invalidf("请从本站的举报页面提交")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxSealed)
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(uploadTime)) // a weak line takes its time; where it cannot be set, the server's own holds
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return in, tooBig(err)
	}
	return in, nil
}

func (d *sealedDoor) tell(w http.ResponseWriter, r *http.Request) (any, error) {
	if !d.filing.Allow(addressOf(r), d.x.tips.Clock()) {
		return nil, fault.New(fault.TooMany, "提交过于频繁，请几分钟后再试；紧急情况请拨打电话")
	}
	in, err := read[struct {
		Proof   string          `json:"proof"`
		ReplyTo string          `json:"reply_to"`
		Once    string          `json:"once"`
		Report  SealedEnvelope  `json:"report"`
		Contact *SealedEnvelope `json:"contact"`
	}](w, r)
	if err != nil {
		return nil, err
	}
	n := tip.NewTold{Proof: in.Proof, ReplyTo: in.ReplyTo, Once: in.Once}
	if n.Report, err = in.Report.envelope(); err != nil {
		return nil, err
	}
	if in.Contact != nil {
		c, err := in.Contact.envelope()
		if err != nil {
			return nil, err
		}
		n.Contact = &c
	}
	number, err := d.x.tips.Tell(r.Context(), n)
	return map[string]string{"number": number}, err
}

// work gives the computation that a look-up asks for.
func (d *sealedDoor) work(_ http.ResponseWriter, _ *http.Request) (any, error) {
	challenge, bits := d.asks.work.Challenge(d.x.tips.Clock())
	return map[string]any{"work": challenge, "bits": bits}, nil
}

func (d *sealedDoor) track(w http.ResponseWriter, r *http.Request) (any, error) {
	now := d.x.tips.Clock()
	if err := d.x.through(tip.TrackGate); err != nil {
		return nil, err
	}
	in, err := read[struct {
		Number string `json:"number"`
		Proof  string `json:"proof"`
		Work   string `json:"work"`
		Nonce  string `json:"nonce"`
	}](w, r)
	if err != nil {
		return nil, err
	}
	if err := d.asks.admitWorked(in.Work, in.Nonce, addressOf(r), now); err != nil {
		return nil, err
	}
	id, err := d.x.tips.Prove(r.Context(), in.Number, in.Proof)
	if err != nil {
		return nil, err
	}
	t := token()
	d.mu.Lock()
	if len(d.visitors) >= maxVisitors {
		clear(d.visitors)
	}
	d.visitors[t] = visitor{id, now.Add(receiptIdle)}
	d.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: sealedCookie, Value: t, Path: sealedBase, HttpOnly: true, Secure: d.x.a.secure, SameSite: http.SameSiteStrictMode})
	return map[string]bool{"ok": true}, nil
}

func (d *sealedDoor) visitor(r *http.Request) (tip.ID, error) {
	if err := d.x.through(tip.TrackGate); err != nil {
		return "", err
	}
	gone := fault.New(fault.Unauthorized, "查询已结束，请重新输入编号和查询码")
	c, err := r.Cookie(sealedCookie)
	if err != nil {
		return "", gone
	}
	now := d.x.tips.Clock()
	d.mu.Lock()
	defer d.mu.Unlock()
	v, ok := d.visitors[c.Value]
	if !ok || now.After(v.until) {
		delete(d.visitors, c.Value)
		return "", gone
	}
	v.until = now.Add(receiptIdle)
	d.visitors[c.Value] = v
	return v.tip, nil
}

// threadItem is one sealed piece of the conversation, with the reporter's share.
type threadItem struct {
	Part   string `json:"part"`
	Body   string `json:"body"`
	Sealed string `json:"sealed"`
	At     string `json:"at"`
}

// looked is one time that somebody asked to learn who reported.
type looked struct {
	Number string `json:"number"`
	State  string `json:"state"`
	Reason string `json:"reason"`
	Answer string `json:"answer"`
	At     string `json:"at"`
	Opened string `json:"opened"`
}

func lookedAt(list []vault.Opening) []looked {
	out := []looked{}
	for _, o := range list {
		l := looked{Number: o.Number, State: vault.OpeningMachine.StateTitle(o.State), Reason: o.Reason, Answer: o.Decision, At: shortTime(o.CreatedAt)}
		if !o.OpenedAt.IsZero() {
			l.Opened = shortTime(o.OpenedAt)
		}
		out = append(out, l)
	}
	return out
}

func (d *sealedDoor) thread(_ http.ResponseWriter, r *http.Request) (any, error) {
	id, err := d.visitor(r)
	if err != nil {
		return nil, err
	}
	f, err := d.x.tips.FollowTold(r.Context(), id)
	if err != nil {
		return nil, err
	}
	items := []threadItem{}
	for _, e := range f.Envelopes {
		items = append(items, threadItem{e.Part, based(e.Body), based(e.Shares[0].Sealed), shortTime(e.CreatedAt)})
	}
	p := f.Told.Progress
	return map[string]any{"number": f.Told.Number, "stage": p.Stage, "note": p.Note, "agency": p.Agency, "due": longDay(p.DueAt), "closed": p.Closed, "at": shortTime(f.Told.CreatedAt),
		"items": items, "looked": lookedAt(f.Openings)}, nil
}

func (d *sealedDoor) say(w http.ResponseWriter, r *http.Request) (any, error) {
	id, err := d.visitor(r)
	if err != nil {
		return nil, err
	}
	if !d.filing.Allow(addressOf(r), d.x.tips.Clock()) {
		return nil, fault.New(fault.TooMany, "提交过于频繁，请几分钟后再试")
	}
	in, err := read[SealedEnvelope](w, r)
	if err != nil {
		return nil, err
	}
	e, err := in.envelope()
	if err != nil {
		return nil, err
	}
	return map[string]bool{"ok": true}, d.x.tips.SayTold(r.Context(), id, e)
}

func (d *sealedDoor) leave(w http.ResponseWriter, r *http.Request) (any, error) {
	if c, err := r.Cookie(sealedCookie); err == nil {
		d.mu.Lock()
		delete(d.visitors, c.Value)
		d.mu.Unlock()
	}
	w.Header().Set("Clear-Site-Data", `"cache"`)
	http.SetCookie(w, &http.Cookie{Name: sealedCookie, Path: sealedBase, MaxAge: -1, HttpOnly: true, Secure: d.x.a.secure, SameSite: http.SameSiteStrictMode})
	return map[string]bool{"ok": true}, nil
}

// page is the insider's form. It holds no field that a browser could send unsealed.
func (d *sealedDoor) page(w http.ResponseWriter, r *http.Request) error {
	c, err := d.x.tips.Channel(r.Context())
	if err != nil {
		return err
	}
	if err := d.x.through(tip.Insider.Gate(), tip.Web.Gate()); err != nil {
		return err
	}
	row, _ := tip.Insider.Row()
	d.x.show(w, http.StatusOK, "insider", map[string]any{"Open": c.Open, "Row": row, "Once": token(), "Days": d.x.place.Report.Days})
	return nil
}

// scripts lists what a reporter can compare: the hashes of the scripts served, and
// the fingerprints of the keys that reports are sealed to.
func (d *sealedDoor) scripts(w http.ResponseWriter, r *http.Request) error {
	c, err := d.x.tips.Channel(r.Context())
	if err != nil {
		return err
	}
	type print struct{ Party, Fingerprint string }
	prints := []print{}
	for _, k := range c.Keys {
		prints = append(prints, print{k.Party.Title(), k.Fingerprint})
	}
	d.x.show(w, http.StatusOK, "scripts", map[string]any{"Open": c.Open, "Why": c.Why, "Prints": prints})
	return nil
}

// integrity gives the hash of each script in the form that pages name (SRI).
func integrity(files fs.FS, names ...string) (map[string]string, error) {
	out := map[string]string{}
	for _, n := range names {
		b, err := fs.ReadFile(files, n)
		if err != nil {
			return nil, err
		}
		sum := sha512.Sum384(b)
		out[strings.TrimSuffix(n, ".js")] = "sha384-" + base64.StdEncoding.EncodeToString(sum[:])
	}
	return out, nil
}
