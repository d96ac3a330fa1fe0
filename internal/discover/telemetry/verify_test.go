package telemetry

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
)

// tamper runs a statement on the data of November behind the program's back.
func (b *bench) tamper(query string, args ...any) {
	b.t.Helper()
	h := b.d.Handle()
	if b.d.Engine() == db.SQLite {
		b.want(b.send(frame("MN0", "31", "2011", "20261121092900", "a21026-Rtd=1")), b.first()) // its file is open
		h = b.s.shards.all["202611"].write
	}
	r, err := h.Exec(query, args...)
	if err != nil {
		b.t.Fatal(err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		b.t.Fatalf("%q changed nothing: %v", query, err)
	}
}

func (b *bench) first() Outcome {
	if b.touched {
		return Duplicate
	}
	b.touched = true
	return Stored
}

func (b *bench) verify() []string {
	b.t.Helper()
	v, err := Verify(context.Background(), b.d)
	if err != nil {
		b.t.Fatal(err)
	}
	if len(v.Findings) == 0 && v.Rows == 0 {
		b.t.Error("nothing was compared")
	}
	return v.Findings
}

func (b *bench) sound(when string) {
	b.t.Helper()
	if found := b.verify(); len(found) > 0 {
		b.t.Errorf("%s: %q", when, found)
	}
}

// Whoever changes a day behind the program's back is found, whether it is closed
// or not, and however thoroughly they do it.
func TestVerify_FindsAChangedDay(t *testing.T) {
	day := func(text string) int64 {
		at, _ := readTime([]byte(strings.ReplaceAll(text, "-", "") + "000000"))
		return at
	}
	hour := int64(KindOf("31", CNHour))
	for name, c := range map[string]struct {
		change func(b *bench)
		want   []string // in every finding of them
	}{
		"a value of an open day": {func(b *bench) {
			var data []byte
			b.row(&data, `SELECT data FROM tele_row WHERE kind = $1 AND time = $2 AND version = 1`, hour, day("2026-11-20"))
			data[len(data)-1]++
			b.tamper(`UPDATE tele_row SET data = $1 WHERE kind = $2 AND time = $3 AND version = 1 AND device = (SELECT MIN(device) FROM tele_row WHERE kind = $2 AND time = $3)`, data, hour, day("2026-11-20"))
		}, []string{"2026-11-20 设备 MN", "与原始报文"}},
		"an open day without a row": {func(b *bench) {
			b.tamper(`DELETE FROM tele_row WHERE kind = $1 AND time = $2 AND device = (SELECT MIN(device) FROM tele_row WHERE kind = $1 AND time = $2)`, hour, day("2026-11-20"))
		}, []string{"2026-11-20 设备 MN", "与原始报文"}},
		"a closed day's data": {func(b *bench) {
			var data []byte
			b.row(&data, `SELECT data FROM tele_chunk WHERE kind = $1 AND day = $2 ORDER BY device LIMIT 1`, hour, day("2026-11-18"))
			data[len(data)/2] ^= 1
			b.tamper(`UPDATE tele_chunk SET data = $1 WHERE kind = $2 AND day = $3 AND device = (SELECT MIN(device) FROM tele_chunk WHERE kind = $2 AND day = $3)`, data, hour, day("2026-11-18"))
		}, []string{"2026-11-18"}},
		"a closed day, hashes, closing row and all": {func(b *bench) {
			var device int64
			b.row(&device, `SELECT MIN(device) FROM tele_chunk WHERE kind = $1 AND day = $2`, hour, day("2026-11-18"))
			b.forge(hour, device, day("2026-11-18"))
		}, []string{"2026-11-18"}},
		"a closed day without a chunk": {func(b *bench) {
			b.tamper(`DELETE FROM tele_chunk WHERE kind = $1 AND day = $2 AND device = (SELECT MIN(device) FROM tele_chunk WHERE kind = $1 AND day = $2)`, hour, day("2026-11-18"))
		}, []string{"2026-11-18"}},
		"a closed day deleted": {func(b *bench) {
			b.tamper(`DELETE FROM tele_chunk WHERE day = $1`, day("2026-11-19"))
		}, []string{"2026-11-19"}},
		"a chunk added": {func(b *bench) {
			b.tamper(`INSERT INTO tele_chunk (kind, device, day, version, closing, rows, first, last, hash, keys, data)
				SELECT kind, device, day, 7, 9, rows, first, last, hash, keys, data FROM tele_chunk WHERE day = $1 AND kind = $2`, day("2026-11-18"), hour)
		}, []string{"2026-11-18"}},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				b := &bench{t: t, d: d}
				b.start(few)
				past(b)
				b.sound("before closing")
				b.close(3)
				b.sound("closed")
				c.change(b)
				found := b.verify()
				if len(found) == 0 {
					t.Fatal("nothing was found")
				}
				for _, f := range found {
					for _, w := range c.want {
						if !strings.Contains(f, w) {
							t.Errorf("%q does not say %q", f, w)
						}
					}
				}
			})
		})
	}
}

// row reads one row of November's data.
func (b *bench) row(to any, query string, args ...any) {
	b.t.Helper()
	for _, sh := range b.s.shards.list(b.d.Now().UnixMicro(), b.d.Now().UnixMicro()+1) {
		if err := b.s.shards.reader(sh, func(h querier) error { return h.QueryRowContext(context.Background(), query, args...).Scan(to) }); err != nil {
			b.t.Fatal(err)
		}
	}
}

// forge changes a chunk as the program itself would have written it, with the
// frames that would fit, and everything in the databases but the audit log.
func (b *bench) forge(kind, device, day int64) {
	b.t.Helper()
	ctx := context.Background()
	sh := b.s.shards.list(day, day+1)[0]
	var c chunk
	err := b.s.shards.reader(sh, func(h querier) error {
		list, err := chunksOf(ctx, h, Kind(kind), device, day, day+dayLength, false)
		c = list[0]
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	rows, err := c.unpackRows(c.first, c.last+1)
	if err != nil {
		b.t.Fatal(err)
	}
	rows[0].data[len(rows[0].data)-1] ^= 0x10
	forged, err := newChunk(rows)
	if err != nil {
		b.t.Fatal(err)
	}
	forged.day, forged.version, forged.closing = day, c.version, c.closing
	forged.hash = forged.sum()
	b.tamper(`UPDATE tele_chunk SET hash = $1, keys = $2, data = $3 WHERE kind = $4 AND device = $5 AND day = $6`, forged.hash, forged.keys, forged.data, kind, device, day)
	err = b.d.Write(ctx, func(tx *db.Tx) error {
		var root dayRoot
		err := b.s.shards.reader(sh, func(h querier) (err error) {
			root, err = rootOf(ctx, h, day, 1)
			return err
		})
		if err == nil {
			_, err = db.Exec(ctx, tx, `UPDATE tele_day SET root = $1 WHERE day = $2`, root.hash, day)
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// The root of a day stands in the Merkle log, and late data make another.
func TestVerify_LateDataAreLoggedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := &bench{t: t, d: d}
		b.start(few)
		past(b)
		b.close(3)
		b.want(b.send(frame("MN2", "31", "2061", "20261118050000", "a21026-Avg=5,a21026-Flag=N")), Stored)
		b.sound("with a late row")
		b.s.between = func(step string) error { // a check in the middle of everything
			b.sound(step)
			return nil
		}
		b.close(1)
		b.s.between = nil
		b.sound("closed again")
		log := audit.New(d, "test", b.s.log)
		report, err := log.Verify(context.Background())
		if err != nil || !report.OK() {
			t.Fatalf("%+v %v", report, err)
		}
		page, err := log.List(context.Background(), audit.Filter{Action: dayAction, Subject: "2026-11-18"}, "", 10)
		if err != nil || len(page.Items) != 2 || page.Items[0].Seq < 0 {
			t.Fatalf("%+v %v", page.Items, err)
		}
		for i, want := range []string{`{"closing":2,"chunks":28,"rows":80,`, `{"closing":1,"chunks":27,"rows":79,`} {
			if got := string(page.Items[i].Detail); !strings.HasPrefix(got, want) {
				t.Errorf("%s, want %s…", got, want)
			}
		}
	})
}

// Header fields are no readings: only the log knows what they were.
func TestVerify_FindsAChangedFrame(t *testing.T) {
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		b := &bench{t: t, d: d}
		b.start(few)
		past(b)
		clock.Advance(48 * time.Hour)
		b.close(5)
		b.sound("packed")
		ctx := context.Background()
		at, _ := readTime([]byte("20261119000000"))
		sh := b.s.shards.list(at, at+1)[0]
		var k block
		err := b.s.shards.reader(sh, func(h querier) error {
			return eachBlock(ctx, h, -1, func(b *block) error { k = *b; return nil })
		})
		if err != nil {
			t.Fatal(err)
		}
		batches, err := k.unpack()
		if err != nil {
			t.Fatal(err)
		}
		payload := []byte{payloadVersion}
		err = eachFrame(batches[0].payload, batches[0].at, func(f *storedFrame) error {
			if !f.meter {
				segment := bytes.Replace(f.segment(), []byte("QN=20261121"), []byte("QN=20261120"), 1)
				f.raw = bytes.TrimSuffix(framed("%s", segment), []byte("\r\n"))
			}
			payload = f.append(payload, batches[0].at)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		batches[0].payload = payload
		forged, err := newBlock(batches)
		if err != nil {
			t.Fatal(err)
		}
		b.tamper(`UPDATE tele_block SET hash = $1, data = $2 WHERE seq = $3`, forged.sum(), forged.data, forged.seq)
		if found := b.verify(); len(found) != 1 || !strings.Contains(found[0], "批原始报文") {
			t.Errorf("%q", found)
		}
	})
}
