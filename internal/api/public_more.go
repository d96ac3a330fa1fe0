package api

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"rsc.io/qr"

	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/discover/tip/media"
	parted "github.com/qingshao/qingshao/internal/discover/tip/upload"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/limit"
)

// Uploads gives the public entry room for large files; before Public.
func (a *API) Uploads(u *parted.Store) { a.uploads = u }

// more registers what a reporter does after sending, and what is too large for one
// form.
func (x *public) more() {
	pieces := limit.New(100*time.Millisecond, 100, 10_000)
	for path, h := range map[string]handler{
		"POST " + publicBase + "/add":           x.add,
		"POST " + publicBase + "/renew":         x.renew,
		"GET " + publicBase + "/lost":           x.lost,
		"POST " + publicBase + "/lost":          x.lose,
		"POST " + publicBase + "/lost/code":     x.recover,
		"GET " + publicBase + "/qr/{number}":    x.slowly(x.reading, x.square),
		"POST " + publicBase + "/upload":        x.plainly(pieces, x.begin),
		"GET " + publicBase + "/upload/{id}":    x.plainly(pieces, x.stands),
		"PATCH " + publicBase + "/upload/{id}":  x.plainly(pieces, x.piece),
		"DELETE " + publicBase + "/upload/{id}": x.plainly(pieces, x.drop),
	} {
		x.a.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { x.serve(w, r, h) })
	}
}

type handler = func(http.ResponseWriter, *http.Request) error

// slowly bounds how often one address may ask.
func (x *public) slowly(b *limit.Book, h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !b.Allow(addressOf(r), x.tips.Clock()) {
			return fault.New(fault.TooMany, "请求过于频繁，请一分钟后再试")
		}
		return h(w, r)
	}
}

// plainly answers a script: a failure is its sentence as JSON.
func (x *public) plainly(b *limit.Book, h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := x.mayUpload()
		if err == nil {
			err = x.slowly(b, h)(w, r)
		}
		if err != nil {
			status, text := x.words(r.Context(), err)
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			w.WriteHeader(status)
			return json.NewEncoder(w).Encode(map[string]string{"detail": text})
		}
		return nil
	}
}

// mayUpload refuses pieces where nothing can be sent any more: reports from the web
// and what is added to them are both closed.
func (x *public) mayUpload() error {
	if x.a.uploads == nil {
		return fault.New(fault.Unavailable, "这里不能分段上传，请缩小后直接附上")
	}
	if x.through(tip.TrackGate) == nil {
		return nil
	}
	return x.through(tip.Web.Gate())
}

// pieceTime is how long one piece may take: after it a line that hangs gives way to
// the one that goes on.
const pieceTime = 90 * time.Second

// begin opens an upload of the promised size.
func (x *public) begin(w http.ResponseWriter, r *http.Request) error {
	size, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
	if err != nil {
		return fault.Invalidf("请在 Upload-Length 中写明文件的字节数")
	}
	id, err := x.a.uploads.Create(addressOf(r), size)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Location", publicBase+"/upload/"+id)
	w.WriteHeader(http.StatusCreated)
	return json.NewEncoder(w).Encode(map[string]string{"id": id})
}

// stands says how much has arrived.
func (x *public) stands(w http.ResponseWriter, r *http.Request) error {
	at, size, err := x.a.uploads.Offset(r.PathValue("id"))
	if err != nil {
		return err
	}
	w.Header().Set("Upload-Offset", strconv.FormatInt(at, 10))
	w.Header().Set("Upload-Length", strconv.FormatInt(size, 10))
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// piece takes the next part; the answer says where the file stands now.
func (x *public) piece(w http.ResponseWriter, r *http.Request) error {
	at, err := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64)
	if err != nil {
		return fault.Invalidf("请在 Upload-Offset 中写明从第几字节开始")
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(pieceTime)) // a weak line takes its time; where it cannot be set, the server's own holds
	now, err := x.a.uploads.Append(r.PathValue("id"), at, r.Body)
	w.Header().Set("Upload-Offset", strconv.FormatInt(now, 10))
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (x *public) drop(w http.ResponseWriter, r *http.Request) error {
	if err := x.a.uploads.Drop(r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// uploaded finds the finished uploads that a form names. End removes them once they
// are taken, and leaves them for another try when they are not.
func (a *API) uploaded(ids []string) (out []media.Source, end func(taken bool), err error) {
	var open []*parted.Whole
	end = func(taken bool) {
		for _, w := range open {
			f := w.Release
			if taken {
				f = w.Close
			}
			if err := f(); err != nil {
				a.log.Warn("an upload was not put away", "err", err)
			}
		}
		open = nil
	}
	for _, id := range ids {
		if id == "" {
			continue
		}
		if a.uploads == nil || len(open) == 8 {
			err = fault.Invalidf("视频和录音过多，请减少后再提交")
		} else if w, e := a.uploads.Whole(id); e != nil {
			err = e
		} else {
			open, out = append(open, w), append(out, w)
		}
		if err != nil {
			end(false)
			return nil, end, err
		}
	}
	return out, end, nil
}

// add takes what a reporter adds: words, photos, recordings; or that a closed
// matter is not solved.
func (x *public) add(w http.ResponseWriter, r *http.Request) error {
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
	v, photos, err := readForm(w, r)
	if err != nil {
		return err
	}
	recordings, end, err := x.a.uploaded(v["upload"])
	if err != nil {
		return x.report(w, r, http.StatusUnprocessableEntity, id, fault.Sentence(err, "文件没有收到，请重新选择"))
	}
	defer func() { end(false) }()
	text, m := strings.Join(v["text"], ""), tip.Material{Photos: photos, Media: recordings}
	if strings.Join(v["again"], "") == "yes" {
		err = x.tips.Again(r.Context(), id, text, m)
	} else {
		err = x.tips.SayMore(r.Context(), id, text, m)
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		said := err.Error()
		for _, f := range fields(err) {
			said = f.Message
		}
		return x.report(w, r, http.StatusUnprocessableEntity, id, said)
	}
	if err != nil {
		return err
	}
	end(true)
	http.Redirect(w, r, publicBase+"/progress", http.StatusSeeOther)
	return nil
}

// renew changes the secret of a receipt that a clerk has seen.
func (x *public) renew(w http.ResponseWriter, r *http.Request) error {
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
	receipt, err := x.tips.Renew(r.Context(), id)
	if err != nil {
		return err
	}
	x.show(w, http.StatusOK, "renewed", map[string]any{"Receipt": receipt})
	return nil
}

func (x *public) lost(w http.ResponseWriter, _ *http.Request) error {
	if err := x.through(tip.TrackGate); err != nil {
		return err
	}
	x.lostPage(w, http.StatusOK, map[string]any{})
	return nil
}

// lostPage renders the page of a lost receipt with a fresh challenge.
func (x *public) lostPage(w http.ResponseWriter, status int, data map[string]any) {
	data["Work"], data["Bits"] = x.losing.work.Challenge(x.tips.Clock())
	x.show(w, status, "lost", data)
}

// readLost lets a step of the recovery in: by gates of its own, so that a flood here
// keeps nobody from looking a report up.
func (x *public) readLost(w http.ResponseWriter, r *http.Request) (v map[string][]string, err error) {
	if err := x.through(tip.TrackGate); err != nil {
		return nil, err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxAsk)
	if v, _, err = readForm(w, r); err != nil {
		return nil, err
	}
	_, err = x.losing.admit(v, addressOf(r), x.tips.Clock())
	return v, err
}

// lose sends a code to the telephone that a public report was left with. What the
// page says, and when, does not depend on whether there is one.
func (x *public) lose(w http.ResponseWriter, r *http.Request) error {
	v, err := x.readLost(w, r)
	if err != nil {
		return err
	}
	number := strings.ToUpper(strings.TrimSpace(strings.Join(v["number"], "")))
	token, err := x.tips.Lose(r.Context(), number, strings.Join(v["phone"], ""))
	if err != nil {
		status, text := x.words(r.Context(), err)
		x.lostPage(w, status, map[string]any{"Text": text, "Number": number})
		return nil
	}
	x.lostPage(w, http.StatusOK, map[string]any{"Token": token})
	return nil
}

func (x *public) recover(w http.ResponseWriter, r *http.Request) error {
	v, err := x.readLost(w, r)
	if err != nil {
		return err
	}
	token := strings.Join(v["token"], "")
	receipt, err := x.tips.Recover(r.Context(), token, strings.Join(v["code"], ""))
	if fault.Is(err, fault.NotFound) {
		x.lostPage(w, http.StatusNotFound, map[string]any{"Text": err.Error(), "Token": token})
		return nil
	}
	if err != nil {
		return err
	}
	x.show(w, http.StatusOK, "renewed", map[string]any{"Receipt": receipt})
	return nil
}

var numberForm = regexp.MustCompile(`^[A-Z]{2,4}-[A-Z]-\d{4}-\d{6,9}$`)

// square draws the address of the progress page with a number as a QR code. The
// secret is not in it: whoever scans with another program shows that program
// everything.
func (x *public) square(w http.ResponseWriter, r *http.Request) error {
	number := r.PathValue("number")
	if !numberForm.MatchString(number) {
		return fault.NotFoundf("没有这个编号")
	}
	scheme := "http://"
	if x.a.secure || r.TLS != nil {
		scheme = "https://"
	}
	code, err := qr.Encode(scheme+r.Host+publicBase+"/track?number="+number, qr.M)
	if err != nil {
		return err
	}
	code.Scale = 4
	w.Header().Set("Content-Type", "image/png")
	_, err = w.Write(code.PNG())
	return err
}
