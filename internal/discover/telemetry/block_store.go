package telemetry

import (
	"context"
	"database/sql"
	"slices"

	"github.com/qingshao/qingshao/internal/db"
)

// batch is one row of tele_batch, or its like out of a block.
type batch struct {
	seq, at int64
	data    []byte
	payload []byte // of a block
}

func (b *batch) open() ([]byte, error) {
	if b.payload != nil {
		return b.payload, nil
	}
	return unzip(b.data)
}

// batchesAfter reads the batches behind a number in order, up to another one: those
// of one block, or about limit of those that stand in none. more says that others
// may follow the last of them. Blocks hold the oldest batches of a shard.
func (s *shards) batchesAfter(ctx context.Context, sh *shard, h querier, after, upTo int64, limit int) (out []batch, more bool, err error) {
	b, found, err := findBlock(ctx, h, after)
	if err != nil {
		return nil, false, err
	}
	if !found {
		out, err = openBatches(ctx, h, after, upTo, limit)
		return out, len(out) == limit, err
	}
	all, err := s.unpackBlock(ctx, sh, h, b)
	for _, x := range all {
		if x.seq > after && x.seq <= upTo {
			out = append(out, batch{seq: x.seq, at: x.at, payload: x.payload})
		}
	}
	return out, len(out) > 0, err
}

// openBatches reads batches that stand in no block.
func openBatches(ctx context.Context, h querier, after, upTo int64, limit int) ([]batch, error) {
	found, err := h.QueryContext(ctx, `SELECT seq, at, data FROM tele_batch WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3`, after, upTo, limit)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var out []batch
	for found.Next() {
		var b batch
		if err := found.Scan(&b.seq, &b.at, &b.data); err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, found.Err()
}

// batchOf reads one batch.
func (s *shards) batchOf(ctx context.Context, sh *shard, h querier, seq int64) (batch, error) {
	b := batch{seq: seq}
	err := h.QueryRowContext(ctx, `SELECT at, data FROM tele_batch WHERE seq = $1`, seq).Scan(&b.at, &b.data)
	if !db.IsMissing(err) {
		return b, err
	}
	k, found, err := findBlock(ctx, h, seq-1)
	if err != nil || !found {
		return b, errOr(err, sql.ErrNoRows)
	}
	all, err := s.unpackBlock(ctx, sh, h, k)
	for _, x := range all {
		if x.seq == seq {
			b.at, b.payload = x.at, x.payload
			return b, nil
		}
	}
	return b, errOr(err, sql.ErrNoRows)
}

func errOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

const blockColumns = `seq, upto, frames, first, last, hash`

// findBlock finds the block that holds the next batch behind a number, without its
// data.
func findBlock(ctx context.Context, h querier, after int64) (b block, found bool, err error) {
	err = h.QueryRowContext(ctx, `SELECT `+blockColumns+` FROM tele_block WHERE seq >= COALESCE((SELECT MAX(seq) FROM tele_block WHERE seq <= $1), 0) AND upto > $1
		ORDER BY seq LIMIT 1`, after).Scan(&b.seq, &b.upTo, &b.frames, &b.first, &b.last, &b.hash)
	if db.IsMissing(err) {
		return b, false, nil
	}
	return b, err == nil, err
}

// keptBlocks is how many unpacked blocks are kept for the next page of a reader,
// some megabytes each.
const keptBlocks = 4

// keptBlock is an unpacked block of a shard.
type keptBlock struct {
	shard   string
	seq     int64
	batches []payloadBatch
}

// unpackBlock reads the data of a block, or finds them among those read before:
// blocks never change.
func (s *shards) unpackBlock(ctx context.Context, sh *shard, h querier, b block) ([]payloadBatch, error) {
	is := func(k keptBlock) bool { return k.shard == sh.name && k.seq == b.seq }
	s.mu.Lock()
	if i := slices.IndexFunc(s.blocks, is); i >= 0 {
		k := s.blocks[i]
		s.mu.Unlock()
		return k.batches, nil
	}
	s.mu.Unlock()
	if err := h.QueryRowContext(ctx, `SELECT data FROM tele_block WHERE seq = $1`, b.seq).Scan(&b.data); err != nil {
		return nil, err
	}
	batches, err := b.unpack()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blocks = append(slices.DeleteFunc(s.blocks, is), keptBlock{sh.name, b.seq, batches})
	if len(s.blocks) > keptBlocks {
		s.blocks = slices.Delete(s.blocks, 0, 1)
	}
	return batches, nil
}

// eachBlock walks the blocks of a shard behind a batch.
func eachBlock(ctx context.Context, h querier, after int64, f func(*block) error) error {
	found, err := h.QueryContext(ctx, `SELECT `+blockColumns+`, data FROM tele_block WHERE seq > $1 ORDER BY seq`, after)
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		var b block
		if err := found.Scan(&b.seq, &b.upTo, &b.frames, &b.first, &b.last, &b.hash, &b.data); err != nil {
			return err
		}
		if err := f(&b); err != nil {
			return err
		}
	}
	return found.Err()
}

// moveBatches puts a block in the place of its batches.
func moveBatches(ctx context.Context, tx *sql.Tx, b *block) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO tele_block (`+blockColumns+`, data) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		b.seq, b.upTo, b.frames, b.first, b.last, b.hash, b.data)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM tele_batch WHERE seq >= $1 AND seq <= $2`, b.seq, b.upTo)
	return err
}

// sealedUpTo is the last batch of a shard's blocks that the audit log knows.
func sealedUpTo(ctx context.Context, tx *db.Tx, shard string) (int64, error) {
	n, err := db.One(ctx, tx, db.Value[int64], `SELECT upto FROM tele_seal WHERE shard = $1`, shard)
	if db.IsMissing(err) {
		return 0, nil
	}
	return n, err
}

func setSealed(ctx context.Context, tx *db.Tx, shard string, upTo int64) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO tele_seal (shard, upto) VALUES ($1, $2) ON CONFLICT (shard) DO UPDATE SET upto = excluded.upto`, shard, upTo)
	return err
}
