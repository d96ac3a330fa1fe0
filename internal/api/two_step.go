package api

import "context"

// twoStep registers the second step of one's own sign-in. All of it may be used
// by a person who must switch it on before anything else.
func (r sessions) twoStep(a *API) {
	get(a, "getMyTwoStep", "/me/two-step", "我的两步验证", r.twoStepState, unsettled)
	post(a, "startTwoStep", "/me/two-step/start", "取得验证器密钥", r.twoStepStart, unsettled)
	post(a, "confirmTwoStep", "/me/two-step/confirm", "开启两步验证", r.twoStepConfirm, unsettled)
	post(a, "renewRecoveryCodes", "/me/two-step/recovery", "重新生成恢复码", r.twoStepRecovery)
	post(a, "stopTwoStep", "/me/two-step/stop", "关闭两步验证", r.twoStepStop)
}

// TwoStepView is how the second step of one's own sign-in stands.
type TwoStepView struct {
	On       bool   `json:"on"`
	Since    string `json:"since" doc:"何时开启"`
	Left     int    `json:"left" doc:"还剩几个恢复码"`
	Required bool   `json:"required" doc:"您的岗位必须使用"`
}

func (r sessions) twoStepState(ctx context.Context, _ *None) (TwoStepView, error) {
	t, err := r.auth.TwoStep(ctx, actor(ctx))
	return TwoStepView{t.On, when(t.Since), t.Left, t.Required}, err
}

type startTwoStepInput struct {
	Body struct {
		Password string `json:"password" maxLength:"1024" doc:"登录密码"`
	}
}

// TwoStepSecret is a fresh secret for an authenticator, shown this once.
type TwoStepSecret struct {
	Secret  string `json:"secret" doc:"手工输入用，Base32"`
	Address string `json:"address" doc:"二维码的内容"`
}

func (r sessions) twoStepStart(ctx context.Context, in *startTwoStepInput) (TwoStepSecret, error) {
	e, err := r.auth.StartTwoStep(ctx, actor(ctx), in.Body.Password)
	return TwoStepSecret{e.Secret, e.Address}, err
}

type twoStepCodeInput struct {
	Body struct {
		Code string `json:"code" maxLength:"64" doc:"动态码或恢复码"`
	}
}

// RecoveryCodes are the single-use codes, shown this once.
type RecoveryCodes struct {
	Codes []string `json:"codes" nullable:"false" doc:"恢复码，每个只能用一次，仅显示这一次"`
}

func (r sessions) twoStepConfirm(ctx context.Context, in *twoStepCodeInput) (RecoveryCodes, error) {
	codes, err := r.auth.ConfirmTwoStep(ctx, actor(ctx), in.Body.Code)
	return RecoveryCodes{codes}, err
}

func (r sessions) twoStepRecovery(ctx context.Context, in *twoStepCodeInput) (RecoveryCodes, error) {
	codes, err := r.auth.RenewRecovery(ctx, actor(ctx), in.Body.Code)
	return RecoveryCodes{codes}, err
}

func (r sessions) twoStepStop(ctx context.Context, in *twoStepCodeInput) (None, error) {
	return None{}, r.auth.StopTwoStep(ctx, actor(ctx), in.Body.Code)
}

type resetTwoStepInput struct {
	ByID
	Body struct {
		Reason string `json:"reason" maxLength:"200" doc:"理由，以及怎样核实了本人"`
	}
}

func (r users) resetTwoStep(ctx context.Context, in *resetTwoStepInput) (UserView, error) {
	return r.after(ctx, in.ID, r.auth.ResetTwoStep(ctx, actor(ctx), in.ID, in.Body.Reason))
}
