package telemetry

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strings"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/db"
)

// Verified is what Verify found.
type Verified struct {
	Days     int   // closed days compared with the audit log
	Chunks   int64 // read and hashed
	Rows     int64 // readings compared with their frames
	Findings []string
	Omitted  int // findings beyond the first 200
}

// mostFindings bounds the findings that are told.
const mostFindings = 200

func (v *Verified) find(format string, args ...any) {
	if len(v.Findings) == mostFindings {
		v.Omitted++
		return
	}
	v.Findings = append(v.Findings, fmt.Sprintf(format, args...))
}

// Verify compares the readings with what the audit log says of them, and with the
// frames as received: the chunks of every closed day with the root that was logged
// when it was closed, and the readings of every day, closed or not, with the frames
// that they came in. It only reads, and may run beside a server on the same data.
// The audit log itself is checked by audit.Verify.
func Verify(ctx context.Context, d *db.DB) (Verified, error) {
	v := &verifier{d: d}
	s, err := openShards(d)
	if err != nil {
		return v.Verified, err
	}
	defer s.close() // only readers were opened
	v.shards = s
	if v.logged, err = loggedDays(ctx, d); err != nil {
		return v.Verified, err
	}
	if v.sealed, err = loggedFrames(ctx, d); err != nil {
		return v.Verified, err
	}
	reg, err := readRegistry(ctx, d)
	if err != nil {
		return v.Verified, err
	}
	v.names = reg.byNum
	for _, sh := range s.list(anyTime, everTime) {
		err := s.reader(sh, func(h querier) error {
			if !sh.postgres {
				if ok, _, err := hasTables(ctx, h); !ok {
					return err
				}
			}
			return v.shard(ctx, sh, h)
		})
		if err != nil {
			return v.Verified, err
		}
	}
	for _, day := range slices.Sorted(maps.Keys(v.logged)) {
		if !v.seen[day] {
			v.find("%s 的监测数据已按审计日志封存，现在找不到：数据被删除，或该月的数据文件未恢复", dayText(day))
		}
	}
	if len(v.loose) > 0 {
		return v.Verified, v.judgeLoose(ctx)
	}
	return v.Verified, nil
}

type verifier struct {
	Verified
	d      *db.DB
	shards *shards
	names  map[int64]*Device
	logged map[int64]dayDetail     // by day, the newest closing
	sealed map[string][]sealDetail // by shard, oldest first
	seen   map[int64]bool
	loose  map[int64]int64 // days with chunks of a closing that the log did not have, and its number
}

// loggedDays reads the newest closing of each day from the audit log.
func loggedDays(ctx context.Context, d *db.DB) (map[int64]dayDetail, error) {
	out := map[int64]dayDetail{}
	return out, d.Read(ctx, func(tx *db.Tx) error {
		return audit.EachOf(ctx, tx, dayAction, func(r audit.Row) error {
			var detail dayDetail
			at, ok := hj212.ParseTime([]byte(strings.ReplaceAll(r.Subject, "-", "") + "000000"))
			if json.Unmarshal(r.Detail, &detail) == nil && ok {
				out[at.UnixMicro()] = detail
			}
			return nil // the log's own check names an entry that cannot be read
		})
	})
}

// loggedFrames reads from the audit log what it says of packed frames.
func loggedFrames(ctx context.Context, d *db.DB) (map[string][]sealDetail, error) {
	out := map[string][]sealDetail{}
	return out, d.Read(ctx, func(tx *db.Tx) error {
		return audit.EachOf(ctx, tx, sealAction, func(r audit.Row) error {
			var detail sealDetail
			if json.Unmarshal(r.Detail, &detail) == nil {
				out[r.Subject] = append(out[r.Subject], detail)
			}
			return nil
		})
	})
}

// blocks compares the packed frames of a shard with the audit log. Those that it
// does not know yet are compared with the readings, as all frames are.
func (v *verifier) blocks(ctx context.Context, h querier, logged []sealDetail) error {
	roots := make([]hash.Hash, len(logged))
	for i := range roots {
		roots[i] = sha256.New()
	}
	err := eachBlock(ctx, h, -1, func(b *block) error {
		sum := b.sum()
		if !bytes.Equal(sum, b.hash) {
			v.find("第 %d 至 %d 批原始报文与封存时的摘要不符：封存后被改动", b.seq, b.upTo)
			sum = b.hash // told once
		}
		if i := slices.IndexFunc(logged, func(d sealDetail) bool { return b.seq > d.From && b.upTo <= d.To }); i >= 0 {
			roots[i].Write(sum)
		}
		return nil
	})
	for i, d := range logged {
		if hex.EncodeToString(roots[i].Sum(nil)) != d.Root {
			v.find("第 %d 至 %d 批原始报文（%d 帧）与入链的摘要不符：封存后被改动或删除", d.From+1, d.To, d.Frames)
		}
	}
	return err
}

// shard checks what stands in one shard.
func (v *verifier) shard(ctx context.Context, sh *shard, h querier) error {
	if v.seen == nil {
		v.seen, v.loose = map[int64]bool{}, map[int64]int64{}
	}
	open, frames := tallies{}, tallies{}
	days, err := chunkDays(ctx, h)
	if err != nil {
		return err
	}
	twice := map[int64]map[rowID]*packedRow{} // open rows of days that stand in chunks
	for _, day := range days {
		twice[day] = map[rowID]*packedRow{}
	}
	err = eachOpen(ctx, h, func(r *packedRow) error {
		if in := twice[midnight(r.time)]; in != nil {
			row := *r
			row.data = bytes.Clone(r.data)
			in[r.id()] = &row
			return nil
		}
		open.add(r)
		return nil
	})
	if err != nil {
		return err
	}
	for _, day := range days {
		if err := v.day(ctx, h, day, twice[day], open); err != nil {
			return err
		}
	}
	if err := v.blocks(ctx, h, v.sealed[shardText(sh.name)]); err != nil {
		return err
	}
	if err := v.eachBatch(ctx, sh, h, func(b batch) error { return v.frames(b, frames) }); err != nil {
		return err
	}
	v.compare(open, frames)
	return nil
}

// rowID is a row's key.
type rowID struct{ kind, time, device, part, version int64 }

func (r *packedRow) id() rowID {
	return rowID{int64(r.kind), r.time, r.device, int64(r.part), r.version}
}

// day checks the chunks of a day and tallies its rows, those in chunks and those
// that stand open.
func (v *verifier) day(ctx context.Context, h querier, day int64, open map[rowID]*packedRow, rows tallies) error {
	logged := v.logged[day]
	v.seen[day] = true
	root, count, whole := sha256.New(), dayDetail{}, true
	err := eachChunkOfDay(ctx, h, day, func(c *chunk) error {
		v.Chunks++
		sum := c.sum()
		list, err := c.unpackRows(c.first, c.last+1)
		switch {
		case !bytes.Equal(sum, c.hash):
			v.find("%s %s 的%s数据（第 %d 版）与封存时的摘要不符：封存后被改动", dayText(day), v.name(c.device), c.kind.title(), c.version)
			whole = false
		case err != nil || len(list) != c.rows:
			v.find("%s %s 的%s数据（第 %d 版）无法读出：数据损坏", dayText(day), v.name(c.device), c.kind.title(), c.version)
			whole = false
		}
		switch {
		case c.closing <= logged.Closing:
			root.Write(sum)
			count.Chunks, count.Rows = count.Chunks+1, count.Rows+int64(c.rows)
		case standsOpen(list, open): // a closing is under way
			return nil
		default:
			v.loose[day] = max(v.loose[day], c.closing)
		}
		for i := range list {
			id := list[i].id()
			delete(open, id)
			rows.add(&list[i])
		}
		return nil
	})
	if err != nil {
		return err
	}
	if logged.Closing > 0 {
		v.Days++
		if whole && hex.EncodeToString(root.Sum(nil)) != logged.Root {
			v.find("%s 的监测数据与封存时入链的摘要不符（应有 %d 块 %d 帧，现有 %d 块 %d 帧）：封存后被改动", dayText(day), logged.Chunks, logged.Rows, count.Chunks, count.Rows)
		}
	}
	for _, r := range open {
		rows.add(r)
	}
	return nil
}

// standsOpen reports whether every row of a chunk is an open row, too.
func standsOpen(rows []packedRow, open map[rowID]*packedRow) bool {
	for i := range rows {
		r := open[rows[i].id()]
		if r == nil || r.seq != rows[i].seq || r.hash != rows[i].hash || !bytes.Equal(r.data, rows[i].data) {
			return false
		}
	}
	return true
}

// judgeLoose looks whether the closings that were not in the log are there now: a
// server may have closed days meanwhile.
func (v *verifier) judgeLoose(ctx context.Context) error {
	now, err := loggedDays(ctx, v.d)
	for _, day := range slices.Sorted(maps.Keys(v.loose)) {
		if now[day].Closing < v.loose[day] {
			v.find("%s 有未入链的封存数据：封存尚未完成、刚从备份恢复，或数据是绕过程序写入的；下一次封存（每日 02:40）之后再核验一次", dayText(day))
		}
	}
	return err
}

// eachBatch walks the batches of a shard in order.
func (v *verifier) eachBatch(ctx context.Context, sh *shard, h querier, f func(batch) error) error {
	for after := int64(-1); ; {
		page, _, err := v.shards.batchesAfter(ctx, sh, h, after, everTime, batchPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, b := range page {
			if err := f(b); err != nil {
				return err
			}
			after = b.seq
		}
	}
}

// frames tallies the rows that the frames of a batch make.
func (v *verifier) frames(b batch, into tallies) error {
	payload, err := b.open()
	if err == nil {
		var dec recorder
		err = eachFrame(payload, b.at, func(f *storedFrame) error {
			r, err := dec.row(f, b.seq)
			if err == nil {
				v.Rows++
				into.add(&r)
			}
			return err
		})
	}
	if err != nil {
		v.find("第 %d 批原始报文无法读出：数据损坏或被改动", b.seq)
	}
	return nil
}

// row makes the row of a stored frame anew.
func (d *recorder) row(f *storedFrame, seq int64) (packedRow, error) {
	r := packedRow{time: f.time, device: f.device, version: f.version, seq: seq}
	if f.meter {
		s, err := f.sheet()
		if err != nil {
			return r, err
		}
		items, err := unpack(s.packed, MeterST)
		r.kind, r.hash, r.data = KindOf(MeterST, CNRealtime), hashArea(s.packed), s.packed
		if len(items) == 0 {
			r.kind, r.hash = KindOf(MeterST, CNUnmapped), hashArea(s.payload)
		}
		return r, err
	}
	if err := hj212.ParseSegment(f.segment(), &d.frame); err != nil {
		return r, errors.Join(errPayload, err)
	}
	d.frame.ParseItems(&d.area)
	d.packed = appendPacked(d.packed[:0], d.area.Items)
	r.kind, r.part, r.hash, r.data = kindOf(d.frame.ST, d.frame.Command), d.frame.PNO, hashArea(d.frame.Area), d.packed
	return r, nil
}

// tallies sums up rows by day and device, in any order: the sum of their hashes.
type tallies map[dayDevice]*tally

type dayDevice struct{ day, device int64 }

type tally struct {
	rows int64
	sum  [4]uint64
}

func (t tallies) add(r *packedRow) {
	k := dayDevice{midnight(r.time), r.device}
	x := t[k]
	if x == nil {
		x = &tally{}
		t[k] = x
	}
	b := make([]byte, 0, 256)
	for _, v := range []int64{int64(r.kind), r.time, r.device, int64(r.part), r.version, r.seq, r.hash} {
		b = binary.AppendVarint(b, v)
	}
	digest := sha256.Sum256(append(b, r.data...))
	x.rows++
	for i := range x.sum {
		x.sum[i] += binary.LittleEndian.Uint64(digest[8*i:])
	}
}

// compare tells the days and devices whose readings are not those of their frames.
func (v *verifier) compare(rows, frames tallies) {
	keys := map[dayDevice]bool{}
	for k := range rows {
		keys[k] = true
	}
	for k := range frames {
		keys[k] = true
	}
	byDay := func(a, b dayDevice) int { return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.device, b.device)) }
	for _, k := range slices.SortedFunc(maps.Keys(keys), byDay) {
		a, b := rows[k], frames[k]
		switch {
		case a == nil:
			v.find("%s %s 的数据已不在库中，而原始报文有 %d 帧：数据被删除", dayText(k.day), v.name(k.device), b.rows)
		case b == nil:
			v.find("%s %s 有 %d 帧数据没有原始报文：数据是绕过程序写入的，或报文被删除", dayText(k.day), v.name(k.device), a.rows)
		case *a != *b:
			v.find("%s %s 的数据（%d 帧）与原始报文（%d 帧）不符：数据或报文被改动", dayText(k.day), v.name(k.device), a.rows, b.rows)
		}
	}
}

func (v *verifier) name(device int64) string {
	if d := v.names[device]; d != nil {
		return "设备 " + d.MN
	}
	return fmt.Sprintf("未登记的设备（编号 %d）", device)
}

// title names a kind for people.
func (k Kind) title() string { return "“" + k.CN().Name(hj212.V2017) + "”" }
