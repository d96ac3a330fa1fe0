package app

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/publish"
)

// tell publishes n items, each reviewed by a second person.
func (c *citizen) tell(n int) {
	c.t.Helper()
	ctx := context.Background()
	writer := auth.Actor{ID: "w", Roles: []auth.Role{auth.Clerk}, Area: "330302"}
	reviewer := auth.Actor{ID: "r", Roles: []auth.Role{auth.Reviewer}, Area: "330302"}
	for k := range n {
		i, err := c.app.publications.Write(ctx, writer, publish.New{Kind: publish.Exposure, Title: fmt.Sprintf("=第%d号 <b>&曝光", k), Text: "张三（13800138000）\n第二段", Hide: []string{"张三"}, Area: "330302"})
		if err != nil {
			c.t.Fatal(err)
		}
		if err := c.app.publications.Do(ctx, writer, i.ID, publish.Submit, 1, nil); err != nil {
			c.t.Fatal(err)
		}
		if err := c.app.publications.Do(ctx, reviewer, i.ID, publish.Release, 2, nil); err != nil {
			c.t.Fatal(err)
		}
	}
}

func (c *citizen) read(path string, head ...string) (*http.Response, string) {
	c.t.Helper()
	r, err := http.NewRequest(http.MethodGet, c.base+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, h := range head {
		k, v, _ := strings.Cut(h, ": ")
		r.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp, string(b)
}

func TestInfo_FeedAndDataAreReadByPrograms(t *testing.T) {
	t.Parallel()
	c := newCitizen(t)
	c.tell(23)
	var feed struct {
		Version string `xml:"version,attr"`
		Channel struct {
			Title string `xml:"title"`
			Links []struct {
				Href string `xml:"href,attr"`
				Text string `xml:",chardata"`
			} `xml:"link"`
			Items []struct {
				Title string `xml:"title"`
				Link  string `xml:"link"`
				GUID  string `xml:"guid"`
				Date  string `xml:"pubDate"`
				Text  string `xml:"description"`
			} `xml:"item"`
		} `xml:"channel"`
	}
	resp, text := c.read("/info/rss.xml")
	if err := xml.Unmarshal([]byte(text), &feed); err != nil {
		t.Fatal(err)
	}
	if feed.Version != "2.0" || feed.Channel.Title == "" || len(feed.Channel.Items) != 23 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/rss+xml") {
		t.Errorf("%s %+v", resp.Header.Get("Content-Type"), feed.Channel.Items)
	}
	guids := map[string]bool{}
	for _, i := range feed.Channel.Items {
		if _, err := time.Parse(time.RFC1123Z, i.Date); err != nil || !strings.HasPrefix(i.Link, "http://127.0.0.1:") || guids[i.GUID] || strings.Contains(i.Text, "张三") || !strings.Contains(i.Title, "<b>&曝光") {
			t.Errorf("%v %+v", err, i)
		}
		guids[i.GUID] = true
	}
	if resp, _ := http.Get(feed.Channel.Items[0].Link); resp.StatusCode != http.StatusOK {
		t.Errorf("the feed leads nowhere: %d", resp.StatusCode)
	}
	var data struct {
		Items []map[string]any `json:"items"`
		Next  string           `json:"next"`
	}
	resp, text = c.read("/info/data.json?kind=exposure")
	if err := json.Unmarshal([]byte(text), &data); err != nil || len(data.Items) != 23 || data.Next != "" || resp.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%v %d %q", err, len(data.Items), data.Next)
	}
	_, text = c.read("/info/data.csv")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 24 || strings.HasPrefix(rows[1][3], "=") {
		t.Errorf("%v %d rows; a title begins a formula: %q", err, len(rows), rows[1][3])
	}
	if strings.Contains(text, "13800138000") {
		t.Error("unmasked")
	}
	if resp, _ := c.read("/info/data.json?kind=rumour"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown kind: %d", resp.StatusCode)
	}
}

func TestInfo_PagesAreSmallStrictAndKept(t *testing.T) {
	t.Parallel()
	c := newCitizen(t)
	c.tell(23)
	resp, text := c.read("/info")
	if n := strings.Count(text, "曝光台 · "); n != 20 || !strings.Contains(text, "更早的") {
		t.Errorf("%d on the first page", n)
	}
	if strings.Contains(text, "<b>&曝光") {
		t.Error("a title is markup")
	}
	more := text[strings.Index(text, "cursor="):]
	if _, rest := c.read("/info?" + more[:strings.IndexByte(more, '"')]); strings.Count(rest, "曝光台 · ") != 3 {
		t.Error("the next page has not the rest")
	}
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("%s", csp)
	}
	for _, path := range []string{"/info", "/info/WZ-G-2026-000001", "/info/rss.xml", "/info/data.json", "/info/data.csv"} {
		resp, text := c.read(path)
		if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Cache-Control"), "public, max-age=60") || len(text) > 100<<10 {
			t.Errorf("%s: %d %q %d bytes", path, resp.StatusCode, resp.Header.Get("Cache-Control"), len(text))
		}
		if again, _ := c.read(path, "If-None-Match: "+resp.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s again: %d", path, again.StatusCode)
		}
	}
	for _, path := range []string{"/info/WZ-G-2026-999999", "/info/WZ-G-2026-000001?edition=2", "/info/WZ-G-2026-000001?edition=x"} {
		if resp, _ := c.read(path); resp.StatusCode != http.StatusNotFound || resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
}
