package command

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
)

// lastQN keeps the QNs of this process apart: they have milliseconds alone.
var lastQN struct {
	sync.Mutex
	at time.Time
}

// nextQN is a QN that was not given before.
func (s *Service) nextQN(now time.Time) string {
	lastQN.Lock()
	defer lastQN.Unlock()
	now = now.Truncate(time.Millisecond)
	if d := lastQN.at.Sub(now); d >= 0 && d < time.Minute {
		now = lastQN.at.Add(time.Millisecond)
	}
	lastQN.at = now
	return string(hj212.AppendQN(nil, now))
}

// systemOf is the ST of the requests to a device that has not spoken yet.
var systemOf = map[string]string{"gas": "31", "water": "32", "rain": "32"}

// standardPW is what devices without a password of their own use, as the
// standard's examples do.
const standardPW = "123456"

// frame writes the frame of a command, and its text with secrets masked.
func (s *Service) frame(c *Command, dev telemetry.Device, p Peer, now time.Time) (raw []byte, text string, err error) {
	secret := ""
	if len(c.secret) > 0 {
		plain, err := s.Box.Open(c.secret, c.ID)
		if err != nil {
			return nil, "", err
		}
		secret = string(plain)
	}
	st := firstOf(p.ST, systemOf[dev.Kind], "32")
	pw := firstOf(dev.Password, p.PW, standardPW)
	m := hj212.NewOrder(c.Protocol, c.CN, c.QN, st, pw, c.MN, c.spec().area(c, secret, now))
	plain, err := hj212.AppendFrame(nil, &m)
	if err != nil {
		return nil, "", err
	}
	text = Mask(string(plain))
	// What the standard has encrypted of the host's commands.
	if key := s.keys.current(c.MN); key != nil && c.Protocol >= hj212.V2025 && (c.CN == 1014 || c.CN == 3020) {
		raw, err = hj212.AppendEncrypted(nil, &m, key, hj212.FormBytes)
		return raw, text, err
	}
	return plain, text, nil
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

var masked = regexp.MustCompile(`(?i)\b((?:New)?PW|NewSK)=[^;,&]*`)

// Mask hides passwords and keys in the text of a frame.
func Mask(text string) string {
	text = strings.TrimRight(text, "\r\n")
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	return masked.ReplaceAllString(strings.ReplaceAll(text, "\x00", "\uFFFD"), "$1=***")
}

func itoa(n int) string { return strconv.Itoa(n) }
