package api

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/roster"
)

// rosterAPI sends workbooks to a surface as the given person.
type rosterAPI struct {
	t *testing.T
	a *API
}

func (r rosterAPI) send(who, path string, file []byte) *httptest.ResponseRecorder {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "台账.xlsx")
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := part.Write(file); err != nil {
		r.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		r.t.Fatal(err)
	}
	q := httptest.NewRequest("POST", Base+path, &body)
	q.Header.Set("Content-Type", form.FormDataContentType())
	q.Header.Set("Authorization", "Bearer "+who)
	w := httptest.NewRecorder()
	r.a.Handler().ServeHTTP(w, q)
	return w
}

func (r rosterAPI) report(w *httptest.ResponseRecorder) (out RosterReport) {
	r.t.Helper()
	if w.Code != 200 {
		r.t.Fatalf("%d %s", w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		r.t.Fatal(err)
	}
	return out
}

func TestRoster_CheckThenApply(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := rosterAPI{t, New(Config{Title: "测试", Version: "1", Policy: auth.DefaultPolicy(), Auth: watchDoor{}, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})}
		r.a.Roster(roster.New(d, auth.DefaultPolicy(), roster.Config{Areas: []roster.Choice{{Code: "330302", Name: "鹿城区"}}, Units: []string{"鹿城区"}}))
		f := excelize.NewFile()
		if _, err := f.NewSheet("企业"); err != nil {
			t.Fatal(err)
		}
		for i, row := range [][]any{{"*统一社会信用代码", "*名称", "*所在区域"}, {"91350100M000100Y43", "甲厂", "鹿城区"}, {"91350100M000100Y44", "乙厂", "鹿城区"}} {
			if err := f.SetSheetRow("企业", "A"+string(rune('1'+i)), &row); err != nil {
				t.Fatal(err)
			}
		}
		var file bytes.Buffer
		if err := f.Write(&file); err != nil {
			t.Fatal(err)
		}
		seen := r.report(r.send("duty", "/roster/check", file.Bytes()))
		if seen.Bad != 1 || len(seen.Items) != 1 || len(seen.Findings) != 1 || seen.Findings[0].Cell != "A3" || seen.Sheets[0] != (RosterSheet{"企业", 1, 0, 0}) {
			t.Fatalf("%+v", seen)
		}
		apply := "/roster/apply?digest=" + seen.Digest
		if w := r.send("duty", apply, file.Bytes()); w.Code != 422 || !strings.Contains(w.Body.String(), "没有写入任何内容") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if w := r.send("duty", "/roster/apply?only_good=true&digest=other", file.Bytes()); w.Code != 409 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if done := r.report(r.send("duty", apply+"&only_good=true", file.Bytes())); done.Sheets[0].Create != 1 {
			t.Errorf("%+v", done)
		}
		if again := r.report(r.send("duty", "/roster/check", file.Bytes())); again.Sheets[0] != (RosterSheet{"企业", 0, 0, 1}) || len(again.Items) != 0 {
			t.Errorf("%+v", again)
		}
		w := r.send("duty", "/roster/findings.xlsx", file.Bytes())
		if b, err := excelize.OpenReader(w.Body); err != nil || !strings.Contains(w.Header().Get("Content-Disposition"), url.PathEscape("需要改正的单元格")) {
			t.Errorf("%d %v", w.Code, err)
		} else if v, err := b.GetCellValue(b.GetSheetName(0), "B2"); err != nil || v != "A3" {
			t.Errorf("%q %v", v, err)
		}
		for _, path := range []string{"/roster/check", apply, "/roster/findings.xlsx"} {
			if w := r.send("agency", path, file.Bytes()); w.Code != 403 {
				t.Errorf("%s by who may not: %d", path, w.Code)
			}
			if w := r.send("duty", path, []byte("MZ this program")); w.Code != 422 || !strings.Contains(w.Body.String(), ".xlsx") {
				t.Errorf("%s: %d %s", path, w.Code, w.Body)
			}
		}
		if w := r.send("duty", "/roster/check", make([]byte, roster.Bounds.Bytes+1)); w.Code != 413 {
			t.Errorf("a large file: %d %s", w.Code, w.Body)
		}
		q := httptest.NewRequest("GET", Base+"/roster/template.xlsx", nil)
		q.Header.Set("Authorization", "Bearer duty")
		w = httptest.NewRecorder()
		r.a.Handler().ServeHTTP(w, q)
		if b, err := excelize.OpenReader(w.Body); err != nil || len(b.GetSheetList()) != 6 {
			t.Errorf("template: %d %v", w.Code, err)
		}
	})
}
