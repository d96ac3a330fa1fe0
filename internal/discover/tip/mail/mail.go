// Package mail reads one e-mail (RFC 5322, MIME) as a report (举报邮件). What
// arrives by mail is hostile until shown otherwise: depth, parts and sizes are
// bounded, markup becomes plain words, no address in it is followed, and what is
// attached is given back as bytes for others to judge.
//
// The package is pure: it fetches nothing, keeps nothing and answers nobody.
package mail

import (
	"bytes"
	"encoding/base64"
	"errors"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"

	"github.com/qingshao/qingshao/internal/fault"
)

// The bounds of a mail.
const (
	MaxBytes = 25 << 20
	maxDepth = 6
	maxParts = 60
	maxText  = 200 << 10 // bytes of one text
	maxFile  = 15 << 20
	maxFiles = 20
	maxHead  = 64 << 10
)

// Message is what a mail says.
type Message struct {
	ID      string // Message-ID without brackets
	From    string // address alone
	Name    string // as the sender writes it
	Subject string
	Text    string
	SentAt  time.Time // zero when the mail does not say
	Files   []File
	Dropped []string // names of what was left out, each with the reason
}

// File is one attachment as it came.
type File struct {
	Name string
	Data []byte
}

// Parse takes a mail apart. A mail that no person wrote (bounces, automatic
// answers, lists) is refused.
func Parse(raw []byte) (m Message, err error) {
	switch {
	case len(raw) == 0:
		return m, fault.Invalidf("邮件是空的")
	case len(raw) > MaxBytes:
		return m, fault.New(fault.TooLarge, "邮件超过 %d MB，请减少附件后再发", MaxBytes>>20)
	}
	if end := bytes.Index(raw[:min(len(raw), maxHead)], []byte("\n\r\n")); end < 0 && !bytes.Contains(raw[:min(len(raw), maxHead)], []byte("\n\n")) {
		return m, fault.Invalidf("这不是一封完整的邮件（.eml），或邮件头过长；请从邮箱另存后再试")
	}
	x, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return m, fault.Invalidf("这不是一封完整的邮件（.eml），打不开；请从邮箱另存后再试").Because(err)
	}
	if machine(x.Header) {
		return m, fault.Invalidf("这是自动回复、退信或群发邮件，不是举报，没有登记")
	}
	if m.From, m.Name, err = sender(x.Header.Get("From")); err != nil {
		return m, err
	}
	m.Subject = line(decodeWords(x.Header.Get("Subject")), 200)
	m.ID = line(strings.Trim(strings.TrimSpace(x.Header.Get("Message-Id")), "<>"), 250)
	if at, err := x.Header.Date(); err == nil {
		m.SentAt = at
	}
	w := walker{m: &m}
	if err := w.part(textproto.MIMEHeader(x.Header), x.Body, 0); err != nil {
		return m, err
	}
	if m.Text = tidy(w.plain); m.Text == "" {
		m.Text = tidy(words(w.markup))
	}
	if m.Text == "" && m.Subject == "" {
		return m, fault.Invalidf("邮件没有正文和主题，无法登记；请写明反映的情况后再发")
	}
	return m, nil
}

// machine tells mails that programs send (RFC 3834, RFC 2369).
func machine(h mail.Header) bool {
	auto := strings.ToLower(strings.TrimSpace(h.Get("Auto-Submitted")))
	return auto != "" && auto != "no" || strings.TrimSpace(h.Get("Return-Path")) == "<>" || h.Get("List-Id") != "" || h.Get("List-Unsubscribe") != "" ||
		slices.Contains([]string{"bulk", "junk", "list", "auto_reply"}, strings.ToLower(strings.TrimSpace(h.Get("Precedence")))) ||
		strings.Contains(strings.ToLower(h.Get("Content-Type")), "multipart/report")
}

func sender(from string) (address, name string, err error) {
	p := mail.AddressParser{WordDecoder: decoder}
	list, err := p.ParseList(from)
	if err != nil || len(list) != 1 || len(list[0].Address) > 200 {
		return "", "", fault.Invalidf("邮件的发件人读不出，无法登记；请核对邮件是否完整")
	}
	return line(list[0].Address, 200), line(list[0].Name, 60), nil
}

var decoder = &mime.WordDecoder{CharsetReader: func(charset string, r io.Reader) (io.Reader, error) {
	e, err := htmlindex.Get(charset)
	if err != nil {
		return nil, err
	}
	return e.NewDecoder().Reader(r), nil
}}

func decodeWords(s string) string {
	out, err := decoder.DecodeHeader(s)
	if err != nil {
		return s
	}
	return out
}

// line makes one short line of whatever a header holds.
func line(s string, most int) string {
	s = strings.Join(strings.Fields(strings.Map(printable, strings.ToValidUTF8(s, ""))), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// printable drops what cannot be seen or turns the direction of writing.
func printable(r rune) rune {
	if r == '\n' || r == '\t' {
		return r
	}
	if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
		return ' '
	}
	return r
}

// tidy makes readable text of one part.
func tidy(s string) string {
	s = strings.Map(printable, strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n"))
	return strings.TrimSpace(blankLines.ReplaceAllString(s, "\n\n"))
}

var blankLines = regexp.MustCompile(`[ \t]*\n([ \t]*\n){2,}`)

// walker goes through the parts.
type walker struct {
	m             *Message
	plain, markup string
	parts         int
}

var errDeep = fault.Invalidf("邮件的结构过于复杂，没有登记；请把照片和文字直接附在一封新邮件里")

func (w *walker) part(h textproto.MIMEHeader, body io.Reader, depth int) error {
	if w.parts++; depth > maxDepth || w.parts > maxParts {
		return errDeep
	}
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || kind == "" {
		kind, params = "text/plain", map[string]string{}
		if h.Get("Content-Type") != "" {
			kind = "application/octet-stream"
		}
	}
	if strings.HasPrefix(kind, "multipart/") {
		return w.several(params["boundary"], body, depth)
	}
	decoded := decoding(h.Get("Content-Transfer-Encoding"), body)
	name := fileName(h, params)
	disposition, _, _ := mime.ParseMediaType(h.Get("Content-Disposition"))
	if name == "" && disposition != "attachment" && (kind == "text/plain" || kind == "text/html") {
		return w.text(kind, params["charset"], decoded)
	}
	return w.file(name, kind, decoded)
}

func (w *walker) several(boundary string, body io.Reader, depth int) error {
	if boundary == "" || len(boundary) > 200 {
		return fault.Invalidf("邮件的结构不完整，没有登记；请重新发送")
	}
	r := multipart.NewReader(body, boundary)
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return nil // cut off: what came before it counts
		}
		if err := w.part(p.Header, p, depth+1); err != nil {
			return err
		}
	}
}

func (w *walker) text(kind, charset string, r io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(r, maxText))
	if err != nil && len(b) == 0 {
		return nil
	}
	s := toUTF8(charset, b)
	if kind == "text/html" {
		w.markup += s + "\n"
	} else {
		w.plain += s + "\n"
	}
	return nil
}

func (w *walker) file(name, kind string, r io.Reader) error {
	shown := name
	if shown == "" {
		shown = "未命名（" + line(kind, 40) + "）"
	}
	if len(w.m.Files) == maxFiles {
		w.m.Dropped = append(w.m.Dropped, shown+"：附件超过 20 个")
		return nil
	}
	b, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	switch {
	case err != nil:
		w.m.Dropped = append(w.m.Dropped, shown+"：不完整")
	case len(b) > maxFile:
		w.m.Dropped = append(w.m.Dropped, shown+"：超过 15 MB")
	case len(b) > 0:
		w.m.Files = append(w.m.Files, File{shown, b})
	}
	return nil
}

func fileName(h textproto.MIMEHeader, params map[string]string) string {
	_, p, _ := mime.ParseMediaType(h.Get("Content-Disposition"))
	name := p["filename"]
	if name == "" {
		name = params["name"]
	}
	name = decodeWords(name)
	return line(name[strings.LastIndexAny(name, `/\`)+1:], 100)
}

func decoding(how string, r io.Reader) io.Reader {
	switch strings.ToLower(strings.TrimSpace(how)) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, &onlyBase64{r})
	case "quoted-printable":
		return quotedprintable.NewReader(r)
	}
	return r
}

// onlyBase64 drops what stands between the letters of base64, as readers must.
type onlyBase64 struct{ r io.Reader }

// Read gives letters of base64 alone.
func (o *onlyBase64) Read(p []byte) (int, error) {
	for {
		n, err := o.r.Read(p)
		out := p[:0]
		for _, c := range p[:n] {
			if c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '=' {
				out = append(out, c)
			}
		}
		if len(out) > 0 || err != nil {
			return len(out), err
		}
	}
}

func toUTF8(charset string, b []byte) string {
	if charset == "" && !utf8.Valid(b) {
		charset = "gb18030"
	}
	if charset != "" && !strings.EqualFold(charset, "utf-8") {
		if e, err := htmlindex.Get(charset); err == nil {
			if u, err := e.NewDecoder().Bytes(b); err == nil {
				return string(u)
			}
		}
	}
	return strings.ToValidUTF8(string(b), "")
}

var (
	hidden = regexp.MustCompile(`(?is)<(script|style|head|title)\b.*?</(script|style|head|title)\s*>|<!--.*?-->`)
	breaks = regexp.MustCompile(`(?i)<(br|/p|/div|/tr|/li|/h[1-6])\b[^>]*>`)
	tags   = regexp.MustCompile(`(?s)<[^>]*>?`)
)

// words leaves of markup what a person would read.
func words(markup string) string {
	s := hidden.ReplaceAllString(markup, " ")
	s = breaks.ReplaceAllString(s, "\n")
	return html.UnescapeString(tags.ReplaceAllString(s, ""))
}
