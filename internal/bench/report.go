package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/limit"
	"github.com/qingshao/qingshao/internal/world"
)

// Reported is what came of the public's reports sent at planned moments. A
// report is lost when its receipt does not open it afterwards.
type Reported struct {
	Reports    int     `json:"reports"`
	Photos     int     `json:"photos"` // together
	PhotoBytes int     `json:"photo_bytes"`
	Seconds    float64 `json:"seconds"`
	P50        float64 `json:"p50_ms"` // from the planned moment to the whole receipt
	P95        float64 `json:"p95_ms"`
	Max        float64 `json:"max_ms"`
	Refused    int     `json:"refused"`
	Lost       int     `json:"lost"`
	Cores      float64 `json:"cores"` // processor time over time, senders and photos' making included
}

// Report sends reports with photos to a program of its own, as serve runs it.
type Report struct {
	Ingest
	Reports int
	Photos  int // a report
	Width   int // of a photo, in pixels; its height is three quarters
}

var receiptParts = regexp.MustCompile(`data-(number|secret)>([^<]+)<`)

// Run measures once.
func (c Report) Run(ctx context.Context) (out Reported, err error) {
	if c.Reports < 1 || c.Reports > 20_000 || c.Photos < 0 || c.Photos > 6 || c.Width < 16 || c.Width > 5600 || c.Seconds <= 0 {
		return out, fault.Invalidf("应为 1 至 20000 件举报、每件 0 至 6 张照片、照片宽 16 至 5600 像素、时长大于 0")
	}
	picture, err := noise(c.Width)
	if err != nil {
		return out, err
	}
	out = Reported{Reports: c.Reports, Photos: c.Reports * c.Photos, PhotoBytes: len(picture)}
	err = c.serve(ctx, 1, func(s *server) error { return c.send(ctx, "http://"+s.app.Addr(), picture, &out) })
	return out, err
}

// send files the reports at their moments, whatever became of those before, and
// then opens each with its receipt.
func (c Report) send(ctx context.Context, base string, picture []byte, out *Reported) error {
	took := new(world.Latencies)
	receipts := make([][2]string, c.Reports)
	var group sync.WaitGroup
	var mu sync.Mutex
	var wrong []error
	spent, began := cpuTime(), time.Now()
	for i := range c.Reports {
		due := began.Add(time.Duration(float64(i) / float64(c.Reports) * c.Seconds * float64(time.Second)))
		wait(ctx, time.Until(due), nil, nil)
		if ctx.Err() != nil {
			break
		}
		group.Go(func() {
			number, secret, err := fileReport(ctx, base, i, c.Photos, picture)
			mu.Lock()
			defer mu.Unlock()
			took.Count(time.Since(due))
			receipts[i] = [2]string{number, secret}
			if err != nil {
				wrong = append(wrong, err)
			}
		})
	}
	group.Wait()
	out.Seconds = time.Since(began).Seconds()
	out.Cores = spent().Seconds() / out.Seconds
	out.Refused = len(wrong)
	if len(wrong) > 0 {
		c.Note(fmt.Sprintf("有 %d 件没有收下，例如：%v", len(wrong), wrong[0]))
	}
	out.P50, out.P95, out.Max = took.Quantile(0.5), took.Quantile(0.95), took.Quantile(1)
	for i, r := range receipts {
		if r[0] == "" {
			continue
		}
		opened, err := openReport(ctx, base, i, r)
		if err != nil {
			return err
		}
		if !opened {
			out.Lost++
		}
	}
	return ctx.Err()
}

// sender is a citizen with an address of their own on this machine.
func sender(i int) *http.Client {
	from := &net.TCPAddr{IP: net.IPv4(127, 1, byte(i/250), byte(1+i%250))}
	dial := (&net.Dialer{LocalAddr: from}).DialContext
	return &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func fileReport(ctx context.Context, base string, i, photos int, picture []byte) (number, secret string, err error) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, value := range map[string]string{"mode": "public", "text": fmt.Sprintf("第 %d 件：夜间排放乳白色污水，持续约两小时", i), "area": "330302", "address": "测试路"} {
		err = errors.Join(err, m.WriteField(name, value))
	}
	for p := range photos {
		part, e := m.CreateFormFile("photos", fmt.Sprintf("%d.jpg", p))
		if e != nil {
			return "", "", e
		}
		if _, e = part.Write(picture); e != nil {
			return "", "", e
		}
	}
	if err = errors.Join(err, m.Close()); err != nil {
		return "", "", err
	}
	body, status, err := exchange(ctx, sender(i), base+"/public/report/other", m.FormDataContentType(), &b)
	if err != nil {
		return "", "", err
	}
	found := receiptParts.FindAllStringSubmatch(body, -1)
	if status != http.StatusOK || len(found) != 2 {
		return "", "", fmt.Errorf("report %d: status %d", i, status)
	}
	return found[0][2], found[1][2], nil
}

// openReport reports whether the receipt opens its report; the right one is
// answered by a redirection.
func openReport(ctx context.Context, base string, i int, receipt [2]string) (bool, error) {
	for {
		page, err := readPage(ctx, sender(i), base+"/public/track")
		if err != nil {
			return false, err
		}
		work, nonce := limit.SolvePage(page)
		form := "number=" + receipt[0] + "&secret=" + receipt[1] + "&work=" + work + "&nonce=" + nonce
		_, status, err := exchange(ctx, sender(i), base+"/public/track", "application/x-www-form-urlencoded", bytes.NewBufferString(form))
		if err != nil || status != http.StatusTooManyRequests {
			return status == http.StatusSeeOther, err
		}
		wait(ctx, time.Second, nil, nil) // everybody together may ask so often and no more
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
	}
}

func readPage(ctx context.Context, client *http.Client, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(res.Body)
	return string(b), errors.Join(err, res.Body.Close())
}

func exchange(ctx context.Context, client *http.Client, url, kind string, body io.Reader) (text string, status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
	if err != nil {
		return "", 0, err
	}
	req.Header.Set("Content-Type", kind)
	res, err := client.Do(req)
	if err != nil {
		return "", 0, err
	}
	b, err := io.ReadAll(res.Body)
	return string(b), res.StatusCode, errors.Join(err, res.Body.Close())
}

// noise is a photo that does not compress well: like one of a scene and unlike
// a plain picture.
func noise(width int) ([]byte, error) {
	r := rand.New(rand.NewPCG(1, 2))
	img := image.NewRGBA(image.Rect(0, 0, width, width*3/4))
	for y := range width * 3 / 4 {
		for x := range width {
			v := uint8(x/8+y/8) + uint8(r.IntN(24))
			img.Set(x, y, color.RGBA{v, v / 2, 255 - v, 255})
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 85})
	return b.Bytes(), err
}
