package world

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"sync"
)

// Entry is one answered packet in a manifest, one JSON object a line.
type Entry struct {
	MN       string `json:"mn"`
	ST       string `json:"st"`
	CN       string `json:"cn"`
	DataTime string `json:"datatime"`
	PNO      int    `json:"pno"`
	QN       string `json:"qn"`
	SHA256   string `json:"sha256"` // of Raw
	Raw      string `json:"raw"`    // ## to CRC, without CR LF
}

// Manifest writes down what was answered. Every call of Record is one write of
// whole lines, so that a killed simulator leaves at most one broken line.
type Manifest struct {
	mu sync.Mutex
	w  io.Writer
}

// NewManifest writes to w, usually a file.
func NewManifest(w io.Writer) *Manifest { return &Manifest{w: w} }

// Record appends the packets; it is the simulator's Record.
func (m *Manifest) Record(packets []Packet) error {
	var buf []byte
	for _, p := range packets {
		sum := sha256.Sum256(p.Raw())
		line, err := json.Marshal(Entry{MN: p.MN, ST: p.ST, CN: p.CN, DataTime: p.DataTime, PNO: p.PNO, QN: p.QN,
			SHA256: hex.EncodeToString(sum[:]), Raw: string(p.Raw())})
		if err != nil {
			return err
		}
		buf = append(append(buf, line...), '\n')
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	_, err := m.w.Write(buf)
	return err
}

// ReadManifest reads what a Manifest wrote.
func ReadManifest(r io.Reader) ([]Entry, error) {
	var out []Entry
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var e Entry
		if err := json.Unmarshal(sc.Bytes(), &e); err != nil {
			return out, err
		}
		out = append(out, e)
	}
	return out, sc.Err()
}
