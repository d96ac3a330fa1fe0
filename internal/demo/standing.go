package demo

import (
	"context"
	"net/http"

	"github.com/qingshao/qingshao/internal/world"
)

// waters are what receives the demo's waste water; the words are made up for it.
var waters = []struct{ name, class string }{{"瓯江", "Ⅲ类"}, {"楠溪江", "Ⅱ类"}, {"城镇污水处理厂", "污水处理厂"}, {"飞云江", "Ⅲ类"}, {"赵山渡引水渠", "饮用水水源"}}

// standings writes down what makes enterprises weigh more: every third one stands on a
// supervision list, sizes vary.
func standings(ctx context.Context, p *person, w *world.World, ids map[string]string) error {
	sizes := []string{"大型", "中型", "小型"}
	for i, e := range w.Enterprises() {
		id := ids[e.Key]
		body := map[string]any{"size": sizes[i%3], "lists": []string{}, "waters": []map[string]any{}, "version": 0}
		if i%3 == 0 {
			body["lists"] = []string{"水环境", "大气环境"}
		}
		var f struct {
			Outlets []struct {
				ID   string `json:"id"`
				Kind string `json:"kind"`
			} `json:"outlets"`
		}
		if err := p.call(ctx, http.MethodGet, "/enterprises/"+id, nil, &f); err != nil {
			return err
		}
		var list []map[string]any
		for _, o := range f.Outlets {
			if o.Kind != "gas" {
				x := waters[i%len(waters)]
				list = append(list, map[string]any{"outlet_id": o.ID, "water": x.name, "class": x.class})
			}
		}
		if list != nil {
			body["waters"] = list
		}
		if err := p.call(ctx, http.MethodPost, "/enterprises/"+id+"/standing", body, nil); err != nil {
			return err
		}
	}
	return nil
}
