package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/flow"
)

// receipt is what a citizen of the demo keeps.
type receipt struct{ Number, Secret string }

var receiptWords = regexp.MustCompile(`data-number>([^<]+)<[\s\S]*data-secret>([^<]+)<`)

func readReceipt(page []byte) receipt {
	m := receiptWords.FindSubmatch(page)
	if m == nil {
		return receipt{}
	}
	return receipt{string(m[1]), string(m[2])}
}

// reward lets the reward desk work on what the public reported: one reward has
// come to the reporter who may draw the collection code, one waits for review,
// the rest are still to be proposed.
func (p *past) reward(ctx context.Context) error {
	if !p.app.Place().Reward.Open() {
		return nil
	}
	desk, year := p.staff["reward"], p.now.In(beijing).Year()
	budget := map[string]any{"year": year, "area": p.app.Place().Regions.Root().Code, "amount": "500000", "document": fmt.Sprintf("（演示）财预〔%d〕5 号", year)}
	if err := p.staff["leader"].call(ctx, http.MethodPost, "/rewards/budgets", budget, nil); err != nil {
		return err
	}
	var waiting []struct {
		IssueID string `json:"issue_id"`
	}
	if err := desk.call(ctx, http.MethodGet, "/rewards/candidates", nil, &waiting); err != nil {
		return err
	}
	ids := []string{}
	for _, w := range waiting {
		ids = append(ids, w.IssueID)
	}
	issues, err := p.collectable(ctx, ids)
	if err != nil {
		return err
	}
	for i, issue := range issues {
		if i == 2 {
			break
		}
		id, err := p.propose(ctx, issue, []string{"380000", "3200000"}[i], i)
		if err != nil {
			return err
		}
		if i > 0 {
			continue
		}
		if err := p.grantReward(ctx, id); err != nil {
			return err
		}
	}
	return p.app.Settle(ctx)
}

// collectable gives the issues with those first of whose reporters the demo
// keeps a receipt: only they can collect.
func (p *past) collectable(ctx context.Context, issues []string) ([]string, error) {
	held, other := []string{}, []string{}
	for _, id := range issues {
		reports, err := p.reportsOf(ctx, id)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(reports, func(number string) bool { return p.receipts[number].Number != "" }) {
			held = append(held, id)
		} else {
			other = append(other, id)
		}
	}
	return append(held, other...), nil
}

// reportsOf gives the numbers of the reports behind an issue.
func (p *past) reportsOf(ctx context.Context, issue string) ([]string, error) {
	var reports []struct {
		Number string `json:"number"`
	}
	err := p.staff["reward"].call(ctx, http.MethodGet, "/rewards/candidates/"+issue, nil, &reports)
	numbers := []string{}
	for _, r := range reports {
		numbers = append(numbers, r.Number)
	}
	return numbers, err
}

func (p *past) propose(ctx context.Context, issue, fine string, n int) (string, error) {
	desk := p.staff["reward"]
	var policy struct {
		Acts   []struct{ ID string } `json:"acts"`
		Honour bool                  `json:"honour"`
	}
	if err := desk.call(ctx, http.MethodGet, "/rewards/policy", nil, &policy); err != nil {
		return "", err
	}
	reports, err := p.reportsOf(ctx, issue)
	if err != nil {
		return "", err
	}
	parts := []map[string]any{}
	for i, number := range reports {
		part := "joint"
		if i == 0 {
			part = "first"
		}
		parts = append(parts, map[string]any{"number": number, "part": part})
	}
	body := map[string]any{"issue_id": issue, "on": p.now.In(beijing).AddDate(0, 0, -2).Format(time.DateOnly), "act": policy.Acts[n%len(policy.Acts)].ID, "basis": "fine", "fine": fine,
		"document": fmt.Sprintf("（演示）环罚〔%d〕%d 号", p.now.In(beijing).Year(), 86+n), "honour": policy.Honour, "reports": parts, "text": "查实，处罚决定已送达。"}
	var t thing
	err = desk.call(ctx, http.MethodPost, "/rewards", body, &t)
	return t.ID, err
}

// grantReward brings a reward to the reporter, who claims it; the voucher lies
// ready.
func (p *past) grantReward(ctx context.Context, id string) error {
	for _, s := range []struct {
		who  string
		verb flow.Verb
		form map[string]any
	}{
		{"reviewer", "review", map[string]any{"seen": "处罚决定书、送达回证", "opinion": "事实清楚，金额无误"}},
		{"leader", "endorse", map[string]any{"opinion": "同意"}},
		{"supervisor", "grant", map[string]any{"opinion": "同意"}},
	} {
		var f thing
		if err := p.staff[s.who].call(ctx, http.MethodGet, "/rewards/"+id, nil, &f); err != nil {
			return err
		}
		if err := p.staff[s.who].do(ctx, "rewards", f, s.verb, s.form); err != nil {
			return err
		}
	}
	var f struct {
		Awards []struct {
			ID     string `json:"id"`
			Report string `json:"report"`
		} `json:"awards"`
	}
	if err := p.staff["reward"].call(ctx, http.MethodGet, "/rewards/"+id, nil, &f); err != nil {
		return err
	}
	for _, a := range f.Awards {
		r, ok := p.receipts[a.Report]
		if !ok {
			continue
		}
		if err := p.claim(ctx, r, a.ID); err != nil {
			return err
		}
		var t thing
		if err := p.staff["reward"].call(ctx, http.MethodGet, "/awards/"+a.ID, nil, &t); err != nil {
			return err
		}
		if err := p.staff["reward"].do(ctx, "awards", t, "prepare", map[string]any{"voucher": "（演示）奖付 1 号", "place": "市民中心举报奖励窗口，工作日 9 时至 16 时"}); err != nil {
			return err
		}
		p.claimed = r
	}
	return nil
}

// claim does what the reporter does with the receipt.
func (p *past) claim(ctx context.Context, r receipt, award string) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	c := http.Client{Jar: jar}
	if err := citizen(ctx, &c, "http://"+p.app.Addr()+"/public/track", url.Values{"number": {r.Number}, "secret": {r.Secret}}); err != nil {
		return err
	}
	return citizen(ctx, &c, "http://"+p.app.Addr()+"/public/reward", url.Values{"award": {award}, "do": {"claim"}, "way": {"window"}, "honour": {"yes"}})
}

func citizen(ctx context.Context, c *http.Client, address string, form url.Values) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := c.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close() //nolint:errcheck // read to its end below
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %d %s", address, res.StatusCode, text)
	}
	return err
}
