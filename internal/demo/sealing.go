package demo

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"

	"github.com/qingshao/qingshao/internal/vault"
)

// The officers between whom the demo parts its keys. They share one passphrase,
// which is printed; a real place has one for each, and tells nobody.
var ringed = []struct {
	login string
	party vault.Party
}{{"reward", vault.Desk}, {"reward2", vault.Desk}, {"supervisor", vault.Oversight}, {"supervisor2", vault.Oversight}}

// work is how dear a guess at the demo's passphrase is: little, for a quick start.
const work = 12

// ring is the demo's sealed channel, with what only browsers have.
type ring struct {
	keys    []vault.Key
	wrapped map[string][]byte // by login
	id      map[string]string // key ids by login
	phrase  string
}

func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

type sealedShare struct {
	Party  vault.Party `json:"party"`
	KeyID  string      `json:"key_id"`
	Sealed string      `json:"sealed"`
}

// sent is an envelope as browsers send it.
func sent(e vault.Envelope) map[string]any {
	shares := []sealedShare{}
	for _, s := range e.Shares {
		shares = append(shares, sealedShare{s.Party, s.KeyID, b64(s.Sealed)})
	}
	return map[string]any{"parted": e.Parted, "body": b64(e.Body), "shares": shares}
}

// ceremony makes the keys of both parties and has each compared.
func (p *past) ceremony(ctx context.Context, phrase string) (ring, error) {
	r := ring{wrapped: map[string][]byte{}, id: map[string]string{}, phrase: phrase}
	for i, h := range ringed {
		recipient, wrapped, err := vault.Mint(phrase, work)
		if err != nil {
			return r, err
		}
		var of struct {
			Keys []struct {
				ID        string `json:"id"`
				Recipient string `json:"recipient"`
				Version   int64  `json:"version"`
			} `json:"keys"`
		}
		if err := p.staff[h.login].call(ctx, http.MethodPost, "/seal/keys", map[string]any{"party": h.party, "recipient": recipient, "wrapped": b64(wrapped)}, &of); err != nil {
			return r, err
		}
		by := p.staff["reward"]
		if i == 0 {
			by = p.staff["reward2"]
		}
		for _, k := range of.Keys {
			if k.Recipient != recipient {
				continue
			}
			form := map[string]any{"version": k.Version, "form": map[string]any{"fingerprint": vault.Fingerprint(recipient)}}
			if err := by.call(ctx, http.MethodPost, "/seal/keys/"+k.ID+"/confirm", form, nil); err != nil {
				return r, err
			}
			r.keys = append(r.keys, vault.Key{ID: k.ID, Party: h.party, Recipient: recipient})
			r.id[h.login], r.wrapped[h.login] = k.ID, wrapped
		}
	}
	return r, nil
}

// seal opens the sealed channel and lets reporters use it: two in confidence, two
// insiders; who one of them is has been opened, for another it has been asked.
func (p *past) seal(ctx context.Context, phrase string) error {
	r, err := p.ceremony(ctx, phrase)
	if err != nil {
		return err
	}
	for i, text := range []string{"（演示）化工厂夜里两三点放白烟，气味刺鼻，附近好几户都闻到，白天没有。", "（演示）电镀车间的废水没有进处理池，接了一根软管直接到后面的河里。"} {
		e, err := vault.SealParted(vault.Contact{Name: "（演示）" + []string{"李某", "张某"}[i], Phone: "13900000000"}, r.keys)
		if err != nil {
			return err
		}
		if err := p.confide(ctx, text, e); err != nil {
			return err
		}
	}
	for i, told := range []map[string]any{
		{"text": "（演示）在线监测的采样管被接到一桶自来水里，检查的人来之前才拔掉。", "place": "废水总排口在线监测站房", "when": "每天夜班", "suspect": "某电镀企业", "how": "我在厂里上班"},
		{"text": "（演示）危废没有交有资质的单位，装在吨桶里从后门拉走，台账是后补的。", "place": "厂区后门", "when": "每周五晚上", "suspect": "某化工企业", "how": "参与过装车"},
	} {
		if err := p.tell(ctx, r, i, told); err != nil {
			return err
		}
	}
	return p.openings(ctx, r)
}

// confide fills in the public's form, in confidence.
func (p *past) confide(ctx context.Context, text string, e vault.Envelope) error {
	sealed, err := json.Marshal(sent(e))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, f := range [][2]string{{"mode", "confidential"}, {"text", text}, {"area", p.app.Place().Units[0].Code}, {"sealed", string(sealed)}} {
		if err := form.WriteField(f[0], f[1]); err != nil {
			return err
		}
	}
	if err := form.Close(); err != nil {
		return err
	}
	return p.tellPublic(ctx, "/public/sealed/report/other", form.FormDataContentType(), &b)
}

// tell is an insider's report with a photo. Its receipt is thrown away.
func (p *past) tell(ctx context.Context, r ring, i int, told map[string]any) error {
	own, _, err := vault.Mint(r.phrase, 1)
	if err != nil {
		return err
	}
	report, err := vault.SealWhole(told, [][]byte{snapshot(i)}, r.keys, own)
	if err != nil {
		return err
	}
	who, err := vault.SealParted(vault.Contact{Name: "（演示）王某", Other: "约在厂外见面"}, r.keys)
	if err != nil {
		return err
	}
	proof := make([]byte, 32)
	random := rand.New(rand.NewPCG(uint64(i), 7))
	for j := range proof {
		proof[j] = byte(random.Uint32())
	}
	body, err := json.Marshal(map[string]any{"proof": hex.EncodeToString(proof), "reply_to": own, "once": fmt.Sprintf("demo-insider-report-%d", i), "report": sent(report), "contact": sent(who)})
	if err != nil {
		return err
	}
	return p.tellPublic(ctx, "/public/sealed/tell", "application/json", bytes.NewReader(body))
}

func (p *past) tellPublic(ctx context.Context, path, kind string, body io.Reader) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.app.Addr()+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", kind)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close() //nolint:errcheck // read to its end below
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %d %s", path, res.StatusCode, text)
	}
	return err
}

// snapshot is a picture that shows nothing of anybody.
func snapshot(i int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 480, 300))
	for y := range 300 {
		for x := range 480 {
			c := color.RGBA{uint8(150 + y/6), uint8(170 + y/8), uint8(190 - i*40), 255}
			if y > 200 {
				c = color.RGBA{uint8(90 + x/12), 95, 80, 255}
			} else if x > 200 && x < 250 && y > 60 {
				c = color.RGBA{110, 70, 60, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, m, nil) // into memory
	return b.Bytes()
}

// openings asks to learn who reported: once with the oversight's consent, once not
// answered yet.
func (p *past) openings(ctx context.Context, r ring) error {
	for i, mode := range []string{"confidential", "insider"} {
		who := ringed[i].login
		desk := p.staff[who]
		var tips struct {
			Items []thing `json:"items"`
		}
		if err := desk.call(ctx, http.MethodGet, "/sealed-tips?limit=1&mode="+mode, nil, &tips); err != nil || len(tips.Items) == 0 {
			return err
		}
		var f struct {
			Parts []struct {
				ID   string `json:"id"`
				Part string `json:"part"`
			} `json:"parts"`
		}
		if err := desk.call(ctx, http.MethodGet, "/sealed-tips/"+tips.Items[0].ID, nil, &f); err != nil {
			return err
		}
		envelope := ""
		for _, x := range f.Parts {
			if x.Part == "contact" {
				envelope = x.ID
			}
		}
		var o thing
		reason := []string{"（演示）查证属实，联系举报人领取奖励", "（演示）需当面取证，采样管的位置只有举报人说得清"}[i]
		if err := desk.call(ctx, http.MethodPost, "/openings", map[string]any{"envelope_id": envelope, "key_id": r.id[who], "reason": reason}, &o); err != nil {
			return err
		}
		if i > 0 {
			continue
		}
		var pass struct {
			Sealed    string `json:"sealed"`
			Recipient string `json:"recipient"`
		}
		eye := p.staff["supervisor"]
		if err := eye.call(ctx, http.MethodPost, "/openings/"+o.ID+"/share", nil, &pass); err != nil {
			return err
		}
		share, err := base64.StdEncoding.DecodeString(pass.Sealed)
		if err != nil {
			return err
		}
		again, err := vault.Reseal(share, r.wrapped["supervisor"], r.phrase, pass.Recipient)
		if err != nil {
			return err
		}
		if err := eye.call(ctx, http.MethodPost, "/openings/"+o.ID+"/approve", map[string]any{"sealed": b64(again)}, nil); err != nil {
			return err
		}
		if err := desk.call(ctx, http.MethodPost, "/openings/"+o.ID+"/open", nil, nil); err != nil {
			return err
		}
	}
	return nil
}
