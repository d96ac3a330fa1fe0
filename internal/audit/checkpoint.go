package audit

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// KeyFile holds the secret signing key inside the data folder. It is not part
// of a backup: a restored copy signs with a key of its own.
const KeyFile = "audit.key"

// leafHash is the tree's hash of an entry's body (RFC 6962, section 2.1).
func leafHash(text []byte) tlog.Hash { return tlog.RecordHash(text) }

// Checkpoint is a signed statement: the log of this origin had so many entries
// and this root. Note is its whole text, in the form of C2SP tlog-checkpoint
// with one further line for the time, signed with Ed25519.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	At     time.Time
	Note   string
}

const timeLine = "time "

func formatCheckpoint(origin string, size int64, root tlog.Hash, at time.Time) string {
	return fmt.Sprintf("%s\n%d\n%s\n%s%s\n", origin, size, root, timeLine, at.UTC().Format(time.RFC3339Nano))
}

var errMalformed = errors.New("audit: malformed checkpoint")

// parseCheckpoint reads a checkpoint without looking at its signatures.
func parseCheckpoint(text string) (Checkpoint, error) {
	c := Checkpoint{Note: text}
	lines := strings.SplitN(text, "\n", 5)
	if len(lines) < 5 {
		return c, errMalformed
	}
	var err error
	c.Origin = lines[0]
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 || strconv.FormatInt(c.Size, 10) != lines[1] {
		return c, errMalformed
	}
	if c.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return c, errMalformed
	}
	if at, ok := strings.CutPrefix(lines[3], timeLine); ok {
		if c.At, err = time.Parse(time.RFC3339Nano, at); err != nil {
			return c, errMalformed
		}
	}
	return c, nil
}

// openCheckpoint reads a checkpoint and checks that one of the keys signed it.
func openCheckpoint(text string, keys note.Verifiers) (Checkpoint, uint32, error) {
	n, err := note.Open([]byte(text), keys)
	if err != nil {
		return Checkpoint{}, 0, err
	}
	c, err := parseCheckpoint(text)
	if err == nil && c.Origin != n.Sigs[0].Name {
		err = errMalformed
	}
	return c, n.Sigs[0].Hash, err
}

// Checkpoint sequences what is waiting and gives the signed checkpoint of the
// whole log.
func (l *Log) Checkpoint(ctx context.Context) (Checkpoint, error) {
	if _, err := l.key(ctx); err != nil {
		return Checkpoint{}, err
	}
	if _, err := l.Sequence(ctx); err != nil && !errors.Is(err, errBusy) {
		return Checkpoint{}, err
	}
	return l.sign(ctx)
}

// sign stores and returns a checkpoint of the tree as it stands; a size that is
// already signed keeps its first checkpoint.
func (l *Log) sign(ctx context.Context) (Checkpoint, error) {
	signer, err := l.key(ctx)
	if err != nil {
		return Checkpoint{}, err
	}
	var c Checkpoint
	err = l.db.Write(ctx, func(tx *db.Tx) error {
		origin, size, err := head(ctx, tx)
		if err != nil {
			return err
		}
		stored, err := checkpointOf(ctx, tx, size)
		if err == nil {
			c, err = parseCheckpoint(stored)
			return err
		}
		if !db.IsMissing(err) {
			return err
		}
		if known, err := inTree(ctx, tx, keyAction, "audit", l.keyID); err != nil || !known {
			return errors.Join(err, errBusy) // a key counts once its entry is in the tree
		}
		tree, err := loadFrontier(ctx, tx, size)
		if err != nil {
			return err
		}
		text, err := note.Sign(&note.Note{Text: formatCheckpoint(origin, size, tree.root(), tx.Now)}, signer)
		if err != nil {
			return err
		}
		if stored, err = putCheckpoint(ctx, tx, size, string(text)); err != nil {
			return err
		}
		c, err = parseCheckpoint(stored)
		return err
	})
	return c, err
}

// Newest gives the newest checkpoint that is stored, signing nothing.
func (l *Log) Newest(ctx context.Context) (Checkpoint, error) {
	var text string
	err := l.db.Read(ctx, func(tx *db.Tx) (err error) {
		text, err = newestCheckpoint(ctx, tx)
		return err
	})
	if db.IsMissing(err) {
		return Checkpoint{}, fault.NotFoundf("还没有签名的检查点：请先启动服务，或在数据目录上运行 qingshao verify")
	}
	if err != nil {
		return Checkpoint{}, err
	}
	return parseCheckpoint(text)
}

// key loads the signing key, making and registering it at first use.
func (l *Log) key(ctx context.Context) (note.Signer, error) {
	l.keying.Lock()
	defer l.keying.Unlock()
	if l.signer != nil {
		return l.signer, nil
	}
	origin, err := l.origin(ctx)
	if err != nil {
		return nil, err
	}
	skey, vkey, err := l.readKey(origin)
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return nil, fmt.Errorf("audit: %s: %w", KeyFile, err)
	}
	if signer.Name() != origin {
		return nil, fault.Invalidf("%s 属于另一套系统（%s），不是本系统（%s）：请换回本系统的数据目录", KeyFile, signer.Name(), origin)
	}
	_, id, err := splitVKey(vkey)
	if err != nil {
		return nil, err
	}
	if err := l.db.Write(ctx, func(tx *db.Tx) error { return register(ctx, tx, id, vkey) }); err != nil {
		return nil, err
	}
	l.signer, l.keyID = signer, id
	return signer, nil
}

// origin names the installation, drawn once: place and four random bytes.
func (l *Log) origin(ctx context.Context) (string, error) {
	var r [4]byte
	if _, err := rand.Read(r[:]); err != nil {
		return "", err
	}
	place := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '+' {
			return '-' // a note's signer may not hold them
		}
		return r
	}, l.place)
	if place == "" {
		place = "qingshao"
	}
	name := ""
	err := l.db.Write(ctx, func(tx *db.Tx) (err error) {
		name, err = setOrigin(ctx, tx, place+"/"+hex.EncodeToString(r[:]))
		return err
	})
	return name, err
}

// readKey reads the two halves of the key from the data folder, making them
// when absent. Without a folder each start has a key of its own.
func (l *Log) readKey(origin string) (skey, vkey string, err error) {
	if l.db.Dir() != "" {
		text, err := os.ReadFile(filepath.Join(l.db.Dir(), KeyFile))
		if err == nil {
			halves := strings.Fields(string(text))
			if len(halves) != 2 {
				return "", "", fault.Invalidf("%s 已损坏：请从副本恢复它，或删除它由系统生成新的签名密钥", KeyFile)
			}
			return halves[0], halves[1], nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return "", "", err
		}
	}
	if skey, vkey, err = note.GenerateKey(rand.Reader, origin); err != nil || l.db.Dir() == "" {
		return skey, vkey, err
	}
	// Written whole or not at all; when another process was quicker, its key counts.
	err = writeOnce(filepath.Join(l.db.Dir(), KeyFile), []byte(skey+"\n"+vkey+"\n"))
	if errors.Is(err, os.ErrExist) {
		return l.readKey(origin)
	}
	return skey, vkey, err
}

// writeOnce makes a durable file that only its owner reads; it fails when the
// file exists. A crash leaves no half-written file under the name.
func writeOnce(file string, text []byte) error {
	dir := filepath.Dir(file)
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
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

// keyAction is the entry by which a signing key becomes known.
const keyAction = "audit.key"

type keyDetail struct {
	VKey string `json:"vkey"`
}

// register records the public key in the log, once. From then on checkpoints
// signed with it count; a key that stands in no entry signs nothing.
func register(ctx context.Context, tx *db.Tx, id, vkey string) error {
	known, err := hasEntry(ctx, tx, keyAction, "audit", id)
	if err != nil || known {
		return err
	}
	return Record(ctx, tx, Entry{Actor: "system:audit", Action: keyAction, Kind: "audit", Subject: id, Detail: keyDetail{VKey: vkey}})
}

// splitVKey reads a verifier key, name+hash+base64.
func splitVKey(vkey string) (v note.Verifier, id string, err error) {
	if v, err = note.NewVerifier(vkey); err != nil {
		return nil, "", fmt.Errorf("audit: verifier key: %w", err)
	}
	return v, fmt.Sprintf("%08x", v.KeyHash()), nil
}
