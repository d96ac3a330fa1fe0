package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/enterprise"
)

// StandingBody is what makes an enterprise weigh more than others.
type StandingBody struct {
	Size   string          `json:"size" enum:",大型,中型,小型,微型" doc:"企业规模，空为未知"`
	Lists  []string        `json:"lists" nullable:"false" maxItems:"10" doc:"环境监管重点单位名录中的类别"`
	Waters []ReceivingBody `json:"waters" nullable:"false" maxItems:"200" doc:"各排放口的受纳水体"`
}

// ReceivingBody is the water into which an outlet discharges.
type ReceivingBody struct {
	OutletID string `json:"outlet_id" maxLength:"64"`
	Water    string `json:"water" maxLength:"100" doc:"受纳水体名称"`
	Class    string `json:"class" maxLength:"20" doc:"功能类别"`
}

// StandingView is the same with the words that may be chosen.
type StandingView struct {
	StandingBody
	ListWords  []string `json:"list_words" nullable:"false"`
	ClassWords []string `json:"class_words" nullable:"false"`
	Version    int64    `json:"version"`
}

func (r enterprises) standing(ctx context.Context, in *ByID) (StandingView, error) {
	x, err := r.reg.StandingOf(ctx, actor(ctx), in.ID)
	v := StandingView{StandingBody: StandingBody{x.Size, append([]string{}, x.Lists...), []ReceivingBody{}}, ListWords: enterprise.Lists, ClassWords: enterprise.WaterClasses, Version: x.Version}
	for _, w := range x.Waters {
		v.Waters = append(v.Waters, ReceivingBody(w))
	}
	return v, err
}

func (r enterprises) setStanding(ctx context.Context, in *struct {
	ByID
	Body struct {
		StandingBody
		Version int64 `json:"version" doc:"所见版本，0 为首次登记"`
	}
}) (StandingView, error) {
	x := enterprise.Standing{EnterpriseID: in.ID, Size: in.Body.Size, Lists: in.Body.Lists, Version: in.Body.Version}
	for _, w := range in.Body.Waters {
		x.Waters = append(x.Waters, enterprise.Receiving(w))
	}
	if err := r.reg.SetStanding(ctx, actor(ctx), x); err != nil {
		return StandingView{}, err
	}
	return r.standing(ctx, &in.ByID)
}
