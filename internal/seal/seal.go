// Package seal keeps small secrets unreadable at rest: keys and passwords of
// devices are sealed (AES-256-GCM) with a key that lies in a file of the data
// folder, never in the database and never in a backup. Whoever has only the
// database or a backup of it reads none of them.
//
// It is not for passwords of people (auth hashes those) and signs nothing (audit).
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/qingshao/qingshao/internal/fault"
)

// KeyFile holds the sealing key inside the data folder, readable by its owner.
const KeyFile = "device.key"

// Box seals and opens. The key is read, or made, at the first use.
type Box struct {
	dir string

	mu   sync.Mutex
	aead cipher.AEAD // guarded by mu
}

// New makes the box of a data folder; without a folder the key lives as long as
// the box.
func New(dir string) *Box { return &Box{dir: dir} }

// Seal makes a secret unreadable; about names what it belongs to, and only the
// same words open it again.
func (b *Box) Seal(secret []byte, about string) ([]byte, error) {
	a, err := b.key()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, a.NonceSize(), a.NonceSize()+len(secret)+a.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return a.Seal(nonce, nonce, secret, []byte(about)), nil
}

// Open reads what Seal made.
func (b *Box) Open(sealed []byte, about string) ([]byte, error) {
	a, err := b.key()
	if err != nil {
		return nil, err
	}
	if len(sealed) < a.NonceSize() {
		return nil, errClosed
	}
	n := a.NonceSize()
	secret, err := a.Open(nil, sealed[:n], sealed[n:], []byte(about))
	if err != nil {
		return nil, errClosed.Because(err)
	}
	return secret, nil
}

var errClosed = fault.New(fault.Unavailable, "保存的密钥打不开：数据目录中的 %s 与数据库不是一套；请从副本恢复该文件，或为设备重新设置密钥", KeyFile)

func (b *Box) key() (cipher.AEAD, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.aead != nil {
		return b.aead, nil
	}
	key, err := b.read()
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	b.aead, err = cipher.NewGCM(block)
	return b.aead, err
}

func (b *Box) read() ([]byte, error) {
	fresh := make([]byte, 32)
	if _, err := rand.Read(fresh); err != nil || b.dir == "" {
		return fresh, err
	}
	name := filepath.Join(b.dir, KeyFile)
	text, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		if err = writeOnce(name, []byte(hex.EncodeToString(fresh)+"\n")); err == nil || errors.Is(err, os.ErrExist) {
			text, err = os.ReadFile(name) // another process may have been quicker
		}
	}
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != 32 {
		return nil, fault.New(fault.Unavailable, "%s 已损坏：请从副本恢复它；删除它会生成新的密钥，设备密钥须重新设置", KeyFile)
	}
	return key, nil
}

// writeOnce makes a durable file that only its owner reads; it fails when the
// file exists. A crash leaves no half-written file under the name.
func writeOnce(file string, text []byte) error {
	dir := filepath.Dir(file)
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), file); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
