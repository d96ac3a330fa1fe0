package reward

import (
	"context"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/document"
	"github.com/qingshao/qingshao/internal/fault"
)

// Certified reports whether the reporter may have a certificate of honour
// (荣誉证书): it was offered, the reporter has agreed, and the award stands.
func (a Award) Certified() bool {
	return a.Honour == HonourYes && (a.State == Claimed || a.State == Ready || a.State == Paid || a.State == Lapsed)
}

// Certificate sets the certificate of honour as PDF. It bears the report's
// number and no name; a reporter who wants one writes it by hand.
func (s *Service) Certificate(ctx context.Context, tipID string, id AwardID, issuer string) ([]byte, error) {
	var t Told
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		a, err := findAward(ctx, tx, id)
		if db.IsMissing(err) || err == nil && a.TipID != tipID {
			return fault.NotFoundf("这件举报没有这笔奖励，请刷新后再看")
		}
		if err != nil {
			return err
		}
		t, err = s.toldOf(ctx, tx, a)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !t.Certified() {
		return nil, fault.Conflictf("没有荣誉证书：申领时同意精神奖励的，奖励有效期间才有")
	}
	return t.certificate(s.Policy.Document, issuer)
}

func (t Told) certificate(basis, issuer string) ([]byte, error) {
	p, err := document.New()
	if err != nil {
		return nil, err
	}
	p.Space(document.Title, 2)
	if err := p.Center(document.Title, "荣 誉 证 书"); err != nil {
		return nil, err
	}
	p.Space(document.Body, 2)
	if err := p.Line(document.Body, "举报编号 "+t.Report+" 的举报人："); err != nil {
		return nil, err
	}
	err = p.Para(document.Body, "您反映的“"+t.Act+"”经查实并已依法处理（"+t.Document+"）。依据《"+basis+"》，特发此证，感谢您对生态环境保护的支持。")
	if err != nil {
		return nil, err
	}
	p.Space(document.Body, 3)
	for _, line := range []string{issuer, t.ToldAt.In(beijing).Format("2006年1月2日")} {
		if err := p.Right(document.Body, 2*document.Body, line); err != nil {
			return nil, err
		}
	}
	p.Space(document.Body, 2)
	if err := p.Line(document.Small, "证书编号 "+t.RewardNumber+"。本证书不记名，可凭举报回执在举报进度页核对。"); err != nil {
		return nil, err
	}
	return p.Bytes()
}
