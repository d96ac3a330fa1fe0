package api

import (
	"net/http"
	"strings"

	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
	"github.com/qingshao/qingshao/internal/means/reward"
)

// toldOf is what a reporter has been told about a reward; the progress page
// goes without when it cannot be read.
func (x *public) toldOf(r *http.Request, id tip.ID) []reward.Told {
	if x.a.rewards == nil {
		return nil
	}
	list, err := x.a.rewards.OfReport(r.Context(), string(id))
	if err != nil {
		x.a.log.Error("awards of a report", "err", err)
	}
	return list
}

// reward shows the reporter's awards: the notice, the claim, the appeal, the code.
func (x *public) reward(w http.ResponseWriter, r *http.Request) error {
	if err := x.through(tip.TrackGate); err != nil {
		return err
	}
	id, ok := x.visitor(r)
	if !ok {
		http.Redirect(w, r, publicBase+"/track", http.StatusSeeOther)
		return nil
	}
	return x.showRewards(w, r, http.StatusOK, id, "")
}

func (x *public) showRewards(w http.ResponseWriter, r *http.Request, status int, id tip.ID, text string) error {
	if x.a.rewards == nil {
		return fault.NotFoundf("本地没有举报奖励")
	}
	list, err := x.a.rewards.OfReport(r.Context(), string(id))
	if err != nil {
		return err
	}
	x.show(w, status, "reward", map[string]any{"Awards": list, "Ways": reward.Ways, "Text": text})
	return nil
}

// answerReward takes a claim, a waiver or an appeal, or draws a code, which is
// shown this once.
func (x *public) answerReward(w http.ResponseWriter, r *http.Request) error {
	if err := x.through(tip.TrackGate); err != nil {
		return err
	}
	id, ok := x.visitor(r)
	if !ok || x.a.rewards == nil {
		http.Redirect(w, r, publicBase+"/track", http.StatusSeeOther)
		return nil
	}
	if !x.filing.Allow(addressOf(r), x.tips.Clock()) {
		return fault.New(fault.TooMany, "提交过于频繁，请几分钟后再试")
	}
	v, _, err := readForm(w, r)
	if err != nil {
		return err
	}
	one := func(name string) string { return strings.TrimSpace(strings.Join(v[name], "")) }
	award, verb := reward.AwardID(one("award")), flow.Verb(one("do"))
	if verb == reward.Code {
		code, err := x.a.rewards.Draw(r.Context(), string(id), award)
		if err != nil {
			return x.refused(w, r, id, err)
		}
		x.show(w, http.StatusOK, "code", map[string]any{"Code": code})
		return nil
	}
	in := map[string]any{}
	for _, name := range map[flow.Verb][]string{reward.Take: {"way", "honour"}, reward.Object: {"reason"}}[verb] {
		if s := one(name); s != "" {
			in[name] = s
		}
	}
	if err := x.a.rewards.ByReceipt(r.Context(), string(id), award, verb, in); err != nil {
		return x.refused(w, r, id, err)
	}
	http.Redirect(w, r, publicBase+"/reward", http.StatusSeeOther)
	return nil
}

// refused shows the page again with the reason.
func (x *public) refused(w http.ResponseWriter, r *http.Request, id tip.ID, err error) error {
	status, text := x.words(r.Context(), err)
	if status >= http.StatusInternalServerError {
		return err
	}
	for _, f := range fields(err) {
		text += "：" + f.Message
	}
	return x.showRewards(w, r, status, id, text)
}

// certificate gives the certificate of honour of an award.
func (x *public) certificate(w http.ResponseWriter, r *http.Request) error {
	id, ok := x.visitor(r)
	if !ok || x.a.rewards == nil {
		http.Redirect(w, r, publicBase+"/track", http.StatusSeeOther)
		return nil
	}
	paper, err := x.a.rewards.Certificate(r.Context(), string(id), reward.AwardID(r.URL.Query().Get("award")), x.place.Name+"举报奖励专岗（盖章）")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `attachment; filename="certificate.pdf"`)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(paper) // a reader that went away is no fault of ours
	return nil
}
