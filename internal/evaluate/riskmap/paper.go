package riskmap

import (
	"context"
	"fmt"
	"strings"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/document"
)

// Paper sets a month's map as PDF: what was signed, or marked as not signed.
func (s *Service) Paper(ctx context.Context, actor auth.Actor, m Month, edition ID, live bool) ([]byte, error) {
	v, err := s.Map(ctx, actor, m, edition, live)
	if err != nil {
		return nil, err
	}
	return s.paper(v)
}

func (s *Service) paper(v Shown) ([]byte, error) {
	p, err := document.New()
	if err != nil {
		return nil, err
	}
	w := writer{p: p}
	w.do(p.Center(document.Title, "环境污染问题风险预警图"))
	w.do(p.Center(document.Body, "（"+v.Month.Title()+"）"))
	e := v.Edition
	switch {
	case e.ID == "":
		w.do(p.Center(document.Small, "按现有事实测算，尚未冻结、签发"))
	case e.State == StateSigned:
		w.do(p.Center(document.Small, fmt.Sprintf("%s　第 %d 版", e.Number, e.Revision)))
	default:
		w.do(p.Center(document.Small, fmt.Sprintf("%s　第 %d 版　%s", e.Number, e.Revision, Machine.StateTitle(e.State))))
	}
	p.Space(document.Body, 1)
	w.do(p.Para(document.Body, fmt.Sprintf("依据%s，%s共评价 %d 个单元：%s", v.Source, v.Month.Title(), len(v.Result.Units), v.Result.summary())))
	if e.Reason != "" {
		w.do(p.Para(document.Body, "更正原因："+e.Reason))
	}
	for i, c := range []Colour{Red, Yellow, Green} {
		w.do(p.Para(document.Body, []string{"一、", "二、", "三、"}[i]+c.Title()+"单元"))
		s.coloured(&w, v.Result, c)
	}
	w.do(p.Para(document.Body, "四、文件没有写明之处的处理"))
	for i, c := range v.Choices {
		w.do(p.Para(document.Small, fmt.Sprintf("%d．%s", i+1, c)))
	}
	if e.State == StateSigned {
		p.Space(document.Body, 1)
		w.do(p.Right(document.Body, 2*document.Body, "签发："+e.Signer))
		w.do(p.Right(document.Body, 2*document.Body, e.SignedAt.In(beijing).Format("2006年1月2日")))
	}
	if w.err != nil {
		return nil, w.err
	}
	return p.Bytes()
}

// coloured sets the units of a colour; green ones by name alone.
func (s *Service) coloured(w *writer, r Result, c Colour) {
	var green []string
	n := 0
	for _, unit := range s.conf.Units {
		u, ok := r.Unit(unit.Code)
		if !ok || u.Colour != c {
			continue
		}
		if n++; c == Green {
			green = append(green, unit.Name)
			continue
		}
		w.do(w.p.Para(document.Body, fmt.Sprintf("%s：%d 个警示。", unit.Name, u.Points)))
		a := u.Aspects
		for _, x := range []struct {
			title string
			Aspect
		}{{"环境质量", a.Environment}, {"信访投诉", a.Complaints}, {"发现能力", a.Discovery}, {"环境安全", a.Safety}, {"污染源监控", a.Monitoring}} {
			if x.Points > 0 {
				w.do(w.p.Para(document.Small, fmt.Sprintf("%s %d 个：%s", x.title, x.Points, x.Reason)))
			}
		}
	}
	switch {
	case n == 0:
		w.do(w.p.Para(document.Body, "无。"))
	case c == Green:
		w.do(w.p.Para(document.Body, strings.Join(green, "、")+"。"))
	}
}

// writer keeps the first error of a paper.
type writer struct {
	p   *document.Paper
	err error
}

func (w *writer) do(err error) {
	if w.err == nil {
		w.err = err
	}
}
