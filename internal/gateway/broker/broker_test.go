package broker

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/world"
	"github.com/qingshao/qingshao/mqtt"
)

// fake is a door with one device, whose store fails as often as it is told.
type fake struct {
	mu      sync.Mutex
	fail    int // calls of Take to fail
	ended   bool
	taken   []string
	said    []string
	gate    chan struct{} // Take waits for it, nil = not
	waiting chan struct{} // told when Take waits
	left    chan struct{}
}

func newFake() *fake { return &fake{left: make(chan struct{}, 100), waiting: make(chan struct{}, 100)} }

func (f *fake) Admit(mn, secret, _ string) (Session, error) {
	if mn != "GW" || secret != "right" {
		return nil, errors.New("no")
	}
	return f, nil
}

func (f *fake) Take(_ context.Context, payloads [][]byte) ([]bool, error) {
	f.mu.Lock()
	gate := f.gate
	f.mu.Unlock()
	if gate != nil {
		f.waiting <- struct{}{}
		<-gate
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		return nil, errors.New("ended")
	}
	durable := make([]bool, len(payloads))
	if f.fail > 0 {
		f.fail--
		return durable, nil
	}
	for i, p := range payloads {
		durable[i] = true
		f.taken = append(f.taken, string(p))
	}
	return durable, nil
}

func (f *fake) Valid() bool { f.mu.Lock(); defer f.mu.Unlock(); return !f.ended }
func (f *fake) Arrived()    { f.mu.Lock(); defer f.mu.Unlock(); f.said = append(f.said, "arrived") }
func (f *fake) Left(reason, will string) {
	f.mu.Lock()
	f.said = append(f.said, strings.TrimSpace(reason+" "+will))
	f.mu.Unlock()
	f.left <- struct{}{}
}

func (f *fake) told() string { f.mu.Lock(); defer f.mu.Unlock(); return strings.Join(f.said, ", ") }
func (f *fake) got() string  { f.mu.Lock(); defer f.mu.Unlock(); return strings.Join(f.taken, ",") }

func start(t *testing.T, f *fake, c Config) *Broker {
	t.Helper()
	c.Listen = "127.0.0.1:0"
	b := New(f, c)
	if err := b.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Stop(context.Background()) })
	return b
}

func connect(t *testing.T, b *Broker) *world.Reporter {
	t.Helper()
	r, err := world.DialMQTT(context.Background(), b.Addr(), world.Hello("GW", "right"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func get(t *testing.T, r *world.Reporter) mqtt.Packet {
	t.Helper()
	p, err := r.Get(10 * time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// raw opens a connection that says anything.
func raw(t *testing.T, b *Broker, packets ...mqtt.Packet) *world.Reporter {
	t.Helper()
	c, err := net.Dial("tcp", b.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	r := &world.Reporter{Conn: c}
	for _, p := range packets {
		if err := r.Put(p); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	b := start(t, newFake(), Config{})
	hello := func(change func(*mqtt.Packet)) mqtt.Packet {
		p := world.Hello("GW", "right")
		p.Type = mqtt.Connect
		change(&p)
		return p
	}
	for name, c := range map[string]struct {
		first mqtt.Packet
		code  byte
	}{
		"right":           {hello(func(*mqtt.Packet) {}), mqtt.Accepted},
		"no client id":    {hello(func(p *mqtt.Packet) { p.ClientID = nil }), mqtt.Accepted},
		"wrong password":  {hello(func(p *mqtt.Packet) { p.Password = []byte("guess") }), mqtt.WrongPassword},
		"no password":     {hello(func(p *mqtt.Packet) { p.HasPassword = false }), mqtt.WrongPassword},
		"nobody":          {hello(func(p *mqtt.Packet) { p.HasUser, p.HasPassword = false, false }), mqtt.WrongPassword},
		"id for no state": {hello(func(p *mqtt.Packet) { p.ClientID, p.Clean = nil, false }), mqtt.WrongClientID},
	} {
		if p := get(t, raw(t, b, c.first)); p.Type != mqtt.Connack || p.Code != c.code {
			t.Errorf("%s: %+v", name, p)
		}
	}
	r := raw(t, b)
	if _, err := r.Write([]byte("\x10\x11\x00\x04MQTT\x05\x02\x00\x3c\x00\x05meter")); err != nil {
		t.Fatal(err)
	}
	if p := get(t, r); p.Code != mqtt.WrongProtocol {
		t.Errorf("MQTT 5: %+v", p)
	}
	for name, first := range map[string]string{
		"a ping first": "\xc0\x00", "a line of HTTP": "GET / HTTP/1.1\r\n\r\n", "a huge hello": "\x10\xff\xff\x7f",
	} {
		r := raw(t, b)
		if _, err := r.Write([]byte(first)); err != nil {
			t.Fatal(err)
		}
		if p, err := r.Get(10 * time.Second); err == nil {
			t.Errorf("%s: answered %+v", name, p)
		}
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	f := newFake()
	b := start(t, f, Config{})
	r := connect(t, b)
	publish := func(qos byte, id uint16, payload string) mqtt.Packet {
		return mqtt.Packet{Type: mqtt.Publish, QoS: qos, ID: id, Topic: []byte("t"), Payload: []byte(payload)}
	}
	var all []byte
	for _, p := range []mqtt.Packet{publish(0, 0, "a"), publish(1, 7, "b"), {Type: mqtt.Pingreq}, publish(2, 8, "c"),
		{Type: mqtt.Subscribe, ID: 9, Filters: []mqtt.Filter{{Filter: []byte("x")}, {Filter: []byte("y/#")}}},
		{Type: mqtt.Pubrel, ID: 8}, {Type: mqtt.Unsubscribe, ID: 10, Filters: []mqtt.Filter{{Filter: []byte("x")}}}} {
		all, _ = mqtt.Append(all, &p)
	}
	for _, b := range all { // byte by byte: nothing depends on how bytes arrive
		if _, err := r.Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []mqtt.Packet{{Type: mqtt.Puback, ID: 7}, {Type: mqtt.Pingresp}, {Type: mqtt.Pubrec, ID: 8}, {Type: mqtt.Suback, ID: 9}, {Type: mqtt.Pubcomp, ID: 8}, {Type: mqtt.Unsuback, ID: 10}} {
		p := get(t, r)
		if p.Type != want.Type || p.ID != want.ID {
			t.Fatalf("%+v, want %+v", p, want)
		}
		if p.Type == mqtt.Suback && string(p.Codes) != "\x80\x80" {
			t.Errorf("%x", p.Codes)
		}
	}
	if got := f.got(); got != "a,b,c" {
		t.Errorf("taken %s", got)
	}
	large := strings.Repeat("x", 200<<10)
	if err := r.Publish("t", []byte(large)); err != nil {
		t.Fatal(err)
	}
	if s := b.Stats(); s.Messages != 4 || s.Acknowledged != 3 || s.Connections != 1 {
		t.Errorf("%+v", s)
	}
}

// TestTriedAgain: what could not be written is acknowledged once it could, and
// never when it could not.
func TestTriedAgain(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.fail = 2
	r := connect(t, start(t, f, Config{}))
	if err := r.Publish("t", []byte("a")); err != nil || f.got() != "a" {
		t.Errorf("%v, taken %q", err, f.got())
	}
	f = newFake()
	f.fail = 1 << 30
	b := start(t, f, Config{Retry: 100 * time.Millisecond})
	r = connect(t, b)
	if err := r.Publish("t", []byte("a")); err == nil {
		t.Error("acknowledged what is not durable")
	}
	<-f.left
	if f.told() != "arrived, storage status/GW：offline" || b.Stats().Failed != 1 {
		t.Errorf("%s %+v", f.told(), b.Stats())
	}
}

// TestStop_AnswersWhatWasHandedIn stops the server while a commit runs.
func TestStop_AnswersWhatWasHandedIn(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.gate = make(chan struct{})
	b := start(t, f, Config{})
	r := connect(t, b)
	id, err := r.Send("t", []byte("a"))
	if err != nil {
		t.Fatal(err)
	}
	<-f.waiting
	stopped := make(chan error, 1)
	go func() { stopped <- b.Stop(context.Background()) }()
	close(f.gate)
	if p := get(t, r); p.Type != mqtt.Puback || p.ID != id {
		t.Errorf("%+v", p)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if f.told() != "arrived, stopped status/GW：offline" {
		t.Error(f.told())
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	ended := func(name string, r *world.Reporter) {
		t.Helper()
		if p, err := r.Get(10 * time.Second); err == nil {
			t.Errorf("%s: %+v", name, p)
		}
	}
	f := newFake()
	b := start(t, f, Config{Sign: 50 * time.Millisecond, Half: 50 * time.Millisecond, MaxPacket: 1000})
	ended("says nothing", raw(t, b))
	r := connect(t, b)
	if _, err := r.Write([]byte("\x30\x20\x00")); err != nil {
		t.Fatal(err)
	}
	ended("half a packet", r)
	<-f.left
	r = connect(t, b)
	if _, err := r.Send("t", make([]byte, 2000)); err != nil {
		t.Fatal(err)
	}
	ended("too large", r)
	<-f.left
	r = connect(t, b)
	if err := r.Put(world.Hello("GW", "right")); err == nil { // type 0
		ended("malformed", r)
		<-f.left
	}
	r = connect(t, b)
	again := world.Hello("GW", "right")
	again.Type = mqtt.Connect
	if err := r.Put(again); err != nil {
		t.Fatal(err)
	}
	ended("a second hello", r)
	<-f.left
	hello := world.Hello("GW", "right")
	hello.KeepAlive = 1
	quiet, err := world.DialMQTT(context.Background(), b.Addr(), hello)
	if err != nil {
		t.Fatal(err)
	}
	ended("silent", quiet)
	<-f.left
	want := "silent status/GW：offline"
	if told := f.told(); !strings.HasSuffix(told, want) {
		t.Errorf("%s", told)
	}

	few := start(t, newFake(), Config{PerAddress: 1})
	connect(t, few)
	ended("one too many of an address", raw(t, few))
	if s := few.Stats(); s.TurnedAway != 1 {
		t.Errorf("%+v", s)
	}
}
