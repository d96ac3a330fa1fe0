package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/blob"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
)

// byName signs in whoever the token names, with the role of a clerk.
type byName struct{ fakeAuth }

func (byName) ByToken(_ context.Context, token string) (auth.Actor, error) {
	return auth.Actor{ID: token, Roles: []auth.Role{auth.Clerk}, Area: "330302"}, nil
}

func filesAPI(t *testing.T, d *db.DB) (http.Handler, *blob.Files) {
	t.Helper()
	disk, err := blob.OpenDisk(filepath.Join(t.TempDir(), "blob"), d.Now)
	if err != nil {
		t.Fatal(err)
	}
	f := blob.New(d, disk, auth.DefaultPolicy(), blob.Limits{FileBytes: 2 << 20})
	a := New(Config{Title: "测试", Version: "1", Policy: auth.DefaultPolicy(), Auth: byName{}, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	a.Files(f)
	return a.Handler(), f
}

// form packs a file as a browser does.
func form(t *testing.T, field, name, content string) (string, *bytes.Buffer) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("note", "先于文件的字段"); err != nil {
		t.Fatal(err)
	}
	p, err := w.CreateFormFile(field, name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), &b
}

func send(h http.Handler, method, path, who, kind string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, Base+path, body)
	r.Header.Set("Authorization", "Bearer "+who)
	r.Header.Set("Content-Type", kind)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestFiles_UploadAndDownload(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, files := filesAPI(t, d)
		content := strings.Repeat("现场核查记录\n", 100_000) // more than the 1 MiB of other operations
		kind, body := form(t, "file", "核查 记录.txt", content)
		w := send(h, "POST", "/files", "zhang", kind, body)
		var f File
		if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil || w.Code != 200 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if f.Name != "核查 记录.txt" || f.Size != int64(len(content)) || f.Type != blob.Text || f.CreatedAt != "2026-11-21T09:30:00+08:00" {
			t.Errorf("file %+v", f)
		}
		w = send(h, "GET", "/files/"+f.ID, "zhang", "", nil)
		head := w.Header()
		if w.Code != 200 || w.Body.String() != content {
			t.Errorf("download: %d, %d bytes", w.Code, w.Body.Len())
		}
		for k, want := range map[string]string{"Content-Disposition": "attachment; filename*=utf-8''%E6%A0%B8%E6%9F%A5%20%E8%AE%B0%E5%BD%95.txt",
			"X-Content-Type-Options": "nosniff", "Content-Type": "text/plain", "Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "no-store"} {
			if head.Get(k) != want {
				t.Errorf("%s: %q", k, head.Get(k))
			}
		}
		w = send(h, "GET", "/files/"+f.ID, "zhang", "", nil, "Range", "bytes=0-5")
		if w.Code != 206 || w.Body.String() != "现场" {
			t.Errorf("range: %d %q", w.Code, w.Body)
		}
		if w = send(h, "GET", "/files/"+f.ID, "li", "", nil); w.Code != 404 || !strings.Contains(w.Body.String(), "没有这个附件") {
			t.Errorf("another's: %d %s", w.Code, w.Body)
		}
		files.Guard("issue", func(_ context.Context, a auth.Actor, subject string) error {
			if a.ID == "li" && subject == "i1" {
				return nil
			}
			return fault.NotFoundf("没有这个问题")
		})
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			return files.Attach(context.Background(), tx, []string{f.ID}, "issue", "i1")
		})
		if err != nil {
			t.Fatal(err)
		}
		if w = send(h, "GET", "/files/"+f.ID, "li", "", nil); w.Code != 200 {
			t.Errorf("through the issue: %d", w.Code)
		}
	})
}

func TestFiles_UploadRefusals(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, _ := filesAPI(t, d)
		for _, c := range []struct {
			name, field, file, content string
			status                     int
			piece                      string
		}{
			{"program", "file", "a.exe", "MZ", 422, "不接受 .exe"},
			{"renamed", "file", "a.jpg", "MZ", 422, "内容与扩展名不符"},
			{"archive", "file", "a.zip", "PK\x03\x04", 422, "解压"},
			{"too large", "file", "a.txt", strings.Repeat("x", 3<<20), 413, "超过 2 MB"},
			{"other field", "picture", "a.txt", "abc", 422, "没有收到文件"},
			{"no file name", "file", "", "abc", 422, "扩展名"},
		} {
			kind, body := form(t, c.field, c.file, c.content)
			if w := send(h, "POST", "/files", "zhang", kind, body); w.Code != c.status || !strings.Contains(w.Body.String(), c.piece) {
				t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
			}
		}
		if w := send(h, "POST", "/files", "zhang", "application/json", strings.NewReader("{}")); w.Code != 422 || !strings.Contains(w.Body.String(), "multipart") {
			t.Errorf("JSON: %d %s", w.Code, w.Body)
		}
		kind, body := form(t, "file", "a.txt", strings.Repeat("x", 4096))
		if w := send(h, "POST", "/files", "zhang", kind, io.LimitReader(body, 3000)); w.Code != 422 || !strings.Contains(w.Body.String(), "没有传完") {
			t.Errorf("cut off: %d %s", w.Code, w.Body)
		}
		if w := send(h, "POST", "/files", "zhang", "multipart/form-data; boundary=x", strings.NewReader("rubbish")); w.Code != 422 {
			t.Errorf("rubbish: %d %s", w.Code, w.Body)
		}
	})
}
