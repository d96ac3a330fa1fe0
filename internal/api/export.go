package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/qingshao/qingshao/internal/sheet"
)

// column is one column of an export: how it looks and what of a row it holds.
type column[V any] struct {
	sheet.Column
	of func(V) any
}

// exportRows registers the downloads of a table, path.csv and path.xlsx. each
// gives the rows. The file is finished on disk before its first byte leaves, so
// that an error is an ordinary answer and never half a table; and it is audited
// before it leaves.
func exportRows[Q, V any](a *API, id, path, title, name string, columns []column[V], each func(context.Context, *Q, func(V) error) error, opts ...option) {
	for _, f := range []sheet.Format{sheet.CSV, sheet.XLSX} {
		op, label := id, title
		if f == sheet.XLSX {
			op, label = id+"Excel", title+"（Excel）"
		}
		raw(a, http.MethodGet, op, path+"."+string(f), label, func(ctx context.Context, in *Q) (*huma.StreamResponse, error) {
			file, rows, err := table(ctx, f, name, columns, in, each)
			if err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(hc huma.Context) {
				defer file.Close() //nolint:errcheck // nobody reads it again
				u := hc.URL()
				q := u.Query()
				q.Set("format", string(f))
				q.Set("rows", strconv.Itoa(rows))
				if err := a.exported(ctx, actor(ctx), id, q.Encode()); err != nil {
					a.fail(hc, op, err)
					return
				}
				a.send(hc, op, file, f.Type(), id, name+"."+string(f))
			}}, nil
		}, append([]option{func(o *huma.Operation) {
			o.Errors = []int{400, 401, 403, 404, 422, 500}
			o.Responses = map[string]*huma.Response{"200": {Description: "文件", Content: map[string]*huma.MediaType{f.Type(): {Schema: &huma.Schema{Type: "string", Format: "binary"}}}}}
		}}, opts...)...)
		unpaged(a.huma.OpenAPI().Paths[Base+path+"."+string(f)].Get)
	}
}

// exportList registers the downloads of everything that a paged list gives, with
// its filters and its rights.
func exportList[I any, P interface {
	*I
	turn(cursor string)
}, V any](a *API, id, path, title, name string, columns []column[V], list func(context.Context, *I) (Page[V], error), opts ...option) {
	exportRows(a, id, path, title, name, columns, func(ctx context.Context, in *I, row func(V) error) error {
		return everyPage(func(cursor string) (string, error) {
			P(in).turn(cursor)
			page, err := list(ctx, in)
			if err != nil {
				return "", err
			}
			for _, v := range page.Items {
				if err := row(v); err != nil {
					return "", err
				}
			}
			return page.Next, nil
		})
	}, opts...)
}

// turn asks for the page after a cursor, as long as pages may be.
func (p *Paging) turn(cursor string) { p.Limit, p.Cursor = 200, cursor }

// unpaged takes out of the document what an export ignores.
func unpaged(o *huma.Operation) {
	o.Parameters = slices.DeleteFunc(o.Parameters, func(p *huma.Param) bool { return p.Name == "cursor" || p.Name == "limit" })
}

// table writes a whole table into a file that has no name any more: it is gone
// with its last reader, also after a crash.
func table[Q, V any](ctx context.Context, f sheet.Format, name string, columns []column[V], in *Q, each func(context.Context, *Q, func(V) error) error) (_ *os.File, rows int, err error) {
	file, err := os.CreateTemp("", "qingshao-export-*")
	if err != nil {
		return nil, 0, err
	}
	defer func() {
		if err != nil {
			file.Close() //nolint:errcheck // the first error is what counts
		}
	}()
	if err := os.Remove(file.Name()); err != nil {
		return nil, 0, err
	}
	plain := make([]sheet.Column, len(columns))
	for i, c := range columns {
		plain[i] = c.Column
	}
	w, err := sheet.NewWriter(file, f, name, plain)
	if err != nil {
		return nil, 0, err
	}
	cells := make([]any, len(columns))
	if err := each(ctx, in, func(v V) error {
		for i, c := range columns {
			cells[i] = c.of(v)
		}
		rows++
		return w.Row(cells...)
	}); err != nil {
		return nil, 0, err
	}
	if err := w.Close(); err != nil {
		return nil, 0, err
	}
	_, err = file.Seek(0, io.SeekStart)
	return file, rows, err
}

// send answers with a file to keep.
func (a *API) send(hc huma.Context, op string, file io.ReadSeeker, media, ascii, name string) {
	size, err := file.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		a.fail(hc, op, err)
		return
	}
	ext := path.Ext(name)
	hc.SetHeader("Content-Type", media)
	hc.SetHeader("Content-Length", strconv.FormatInt(size, 10))
	hc.SetHeader("Content-Disposition", fmt.Sprintf("attachment; filename=\"%s%s\"; filename*=UTF-8''%s", ascii, ext, url.PathEscape(name)))
	if _, err := io.Copy(hc.BodyWriter(), file); err != nil {
		a.log.WarnContext(hc.Context(), "download broke off", "operation", op, "err", err)
		panic(http.ErrAbortHandler) // the promised length tells the receiver
	}
}

// exact is an optional number as a cell.
func exact(n *Number) any {
	if n == nil {
		return nil
	}
	return n.Decimal
}

// yes is a mark that only some rows bear.
func yes(b bool) string {
	if b {
		return "是"
	}
	return ""
}
