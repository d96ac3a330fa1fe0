package demo

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// memory is what the demo must know at its next start: what its monitors sent
// cannot be taken back, so the same incidents must have happened.
type memory struct {
	Seed      uint64     `json:"seed"`
	Place     string     `json:"place"`
	Starts    int        `json:"starts"`
	Sent      time.Time  `json:"sent"` // everything up to here was reported
	Incidents []accident `json:"incidents"`
	Sink      int        `json:"sink,omitempty"` // port to which its messages go
	// Secrets are the meters' by name: the program itself knows only their hashes.
	Secrets map[string]string `json:"secrets,omitempty"`
	// Phrase opens the keys of the sealed channel, of all its officers.
	Phrase string `json:"phrase,omitempty"`
}

type accident struct {
	Outlet string    `json:"outlet"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
}

const memoryFile = "demo.json"

// recall reads the memory of a data folder; false on the first start.
func recall(dir string) (memory, bool, error) {
	var m memory
	text, err := os.ReadFile(filepath.Join(dir, memoryFile))
	if errors.Is(err, fs.ErrNotExist) {
		return m, false, nil
	}
	if err != nil {
		return m, false, err
	}
	return m, true, json.Unmarshal(text, &m)
}

// keep writes the memory, whole or not at all.
func (m memory) keep(dir string) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	file := filepath.Join(dir, memoryFile)
	if err := os.WriteFile(file+".new", append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
