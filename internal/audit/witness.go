package audit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

// Witness keeps checkpoints where whoever can write to the database cannot
// reach them.
type Witness interface {
	// Name tells witnesses apart in findings and in the log.
	Name() string
	// Put hands a signed checkpoint over; giving the same one twice is no error.
	Put(ctx context.Context, c Checkpoint) error
	// Notes gives back every checkpoint it has been given, as text; nil when it
	// cannot, as with most witnesses outside.
	Notes(ctx context.Context) ([]string, error)
}

// WitnessFolder is the folder of the file witness inside the data folder.
const WitnessFolder = "witness"

type folder string

// FolderWitness keeps each checkpoint as a file. The folder proves something
// only when it is copied or mounted from elsewhere (a write-once share, another
// office's machine): see docs/how-to/audit.md.
func FolderWitness(dir string) Witness { return folder(dir) }

func (f folder) Name() string { return "文件 " + filepath.Base(string(f)) }

func (f folder) Put(_ context.Context, c Checkpoint) error {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return err
	}
	err := writeOnce(filepath.Join(string(f), fmt.Sprintf("checkpoint-%012d.txt", c.Size)), []byte(c.Note))
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	return err
}

func (f folder) Notes(context.Context) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(string(f), "checkpoint-*.txt"))
	if err != nil {
		return nil, err
	}
	sort.Strings(files)
	notes := make([]string, 0, len(files))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		notes = append(notes, string(text))
	}
	return notes, nil
}

type webhook struct {
	url    string
	client *http.Client
}

// WebhookWitness sends each checkpoint as text/plain by POST; the other side
// answers 2xx once it has stored it.
func WebhookWitness(url string) Witness {
	return webhook{url, &http.Client{Timeout: 20 * time.Second}}
}

func (w webhook) Name() string { return "回调 " + w.url }

func (w webhook) Put(ctx context.Context, c Checkpoint) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, strings.NewReader(c.Note))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	res, err := w.client.Do(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("audit: the witness answered %s", res.Status)
	}
	return nil
}

func (w webhook) Notes(context.Context) ([]string, error) { return nil, nil }

// Testify signs the log as it stands and hands the checkpoint to every witness;
// it is meant to run daily, and fails while some witness has not taken it.
func (l *Log) Testify(ctx context.Context) error {
	c, err := l.Checkpoint(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, w := range l.witnesses {
		err := w.Put(ctx, c)
		if err == nil {
			err = l.db.Write(ctx, func(tx *db.Tx) error { return putWitnessed(ctx, tx, w.Name(), c) })
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("witness %s: %w", w.Name(), err))
		}
	}
	return errors.Join(errs...)
}
