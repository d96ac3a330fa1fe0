package api

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"

	"github.com/danielgtaylor/huma/v2"

	"github.com/qingshao/qingshao/internal/db"
)

// pageOf shows a page of things by the view of one.
func pageOf[T, V any](p db.Page[T], view func(T) V) Page[V] {
	out := Page[V]{Items: make([]V, 0, len(p.Items)), Next: p.Next, Total: p.Total, TotalCapped: p.Capped}
	for _, x := range p.Items {
		out.Items = append(out.Items, view(x))
	}
	return out
}

// everyPage walks a keyset-paged list to its end; next gives the cursor that
// follows, "" at the end.
func everyPage(next func(cursor string) (string, error)) error {
	cursor, err := next("")
	for err == nil && cursor != "" {
		cursor, err = next(cursor)
	}
	return err
}

// exportCSV registers a download of a list as CSV in UTF-8 with a byte-order
// mark, which spreadsheet programs need to read Chinese. write gives the rows; an
// error before the first row becomes an ordinary answer, a later one breaks the
// download off, so that half a list never looks whole. Every export is audited
// before its first byte leaves.
func exportCSV[Q any](a *API, id, path, title, name string, columns []string, write func(context.Context, *Q, func(...string) error) error) {
	raw(a, http.MethodGet, id, path, title, func(ctx context.Context, in *Q) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			u := hc.URL()
			if err := a.exported(ctx, actor(ctx), id, u.RawQuery); err != nil {
				a.fail(hc, id, err)
				return
			}
			w := csv.NewWriter(hc.BodyWriter())
			begun := false
			begin := func() error {
				begun = true
				hc.SetHeader("Content-Type", "text/csv; charset=utf-8")
				hc.SetHeader("Content-Disposition", fmt.Sprintf("attachment; filename=\"%s.csv\"; filename*=UTF-8''%s.csv", id, url.PathEscape(name)))
				if _, err := hc.BodyWriter().Write([]byte("\xEF\xBB\xBF")); err != nil {
					return err
				}
				return w.Write(columns)
			}
			row := func(cells ...string) error {
				if !begun {
					if err := begin(); err != nil {
						return err
					}
				}
				for i, c := range cells {
					cells[i] = harmless(c)
				}
				return w.Write(cells)
			}
			err := write(ctx, in, row)
			if err != nil && !begun {
				a.fail(hc, id, err)
				return
			}
			if err == nil && !begun {
				err = begin()
			}
			w.Flush()
			if err = errors.Join(err, w.Error()); err != nil {
				a.log.WarnContext(ctx, "export broke off", "operation", id, "err", err)
				panic(http.ErrAbortHandler)
			}
		}}, nil
	})
}

// fail answers an operation that writes its own body.
func (a *API) fail(hc huma.Context, op string, err error) {
	p := a.problem(hc.Context(), op, err)
	if se, ok := p.(huma.StatusError); ok {
		_ = huma.WriteErr(a.huma, hc, se.GetStatus(), se.Error()) // a caller that went away hears nothing
	}
}

// formula is what a spreadsheet program may take for one; negativeNumber is what
// only looks like it: "-1.5" is a value, "-2+3+cmd|…" is not.
var (
	formula        = regexp.MustCompile(`^[=+@\t\r-]`)
	negativeNumber = regexp.MustCompile(`^-(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$`)
)

// harmless keeps a spreadsheet program from running a cell as a formula.
func harmless(cell string) string {
	if formula.MatchString(cell) && !negativeNumber.MatchString(cell) {
		return "'" + cell
	}
	return cell
}
