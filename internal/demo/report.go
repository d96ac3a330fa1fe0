package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// reports are the kinds that citizens choose for a category, with the answers
// that the form insists on.
var reports = map[string]struct {
	kind    string
	answers url.Values
}{
	"air":       {"waste-gas", url.Values{"answer.when": {"night"}}},
	"river":     {"river-black", url.Values{"answer.signs": {"black", "dead-fish"}}},
	"dust":      {kind: "open-burning"},
	"hazardous": {"hazardous-waste", url.Values{"answer.vehicle": {"unknown"}}},
	"water":     {"water-discharge", url.Values{"answer.smell": {"slight"}}},
}

// fileReport fills in the public's form as a citizen would.
func (p *past) fileReport(ctx context.Context, t *tip) error {
	r, ok := reports[t.category]
	if !ok {
		r.kind = "other"
	}
	form := url.Values{"mode": {"public"}, "text": {t.text}, "area": {t.area}, "address": {t.address},
		"lng": {strconv.FormatFloat(t.lng, 'f', -1, 64)}, "lat": {strconv.FormatFloat(t.lat, 'f', -1, 64)}}
	for name, values := range r.answers {
		form[name] = values
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.app.Addr()+"/public/report/"+r.kind, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close() //nolint:errcheck // read to its end below
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("public report: %d %s", res.StatusCode, text)
	}
	if r := readReceipt(text); r.Number != "" {
		p.receipts[r.Number] = r
	}
	return err
}
