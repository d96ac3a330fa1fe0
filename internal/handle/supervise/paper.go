package supervise

import (
	"context"
	"errors"
	"fmt"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/document"
)

const longDay = "2006年1月2日"

// Paper sets the paper of a supervision as PDF: what was issued, or marked as a
// draft.
func (s *Service) Paper(ctx context.Context, actor auth.Actor, id ID) ([]byte, error) {
	o, err := s.Get(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	d := o.Supervision
	r, _ := s.Ladder.Find(d.Rung)
	p, err := document.New()
	if err != nil {
		return nil, err
	}
	number, draft := d.Paper, ""
	if number == "" {
		number = d.Number
	}
	if d.SignedBy == "" {
		draft = "（稿）"
	}
	agency := s.Agencies.Name(d.Agency)
	to, body := agency+"：", fmt.Sprintf("你单位牵头办理的环境污染问题“%s”（编号 %s），%s。依据《%s》，现予%s。", d.IssueTitle, d.IssueNo, d.Reason, s.Source, r.Title)
	if r.Upward {
		to = s.Seat + "党委、政府："
		body = fmt.Sprintf("%s牵头办理的环境污染问题“%s”（编号 %s），%s，经逐级督办仍未解决。依据《%s》，提请督办。", agency, d.IssueTitle, d.IssueNo, d.Reason, s.Source)
	}
	err = errors.Join(
		p.Center(document.Title, r.Paper+draft),
		p.Center(document.Small, number),
		space(p),
		p.Line(document.Body, to),
		p.Para(document.Body, body),
		p.Para(document.Body, "要求："+d.Demand+"。"),
	)
	if !d.SignedAt.IsZero() {
		by := "按期"
		if !d.DueAt.IsZero() {
			by = "于" + d.DueAt.In(beijing).Format(longDay) + "前"
		}
		err = errors.Join(err, p.Para(document.Body, "请"+by+"书面答复办理情况。"))
		err = errors.Join(err, space(p), p.Right(document.Body, 4*document.Body, s.Title), p.Right(document.Body, 4*document.Body, d.SignedAt.In(beijing).Format(longDay)))
	}
	if err != nil {
		return nil, err
	}
	return p.Bytes()
}

func space(p *document.Paper) error {
	p.Space(document.Body, 1)
	return nil
}
