package tip_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/jpeg"
	"slices"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/discover/tip/order"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/looptest"
)

var hotline = tip.OrderMapping{Name: "市12345", Platform: "12345", Spec: order.Mapping{Kind: "water",
	Columns: map[string]string{order.Number: "编号", order.Text: "内容", order.Area: "区域", order.Phone: "电话", order.Due: "期限", order.Confidential: "保密"}}}

const gd = "编号,内容,区域,电话,期限,保密\nGD-1,夜里排污,鹿城区,138,2026-11-28,\nGD-2,死鱼,五马街道,139,,\n"

func (s *scene) imports(t *testing.T, file string) tip.OrderPlan {
	t.Helper()
	clerk := looptest.Person("clerk")
	p, err := s.tips.CheckOrders(bg, clerk, hotline.Name, []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	if p, err = s.tips.ApplyOrders(bg, clerk, hotline.Name, "gd.csv", []byte(file), p.Digest, true); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOrders_ImportedOnceHoweverOften(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		if _, err := s.tips.SaveOrderMapping(bg, looptest.Person("clerk"), hotline); err != nil {
			t.Fatal(err)
		}
		if p := s.imports(t, gd); p.Count(tip.OrderCreates) != 2 || p.Steps[0].Number == "" {
			t.Errorf("%+v", p)
		}
		if p := s.imports(t, gd); p.Count(tip.OrderSame) != 2 {
			t.Errorf("again %+v", p)
		}
		p := s.imports(t, strings.Replace(gd, "2026-11-28", "2026-11-30", 1))
		if p.Count(tip.OrderMoves) != 1 {
			t.Errorf("moved %+v", p)
		}
		page, err := s.tips.List(bg, looptest.Person("clerk"), tip.Query{Limit: 10, Channel: "order", System: "12345"})
		if err != nil || page.Total != 2 || page.Items[1].Desk.Outside != "GD-1" || page.Items[1].Desk.OutsideDue.In(looptest.Beijing).Day() != 30 || page.Items[0].Area != "330302006000" {
			t.Errorf("%v %+v", err, page)
		}
		o := s.open(t, page.Items[1].ID)
		if o.Timeline[len(o.Timeline)-1].Verb != tip.Moved || o.Tip.Text != "夜里排污" {
			t.Errorf("%+v", o.Timeline)
		}
	})
}

func TestOrders_CheckedAgainWhenSomethingMoved(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		clerk := looptest.Person("clerk")
		m, err := s.tips.SaveOrderMapping(bg, clerk, hotline)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.tips.SaveOrderMapping(bg, clerk, hotline); !fault.Is(err, fault.Conflict) {
			t.Errorf("saved over another: %v", err)
		}
		p, err := s.tips.CheckOrders(bg, clerk, hotline.Name, []byte(gd))
		if err != nil {
			t.Fatal(err)
		}
		m.Spec.Kind = "noise"
		if _, err := s.tips.SaveOrderMapping(bg, clerk, m); err != nil {
			t.Fatal(err)
		}
		if _, err := s.tips.ApplyOrders(bg, clerk, hotline.Name, "", []byte(gd), p.Digest, true); !fault.Is(err, fault.Conflict) {
			t.Errorf("%v", err)
		}
		secret := gd + "GD-3,暗管,鹿城区,标记人,,是\n"
		if p, err = s.tips.CheckOrders(bg, clerk, hotline.Name, []byte(secret)); err != nil || p.Bad != 1 || !strings.Contains(p.Found[0].Problem, "保密") && !strings.Contains(p.Found[0].Problem, "匿名") {
			t.Errorf("%v %+v", err, p.Found)
		}
		for who, f := range map[string]func() error{
			"check": func() error { _, err := s.tips.CheckOrders(bg, looptest.Person("grid"), hotline.Name, nil); return err },
			"apply": func() error {
				_, err := s.tips.ApplyOrders(bg, looptest.Person("grid"), hotline.Name, "", nil, "", true)
				return err
			},
			"save": func() error { _, err := s.tips.SaveOrderMapping(bg, looptest.Person("grid"), hotline); return err },
			"mail": func() error { _, err := s.tips.TakeMail(bg, looptest.Person("grid"), nil); return err },
		} {
			if err := f(); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", who, err)
			}
		}
	})
}

func TestMail_IsAReportWithItsPhotosMadeAnew(t *testing.T) {
	each(t, func(t *testing.T, s *scene) {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
			t.Fatal(err)
		}
		raw := "From: =?UTF-8?B?546L5p+Q?= <wang@example.org>\nSubject: 鹿城区河水发黑\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\n看照片\n--B\nContent-Type: image/jpeg; name=a.jpg\nContent-Transfer-Encoding: base64\n\n" +
			base64.StdEncoding.EncodeToString(append(b.Bytes(), "<script>"...)) + "\n--B\nContent-Disposition: attachment; filename=x.exe\n\nMZ\n--B--\n"
		m, err := s.tips.TakeMail(bg, tip.Postman, []byte(raw))
		if err != nil || m.Again || !slices.ContainsFunc(m.Dropped, func(d string) bool { return strings.HasPrefix(d, "x.exe") }) {
			t.Fatalf("%v %+v", err, m)
		}
		if again, err := s.tips.TakeMail(bg, tip.Postman, []byte(raw)); err != nil || !again.Again || again.Number != m.Number {
			t.Errorf("%v %+v", err, again)
		}
		page, err := s.tips.List(bg, looptest.Person("clerk"), tip.Query{Limit: 10, Channel: "mail"})
		if err != nil || page.Total != 1 || page.Items[0].Area != "330302" || page.Items[0].Mode != tip.Public || strings.Contains(page.Items[0].Text, "wang@") || !strings.Contains(page.Items[0].Text, "x.exe") {
			t.Fatalf("%v %+v", err, page.Items)
		}
		if len(s.files.kept) != 1 || bytes.Contains(s.files.kept[0], []byte("script")) {
			t.Errorf("kept %d", len(s.files.kept))
		}
		if _, err := s.tips.TakeMail(bg, tip.Postman, []byte("From: a@b.cn\nSubject: x\n\n请为我保密\n")); !fault.Is(err, fault.Invalid) {
			t.Errorf("confidence without keys: %v", err)
		}
		v := &envelope{held: map[tip.ID]string{}}
		s.seal(v)
		if _, err := s.tips.TakeMail(bg, tip.Postman, []byte("From: a@b.cn\nSubject: 鹿城区\n\n请为我保密\n")); err != nil || len(v.held) != 1 {
			t.Errorf("%v %v", err, v.held)
		}
	})
}
