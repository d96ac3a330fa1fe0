package bench

import (
	"context"
	"strconv"
	"strings"

	"github.com/qingshao/qingshao/internal/db"
)

// table is rows on their way into a table, many in one statement.
type table struct {
	name    string
	columns []string
	args    []any
}

const (
	rowsEach   = 200    // rows of a statement
	rowsCommit = 20_000 // rows of a transaction
)

var (
	clueColumns = []string{"id", "number", "state", "source", "title", "body", "area", "address", "lng", "lat", "category", "enterprise_name",
		"owner_id", "clock", "due_at", "issue_id", "referred_to", "created_by", "created_at", "updated_at"}
	issueColumns = []string{"id", "number", "state", "title", "body", "severity", "category", "area", "address", "lng", "lat", "enterprise_name",
		"desk_area", "lead_agency", "person_id", "measures", "clock", "due_at", "rectify_by", "created_by", "created_at", "updated_at", "closed_at"}
	entryColumns = []string{"id", "kind", "subject", "at", "actor_id", "actor_name", "verb", "title", "from_state", "to_state", "data", "shown"}
)

func (t *table) add(ctx context.Context, tx *db.Tx, row ...any) error {
	t.args = append(t.args, row...)
	if len(t.args) < rowsEach*len(t.columns) {
		return nil
	}
	return t.flush(ctx, tx)
}

func (t *table) flush(ctx context.Context, tx *db.Tx) error {
	if len(t.args) == 0 {
		return nil
	}
	var b strings.Builder
	b.WriteString("INSERT INTO " + t.name + " (" + strings.Join(t.columns, ", ") + ") VALUES ")
	for i := range t.args {
		switch {
		case i == 0:
			b.WriteString("($")
		case i%len(t.columns) == 0:
			b.WriteString("), ($")
		default:
			b.WriteString(", $")
		}
		b.WriteString(strconv.Itoa(i + 1))
	}
	b.WriteByte(')')
	_, err := db.Exec(ctx, tx, b.String(), t.args...)
	t.args = t.args[:0]
	return err
}

// analyse lets the planner know what is there, as running databases do by
// themselves.
func analyse(ctx context.Context, d *db.DB) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := db.Exec(ctx, tx, `ANALYZE`)
		return err
	})
}
