package vault

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"

	"filippo.io/age"
)

// What browsers do, for the synthetic county and for tests, which have none. The program itself
// calls none of it: it could not open what it seals.

// Mint makes a key pair with its private part under a passphrase, as a browser
// would.
func Mint(passphrase string, work int) (recipient string, wrapped []byte, err error) {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		return "", nil, err
	}
	r, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return "", nil, err
	}
	r.SetWorkFactor(work)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, r)
	if err != nil {
		return "", nil, err
	}
	if _, err := io.WriteString(w, id.String()); err != nil {
		return "", nil, err
	}
	if err := w.Close(); err != nil {
		return "", nil, err
	}
	return id.Recipient().String(), out.Bytes(), nil
}

// SealParted closes who reported, so that only both parties together can open it.
func SealParted(c Contact, keys []Key) (Envelope, error) {
	content, err := padded(c)
	if err != nil {
		return Envelope{}, err
	}
	return seal(content, keys)
}

// SealWhole closes what an insider tells, photos included, for the desk's keys and
// the reporter's own.
func SealWhole(told map[string]any, photos [][]byte, keys []Key, reporter string) (e Envelope, err error) {
	type file struct {
		Type string `json:"type"`
		Size int    `json:"size"`
	}
	list := []file{}
	for _, p := range photos {
		list = append(list, file{"image/jpeg", len(p)})
	}
	head := map[string]any{"files": list}
	for k, v := range told {
		head[k] = v
	}
	b, err := json.Marshal(head)
	if err != nil {
		return e, err
	}
	b = append(b, bytes.Repeat([]byte{' '}, padding-len(b)%padding)...)
	content := append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...)
	for _, p := range photos {
		content = append(content, p...)
	}
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		return e, err
	}
	if e.Body, err = sealTo(content, id.Recipient().String()); err != nil {
		return e, err
	}
	for _, k := range append([]Key{{Party: Reporter, Recipient: reporter}}, keys...) {
		if k.Party == Oversight {
			continue
		}
		sealed, err := sealTo([]byte(id.String()), k.Recipient)
		if err != nil {
			return e, err
		}
		e.Shares = append(e.Shares, Share{k.Party, k.ID, sealed})
	}
	return e, nil
}

// Reseal passes a share on to another key, by a key under its passphrase.
func Reseal(share, wrapped []byte, passphrase, recipient string) ([]byte, error) {
	phrase, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, err
	}
	text, err := opened(wrapped, phrase)
	if err != nil {
		return nil, err
	}
	id, err := age.ParseHybridIdentity(string(text))
	if err != nil {
		return nil, err
	}
	plain, err := opened(share, id)
	if err != nil {
		return nil, err
	}
	return sealTo(plain, recipient)
}

func opened(sealed []byte, id age.Identity) ([]byte, error) {
	r, err := age.Decrypt(bytes.NewReader(sealed), id)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
