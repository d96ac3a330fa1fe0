package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qingshao/qingshao/internal/api"
	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
)

// streamsEach is how many screens a person has open.
const streamsEach = 10

// people names those who look on.
func people(viewers int) []string {
	var out []string
	for i := range (viewers + streamsEach - 1) / streamsEach {
		out = append(out, "bench"+strconv.Itoa(i))
	}
	return out
}

// viewersPassword is of a database that is thrown away.
const viewersPassword = "Bench-2026-viewer"

// enrol opens the accounts. All are duty officers: the first two of the stations'
// district, so that every alarm is a notice to them; the others of the city above,
// who see the same and are told only when the district is silent.
func enrol(ctx context.Context, conf app.Config, logins []string) error {
	d, err := db.Open(ctx, db.Config{Dir: conf.Dir, URL: conf.Database})
	if err != nil {
		return err
	}
	s := auth.New(d, auth.DefaultPolicy(), auth.Config{})
	for i, login := range logins {
		area := "330302"
		if i > 1 {
			area = "330300"
		}
		_, err = s.Provision(ctx, auth.System("bench"), auth.Account{Profile: auth.Profile{Login: login, Name: login}, Password: viewersPassword,
			Rights: auth.Rights{Roles: []auth.Role{auth.Duty}, Area: area}})
		if err != nil {
			break
		}
	}
	return errors.Join(err, d.Close())
}

// seats are the people who look on.
type seats struct {
	base    string
	client  *http.Client
	viewers []*viewer
	stop    context.CancelFunc
	group   *errgroup.Group
	ask     chan string // alarms that the first viewer opens as it hears of them

	read, unread int // of ask
	reader       sync.WaitGroup
}

// viewer is one open stream of events.
type viewer struct {
	cookie *http.Cookie
	ask    chan<- string

	mu    sync.Mutex
	times map[string][]time.Time // by alarm: when it was heard of
}

// seat signs the people in and opens the streams; it returns when all of them
// run.
func seat(ctx context.Context, base string, logins []string, n int) (*seats, error) {
	s := &seats{base: base + api.Base, ask: make(chan string, 64),
		client: &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 4}}}
	var cookies []*http.Cookie
	for _, login := range logins {
		cookie, err := s.signIn(ctx, login)
		if err != nil {
			return nil, err
		}
		cookies = append(cookies, cookie)
	}
	run, stop := context.WithCancel(ctx)
	s.stop = stop
	s.group, run = errgroup.WithContext(run)
	for i := range n {
		v := &viewer{cookie: cookies[i/streamsEach], times: map[string][]time.Time{}}
		if i == 0 {
			v.ask = s.ask
		}
		res, err := s.get(run, "/events", v.cookie)
		if err != nil {
			return nil, errors.Join(err, s.leave())
		}
		s.viewers = append(s.viewers, v)
		s.group.Go(func() error { return v.follow(run, res.Body) })
	}
	s.reader.Go(func() { s.open(ctx) })
	return s, nil
}

func (s *seats) signIn(ctx context.Context, login string) (*http.Cookie, error) {
	body, err := json.Marshal(map[string]string{"login": login, "password": viewersPassword})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/session", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Qingshao", "1")
	res, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	for _, c := range res.Cookies() {
		if c.Name == api.SessionCookie {
			return c, nil
		}
	}
	return nil, fmt.Errorf("%s is not let in: %s", login, res.Status)
}

func (s *seats) get(ctx context.Context, path string, who *http.Cookie) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+path, nil)
	if err != nil {
		return nil, err
	}
	req.AddCookie(who)
	res, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("GET %s: %s", path, res.Status), res.Body.Close())
	}
	return res, nil
}

var (
	raisedTopic = []byte(`"topic":"alarm.raise"`)
	subjectKey  = []byte(`"subject":"`)
)

// follow notes when each alarm is heard of. Every tenth is asked for at once.
func (v *viewer) follow(ctx context.Context, body io.ReadCloser) error {
	defer body.Close()
	n := 0
	lines := bufio.NewReaderSize(body, 32<<10)
	for {
		line, err := lines.ReadSlice('\n')
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("a stream of events broke: %w", err)
		}
		if !bytes.HasPrefix(line, []byte("data:")) || !bytes.Contains(line, raisedTopic) {
			continue
		}
		now := time.Now()
		_, rest, _ := bytes.Cut(line, subjectKey)
		id, _, _ := bytes.Cut(rest, []byte{'"'})
		v.mu.Lock()
		v.times[string(id)] = append(v.times[string(id)], now)
		v.mu.Unlock()
		if n++; v.ask != nil && n%10 == 1 {
			select {
			case v.ask <- string(id):
			default: // still busy with the last ones
			}
		}
	}
}

func (v *viewer) heard(id string) []time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.times[id]
}

// open looks at alarms as they are heard of: whoever hears must be able to read.
func (s *seats) open(ctx context.Context) {
	for id := range s.ask {
		res, err := s.get(ctx, "/alarms/"+id, s.viewers[0].cookie)
		if s.read++; err != nil {
			s.unread++
			continue
		}
		_ = res.Body.Close()
	}
}

// await waits until every viewer has heard of all the alarms.
func (s *seats) await(ctx context.Context, raised map[begun]string, most time.Duration) {
	behind := func() bool {
		for _, v := range s.viewers {
			for _, id := range raised {
				if len(v.heard(id)) == 0 {
					return true
				}
			}
		}
		return false
	}
	for began := time.Now(); behind() && time.Since(began) < most && ctx.Err() == nil; {
		wait(ctx, 50*time.Millisecond, nil, nil)
	}
}

// raised reads all alarms through the interface: by station and beginning.
func (s *seats) raised(ctx context.Context) (map[begun]string, error) {
	out := map[begun]string{}
	for cursor := ""; ; {
		res, err := s.get(ctx, "/alarms?limit=200&cursor="+url.QueryEscape(cursor), s.viewers[0].cookie)
		if err != nil {
			return nil, err
		}
		var page struct {
			Items []struct {
				ID         string    `json:"id"`
				Rule       string    `json:"rule"`
				OutletName string    `json:"outlet_name"`
				StartedAt  time.Time `json:"started_at"`
			} `json:"items"`
			Next string `json:"next"`
		}
		err = json.NewDecoder(res.Body).Decode(&page)
		if err = errors.Join(err, res.Body.Close()); err != nil {
			return nil, err
		}
		for _, a := range page.Items {
			station, err := strconv.Atoi(strings.TrimPrefix(a.OutletName, outletPrefix))
			if err == nil && a.Rule == "exceed-early" {
				out[begun{station, a.StartedAt.Unix()}] = a.ID
			}
		}
		if cursor = page.Next; cursor == "" {
			return out, nil
		}
	}
}

// leave closes the streams. read and unread count once it has returned.
func (s *seats) leave() error {
	s.stop()
	err := s.group.Wait()
	if s.ask != nil {
		close(s.ask)
		s.ask = nil
		s.reader.Wait()
	}
	s.client.CloseIdleConnections()
	return err
}
