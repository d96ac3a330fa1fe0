package audit_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
)

// found wants a finding of the kind whose sentence holds the words.
func found(t *testing.T, r audit.Report, p audit.Problem, words string) {
	t.Helper()
	for _, f := range r.Findings {
		if f.Problem == p && strings.Contains(f.Text, words) {
			return
		}
	}
	t.Errorf("no finding %s with “%s” among %+v", p, words, r.Findings)
}

// alone wants exactly one finding.
func alone(t *testing.T, r audit.Report, p audit.Problem, seq int64, words string) {
	t.Helper()
	found(t, r, p, words)
	if len(r.Findings) != 1 || r.Findings[0].Seq != seq {
		t.Errorf("want one finding at %d, got %+v", seq, r.Findings)
	}
}

// tamper runs statements as somebody with full power over the database.
func tamper(t *testing.T, d *db.DB, statements ...string) {
	t.Helper()
	if err := d.Write(ctx, func(tx *db.Tx) error {
		off := `PRAGMA defer_foreign_keys = ON`
		if d.Engine() == db.Postgres {
			off = `SET LOCAL session_replication_role = replica`
		}
		for _, s := range append([]string{off}, statements...) {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// scene is a sequenced, signed log of eleven entries; entry 0..9 are acts,
// entry 10 is the key.
func scene(t *testing.T, d *db.DB) *audit.Log {
	t.Helper()
	l := newLog(d)
	record(t, d, 10)
	must[audit.Checkpoint](t)(l.Checkpoint(ctx))
	clean(t, l)
	return l
}

func idAt(t *testing.T, d *db.DB, seq int64) (id string) {
	t.Helper()
	if err := d.Read(ctx, func(tx *db.Tx) (err error) {
		id, err = db.One(ctx, tx, db.Value[string], `SELECT entry_id FROM audit_leaf WHERE seq = $1`, seq)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return id
}

func bodyOf(t *testing.T, d *db.DB, id string) (text string) {
	t.Helper()
	if err := d.Read(ctx, func(tx *db.Tx) (err error) {
		text, err = db.One(ctx, tx, db.Value[string], `SELECT body FROM audit_entry WHERE id = $1`, id)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return text
}

// rewrite replaces an entry's text, its hash and its columns, as a careful
// forger would.
func rewrite(t *testing.T, d *db.DB, id, text string) {
	t.Helper()
	var b struct{ Actor, Action, Kind, Subject string }
	if err := json.Unmarshal([]byte(text), &b); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(text))
	if err := d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE audit_entry SET body = $2, hash = $3, actor = $4, action = $5, kind = $6, subject = $7 WHERE id = $1`,
			id, text, sum[:], b.Actor, b.Action, b.Kind, b.Subject)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// rebuild computes all leaves, nodes and the head anew from the entries, as a
// forger who knows the program would, and returns the new root.
func rebuild(t *testing.T, d *db.DB) (root tlog.Hash, size int64) {
	t.Helper()
	if err := d.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM audit_node`); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM audit_leaf`); err != nil {
			return err
		}
		type entry struct{ id, body string }
		list, err := db.All(ctx, tx, func(s db.Scanner) (e entry, err error) {
			err = s.Scan(&e.id, &e.body)
			return e, err
		}, `SELECT id, body FROM audit_entry ORDER BY id`)
		if err != nil {
			return err
		}
		nodes := map[int64]tlog.Hash{}
		reader := tlog.HashReaderFunc(func(idx []int64) ([]tlog.Hash, error) {
			out := make([]tlog.Hash, len(idx))
			for i, x := range idx {
				out[i] = nodes[x]
			}
			return out, nil
		})
		for i, e := range list {
			hashes, err := tlog.StoredHashes(int64(i), []byte(e.body), reader)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO audit_leaf (seq, entry_id) VALUES ($1, $2)`, i, e.id); err != nil {
				return err
			}
			for k, h := range hashes {
				idx := tlog.StoredHashIndex(0, int64(i)) + int64(k)
				nodes[idx] = h
				if _, err := tx.ExecContext(ctx, `INSERT INTO audit_node (idx, hash) VALUES ($1, $2)`, idx, h[:]); err != nil {
					return err
				}
			}
		}
		size = int64(len(list))
		if root, err = tlog.TreeHash(size, reader); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE audit_head SET size = $1`, size)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return root, size
}

func TestAttack_RowEdited(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := scene(t, d)
		id := idAt(t, d, 3)
		tamper(t, d, `UPDATE audit_entry SET actor = 'somebody' WHERE id = '`+id+`'`)
		alone(t, verify(t, l), audit.Edited, 3, "“操作人”一栏与正文不符")
		tamper(t, d, `UPDATE audit_entry SET actor = 'u0' WHERE id = '`+id+`'`)
		clean(t, l)

		text := bodyOf(t, d, id)
		lie := strings.Replace(text, `"actor":"u0"`, `"actor":"u1"`, 1)
		tamper(t, d, `UPDATE audit_entry SET body = '`+lie+`' WHERE id = '`+id+`'`)
		found(t, verify(t, l), audit.Edited, "正文与其摘要不符")
		rewrite(t, d, id, lie)
		r := verify(t, l)
		alone(t, r, audit.Edited, 3, "内容在入链后被改动")
		if r.Findings[0].EntryID != id {
			t.Errorf("the finding names %s, not %s", r.Findings[0].EntryID, id)
		}
		rewrite(t, d, id, strings.Replace(text, `{"id"`, `{ "id"`, 1))
		found(t, verify(t, l), audit.Edited, "不是规范格式")
		rewrite(t, d, id, text)
		clean(t, l)
	})
}

func TestAttack_RowDeleted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := scene(t, d)
		id := idAt(t, d, 4)
		tamper(t, d, `DELETE FROM audit_leaf WHERE seq = 4`, `DELETE FROM audit_entry WHERE id = '`+id+`'`)
		alone(t, verify(t, l), audit.Deleted, 4, "第 5 条记录（序号 4）已不在日志中")
		if d.Engine() == db.Postgres { // SQLite's constraint holds even for us
			id = idAt(t, d, 6)
			tamper(t, d, `DELETE FROM audit_entry WHERE id = '`+id+`'`)
			found(t, verify(t, l), audit.Deleted, "编号 "+id)
		}
	})
}

func TestAttack_LeafHiddenFromTheTree(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := scene(t, d)
		id := idAt(t, d, 4)
		tamper(t, d, `DELETE FROM audit_leaf WHERE seq = 4`)
		r := verify(t, l)
		found(t, r, audit.Deleted, "（序号 4）")
		found(t, r, audit.Foreign, id)
	})
}

func TestAttack_RowsSwapped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := scene(t, d)
		a, b := idAt(t, d, 2), idAt(t, d, 7)
		tamper(t, d, `DELETE FROM audit_leaf WHERE seq IN (2, 7)`,
			`INSERT INTO audit_leaf (seq, entry_id) VALUES (2, '`+b+`'), (7, '`+a+`')`)
		alone(t, verify(t, l), audit.Swapped, 2, "第 3 条与第 8 条记录（序号 2、7）的次序被调换")
	})
}

func TestAttack_TailTruncated(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := scene(t, d)
		record(t, d, 4)
		must[int](t)(l.Sequence(ctx)) // fifteen entries, eleven of them signed
		tail := []string{
			`CREATE TEMP TABLE gone AS SELECT entry_id FROM audit_leaf WHERE seq >= 9`,
			`DELETE FROM audit_leaf WHERE seq >= 9`,
			`DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM gone)`,
			`DROP TABLE gone`,
		}
		tamper(t, d, tail...)
		r := verify(t, l)
		found(t, r, audit.Truncated, "日志应有 15 条记录，只找到 9 条")
		found(t, r, audit.Truncated, "默克尔树比记录多出")
		found(t, r, audit.Truncated, "证明曾有 11 条：末尾的 2 条被删除")
		// Even when head and nodes are cut to fit.
		tamper(t, d, `UPDATE audit_head SET size = 9`, fmt.Sprintf(`DELETE FROM audit_node WHERE idx >= %d`, tlog.StoredHashCount(9)))
		r = verify(t, l)
		found(t, r, audit.Truncated, "证明曾有 11 条：末尾的 2 条被删除")
	})
}

func TestAttack_HistoryRewrittenConsistently(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := scene(t, d)
		if err := l.Testify(ctx); err != nil {
			t.Fatal(err)
		}
		held := must[audit.Checkpoint](t)(l.Newest(ctx))
		id := idAt(t, d, 3)
		rewrite(t, d, id, strings.Replace(bodyOf(t, d, id), `"actor":"u0"`, `"actor":"u1"`, 1))
		root, _ := rebuild(t, d)
		r := verify(t, l)
		found(t, r, audit.Rewritten, "检查点（11 条")

		// The forger also owns the signing key and replaces all checkpoints.
		tamper(t, d, `DELETE FROM audit_checkpoint`, `DELETE FROM audit_witness`)
		if c := must[audit.Checkpoint](t)(l.Checkpoint(ctx)); c.Root != root {
			t.Fatalf("the forged log signs %s, not %s", c.Root, root)
		}
		r = verify(t, l)
		found(t, r, audit.Rewritten, "见证（文件 witness）保存的检查点（11 条")
		if len(r.Findings) != 1 {
			t.Errorf("the rest is consistent, yet: %+v", r.Findings)
		}
		if _, err := l.Since(ctx, held.Note); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "改写") {
			t.Errorf("since the witnessed checkpoint: %v", err)
		}
	})
}

func TestAttack_TruncatedConsistentlyAgainstAWitness(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := scene(t, d)
		record(t, d, 3)
		if err := l.Testify(ctx); err != nil {
			t.Fatal(err)
		}
		held := must[audit.Checkpoint](t)(l.Newest(ctx))
		tamper(t, d, `DELETE FROM audit_checkpoint`, `DELETE FROM audit_witness`, `DELETE FROM audit_leaf`,
			`DELETE FROM audit_entry WHERE id IN (SELECT id FROM audit_entry ORDER BY id DESC LIMIT 3)`)
		rebuild(t, d)
		found(t, verify(t, l), audit.Truncated, "见证（文件 witness）保存的检查点")
		if _, err := l.Since(ctx, held.Note); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "截断") {
			t.Errorf("since the witnessed checkpoint: %v", err)
		}
	})
}

func TestAttack_CheckpointForged(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		l := scene(t, d)
		real := must[audit.Checkpoint](t)(l.Newest(ctx))
		put := func(text string) {
			t.Helper()
			if err := d.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, `UPDATE audit_checkpoint SET note = $1`, text)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		put(strings.Replace(real.Note, "\n11\n", "\n10\n", 1)) // text changed under the signature
		found(t, verify(t, l), audit.Forged, "签名无效")
		put("hello")
		found(t, verify(t, l), audit.Forged, "格式不对")

		// Signed well, but with a key that the log does not know.
		skey, vkey, err := note.GenerateKey(rand.Reader, real.Origin)
		if err != nil {
			t.Fatal(err)
		}
		signer, err := note.NewSigner(skey)
		if err != nil {
			t.Fatal(err)
		}
		text, _, _ := strings.Cut(real.Note, "\n\n")
		forged, err := note.Sign(&note.Note{Text: text + "\n"}, signer)
		if err != nil {
			t.Fatal(err)
		}
		put(string(forged))
		alone(t, verify(t, l), audit.Forged, -1, "签名密钥未在日志中登记")
		if _, err := l.Since(ctx, string(forged)); !fault.Is(err, fault.Invalid) {
			t.Errorf("since a forged checkpoint: %v", err)
		}

		// The forger registers the key afterwards: the order gives it away.
		if err := d.Write(ctx, func(tx *db.Tx) error {
			return audit.Record(ctx, tx, audit.Entry{Actor: "system:audit", Action: "audit.key", Kind: "audit", Subject: "x", Detail: map[string]string{"vkey": vkey}})
		}); err != nil {
			t.Fatal(err)
		}
		alone(t, verify(t, l), audit.Forged, -1, "事后伪造")
		put(real.Note)
		clean(t, l)
	})
}

func TestAttack_WitnessFileEdited(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := scene(t, d)
		if err := l.Testify(ctx); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(d.Dir(), audit.WitnessFolder, "checkpoint-000000000011.txt")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, bytes.Replace(text, []byte("\n11\n"), []byte("\n12\n"), 1), 0o600); err != nil {
			t.Fatal(err)
		}
		r := verify(t, l)
		found(t, r, audit.Forged, "见证（文件 witness）保存的检查点")
		found(t, r, audit.Truncated, "证明曾有 12 条")
	})
}

func TestAttack_NodesChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := scene(t, d)
		inner := tlog.StoredHashIndex(2, 0)
		tamper(t, d, fmt.Sprintf(`UPDATE audit_node SET hash = (SELECT hash FROM audit_node WHERE idx = 0) WHERE idx = %d`, inner))
		found(t, verify(t, l), audit.Damaged, fmt.Sprintf("默克尔树的节点 %d", inner))
		tamper(t, d, fmt.Sprintf(`DELETE FROM audit_node WHERE idx = %d`, tlog.StoredHashIndex(0, 5)))
		found(t, verify(t, l), audit.Damaged, "第 6 条记录（序号 5）在默克尔树中的叶子缺失")
	})
}

func TestAttack_RowSlippedIn(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		l := scene(t, d)
		id := db.NewID()
		text := fmt.Sprintf(`{"id":"%s","at":%d,"actor":"u0","action":"issue.close","kind":"issue","subject":"i","area":""}`, id, c.Now().UnixMicro())
		sum := sha256.Sum256([]byte(text))
		if err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO audit_entry (id, at, actor, action, kind, subject, body, hash) VALUES ($1, $2, 'u0', 'issue.close', 'issue', 'i', $3, $4)`,
				id, c.Now().UnixMicro(), text, sum[:])
			return err
		}); err != nil {
			t.Fatal(err)
		}
		c.Advance(time.Second)
		alone(t, verify(t, l), audit.Foreign, -1, "不是由本系统写入的")
	})
}

func TestAttack_WaitingRowDeleted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := scene(t, d)
		record(t, d, 1)
		tamper(t, d, `DELETE FROM audit_entry WHERE id = (SELECT entry_id FROM audit_pending)`)
		alone(t, verify(t, l), audit.Deleted, -1, "待入链的记录")
	})
}

func TestVerify_ALongListOfFindingsIsCut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		l := newLog(d)
		record(t, d, 230)
		must[audit.Checkpoint](t)(l.Checkpoint(ctx))
		tamper(t, d, `UPDATE audit_entry SET actor = 'x'`)
		if r := verify(t, l); len(r.Findings) != 200 || r.Omitted != 31 {
			t.Errorf("%d findings and %d more", len(r.Findings), r.Omitted)
		}
	})
}
