package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/sheet"
)

type thing struct{ number, name string }

// shop is a surface with one list of three things on two pages and what was
// written down about its exports.
type shop struct {
	*API
	audited []string
	refuse  error // of the audit log
	fail    error // of the second page
}

func newShop() *shop {
	s := &shop{}
	s.API = New(Config{Title: "测试", Version: "1", Policy: auth.DefaultPolicy(), Auth: fakeAuth{}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Exported: func(_ context.Context, who auth.Actor, what, query string) error {
			s.audited = append(s.audited, who.ID+" "+what+" "+query)
			return s.refuse
		}})
	type in struct {
		Kind string `query:"kind"`
		Paging
	}
	exportList(s.API, "exportThings", "/things/export", "导出", "清单", []column[thing]{
		{sheet.Number("编号"), func(t thing) any { return t.number }}, {sheet.Text("名称", 10), func(t thing) any { return t.name }},
	}, func(_ context.Context, q *in) (Page[thing], error) {
		switch {
		case q.Kind == "none":
			return Page[thing]{}, nil
		case q.Kind == "bad":
			return Page[thing]{}, fault.Invalidf("请选择日期")
		case q.Cursor == "":
			return Page[thing]{Items: []thing{{"1", "=1+1"}, {"2.50", "-5.5"}}, Next: "2"}, nil
		}
		return Page[thing]{Items: []thing{{"3", "甲,乙\n丙"}}}, s.fail
	})
	return s
}

func (s *shop) ask(path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", Base+path, nil)
	r.Header.Set("Authorization", "Bearer good")
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

func TestExport_WalksAllPagesInBothFormats(t *testing.T) {
	t.Parallel()
	s := newShop()
	w := s.ask("/things/export.csv?kind=all&limit=1") // the page size of the list does not shorten an export
	text, ok := strings.CutPrefix(w.Body.String(), "\xEF\xBB\xBF")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if want := [][]string{{"编号", "名称"}, {"1", "'=1+1"}, {"2.50", "-5.5"}, {"3", "甲,乙\n丙"}}; !ok || err != nil || !slices.EqualFunc(rows, want, slices.Equal) {
		t.Fatalf("%v %q", err, w.Body)
	}
	if w.Header().Get("Content-Length") != strconv.Itoa(w.Body.Len()) {
		t.Errorf("length %s of %d", w.Header().Get("Content-Length"), w.Body.Len())
	}
	w = s.ask("/things/export.xlsx?kind=all")
	f, err := excelize.OpenReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil || !strings.HasSuffix(w.Header().Get("Content-Disposition"), ".xlsx") {
		t.Fatal(w.Code, err, w.Header())
	}
	rows, err = f.GetRows("清单")
	if want := [][]string{{"编号", "名称"}, {"1", "=1+1"}, {"2.50", "-5.5"}, {"3", "甲,乙\n丙"}}; err != nil || !slices.EqualFunc(rows, want, slices.Equal) {
		t.Errorf("%v %v", rows, err)
	}
	if w := s.ask("/things/export.csv?kind=none"); w.Code != 200 || !strings.Contains(w.Body.String(), "编号,名称") {
		t.Errorf("an empty list keeps its heading: %d %q", w.Code, w.Body)
	}
	if want := []string{"u1 exportThings format=csv&kind=all&limit=1&rows=3", "u1 exportThings format=xlsx&kind=all&rows=3", "u1 exportThings format=csv&kind=none&rows=0"}; !slices.Equal(s.audited, want) {
		t.Errorf("audited %v", s.audited)
	}
}

func TestExport_AnErrorIsAnAnswerNotHalfATable(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"csv", "xlsx"} {
		s := newShop()
		if w := s.ask("/things/export." + format + "?kind=bad"); w.Code != 422 || w.Header().Get("Content-Disposition") != "" {
			t.Errorf("refused: %d %v", w.Code, w.Header())
		}
		s.fail = errors.New("database is locked")
		if w := s.ask("/things/export." + format); w.Code < 400 || strings.Contains(w.Body.String(), "=1+1") {
			t.Errorf("broken off: %d %q", w.Code, w.Body)
		}
		if len(s.audited) != 0 {
			t.Errorf("nothing left the program, but %v", s.audited)
		}
		s.fail, s.refuse = nil, errors.New("disk full")
		if w := s.ask("/things/export." + format); w.Code != 500 || strings.Contains(w.Body.String(), "=1+1") {
			t.Errorf("not written down, yet answered: %d %q", w.Code, w.Body)
		}
	}
}

func TestExport_DocumentHasNoPages(t *testing.T) {
	t.Parallel()
	s := newShop()
	for _, format := range []string{"csv", "xlsx"} {
		o := s.huma.OpenAPI().Paths[Base+"/things/export."+format].Get
		if len(o.Parameters) != 1 || o.Parameters[0].Name != "kind" || o.Responses["200"] == nil {
			t.Errorf("%s: %+v", format, o)
		}
	}
}
