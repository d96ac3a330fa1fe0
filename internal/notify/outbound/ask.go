package outbound

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/notify"
)

// mostAnswer is how much of an answer is read.
const mostAnswer = 64 << 10

// Ask sends a request and gives the answer's body when its status is 2xx. What
// else may come of it is a notify.Failure: whether the message or the channel is
// at fault follows from the status.
func Ask(c *http.Client, r *http.Request, now time.Time) ([]byte, error) {
	r.Header.Set("User-Agent", "qingshao")
	a, err := c.Do(r)
	if err != nil {
		var u *url.Error // it names the address, which may hold a key
		if errors.As(err, &u) {
			err = u.Err
		}
		return nil, &notify.Failure{Sentence: Sentence(err), Unreached: true, Cause: err}
	}
	defer a.Body.Close() //nolint:errcheck // it is read to where we want it
	body, err := io.ReadAll(io.LimitReader(a.Body, mostAnswer))
	if err != nil {
		return nil, &notify.Failure{Sentence: Sentence(err), Cause: err}
	}
	if a.StatusCode/100 == 2 {
		return body, nil
	}
	return nil, refused(a.StatusCode, a.Header.Get("Retry-After"), body, now)
}

func refused(status int, after string, body []byte, now time.Time) *notify.Failure {
	f := &notify.Failure{Sentence: "对方答复 " + strconv.Itoa(status), After: retryAfter(after, now), Cause: fmt.Errorf("status %d: %s", status, Snippet(body))}
	switch {
	case status == http.StatusTooManyRequests:
		f.Sentence += "：发送太频繁"
		f.Unreached = true
	case status == http.StatusServiceUnavailable:
		f.Sentence += "：暂停服务"
		f.Unreached = true
	case status/100 == 5:
		f.Sentence += "：对方出错"
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		f.Sentence += "：不接受密钥或不允许访问"
		f.Unreached = true
	case status/100 == 3:
		f.Sentence += "：对方要求跳转到别处，不予跟随，请填写最终的地址"
		f.Unreached = true
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed || status == http.StatusRequestTimeout:
		f.Sentence += "：请检查地址和方法"
		f.Unreached = true
	default:
		f.Sentence += "：不接受这条消息"
		f.Permanent = true
	}
	return f
}

// longestWait bounds what another side may ask for.
const longestWait = time.Hour

func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && n > 0 {
		return min(time.Duration(n)*time.Second, longestWait)
	}
	if t, err := http.ParseTime(text); err == nil && t.After(now) {
		return min(t.Sub(now), longestWait)
	}
	return 0
}

// Snippet is the beginning of an answer as one line.
func Snippet(body []byte) string {
	r := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(string(body), "�")), " "))
	if len(r) > 120 {
		return string(r[:120]) + "…"
	}
	return string(r)
}

// CheckURL says what is wrong with an address typed in, "" when nothing is.
func CheckURL(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "应为 https:// 或 http:// 开头的完整地址"
	}
	if u.User != nil {
		return "地址中不能带登录名和密码"
	}
	return ""
}

// Wrong is a fault about one setting.
func Wrong(field, sentence string) error {
	return fault.Invalidf("通知渠道的设置有误，请按提示修改").With("settings."+field, "%s", sentence)
}
