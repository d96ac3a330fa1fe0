package db

import (
	"context"
	"strconv"
	"strings"
	"unicode"
)

// Search finds papers by any part of their text. Chinese has no spaces and most
// of its words have two characters, so the index holds every pair of adjacent
// letters and digits; what it finds is read again with LIKE. SQLite keeps the
// pairs in FTS5 (without positions or the text), PostgreSQL in a GIN index over
// an array (decision 0074).

// fewFound is up to how many papers the index may find for it to be followed;
// words that are more common than that stand on so many papers that walking the
// newest ones soon fills a page.
const fewFound = 20_000

// prepareSearch makes the native parts of the index.
func prepareSearch(ctx context.Context, d *DB) error {
	native := `CREATE VIRTUAL TABLE IF NOT EXISTS search_pairs USING fts5(pairs, content='', contentless_delete=1, detail=none, tokenize='ascii')`
	if d.engine == Postgres {
		native = `CREATE INDEX IF NOT EXISTS search_text_pairs ON search_text USING gin (string_to_array(pairs, ' '))`
	}
	_, err := d.write.ExecContext(ctx, native)
	return err
}

// pairs are the pairs of the texts, each once, as words of ASCII that begin
// with the kind.
func pairs(kind string, texts ...string) string {
	seen := map[string]bool{}
	var b strings.Builder
	for _, t := range texts {
		before := rune(0)
		for _, r := range strings.ToLower(t) {
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				before = 0
				continue
			}
			if before != 0 {
				p := kind[:1] + strconv.FormatInt(int64(before)<<21|int64(r), 36)
				if !seen[p] {
					seen[p] = true
					b.WriteByte(' ')
					b.WriteString(p)
				}
			}
			before = r
		}
	}
	return strings.TrimPrefix(b.String(), " ")
}

// PutText enters a paper's text into the index, in the place of what was there;
// the kind is a word of lower-case letters.
func PutText(ctx context.Context, tx *Tx, kind, id string, texts ...string) error {
	p := pairs(kind, texts...)
	if tx.Engine == Postgres {
		_, err := Exec(ctx, tx, `INSERT INTO search_text (kind, id, pairs) VALUES ($1, $2, $3)
			ON CONFLICT (kind, id) DO UPDATE SET pairs = excluded.pairs`, kind, id, p)
		return err
	}
	n, err := One(ctx, tx, Value[int64], `INSERT INTO search_text (kind, id, n) VALUES ($1, $2, (SELECT COALESCE(MAX(n), 0) + 1 FROM search_text WHERE n > 0))
		ON CONFLICT (kind, id) DO UPDATE SET n = search_text.n RETURNING n`, kind, id)
	if err == nil {
		_, err = Exec(ctx, tx, `INSERT OR REPLACE INTO search_pairs (rowid, pairs) VALUES ($1, $2)`, n, p)
	}
	return err
}

// Text is a paper on its way into the index.
type Text struct {
	ID    string
	Texts []string
}

// textsEach is how many papers EnterTexts takes in one transaction.
const textsEach = 2000

// EnterTexts enters the papers of a kind that were there before the index was,
// the newest first: that of the oldest says that all are in. older gives up to
// so many papers below an id, newest first.
func EnterTexts(ctx context.Context, d *DB, kind string, older func(ctx context.Context, tx *Tx, id string, n int) ([]Text, error)) error {
	below := ""
	err := d.Read(ctx, func(tx *Tx) (err error) {
		below, err = One(ctx, tx, Value[string], `SELECT COALESCE(MIN(id), '') FROM search_text WHERE kind = $1`, kind)
		return err
	})
	if below == "" {
		below = "~"
	}
	for more := err == nil; more && err == nil; {
		err = d.Write(ctx, func(tx *Tx) error {
			list, err := older(ctx, tx, below, textsEach)
			for i := 0; i < len(list) && err == nil; i++ {
				below = list[i].ID
				err = PutText(ctx, tx, kind, below, list[i].Texts...)
			}
			more = len(list) == textsEach
			return err
		})
	}
	return err
}

// Words are what a person searches for in papers of a kind.
type Words struct {
	text, kind, match string
	found             string // by number, this one
	few               bool
}

// LookUp prepares a search: whether the words are a number, and whether the
// index is worth following.
func LookUp(ctx context.Context, tx *Tx, kind, words string) (Words, error) {
	w := Words{text: strings.TrimSpace(words), kind: kind}
	if n, ok := ReadNumber(words); ok {
		w.found = n
		return w, nil
	}
	if w.match = pairs(kind, w.text); w.match == "" {
		return w, nil
	}
	query := `SELECT rowid FROM search_pairs WHERE search_pairs MATCH $1`
	if tx.Engine == Postgres {
		query = `SELECT 1 FROM search_text WHERE string_to_array(pairs, ' ') @> string_to_array($1, ' ')`
	}
	n, err := One(ctx, tx, Value[int], `SELECT COUNT(*) FROM (`+query+` LIMIT `+strconv.Itoa(fewFound+1)+`) AS found`, w.match)
	w.few = n <= fewFound
	return w, err
}

// Contains joins "the paper has this number" or "one of the columns contains
// the words"; id and number name the paper's columns.
func (f *Filter) Contains(tx *Tx, w Words, id, number string, columns ...string) {
	if w.found != "" {
		f.Add(number+" = ?", w.found)
		return
	}
	if w.few {
		found := `s.n > 0 AND s.n IN (SELECT rowid FROM search_pairs WHERE search_pairs MATCH ?)`
		if tx.Engine == Postgres {
			found = `string_to_array(s.pairs, ' ') @> string_to_array(?, ' ')`
		}
		f.Add(id+` IN (SELECT s.id FROM search_text s WHERE s.kind = ? AND `+found+`)`, w.kind, w.match)
	}
	f.Has(w.text, append([]string{number}, columns...)...)
}
