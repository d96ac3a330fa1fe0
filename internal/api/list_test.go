package api

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

func TestExportCSV(t *testing.T) {
	t.Parallel()
	var audited []string
	a := New(Config{Title: "测试", Version: "1", Policy: auth.DefaultPolicy(), Auth: fakeAuth{}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Exported: func(_ context.Context, who auth.Actor, what, query string) error {
			audited = append(audited, who.ID+" "+what+" "+query)
			return nil
		}})
	type in struct {
		Kind string `query:"kind"`
	}
	exportCSV(a, "exportThings", "/things/export.csv", "导出", "清单", []string{"编号", "名称"}, func(_ context.Context, q *in, row func(...string) error) error {
		switch q.Kind {
		case "none":
			return nil
		case "bad":
			return fault.Invalidf("请选择日期")
		}
		return errors.Join(row("1", "=1+1"), row("2", "-5.5"), row("3", "-cmd"), row("4", "甲,乙\n丙"))
	})
	h := a.Handler()
	ask := func(query string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", Base+"/things/export.csv"+query, nil)
		r.Header.Set("Authorization", "Bearer good")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	w := ask("?kind=all")
	text, ok := strings.CutPrefix(w.Body.String(), "\xEF\xBB\xBF")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if !ok || err != nil || len(rows) != 5 {
		t.Fatalf("%v %q", err, w.Body)
	}
	for i, want := range []string{"名称", "'=1+1", "-5.5", "'-cmd", "甲,乙\n丙"} {
		if rows[i][1] != want {
			t.Errorf("row %d: %q, want %q", i, rows[i][1], want)
		}
	}
	if w := ask("?kind=none"); w.Code != 200 || !strings.Contains(w.Body.String(), "编号,名称") {
		t.Errorf("an empty list keeps its heading: %d %q", w.Code, w.Body)
	}
	if w := ask("?kind=bad"); w.Code != 422 || strings.Contains(w.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("a refusal is an answer, not a file: %d %v", w.Code, w.Header())
	}
	if want := []string{"u1 exportThings kind=all", "u1 exportThings kind=none", "u1 exportThings kind=bad"}; !slices.Equal(audited, want) {
		t.Errorf("audited %v", audited)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	p := pageOf(db.Page[int]{Items: nil, Next: "x", Total: 3, Capped: true}, func(n int) string { return "" })
	if p.Items == nil || p.Next != "x" || p.Total != 3 || !p.TotalCapped {
		t.Errorf("%+v", p)
	}
	var seen []string
	err := everyPage(func(c string) (string, error) {
		seen = append(seen, c)
		return map[string]string{"": "a", "a": "b", "b": ""}[c], nil
	})
	if err != nil || !slices.Equal(seen, []string{"", "a", "b"}) {
		t.Errorf("%v %v", seen, err)
	}
}

func TestHarmless(t *testing.T) {
	t.Parallel()
	for cell, guarded := range map[string]bool{
		"": false, "电镀废水总排口": false, "-1.5": false, "-.5": false, "-12": false, "-1e-6": false, "3.2": false, "2026-11-25": false,
		"=1+1": true, "+8613800000000": true, "@SUM(A1)": true, "\t=1": true, "-2+3+cmd|' /C calc'!A0": true, "-A1": true, "-": true, "-1.5 mg": true,
	} {
		if got := harmless(cell) != cell; got != guarded {
			t.Errorf("%q: guarded %v, want %v", cell, got, guarded)
		}
	}
}
