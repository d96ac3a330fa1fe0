package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/qingshao/qingshao/internal/notify"
)

// sink is what the demo's messages go to: a gateway of text messages and a receiver of
// events on this machine, so that deliveries show what becomes of them. One message in
// four fails at first, and one number does not exist.
type sink struct {
	port   int
	server *http.Server
	mu     sync.Mutex
	seen   map[string]bool // messages that came before
}

// nobody is a number that the gateway refuses for good.
const nobody = "13900000099"

// phones are the cast's; whoever is not here has none.
var phones = map[string]string{"duty": "13900000001", "leader": "13900000002", "inspector": nobody, "clerk": "13900000004", "enterprise": "13900000005", "supervisor": "13900000003"}

// openSink listens on the port of an earlier start where it is free.
func openSink(port int) (*sink, error) {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil && port != 0 {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, err
	}
	s := &sink{port: l.Addr().(*net.TCPAddr).Port, seen: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /sms", s.sms)
	mux.HandleFunc("POST /events", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, `{"ok":true}`) })
	s.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go s.server.Serve(l) //nolint:errcheck // it ends with the demo
	return s, nil
}

func (s *sink) close() { _ = s.server.Close() }

func (s *sink) sms(w http.ResponseWriter, r *http.Request) {
	var m struct {
		Mobile string `json:"mobile"`
		ID     string `json:"id"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 16<<10)).Decode(&m); err != nil {
		http.Error(w, `{"code":1,"message":"格式有误"}`, http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	again := s.seen[m.ID]
	s.seen[m.ID] = true
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case m.Mobile == nobody:
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintln(w, `{"code":4,"message":"号码不存在"}`)
	case !again && draw(m.ID)%4 == 0:
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintln(w, `{"code":9,"message":"通道繁忙"}`)
	default:
		fmt.Fprintf(w, `{"code":0,"msgid":"demo-%d"}`+"\n", draw(m.ID)%1_000_000)
	}
}

// channels sets the ways out up, in the last days of the past.
func (p *past) channels(ctx context.Context, at time.Time) error {
	if p.sink == nil || p.now.Sub(at) > 3*24*time.Hour {
		return nil
	}
	base := fmt.Sprintf("http://127.0.0.1:%d", p.sink.port)
	p.sink = nil
	post := p.app.Post()
	_, err := post.Create(ctx, director, notify.SMSKind, notify.Change{Name: "短信（演示网关）", Settings: notify.Settings{"url": base + "/sms", "method": "POST", "format": "json",
		"body": `{"mobile":"{phone}","content":"{text}","id":"{id}"}`, "ok_path": "code", "ok_values": "0", "id_path": "msgid", "sign": "【演示】"}})
	if err != nil {
		return err
	}
	_, err = post.Create(ctx, director, notify.WebhookKind, notify.Change{Name: "事件回调（演示）", Settings: notify.Settings{"url": base + "/events", "topics": "alarm.raise clue.*", "secret": "demo-demo-demo-demo"}})
	return err
}
