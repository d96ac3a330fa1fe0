// Package notifytest runs small real servers for tests of notice channels: they
// speak the protocol, keep what they were given, and fail as they are told.
package notifytest

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Mail is a message that the server took.
type Mail struct {
	From string
	To   string
	Data string
	TLS  bool
	User string
}

// Rules are how an SMTP server behaves; the zero value takes everything.
type Rules struct {
	TLS      *tls.Config // offers STARTTLS
	Implicit bool        // TLS from the first byte
	User     string      // asks for AUTH when set
	Password string
	Greeting string // instead of 220
	Rcpt     string // answer to RCPT, e.g. "550 5.1.1 no such user"
	Data     string // answer after the message, e.g. "451 4.3.0 later"
	Drop     bool   // hangs up in the middle of the message
	Mute     bool   // takes the message, then hangs up without saying so
	Silent   bool   // accepts the line and never says a word
}

// SMTP is a server on a free loopback port.
type SMTP struct {
	listen net.Listener

	mu    sync.Mutex
	rules Rules
	mails []Mail
	lines int
	open  map[net.Conn]bool
	all   sync.WaitGroup
}

// NewSMTP starts a server.
func NewSMTP(r Rules) (*SMTP, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &SMTP{listen: l, rules: r, open: map[net.Conn]bool{}}
	s.all.Add(1)
	go s.serve()
	return s, nil
}

// Port is where it listens on 127.0.0.1.
func (s *SMTP) Port() string { _, p, _ := net.SplitHostPort(s.listen.Addr().String()); return p }

// Behave changes how it behaves for the lines to come.
func (s *SMTP) Behave(r Rules) { s.mu.Lock(); defer s.mu.Unlock(); s.rules = r }

// Mails gives what it took.
func (s *SMTP) Mails() []Mail { s.mu.Lock(); defer s.mu.Unlock(); return append([]Mail{}, s.mails...) }

// Lines counts the connections.
func (s *SMTP) Lines() int { s.mu.Lock(); defer s.mu.Unlock(); return s.lines }

// Close ends the server and its lines.
func (s *SMTP) Close() {
	_ = s.listen.Close()
	s.mu.Lock()
	for c := range s.open {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.all.Wait()
}

func (s *SMTP) serve() {
	defer s.all.Done()
	for {
		c, err := s.listen.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		r := s.rules
		s.lines++
		s.open[c] = true
		s.mu.Unlock()
		s.all.Add(1)
		go func() {
			defer s.all.Done()
			s.talk(c, r)
			_ = c.Close()
			s.mu.Lock()
			delete(s.open, c)
			s.mu.Unlock()
		}()
	}
}

type dialogue struct {
	conn net.Conn
	in   *bufio.Reader
	mail Mail
}

func (d *dialogue) say(format string, args ...any) {
	_, _ = fmt.Fprintf(d.conn, format+"\r\n", args...)
}

func (d *dialogue) hear() (string, bool) {
	line, err := d.in.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err == nil
}

func (s *SMTP) talk(c net.Conn, r Rules) {
	if r.Implicit {
		c = tls.Server(c, r.TLS)
	}
	d := &dialogue{conn: c, in: bufio.NewReader(c)}
	d.mail.TLS = r.Implicit
	if r.Silent {
		_, _ = d.hear()
		return
	}
	if r.Greeting != "" {
		d.say("%s", r.Greeting)
		return
	}
	d.say("220 sink ready")
	for {
		line, ok := d.hear()
		if !ok {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "EHLO", "HELO":
			s.greet(d, r)
		case "STARTTLS":
			d.say("220 go ahead")
			d.conn = tls.Server(c, r.TLS)
			d.in, d.mail.TLS = bufio.NewReader(d.conn), true
		case "AUTH":
			s.auth(d, r, rest)
		case "MAIL":
			if r.User != "" && d.mail.User == "" {
				d.say("530 5.7.0 authentication required")
				continue
			}
			d.mail.From = between(rest)
			d.say("250 ok")
		case "RCPT":
			if r.Rcpt != "" {
				d.say("%s", r.Rcpt)
				continue
			}
			d.mail.To = between(rest)
			d.say("250 ok")
		case "DATA":
			if !s.data(d, r) {
				return
			}
		case "QUIT":
			d.say("221 bye")
			return
		default:
			d.say("250 ok")
		}
	}
}

func (s *SMTP) greet(d *dialogue, r Rules) {
	d.say("250-sink")
	d.say("250-ENHANCEDSTATUSCODES")
	d.say("250-8BITMIME")
	if r.TLS != nil && !d.mail.TLS {
		d.say("250-STARTTLS")
	}
	if r.User != "" {
		d.say("250-AUTH PLAIN LOGIN")
	}
	d.say("250 SIZE 10000000")
}

func (s *SMTP) auth(d *dialogue, r Rules, rest string) {
	how, first, _ := strings.Cut(rest, " ")
	plain := func(text string) string { b, _ := base64.StdEncoding.DecodeString(text); return string(b) }
	user, password := "", ""
	switch strings.ToUpper(how) {
	case "PLAIN":
		if parts := strings.Split(plain(first), "\x00"); len(parts) == 3 {
			user, password = parts[1], parts[2]
		}
	case "LOGIN":
		d.say("334 %s", base64.StdEncoding.EncodeToString([]byte("Username:")))
		line, _ := d.hear()
		user = plain(line)
		d.say("334 %s", base64.StdEncoding.EncodeToString([]byte("Password:")))
		line, _ = d.hear()
		password = plain(line)
	}
	if user != r.User || password != r.Password {
		d.say("535 5.7.8 wrong")
		return
	}
	d.mail.User = user
	d.say("235 2.7.0 welcome")
}

func (s *SMTP) data(d *dialogue, r Rules) bool {
	d.say("354 go on")
	var b strings.Builder
	for n := 0; ; n++ {
		line, ok := d.hear()
		if !ok || r.Drop && n > 2 {
			return false
		}
		if line == "." {
			break
		}
		b.WriteString(strings.TrimPrefix(line, ".") + "\n")
	}
	if r.Data != "" {
		d.say("%s", r.Data)
		return true
	}
	s.mu.Lock()
	d.mail.Data = b.String()
	s.mails = append(s.mails, d.mail)
	n := len(s.mails)
	s.mu.Unlock()
	if r.Mute {
		return false
	}
	d.say("250 2.0.0 ok queued as %s", strconv.Itoa(n))
	return true
}

func between(s string) string {
	_, s, _ = strings.Cut(s, "<")
	s, _, _ = strings.Cut(s, ">")
	return s
}

// Certificate makes a server's certificate for 127.0.0.1 and localhost, valid
// around now, and the pool that trusts it.
func Certificate(now time.Time) (*tls.Config, *x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sink"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return nil, nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, err
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool, nil
}
