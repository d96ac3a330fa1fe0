package document

import (
	"bytes"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/fault"
)

func set(t *testing.T, f func(p *Paper) error) ([]byte, error) {
	t.Helper()
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	if err := f(p); err != nil {
		t.Fatal(err)
	}
	return p.Bytes()
}

func TestPaper_IsAPDFOfOnePage(t *testing.T) {
	t.Parallel()
	text, err := set(t, func(p *Paper) error {
		p.Space(Title, 1)
		for _, err := range []error{p.Center(Title, "荣誉证书"), p.Para(Body, strings.Repeat("经查实，温环罚〔2026〕88号。", 9)), p.Line(Body, "特发此证。"), p.Right(Body, 0, "二〇二六年")} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || !bytes.HasPrefix(text, []byte("%PDF-1.")) || !bytes.Contains(text, []byte("/FontFile2")) {
		t.Fatalf("%d bytes, %v", len(text), err)
	}
	if n := bytes.Count(text, []byte("/Type /Page\n")); n != 1 {
		t.Errorf("%d pages", n)
	}
	if len(text) > 200_000 {
		t.Errorf("%d bytes: the whole font went in", len(text))
	}
}

func TestPaper_TurnsThePage(t *testing.T) {
	t.Parallel()
	text, err := set(t, func(p *Paper) error { return p.Para(Body, strings.Repeat("问题发现和处置。", 200)) })
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("/Type /Page\n")); n < 2 {
		t.Errorf("%d pages", n)
	}
}

func TestPaper_NamesWhatTheFontDoesNotHold(t *testing.T) {
	t.Parallel()
	if _, err := set(t, func(p *Paper) error { return p.Line(Body, "王𠮷") }); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "𠮷") {
		t.Errorf("%v", err)
	}
}

func TestBroken_FitsAndKeepsClosingMarksBehind(t *testing.T) {
	t.Parallel()
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.pdf.SetFont(family, "", Body); err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("一二三四五六七八九，", 20)
	room := width
	list := p.broken(text, &room)
	if strings.Join(list, "") != text || len(list) < 5 {
		t.Fatalf("%q", list)
	}
	for _, l := range list {
		if w, err := p.pdf.MeasureTextWidth(l); err != nil || w > width+2*Body || strings.HasPrefix(l, "，") {
			t.Errorf("%q is %.0f wide: %v", l, w, err)
		}
	}
}
