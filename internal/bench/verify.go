package bench

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/world"
)

// Check holds stored frames against those that a crowd has sent.
type Check struct {
	crowd  *Crowd
	frames map[*wire]*frames
	once   map[*wire]*bits
	buf    []byte

	Stored     int // different frames of the crowd, as they were sent
	Duplicated int // frames stored more than once
	Strange    int // under the name of a frame of the crowd, with other bytes
}

// Check begins a comparison; the crowd must have run.
func (c *Crowd) Check() *Check {
	k := &Check{crowd: c, frames: map[*wire]*frames{}, once: map[*wire]*bits{}}
	for _, w := range c.conns {
		k.frames[w], k.once[w] = c.frames(w.stations), new(bits)
	}
	return k
}

// See takes one stored frame; those of others are passed over.
func (k *Check) See(mn, cn, dataTime string, stored []byte) {
	station, ok := stationOf(mn)
	at, ok2 := hj212.ParseTime([]byte(dataTime))
	want := hj212.UploadRealtime
	if k.crowd.Minute {
		want = hj212.UploadMinute
	}
	if !ok || !ok2 || cn != want.String() {
		return
	}
	w, j, ok := k.crowd.find(station, at)
	if !ok {
		return
	}
	k.buf = k.frames[w].append(k.buf[:0], j%len(w.stations), station, at)
	switch {
	case !bytes.Equal(raw(k.buf), bytes.TrimRight(stored, "\r\n")):
		k.Strange++
	case k.once[w].add(j):
		k.Stored++
	default:
		k.Duplicated++
	}
}

// Lost counts the frames that were answered and not seen since.
func (k *Check) Lost() int {
	n := 0
	for _, w := range k.crowd.conns {
		for j := range w.sent {
			if w.done.has(j) && !k.once[w].has(j) {
				n++
			}
		}
	}
	return n
}

// compare holds what was answered against everything that is stored.
func (c *Crowd) compare(ctx context.Context, conf app.Config, out *Ingested) (err error) {
	d, err := db.Open(ctx, db.Config{Dir: conf.Dir, URL: conf.Database})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	k := c.Check()
	err = telemetry.Export(ctx, d, telemetry.ExportQuery{}, func(x telemetry.Exported) error {
		k.See(x.MN, x.CN, x.DataTime, x.Raw)
		return nil
	})
	lost := k.Lost()
	out.Stored, out.Lost, out.Duplicated = &k.Stored, &lost, &k.Duplicated
	return err
}

// sentLine is one frame of the manifest, named as an export names it.
type sentLine struct {
	world.Entry
	Answered bool `json:"answered"`
}

// list writes the manifest, one JSON object a line.
func (c Ingest) list(crowd *Crowd) (err error) {
	if c.Manifest == "" || crowd == nil {
		return nil
	}
	f, err := os.Create(c.Manifest)
	if err != nil {
		return fault.Invalidf("不能写入清单文件 %s：%v", c.Manifest, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	out := bufio.NewWriterSize(f, 1<<18)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	cn := hj212.UploadRealtime.String()
	err = crowd.Each(func(station int, at time.Time, frame []byte, answered bool) error {
		stamp := string(hj212.AppendTime(nil, at))
		sum := sha256.Sum256(frame)
		return enc.Encode(sentLine{world.Entry{MN: MN(station), ST: "31", CN: cn, DataTime: stamp, QN: stamp + "000", SHA256: hex.EncodeToString(sum[:]), Raw: string(frame)}, answered})
	})
	return errors.Join(err, out.Flush())
}
