package forward

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// skipAfter is how often a frame may stay unanswered on lines on which others
// were answered, before it is passed over: one frame that the other platform
// chokes on must not hold up the rest for ever.
const skipAfter = 5

// sentence is what people read of a trouble.
func sentence(err error) string {
	var known *fault.Error
	if errors.As(err, &known) {
		return known.Error()
	}
	var n net.Error
	var name *net.DNSError
	switch {
	case errors.As(err, &name):
		return "找不到主机 " + name.Name + "，请检查地址"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "对方没有开放这个端口"
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "对方断开了连接"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "网络不通，到不了对方"
	case errors.As(err, &n) && n.Timeout():
		return "对方没有响应，连接超时"
	}
	return "转发中断：" + err.Error()
}

// session sends over one connection until it breaks.
func (s *Service) session(ctx context.Context, q *queue) error {
	conn, err := s.Dial(ctx, q.t.Address)
	if err != nil {
		return err
	}
	answers := make(chan string, 4*inHand)
	broken := make(chan error, 1)
	over := make(chan struct{})
	go func() { broken <- listen(conn, answers, over) }()
	defer func() {
		close(over)
		_ = conn.Close() // it is broken or no longer wanted
		<-broken
	}()
	s.try("tell", func(tx *db.Tx) error { return tell(ctx, tx, q.t.ID, true, "") })
	for _, f := range q.hand {
		f.times = 0
	}
	for first := true; ; first = false {
		var wake <-chan struct{}
		// Behind frames that were not answered others go along: only so it shows
		// whether the line or the frame is at fault.
		if n := q.open(); n == 0 || first && n < inHand {
			if wake, err = q.fill(ctx); err != nil {
				return err
			}
		}
		if len(q.hand) == 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case err := <-broken:
				broken <- err
				return err
			case <-answers: // nobody waits for it
			case <-wake:
			case <-time.After(lookEach): // several processes: the wake is of ours alone
			}
			continue
		}
		if err := s.deliver(ctx, conn, q, answers, broken); err != nil {
			return err
		}
	}
}

// deliver sends the frames in hand and waits until each is answered, or, where it
// asks for no answer, the line has stood behind it.
func (s *Service) deliver(ctx context.Context, conn net.Conn, q *queue, answers <-chan string, broken chan error) error {
	waiting := map[string][]*flight{}
	answered := 0
	window := q.window()
	for _, f := range window {
		if f.key != "" {
			waiting[f.key] = append(waiting[f.key], f)
		}
		if err := s.put(conn, f); err != nil {
			return err
		}
	}
	// What was answered on a line that breaks counts as well.
	end := func(err error) error {
		for _, list := range waiting {
			for _, f := range list {
				if f.lines++; answered == 0 {
					f.lines--
				} else if f.lines >= skipAfter {
					f.done, f.skipped = true, true
				}
			}
		}
		if serr := q.settle(ctx); serr != nil {
			return serr
		}
		return err
	}
	for {
		if len(waiting) == 0 {
			if last, open := unasked(window); open {
				left := s.Timing.Quiet - time.Since(last)
				select {
				case <-ctx.Done():
					return end(ctx.Err())
				case err := <-broken:
					broken <- err
					return end(err)
				case <-time.After(max(left, 0)):
				}
				q.trust(nil)
			}
			return q.settle(ctx)
		}
		select {
		case <-ctx.Done():
			return end(ctx.Err())
		case err := <-broken:
			broken <- err
			// Answers that came before the end are still in the channel.
			for {
				select {
				case key := <-answers:
					answered += q.heard(waiting, key)
					continue
				default:
				}
				return end(err)
			}
		case key := <-answers:
			answered += q.heard(waiting, key)
		case <-time.After(s.Timing.OverTime / 4):
			if err := s.again(conn, waiting); err != nil {
				return end(err)
			}
		}
	}
}

func (s *Service) put(conn net.Conn, f *flight) error {
	if err := conn.SetWriteDeadline(time.Now().Add(s.Timing.OverTime)); err != nil {
		return err
	}
	if _, err := conn.Write(f.bytes); err != nil {
		return err
	}
	f.times++
	f.sent = time.Now()
	return nil
}

// again repeats what waited too long; an error when it was repeated often enough.
func (s *Service) again(conn net.Conn, waiting map[string][]*flight) error {
	for _, list := range waiting {
		for _, f := range list {
			if time.Since(f.sent) < s.Timing.OverTime {
				continue
			}
			if f.times > s.Timing.ReCount {
				return fault.New(fault.Unavailable, "对方没有应答，已重发 %d 次", s.Timing.ReCount)
			}
			if err := s.put(conn, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// heard marks the frame of an answer, and those before it that ask for none: the
// other side reads in order.
func (q *queue) heard(waiting map[string][]*flight, key string) int {
	list := waiting[key]
	if len(list) == 0 {
		return 0
	}
	f := list[0]
	if f.done = true; len(list) == 1 {
		delete(waiting, key)
	} else {
		waiting[key] = list[1:]
	}
	q.trust(f)
	return 1
}

// trust counts frames that ask for no answer as sent, up to a frame, nil for all.
func (q *queue) trust(upTo *flight) {
	for _, f := range q.hand {
		if f == upTo {
			return
		}
		if f.key == "" && f.times > 0 {
			f.done = true
		}
	}
}

// unasked reports whether frames that ask for no answer are not done yet, and when
// the last frame was sent.
func unasked(window []*flight) (last time.Time, open bool) {
	for _, f := range window {
		open = open || !f.done
		if f.sent.After(last) {
			last = f.sent
		}
	}
	return last, open
}

// listen reads the answers of the other platform until the line ends. What it
// orders is not obeyed.
func listen(conn net.Conn, answers chan<- string, over <-chan struct{}) error {
	var sc hj212.Scanner
	var f hj212.Frame
	var a hj212.Area
	for {
		_, err := sc.Fill(conn)
		if err != nil {
			sc.Close()
		}
		for sc.Next(&f) {
			if !f.OK() || f.Command != hj212.DataAnswer && f.Command != hj212.NoticeAnswer {
				continue
			}
			f.ParseItems(&a)
			select {
			case answers <- string(f.MN) + " " + string(hj212.ExchangeQN(&f, &a)):
			case <-over:
				return err
			}
		}
		if err != nil {
			return err
		}
	}
}
