package telemetry

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/db"
)

// Bounds of a block: large enough for its columns to be worth their while, small
// enough to be unpacked for one frame.
const (
	blockBytes  = 1 << 20
	blockFrames = 2000
	// leastBlock is what must have gathered; less waits for the next night.
	leastBlock = 64 << 10
)

// sealFrames packs the raw frames of a shard that were received before a moment
// into blocks, and enters the blocks' root into the audit log. A block takes the
// place of its batches in one transaction; the log follows, and what a stop leaves
// unlogged the next run logs.
func (s *Store) sealFrames(ctx context.Context, sh *shard, until int64) error {
	for {
		more, err := s.packFrames(ctx, sh, until)
		if err != nil {
			return err
		}
		if err := s.step("packed"); err != nil {
			return err
		}
		if !more {
			return s.logFrames(ctx, sh)
		}
	}
}

// packFrames makes the next block of a shard.
func (s *Store) packFrames(ctx context.Context, sh *shard, until int64) (more bool, err error) {
	var batches []payloadBatch
	full := false
	err = s.shards.reader(sh, func(h querier) error {
		upTo, err := s.settled(ctx, sh, h)
		if err != nil {
			return err
		}
		batches, full, err = gatherBatches(ctx, h, upTo, until, s.o.leastBlock)
		return err
	})
	if err != nil || len(batches) == 0 {
		return false, err
	}
	b, err := newBlock(batches)
	if err != nil {
		return false, fmt.Errorf("batches %d to %d: %w", batches[0].seq, batches[len(batches)-1].seq, err)
	}
	b.hash = b.sum()
	return full, s.paced(ctx, sh, func(ctx context.Context, tx *sql.Tx, _ *shard) error { return moveBatches(ctx, tx, &b) })
}

// gatherBatches takes the oldest batches that make a block; none when there are too
// few, full when there may be more.
func gatherBatches(ctx context.Context, h querier, upTo, until int64, least int) (out []payloadBatch, full bool, err error) {
	bytes, frames := 0, 0
	for after := int64(0); ; {
		page, err := openBatches(ctx, h, after, upTo, batchPage)
		if err != nil {
			return nil, false, err
		}
		for _, b := range page {
			if b.at >= until {
				return enough(out, bytes, least), false, nil
			}
			payload, err := b.open()
			if err != nil {
				return nil, false, fmt.Errorf("batch %d: %w", b.seq, err)
			}
			n := 0
			if err := eachFrame(payload, b.at, func(*storedFrame) error { n++; return nil }); err != nil {
				return nil, false, fmt.Errorf("batch %d: %w", b.seq, err)
			}
			if len(out) > 0 && (bytes+len(payload) > 2*blockBytes || frames+n > 2*blockFrames) {
				return out, true, nil
			}
			out, after = append(out, payloadBatch{b.seq, b.at, payload}), b.seq
			if bytes, frames = bytes+len(payload), frames+n; bytes >= blockBytes || frames >= blockFrames {
				return out, true, nil
			}
		}
		if len(page) < batchPage {
			return enough(out, bytes, least), false, nil
		}
	}
}

func enough(out []payloadBatch, bytes, least int) []payloadBatch {
	if bytes < least {
		return nil
	}
	return out
}

// The audit log's words for packed frames.
const (
	sealAction = "reading_frame.seal"
	sealKind   = "reading_frame"
)

// sealDetail says which batches the root covers: From < number <= To.
type sealDetail struct {
	From   int64  `json:"from"`
	To     int64  `json:"to"`
	Blocks int64  `json:"blocks"`
	Frames int64  `json:"frames"`
	Root   string `json:"root"`
}

// shardText names a shard in the audit log.
func shardText(name string) string {
	if name == "" {
		return "all"
	}
	return name
}

// logFrames enters the blocks that the audit log does not know.
func (s *Store) logFrames(ctx context.Context, sh *shard) error {
	d := sealDetail{}
	err := s.d.Read(ctx, func(tx *db.Tx) (err error) {
		d.From, err = sealedUpTo(ctx, tx, shardText(sh.name))
		return err
	})
	if err != nil {
		return err
	}
	root := sha256.New()
	err = s.shards.reader(sh, func(h querier) error {
		return eachBlock(ctx, h, d.From, func(b *block) error {
			root.Write(b.hash)
			d.To, d.Blocks, d.Frames = b.upTo, d.Blocks+1, d.Frames+b.frames
			return nil
		})
	})
	if err != nil || d.Blocks == 0 {
		return err
	}
	d.Root = hex.EncodeToString(root.Sum(nil))
	return s.d.Write(ctx, func(tx *db.Tx) error {
		if err := setSealed(ctx, tx, shardText(sh.name), d.To); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Actor: "system:telemetry", Action: sealAction, Kind: sealKind, Subject: shardText(sh.name), Area: s.o.Area, Detail: d})
	})
}
