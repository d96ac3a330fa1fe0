package tip

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/tip/mail"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/flow"
)

// MailResult is what came of one mail.
type MailResult struct {
	Number  string
	Again   bool // the same mail came before
	Dropped []string
}

// Postman is who acts when a mail program hands a mail in.
var Postman = auth.System("mail")

// TakeMail makes a report of a mail. The sender's address is the contact: sealed
// where that is possible, so that nobody has to ask for it; where it is not, a
// mail that asks for confidence is refused and stays in its mailbox.
func (s *Service) TakeMail(ctx context.Context, actor auth.Actor, raw []byte) (out MailResult, err error) {
	if !actor.IsSystem() {
		if err := s.mayImport(actor); err != nil {
			return out, err
		}
	}
	m, err := mail.Parse(raw)
	if err != nil {
		return out, err
	}
	once := mailOnce(m, raw)
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out.Number, err = numberOnce(ctx, tx, once)
		return err
	})
	if err == nil {
		out.Again = true
		return out, nil
	}
	if !db.IsMissing(err) {
		return out, err
	}
	d, _ := Mail.Door()
	e, err := s.mailEntry(ctx, m)
	if err != nil {
		return out, err
	}
	var photos []mail.File
	photos, out.Dropped = sortFiles(m)
	e.Text = cutText(e.Text, out.Dropped)
	e.tidy()
	if _, err := s.wrong(ctx, d, e); err != nil {
		return out, err
	}
	w := s.entering(actor, d, e, flow.Form{})
	for _, p := range photos {
		e.Photos = append(e.Photos, p.Data)
	}
	if w.tip.Files, err = s.pictures(ctx, w.tip, e.Photos); err != nil {
		return out, err
	}
	w.proof = noProof()
	k, _ := s.rules.Kind(e.Kind)
	err = s.db.Write(ctx, func(tx *db.Tx) error { return s.keep(ctx, tx, &w, k, once) })
	out.Number = w.tip.Number
	return out, err
}

// mailOnce names a mail, so that it is taken once however often it is handed in.
func mailOnce(m mail.Message, raw []byte) string {
	sum := sha256.Sum256(raw)
	if m.ID != "" {
		sum = sha256.Sum256([]byte(m.From + "\n" + m.ID))
	}
	return "mail:" + hex.EncodeToString(sum[:])
}

func (s *Service) mailEntry(ctx context.Context, m mail.Message) (Entry, error) {
	kind := s.rules.Kinds[len(s.rules.Kinds)-1].Code // places list “other” last
	if _, ok := s.rules.Kind("other"); ok {
		kind = "other"
	}
	e := Entry{New: New{Mode: Confidential, Channel: Mail, Kind: kind, Text: strings.TrimSpace(m.Subject + "\n" + m.Text), Contact: strings.TrimSpace(m.Name + " " + m.From)}}
	if err := s.sealer.Ready(ctx); err != nil {
		if strings.Contains(m.Subject+m.Text, "保密") {
			return e, fault.Invalidf("邮件要求保密，而密钥还没有启用，发件人不能封存；没有登记，请当面转交举报奖励专岗处理")
		}
		e.Mode = Public
	}
	if e.Area = named(s.regions, m.Subject+" "+m.Text); e.Area == "" {
		e.Area = s.regions.Root().Code
	}
	if now := s.db.Now(); m.SentAt.Before(now) && now.Sub(m.SentAt) < 30*24*time.Hour {
		e.ReceivedAt = m.SentAt
	}
	return e, nil
}

// sortFiles keeps the photos that can be made anew; the rest is named and left out.
func sortFiles(m mail.Message) (photos []mail.File, dropped []string) {
	dropped = append(dropped, m.Dropped...)
	for _, f := range m.Files {
		switch _, err := cleanPhoto(f.Data); {
		case err != nil:
			dropped = append(dropped, f.Name+"："+err.Error())
		case len(photos) == maxPhotos:
			dropped = append(dropped, f.Name+"：照片超过 6 张")
		default:
			photos = append(photos, f)
		}
	}
	return photos, dropped
}

// cutText keeps a mail within what a report may hold, and names what is left out.
func cutText(text string, dropped []string) string {
	tail := ""
	if len(dropped) > 0 {
		tail = "\n【没有收下的附件】" + strings.Join(dropped, "；")
	}
	if r := []rune(tail); len(r) > 800 {
		tail = string(r[:800]) + "…"
	}
	room := maxText - len([]rune(tail)) - 20
	if r := []rune(text); len(r) > room {
		text = string(r[:room]) + "……（邮件过长，以下略）"
	}
	return text + tail
}
