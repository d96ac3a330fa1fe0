package api

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strconv"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/publish"
	"github.com/qingshao/qingshao/internal/sheet"
)

// mostData bounds a file of open data; older items are reached by the cursor.
const mostData = 2000

// InfoItem is an item as open data. The names are a contract: programs read them.
type InfoItem struct {
	Number     string `json:"number"`
	Edition    int64  `json:"edition"`
	Kind       string `json:"kind"`
	KindTitle  string `json:"kind_title"`
	Title      string `json:"title"`
	Text       string `json:"text"`
	Enterprise string `json:"enterprise"`
	Cause      string `json:"correction"`
	Outcome    string `json:"outcome"`
	Area       string `json:"area"`
	AreaName   string `json:"area_name"`
	Category   string `json:"category"`
	Until      string `json:"until"`
	Bounty     int64  `json:"bounty_yuan"`
	Open       bool   `json:"open"`
	Stage      string `json:"stage"`
	Agency     string `json:"agency"`
	DueAt      string `json:"due_at"`
	Published  string `json:"published_at"`
	URL        string `json:"url"`
}

// InfoData is a file of open data.
type InfoData struct {
	Title string     `json:"title"`
	Place string     `json:"place"`
	Terms string     `json:"terms"`
	Items []InfoItem `json:"items"`
	Next  string     `json:"next"`
}

// site is the address at which the reader reached this program.
func (x *public) site(r *http.Request) string {
	scheme := "http"
	if x.a.secure || r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

func (x *public) item(r *http.Request, t publish.Told) InfoItem {
	v := x.told(t)
	return InfoItem{Number: t.Number, Edition: t.Edition, Kind: string(t.Kind), KindTitle: v.KindTitle, Title: t.Title, Text: t.Text, Enterprise: t.Enterprise, Cause: t.Cause, Outcome: t.Outcome,
		Area: t.Area, AreaName: v.AreaName, Category: v.CategoryTitle, Until: when(t.Until), Bounty: t.BountyFen / 100, Open: t.Open, Stage: t.Stage.Title, Agency: t.Stage.Agency,
		DueAt: when(t.Stage.DueAt), Published: when(t.PublicAt), URL: x.site(r) + infoBase + "/" + t.Number}
}

// items reads up to most items and where to go on.
func (x *public) items(ctx context.Context, r *http.Request, most int) (list []InfoItem, next string, err error) {
	q, err := askedOf(r.URL.Query())
	if err != nil {
		return nil, "", err
	}
	if !x.reading.Allow(addressOf(r), x.tips.Clock()) {
		return nil, "", fault.New(fault.TooMany, "请求过于频繁，请稍后再试")
	}
	list, q.Limit = []InfoItem{}, min(most, 200)
	for len(list) < most {
		page, next, err := x.a.publications.svc.Public(ctx, q)
		if err != nil {
			return nil, "", err
		}
		for _, t := range page {
			list = append(list, x.item(r, t))
		}
		if q.Cursor = next; next == "" {
			break
		}
	}
	return list, q.Cursor, nil
}

func (x *public) infoJSON(w http.ResponseWriter, r *http.Request) error {
	list, next, err := x.items(r.Context(), r, mostData)
	if err != nil {
		return err
	}
	b, err := json.Marshal(InfoData{Title: "生态环境信息公开", Place: x.place.Name, Terms: "可以自由使用，请注明来源和编号；以现行版为准", Items: list, Next: next})
	if err != nil {
		return err
	}
	x.data(w, r, "application/json; charset=utf-8", b)
	return nil
}

var infoColumns = []column[InfoItem]{
	{sheet.Text("编号", 20), func(v InfoItem) any { return v.Number }},
	{sheet.Number("版次"), func(v InfoItem) any { return v.Edition }},
	{sheet.Text("种类", 10), func(v InfoItem) any { return v.KindTitle }},
	{sheet.Text("标题", 40), func(v InfoItem) any { return v.Title }},
	{sheet.Text("正文", 60), func(v InfoItem) any { return v.Text }},
	{sheet.Text("涉及单位", 30), func(v InfoItem) any { return v.Enterprise }},
	{sheet.Text("更正的原因", 30), func(v InfoItem) any { return v.Cause }},
	{sheet.Text("征集结果", 30), func(v InfoItem) any { return v.Outcome }},
	{sheet.Text("区域代码", 12), func(v InfoItem) any { return v.Area }},
	{sheet.Text("区域", 16), func(v InfoItem) any { return v.AreaName }},
	{sheet.Text("问题类别", 16), func(v InfoItem) any { return v.Category }},
	{sheet.Time("征集截止"), func(v InfoItem) any { return v.Until }},
	{sheet.Number("悬赏").In("元"), func(v InfoItem) any { return v.Bounty }},
	{sheet.Text("整改进展", 16), func(v InfoItem) any { return v.Stage }},
	{sheet.Text("责任单位", 24), func(v InfoItem) any { return v.Agency }},
	{sheet.Time("整改期限"), func(v InfoItem) any { return v.DueAt }},
	{sheet.Time("公开时间"), func(v InfoItem) any { return v.Published }},
	{sheet.Text("网址", 50), func(v InfoItem) any { return v.URL }},
}

func (x *public) infoCSV(w http.ResponseWriter, r *http.Request) error {
	list, _, err := x.items(r.Context(), r, mostData)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	plain := make([]sheet.Column, len(infoColumns))
	for i, c := range infoColumns {
		plain[i] = c.Column
	}
	out, err := sheet.NewWriter(&b, sheet.CSV, "信息公开", plain)
	if err != nil {
		return err
	}
	cells := make([]any, len(infoColumns))
	for _, v := range list {
		for i, c := range infoColumns {
			cells[i] = c.of(v)
		}
		if err := out.Row(cells...); err != nil {
			return err
		}
	}
	if err := out.Close(); err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="public-information.csv"`)
	x.data(w, r, sheet.CSV.Type(), b.Bytes())
	return nil
}

// data sends a file that programs read; any page may read it too.
func (x *public) data(w http.ResponseWriter, r *http.Request, kind string, b []byte) {
	w.Header().Set("Cache-Control", infoAge)
	w.Header().Set("Access-Control-Allow-Origin", "*")
	p := newPage("data", b)
	p.kind = kind
	p.send(w, r)
}

// feed is RSS 2.0.
type feed struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Atom    string   `xml:"xmlns:atom,attr"`
	Channel struct {
		Title       string `xml:"title"`
		Link        string `xml:"link"`
		Description string `xml:"description"`
		Language    string `xml:"language"`
		TTL         int    `xml:"ttl"`
		Built       string `xml:"lastBuildDate,omitempty"`
		Self        struct {
			Href string `xml:"href,attr"`
			Rel  string `xml:"rel,attr"`
			Type string `xml:"type,attr"`
		} `xml:"atom:link"`
		Items []feedItem `xml:"item"`
	} `xml:"channel"`
}

type feedItem struct {
	Title       string `xml:"title"`
	Link        string `xml:"link"`
	Description string `xml:"description"`
	Category    string `xml:"category"`
	GUID        struct {
		Value     string `xml:",chardata"`
		Permalink bool   `xml:"isPermaLink,attr"`
	} `xml:"guid"`
	Date string `xml:"pubDate"`
}

const mostFeed = 50

func (x *public) infoFeed(w http.ResponseWriter, r *http.Request) error {
	list, _, err := x.items(r.Context(), r, mostFeed)
	if err != nil {
		return err
	}
	f := feed{Version: "2.0", Atom: "http://www.w3.org/2005/Atom"}
	c := &f.Channel
	c.Title, c.Link, c.Language, c.TTL = x.place.Name+"生态环境信息公开", x.site(r)+infoBase, "zh-cn", 60
	c.Description = "征集线索、曝光台、整改进展和典型案例；经两人审核，个人信息已遮盖"
	c.Self.Href, c.Self.Rel, c.Self.Type = x.site(r)+r.URL.RequestURI(), "self", "application/rss+xml"
	for n, v := range list {
		at := mailDate(v.Published)
		if n == 0 {
			c.Built = at
		}
		i := feedItem{Title: v.KindTitle + "：" + v.Title, Link: v.URL, Description: v.Text, Category: v.KindTitle, Date: at}
		if v.Cause != "" {
			i.Title, i.Description = "〔第"+strconv.FormatInt(v.Edition, 10)+"版〕"+i.Title, v.Cause+"\n\n"+i.Description
		}
		i.GUID.Value = v.Number + "." + strconv.FormatInt(v.Edition, 10)
		c.Items = append(c.Items, i)
	}
	b, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return err
	}
	x.data(w, r, "application/rss+xml; charset=utf-8", append([]byte(xml.Header), b...))
	return nil
}

// mailDate is a moment as feeds write it.
func mailDate(at string) string {
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return ""
	}
	return t.Format(time.RFC1123Z)
}
