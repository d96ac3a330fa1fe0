package api

import (
	"slices"
	"testing"

	"github.com/qingshao/qingshao/internal/db"
)

func TestPages(t *testing.T) {
	t.Parallel()
	p := pageOf(db.Page[int]{Items: nil, Next: "x", Total: 3, Capped: true}, func(n int) string { return "" })
	if p.Items == nil || p.Next != "x" || p.Total != 3 || !p.TotalCapped {
		t.Errorf("%+v", p)
	}
	var seen []string
	err := everyPage(func(c string) (string, error) {
		seen = append(seen, c)
		return map[string]string{"": "a", "a": "b", "b": ""}[c], nil
	})
	if err != nil || !slices.Equal(seen, []string{"", "a", "b"}) {
		t.Errorf("%v %v", seen, err)
	}
}
