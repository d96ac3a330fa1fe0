package bench

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/qingshao/qingshao/internal/rule/sign"
	"github.com/qingshao/qingshao/internal/world/county"
)

// dumper writes the series as they are made: one line a value.
type dumper struct {
	mu   sync.Mutex
	file *os.File
	buf  *bufio.Writer
	err  error
}

func newDumper(path string) (*dumper, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	d := &dumper{file: f, buf: bufio.NewWriterSize(f, 1<<20)}
	_, d.err = d.buf.WriteString("outlet,time,factor,value,flag\n")
	return d, nil
}

func (d *dumper) outlet(o *county.Outlet, rows []county.Row) {
	line := make([]byte, 0, 96)
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range rows {
		r := &rows[i]
		if r.Lost {
			continue
		}
		for c, v := range r.Values {
			if math.IsNaN(v) || d.err != nil {
				continue
			}
			line = append(append(line[:0], o.ID...), ',')
			line = append(r.At.UTC().AppendFormat(line, time.RFC3339), ',')
			line = append(append(line, o.Channels[c].Code...), ',')
			line = strconv.AppendFloat(line, v, 'f', -1, 64)
			line = append(line, ',', r.Flags[c], '\n')
			_, d.err = d.buf.Write(line)
		}
	}
}

func (d *dumper) finish(dir string, results []watched) error {
	if err := d.buf.Flush(); d.err == nil {
		d.err = err
	}
	if err := d.file.Close(); d.err == nil {
		d.err = err
	}
	if d.err != nil {
		return d.err
	}
	truth, findings := []county.Event{}, []Finding{}
	for i := range results {
		truth = append(truth, results[i].truth...)
		findings = append(findings, Findings(results[i].outlet.ID, results[i].channels, results[i].episodes)...)
	}
	if err := writeJSON(filepath.Join(dir, "truth.json"), truth); err != nil {
		return err
	}
	return writeJSON(filepath.Join(dir, "findings.json"), findings)
}

// Findings gives each episode by its strongest kind.
func Findings(outlet string, channels []sign.Channel, episodes []sign.Episode) []Finding {
	out := []Finding{}
	for _, e := range episodes {
		k := e.Kinds[0]
		out = append(out, Finding{Outlet: outlet, Kind: k.Rule.ID, Factor: factorOf(channels, k.Channel), Start: e.From, End: e.To, Raised: e.Raised,
			Score: math.Round(e.Score*100) / 100, Level: e.Level(), Reason: k.Reason})
	}
	return out
}

func factorOf(channels []sign.Channel, c int) string {
	if c < 0 {
		return ""
	}
	return channels[c].Factor
}

func writeJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o600)
}
