package vault

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"filippo.io/age"

	"github.com/qingshao/qingshao/internal/fault"
)

// The format, in words that the browser's half (web/seal) follows too:
//
//   - a content key is the text of a fresh age identity (ML-KEM-768 + X25519);
//     the body is an age file for that identity's recipient;
//   - a whole share is that text, sealed by age to one key;
//   - a parted share is one of two texts of equal length whose exclusive or it
//     is: the first is random and goes to the desk, the other to the oversight.
//
// Nothing of it is our own cryptography but the exclusive or.

// magic begins every age file.
const magic = "age-encryption.org/v1\n"

// padding hides the length of short content: JSON ends in blanks up to a multiple.
const padding = 1024

// Contact is who reported and how to reach them.
type Contact struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
	Other string `json:"other"`
}

// Empty reports whether nothing was said.
func (c Contact) Empty() bool { return c == Contact{} }

func padded(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return append(b, bytes.Repeat([]byte{' '}, padding-len(b)%padding)...), nil
}

func sealTo(plain []byte, recipient string) ([]byte, error) {
	r, err := age.ParseHybridRecipient(recipient)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, r)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// seal closes content, parted between the two parties.
func seal(content []byte, keys []Key) (Envelope, error) {
	e := Envelope{Parted: true}
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		return e, err
	}
	if e.Body, err = sealTo(content, id.Recipient().String()); err != nil {
		return e, err
	}
	secret := []byte(id.String())
	desk := make([]byte, len(secret))
	if _, err := rand.Read(desk); err != nil {
		return e, err
	}
	half := map[Party][]byte{Desk: desk, Oversight: exclusive(secret, desk)}
	for _, k := range keys {
		sealed, err := sealTo(half[k.Party], k.Recipient)
		if err != nil {
			return e, err
		}
		e.Shares = append(e.Shares, Share{k.Party, k.ID, sealed})
	}
	return e, nil
}

func exclusive(a, b []byte) []byte {
	out := make([]byte, len(a))
	for i := range a {
		out[i] = a[i] ^ b[i]
	}
	return out
}

// Fingerprint is what people read aloud to compare a recipient: the first half
// of its SHA-256, in groups of four.
func Fingerprint(recipient string) string {
	sum := sha256.Sum256([]byte(recipient))
	text := hex.EncodeToString(sum[:16])
	groups := []string{}
	for i := 0; i < len(text); i += 4 {
		groups = append(groups, text[i:i+4])
	}
	return strings.Join(groups, " ")
}

// sameFingerprint compares what was typed, however it was spaced.
func sameFingerprint(typed, fingerprint string) bool {
	bare := func(s string) string {
		return strings.ToLower(strings.Map(func(r rune) rune {
			if r == ' ' || r == '-' || r == '　' {
				return -1
			}
			return r
		}, s))
	}
	return bare(typed) == bare(fingerprint)
}

func checkRecipient(s string) error {
	if _, err := age.ParseHybridRecipient(s); err != nil {
		return fault.Invalidf("公钥格式不对，请刷新页面后重新建立").With("recipient", "格式不对")
	}
	return nil
}
