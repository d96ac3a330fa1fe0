package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// Verify reads the whole log in one snapshot: every entry against its hash, its
// columns and its canonical form; every place in the tree; every stored node;
// every checkpoint, signed or witnessed; and whatever is not in the tree. What
// still waits is sequenced first, unless another node is the sequencer.
//
// Damage is told once: the tree is recomputed over the stored leaf hashes, which
// are compared with the entries one by one, so that one edited entry is one
// finding and not a cascade of wrong roots.
func (l *Log) Verify(ctx context.Context) (Report, error) {
	if _, err := l.Sequence(ctx); err != nil && !errors.Is(err, errBusy) {
		// A damaged tree cannot be extended; the check below says what is wrong.
		l.log.Warn("audit verify goes on without the waiting entries", "error", err)
	}
	notes, err := l.recall(ctx)
	if err != nil {
		return Report{}, err
	}
	v := &verifier{report: Report{Findings: []Finding{}}, keys: map[uint32]signedFrom{}}
	err = l.db.Read(ctx, func(tx *db.Tx) error { return v.run(ctx, tx, notes) })
	return v.report, err
}

// Inspect is Verify as an act of a person: the log holds who checked it and what
// came out.
func (l *Log) Inspect(ctx context.Context, by string) (Report, error) {
	r, err := l.Verify(ctx)
	if err != nil {
		return r, err
	}
	return r, l.db.Write(ctx, func(tx *db.Tx) error {
		return Record(ctx, tx, Entry{Actor: by, Action: "audit.verify", Kind: "audit", Subject: r.Origin,
			Detail: map[string]any{"ok": r.OK(), "size": r.Size, "root": r.Root.String(), "findings": len(r.Findings) + r.Omitted}})
	})
}

// recall collects what the witnesses remember.
func (l *Log) recall(ctx context.Context) ([]claim, error) {
	var out []claim
	for _, w := range l.witnesses {
		notes, err := w.Notes(ctx)
		if err != nil {
			return nil, fmt.Errorf("witness %s: %w", w.Name(), err)
		}
		for _, n := range notes {
			out = append(out, claim{by: "见证（" + w.Name() + "）保存的检查点", note: n})
		}
	}
	return out, nil
}

// claim is a checkpoint that somebody holds.
type claim struct {
	by   string
	note string
	Checkpoint
}

// signedFrom is a key of the log and the place of the entry that introduced it.
type signedFrom struct {
	verifier note.Verifier
	seq      int64
}

type mismatch struct {
	seq              int64
	id               string
	computed, stored tlog.Hash
}

type verifier struct {
	report Report
	tree   frontier
	size   int64 // as the head says
	claims []claim
	keys   map[uint32]signedFrom
	wrong  []mismatch
}

const page = 1000

func (v *verifier) run(ctx context.Context, tx *db.Tx, notes []claim) error {
	var err error
	if v.report.Origin, v.size, err = head(ctx, tx); err != nil {
		return err
	}
	if err := v.collect(ctx, tx, notes); err != nil {
		return err
	}
	if err := v.leaves(ctx, tx); err != nil {
		return err
	}
	v.settleMismatches()
	v.judgeClaims()
	if err := v.ends(ctx, tx); err != nil {
		return err
	}
	v.report.Size, v.report.Root = v.tree.size, v.tree.root()
	return v.outside(ctx, tx)
}

// collect gathers every checkpoint to compare, in the order of their sizes.
func (v *verifier) collect(ctx context.Context, tx *db.Tx, notes []claim) error {
	stored, err := allCheckpoints(ctx, tx)
	if err != nil {
		return err
	}
	handed, err := allWitnessed(ctx, tx)
	if err != nil {
		return err
	}
	for _, s := range stored {
		v.claims = append(v.claims, claim{by: "检查点", note: s.note})
	}
	for _, s := range handed {
		v.claims = append(v.claims, claim{by: "已交付见证的检查点", note: s.note})
	}
	v.claims = append(v.claims, notes...)
	v.report.Checkpoints = len(v.claims)
	kept := v.claims[:0]
	for _, c := range v.claims {
		if c.Checkpoint, err = parseCheckpoint(c.note); err != nil {
			v.report.find(Forged, -1, "", "%s的格式不对，无法识别：它被改动过或系伪造", c.by)
			continue
		}
		kept = append(kept, c)
	}
	v.claims = kept
	slices.SortStableFunc(v.claims, func(a, b claim) int { return int(min(max(a.Size-b.Size, -1), 1)) })
	return nil
}

// leaves walks the tree from its first place to its last.
func (v *verifier) leaves(ctx context.Context, tx *db.Tx) error {
	last, err := lastLeaf(ctx, tx)
	if err != nil {
		return err
	}
	v.claimsAt(0)
	for from := int64(0); from <= last; from += page {
		end := min(from+page, last+1)
		list, err := leavesFrom(ctx, tx, from, int(end-from))
		if err != nil {
			return err
		}
		stored, err := nodesBetween(ctx, tx, tlog.StoredHashCount(from), tlog.StoredHashCount(end))
		if err != nil {
			return err
		}
		at := map[int64]leaf{}
		for _, l := range list {
			at[l.seq] = l
		}
		for seq := from; seq < end; seq++ {
			v.place(seq, at, stored)
			v.claimsAt(seq + 1)
		}
	}
	return nil
}

// place checks one place of the tree and appends it to the recomputed tree.
func (v *verifier) place(seq int64, at map[int64]leaf, stored map[int64]node) {
	known, has := stored[tlog.StoredHashIndex(0, seq)]
	l, placed := at[seq]
	use := known.hash
	switch {
	case !placed:
		v.report.find(Deleted, seq, "", "第 %d 条记录（序号 %d）已不在日志中：它被删除了", seq+1, seq)
	case !l.found:
		v.report.find(Deleted, seq, l.entryID, "第 %d 条记录（序号 %d，编号 %s）的内容已被删除", seq+1, seq, l.entryID)
	default:
		v.report.Checked++
		sum := v.entry(l)
		if has && sum != known.hash {
			v.wrong = append(v.wrong, mismatch{seq, l.entryID, sum, known.hash})
		}
		if !has {
			use = sum
		}
	}
	if !has {
		v.report.find(Damaged, seq, l.entryID, "第 %d 条记录（序号 %d）在默克尔树中的叶子缺失", seq+1, seq)
	}
	for _, n := range v.tree.add(use)[1:] {
		if s, ok := stored[n.idx]; !ok || s.hash != n.hash {
			v.report.find(Damaged, seq, "", "默克尔树的节点 %d（覆盖到序号 %d）与其下的记录不符：树被改动过", n.idx, seq)
		}
	}
}

// entry checks a row against itself and returns its leaf hash.
func (v *verifier) entry(l leaf) tlog.Hash {
	text := []byte(l.text)
	if sum := sha256.Sum256(text); !bytes.Equal(sum[:], l.hash) {
		v.report.find(Edited, l.seq, l.entryID, "第 %d 条记录（序号 %d，编号 %s）的正文与其摘要不符：内容被改动过", l.seq+1, l.seq, l.entryID)
	}
	b, err := parseBody(text)
	if err != nil {
		v.report.find(Edited, l.seq, l.entryID, "第 %d 条记录（序号 %d，编号 %s）的正文不是规范格式：内容被改动过", l.seq+1, l.seq, l.entryID)
		return leafHash(text)
	}
	for _, c := range []struct {
		column string
		same   bool
	}{
		{"编号", b.ID == l.row.ID}, {"时间", b.At == l.row.At}, {"操作人", b.Actor == l.row.Actor},
		{"操作", b.Action == l.row.Action}, {"对象类型", b.Kind == l.row.Kind}, {"对象", b.Subject == l.row.Subject},
	} {
		if !c.same {
			v.report.find(Edited, l.seq, l.entryID, "第 %d 条记录（序号 %d，编号 %s）的“%s”一栏与正文不符：该栏被改动过", l.seq+1, l.seq, l.entryID, c.column)
		}
	}
	if b.Action == keyAction {
		v.learn(b, l.seq)
	}
	return leafHash(text)
}

// learn notes a signing key that the log introduces.
func (v *verifier) learn(b body, seq int64) {
	var d keyDetail
	if json.Unmarshal(b.Detail, &d) != nil {
		return
	}
	if k, _, err := splitVKey(d.VKey); err == nil {
		if _, twice := v.keys[k.KeyHash()]; !twice {
			v.keys[k.KeyHash()] = signedFrom{k, seq}
		}
	}
}

// settleMismatches tells entries that changed places from edited ones.
func (v *verifier) settleMismatches() {
	settled := map[int64]bool{}
	byStored := map[tlog.Hash]mismatch{}
	for _, m := range v.wrong {
		byStored[m.stored] = m
	}
	for _, m := range v.wrong {
		if settled[m.seq] {
			continue
		}
		if o, ok := byStored[m.computed]; ok && o.seq != m.seq {
			settled[m.seq] = true
			if o.computed == m.stored {
				settled[o.seq] = true
			}
			v.report.find(Swapped, m.seq, m.id, "第 %d 条与第 %d 条记录（序号 %d、%d）的次序被调换", m.seq+1, o.seq+1, m.seq, o.seq)
			continue
		}
		v.report.find(Edited, m.seq, m.id, "第 %d 条记录（序号 %d，编号 %s）与默克尔树中的叶子不符：内容在入链后被改动", m.seq+1, m.seq, m.id)
	}
}

// claimsAt notes the root that the tree has at this size for its claims.
func (v *verifier) claimsAt(size int64) {
	i, _ := slices.BinarySearchFunc(v.claims, size, func(c claim, n int64) int { return int(min(max(c.Size-n, -1), 1)) })
	var root tlog.Hash
	for first := true; i < len(v.claims) && v.claims[i].Size == size; i++ {
		if first {
			root, first = v.tree.root(), false
		}
		if v.claims[i].Root != root {
			v.report.find(Rewritten, -1, "", "%s（%d 条，%s）与现有日志重算的树根不符：前 %d 条记录的历史被改写", v.claims[i].by, size, stamp(v.claims[i].At), size)
		}
	}
}

// judgeClaims checks signatures, now that the log's keys are known, and finds
// claims to more entries than there are.
func (v *verifier) judgeClaims() {
	verifiers := make([]note.Verifier, 0, len(v.keys))
	for _, k := range v.keys {
		verifiers = append(verifiers, k.verifier)
	}
	known := note.VerifierList(verifiers...)
	for _, c := range v.claims {
		_, key, err := openCheckpoint(c.note, known)
		switch {
		case err != nil:
			v.report.find(Forged, -1, "", "%s（%d 条，%s）的签名无效，或签名密钥未在日志中登记：系伪造或被改动", c.by, c.Size, stamp(c.At))
		case c.Size <= v.keys[key].seq:
			v.report.find(Forged, -1, "", "%s（%d 条，%s）所用的签名密钥在第 %d 条记录才登记：系事后伪造", c.by, c.Size, stamp(c.At), v.keys[key].seq+1)
		case c.Origin != v.report.Origin:
			v.report.find(Forged, -1, "", "%s（%d 条）属于另一套系统（%s）", c.by, c.Size, c.Origin)
		}
		if c.Size > v.tree.size {
			v.report.find(Truncated, v.tree.size, "", "日志只有 %d 条记录，而%s（%s）证明曾有 %d 条：末尾的 %d 条被删除", v.tree.size, c.by, stamp(c.At), c.Size, c.Size-v.tree.size)
		}
	}
}

// ends checks that the tree stops where the head says.
func (v *verifier) ends(ctx context.Context, tx *db.Tx) error {
	if v.size > v.tree.size {
		v.report.find(Truncated, v.tree.size, "", "日志应有 %d 条记录，只找到 %d 条：末尾的 %d 条被删除", v.size, v.tree.size, v.size-v.tree.size)
	}
	if v.size < v.tree.size {
		v.report.find(Damaged, v.size, "", "日志头记载 %d 条记录，实际有 %d 条：日志头被改动过", v.size, v.tree.size)
	}
	more, err := nodesOutside(ctx, tx, tlog.StoredHashCount(v.tree.size))
	if err == nil && more > 0 {
		v.report.find(Truncated, v.tree.size, "", "默克尔树比记录多出 %d 个节点：末尾的记录被删除", more)
	}
	return err
}

// outside looks for entries that the tree does not hold.
func (v *verifier) outside(ctx context.Context, tx *db.Tx) error {
	list, err := looseEntries(ctx, tx, tx.Now.Add(-overdue), mostFindings)
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.pending {
			v.report.find(Unsequenced, -1, e.id, "记录 %s（%s）超过 10 秒仍未入链：请检查入链程序是否在运行", e.id, stamp(time.UnixMicro(e.at)))
		} else {
			v.report.find(Foreign, -1, e.id, "记录 %s（%s）不在链上，也不在待入链之列：它不是由本系统写入的，或其叶子被删除", e.id, stamp(time.UnixMicro(e.at)))
		}
	}
	gone, err := orphans(ctx, tx, mostFindings)
	for _, id := range gone {
		v.report.find(Deleted, -1, id, "待入链的记录 %s 已被删除", id)
	}
	return err
}

var beijing = time.FixedZone("CST", 8*3600)

func stamp(t time.Time) string {
	if t.IsZero() {
		return "时间不详"
	}
	return t.In(beijing).Format("2006-01-02 15:04:05")
}

// Since proves that the log has only grown since an older checkpoint, given as
// its text: the older tree is a prefix of the present one (RFC 6962, consistency
// proof). It returns the older checkpoint.
func (l *Log) Since(ctx context.Context, text string) (Checkpoint, error) {
	var old Checkpoint
	err := l.db.Read(ctx, func(tx *db.Tx) error {
		keys, err := knownKeys(ctx, tx)
		if err != nil {
			return err
		}
		if old, _, err = openCheckpoint(text, keys); err != nil {
			return fault.Invalidf("给出的检查点无效：签名不是本系统的密钥所签，或文本被改动过").Because(err)
		}
		_, size, err := head(ctx, tx)
		if err != nil {
			return err
		}
		if old.Size > size {
			return fault.Conflictf("日志被截断：检查点证明曾有 %d 条记录，现在只有 %d 条", old.Size, size)
		}
		if old.Size == 0 {
			return nil
		}
		reader := hashReader(ctx, tx)
		root, err := tlog.TreeHash(size, reader)
		if err != nil {
			return err
		}
		proof, err := tlog.ProveTree(size, old.Size, reader)
		if err != nil {
			return err
		}
		if tlog.CheckTree(proof, size, root, old.Size, old.Root) != nil {
			return fault.Conflictf("日志被改写：现有日志不是从检查点（%d 条，%s）增长而来", old.Size, stamp(old.At))
		}
		return nil
	})
	return old, err
}

// hashReader reads stored nodes for proofs.
func hashReader(ctx context.Context, tx *db.Tx) tlog.HashReader {
	return tlog.HashReaderFunc(func(idx []int64) ([]tlog.Hash, error) { return readHashes(ctx, tx, idx) })
}

// knownKeys are the keys that the log itself introduces.
func knownKeys(ctx context.Context, tx *db.Tx) (note.Verifiers, error) {
	texts, err := keyEntries(ctx, tx)
	if err != nil {
		return nil, err
	}
	v := &verifier{keys: map[uint32]signedFrom{}}
	for _, t := range texts {
		if b, err := parseBody([]byte(t)); err == nil {
			v.learn(b, 0)
		}
	}
	list := make([]note.Verifier, 0, len(v.keys))
	for _, k := range v.keys {
		list = append(list, k.verifier)
	}
	return note.VerifierList(list...), nil
}
