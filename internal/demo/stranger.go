package demo

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/qingshao/qingshao/hj212"
)

// strangers sends what every receiver meets in its first hour, so that the pages
// for it have something to show: a logger that nobody has registered, a frame of
// a registered one (mn) that was damaged on the way, another with a password that
// is not its own, a port scanner. Nothing of it becomes data.
func strangers(ctx context.Context, addr, area, mn string, now time.Time) error {
	unknown, err := frame(now, area+"NEW0000000000009001", "w01018-Rtd=42.6,w01018-Flag=N;w21003-Rtd=3.15,w21003-Flag=N")
	if err != nil {
		return err
	}
	damaged, err := frame(now, mn, "w01018-Rtd=38.1,w01018-Flag=N")
	if err != nil {
		return err
	}
	changed := bytes.Replace(damaged, []byte("PW=123456"), []byte("PW=000000"), 1)
	wrong, err := hj212.AppendSegment(nil, changed[len("##0000"):len(changed)-len("FFFF\r\n")])
	if err != nil {
		return err
	}
	damaged[bytes.Index(damaged, []byte("Rtd="))+4] ^= 1
	return errors.Join(
		say(ctx, addr, unknown, true),
		say(ctx, addr, damaged, false),
		say(ctx, addr, damaged, false),
		say(ctx, addr, wrong, false),
		say(ctx, addr, []byte("GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"), false),
	)
}

// frame is one realtime upload of waste water that asks for an answer.
func frame(at time.Time, mn, area string) ([]byte, error) {
	at = at.In(hj212.Beijing)
	return hj212.AppendSegment(nil, fmt.Appendf(nil, "QN=%s%03d;ST=32;CN=2011;PW=123456;MN=%s;Flag=5;CP=&&DataTime=%s;%s&&",
		at.Format("20060102150405"), at.Nanosecond()/1e6, mn, at.Format("20060102150405"), area))
}

// strangerPatience bounds each of the short conversations.
const strangerPatience = 10 * time.Second

// say sends bytes on a connection of their own and, where one is due, waits for
// the answer.
func say(ctx context.Context, addr string, bytes []byte, answered bool) (err error) {
	c, err := (&net.Dialer{Timeout: strangerPatience}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := c.SetDeadline(time.Now().Add(strangerPatience)); err != nil {
		return err
	}
	if _, err := c.Write(bytes); err != nil || !answered {
		return err
	}
	_, err = bufio.NewReader(c).ReadString('\n')
	return err
}
