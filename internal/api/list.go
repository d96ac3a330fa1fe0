package api

import (
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

// fail answers an operation that writes its own body.
func (a *API) fail(hc huma.Context, op string, err error) {
	p := a.problem(hc.Context(), op, err)
	if se, ok := p.(huma.StatusError); ok {
		_ = huma.WriteErr(a.huma, hc, se.GetStatus(), se.Error()) // a caller that went away hears nothing
	}
}
