package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/bus"
	"github.com/qingshao/qingshao/internal/fault"
)

const (
	slowReader   = 20 * time.Second // how long one write may take
	mostStreams  = 16               // for one person, over all browsers
	browserRetry = 3000             // milliseconds until a browser comes again
)

// watched says which capability shows a kind's events. A kind that is not listed
// is shown to nobody.
var watched = map[string]auth.Capability{
	"alarm": auth.AlarmRead, "silence": auth.AlarmRead, "command": auth.TelemetryRead, "gap": auth.TelemetryRead, "mark": auth.TelemetryRead, "clue": auth.ClueRead, "issue": auth.IssueRead,
	"warning": auth.AlarmRead, "check": auth.AlarmRead, "supervision": auth.AlarmRead,
	"enterprise": auth.RegistryRead, "outlet": auth.RegistryRead, "device": auth.RegistryRead,
	"quarantine": auth.QuarantineRead, "parked": auth.QuarantineRead,
	"user": auth.UserRead, "job": auth.SystemRead, "system": auth.SystemRead,
}

// Seeing says whether a person may see one thing; nil means yes.
type Seeing func(ctx context.Context, who auth.Actor, id string) error

// Refresher reads a signed-in person's rights anew.
type Refresher interface {
	Refresh(ctx context.Context, who auth.Actor) (auth.Actor, error)
}

// live is the resource of the event stream.
type live struct {
	bus    *bus.Bus
	people Refresher
	see    map[string]Seeing
	api    *API
	ending context.Context
	beat   time.Duration // between comments, so that proxies keep the line and dead ones show

	mu   sync.Mutex
	open map[string]int // guarded by mu; streams by person
}

// Events registers the stream of events (server-sent events). see decides, by
// kind, where area alone does not, e.g. for people who see what concerns their
// agency.
func (a *API) Events(b *bus.Bus, people Refresher, see map[string]Seeing) {
	r := &live{bus: b, people: people, see: see, api: a, ending: a.ending, beat: a.heartbeat, open: map[string]int{}}
	raw(a, http.MethodGet, "watchEvents", "/events", "实时事件（SSE）", r.watch, func(o *huma.Operation) {
		o.Description = "每个事件的 data 为 {seq,topic,kind,subject,area}，id 为 seq；断线后带 Last-Event-ID 续传。事件 reset 表示错过的事件已清理，请整体刷新。"
		o.Responses = map[string]*huma.Response{"200": {Description: "事件流",
			Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: "string"}}}}}
	})
}

// EndStreams ends every open event stream, so that a stopping server does not
// wait for pages that stay open.
func (a *API) EndStreams() { a.endStreams() }

type watchInput struct {
	Last string `header:"Last-Event-ID" maxLength:"20" doc:"最后收到的事件编号"`
}

func (r *live) watch(ctx context.Context, in *watchInput) (*huma.StreamResponse, error) {
	who := actor(ctx)
	after, reset, err := r.begin(ctx, in.Last)
	if err != nil {
		return nil, err
	}
	if !r.enter(who.ID) {
		return nil, fault.New(fault.TooMany, "打开的页面过多，请关闭一些再试")
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		defer r.leave(who.ID)
		_, w := humago.Unwrap(hc)
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("X-Accel-Buffering", "no") // nginx would gather
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(r.ending, cancel)()
		s := &eventStream{w: w, control: http.NewResponseController(w), last: after}
		if s.begin(reset) == nil {
			r.run(ctx, s, who)
		}
	}}, nil
}

// begin decides after which event the stream starts: behind the last one that
// the browser has, or with the next one.
func (r *live) begin(ctx context.Context, last string) (after int64, reset bool, err error) {
	head, err := r.bus.Head(ctx)
	if err != nil || last == "" {
		return head, false, err
	}
	after, err = strconv.ParseInt(last, 10, 64)
	if err != nil || after < 0 {
		return 0, false, fault.Invalidf("Last-Event-ID 应为事件编号")
	}
	whole, err := r.bus.Complete(ctx, after)
	if !whole || after > head {
		return head, true, err
	}
	return after, false, err
}

// run sends until the line breaks, the person's session ends, or the server stops.
func (r *live) run(ctx context.Context, s *eventStream, who auth.Actor) {
	events := r.bus.Tail(ctx, s.last)
	tick := time.NewTicker(r.beat)
	defer tick.Stop()
	for {
		var err error
		select {
		case batch, open := <-events:
			if !open {
				return
			}
			err = r.send(ctx, s, who, batch)
		case <-tick.C:
			if who, err = r.people.Refresh(ctx, who); err == nil {
				err = s.beat()
			}
		}
		if err != nil {
			return
		}
	}
}

// send writes what this person may know of the events, in one piece.
func (r *live) send(ctx context.Context, s *eventStream, who auth.Actor, events []bus.Event) error {
	s.text = s.text[:0]
	for _, e := range events {
		s.last = e.Seq
		v, show := r.shown(ctx, who, e)
		if !show {
			continue
		}
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		s.text = fmt.Appendf(s.text, "id: %d\ndata: %s\n\n", v.Seq, text)
	}
	if len(s.text) == 0 {
		return nil
	}
	return s.write(s.text)
}

// LiveEvent is what a page is told: which thing has changed, never its content.
type LiveEvent struct {
	Seq     int64  `json:"seq"`
	Topic   string `json:"topic"`
	Kind    string `json:"kind"`
	Subject string `json:"subject"`
	Area    string `json:"area"`
}

// shown turns an event into what this person may know of it. That somebody got
// a notice is told to all without saying about what: their pages look by
// themselves whether it was for them.
func (r *live) shown(ctx context.Context, who auth.Actor, e bus.Event) (LiveEvent, bool) {
	v := LiveEvent{e.Seq, e.Topic, e.Kind, e.Subject, e.Area}
	if strings.HasPrefix(e.Topic, "notice.") {
		return LiveEvent{Seq: e.Seq, Topic: e.Topic, Kind: "notice"}, true
	}
	c, known := watched[e.Kind]
	if !known || !r.api.policy.Anywhere(who, c) {
		return v, false
	}
	if r.api.policy.Can(who, c, auth.Scope{Area: e.Area}) {
		return v, true
	}
	see := r.see[e.Kind]
	return v, see != nil && see(ctx, who, e.Subject) == nil
}

func (r *live) enter(person string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open[person] >= mostStreams {
		return false
	}
	r.open[person]++
	return true
}

func (r *live) leave(person string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open[person]--; r.open[person] == 0 {
		delete(r.open, person)
	}
}

// eventStream writes server-sent events.
type eventStream struct {
	w       io.Writer
	control *http.ResponseController
	last    int64  // number of the last event looked at
	text    []byte // being written
}

func (s *eventStream) begin(reset bool) error {
	text := fmt.Appendf(nil, "retry: %d\nid: %d\n\n", browserRetry, s.last)
	if reset {
		text = fmt.Appendf(text, "id: %d\nevent: reset\ndata: {}\n\n", s.last)
	}
	return s.write(text)
}

// beat keeps the line open; the number lets a browser resume behind events that
// were not for it.
func (s *eventStream) beat() error { return s.write(fmt.Appendf(nil, ": 心跳\nid: %d\n\n", s.last)) }

func (s *eventStream) write(text []byte) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(slowReader)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := s.w.Write(text); err != nil {
		return err
	}
	return s.control.Flush()
}
