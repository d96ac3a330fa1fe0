package demo

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"sort"
	"strings"

	"github.com/qingshao/qingshao/internal/profile"
	"github.com/qingshao/qingshao/internal/world"
)

// permitLoads turns permitted loads by factor into what the API takes, in the
// order of the codes.
func permitLoads(by map[string]string) []map[string]any {
	codes := []string{}
	for c := range by {
		codes = append(codes, c)
	}
	sort.Strings(codes)
	out := []map[string]any{}
	for _, c := range codes {
		out = append(out, map[string]any{"factor": c, "tonnes": json.Number(by[c])})
	}
	return out
}

func (p *person) permit(ctx context.Context, outlet string, loads map[string]string) error {
	return p.call(ctx, http.MethodPost, "/outlets/"+outlet+"/permit", map[string]any{"monitor": "", "basis": "（演示取值）", "loads": permitLoads(loads), "version": 0}, nil)
}

// unwatched are made-up enterprises that no monitor reports for: the gaps of the
// coverage. mn registers a logger that never sends.
var unwatched = []struct {
	name, code, area, trade, class, outlet, title, kind, mn string
	loads                                                   map[string]string
}{
	{"（演示）鳌江东塔水产加工有限公司", "91330326DEMO90001X", "330326", "", "重点", "DW001", "废水总排口", "water", "", map[string]string{"w01018": "420.00", "w21003": "58.00"}},
	{"（演示）鳌江河滨铸造有限公司", "91330326DEMO90002X", "330326", "", "重点", "DA001", "熔炼炉废气排口", "gas", "DEED33032600000000009002", map[string]string{"a21026": "36.00", "a21002": "61.50"}},
	{"（演示）鳌江滨海家具有限公司", "91330326DEMO90003X", "330326", "", "登记", "DA001", "喷涂废气排口", "gas", "", nil},
	{"（演示）鳌江新区塑料制品厂", "91330326DEMO90004X", "330326", "", "", "DA001", "注塑废气排口", "gas", "", nil},
}

// unentered is the enterprise whose permitted loads nobody has entered yet.
const unentered = "e06"

// rained are the enterprises whose rain outlets are registered.
var rained = []string{"e01", "e02", "e03"}

// leaveGaps registers what is not watched, so that the coverage has something to
// find. ids are the enterprises of the world by their keys.
func leaveGaps(ctx context.Context, p *person, w *world.World, ids map[string]string, place *profile.Profile) error {
	for _, u := range unwatched {
		if _, home := place.Regions.Find(u.area); !home {
			x := place.Units[len(place.Units)/2]
			away := strings.NewReplacer("鳌江", x.Short, "330326", x.Code[:6])
			u.area, u.name, u.code, u.mn = x.Code, away.Replace(u.name), away.Replace(u.code), away.Replace(u.mn)
		}
		id, err := p.create(ctx, "/enterprises", map[string]any{"name": u.name, "code": u.code, "area": u.area, "permit_class": u.class, "synthetic": true})
		if err != nil {
			return err
		}
		outlet, err := p.create(ctx, "/outlets", map[string]any{"enterprise_id": id, "code": u.outlet, "name": u.title, "kind": u.kind, "area": u.area})
		if err != nil {
			return err
		}
		if u.loads != nil {
			if err := p.permit(ctx, outlet, u.loads); err != nil {
				return err
			}
		}
		if u.mn != "" {
			if _, err := p.create(ctx, "/devices", map[string]any{"mn": u.mn, "outlet_id": outlet, "protocol": "2017"}); err != nil {
				return err
			}
		}
	}
	for _, e := range w.Enterprises() {
		if slices.Contains(rained, e.Key) {
			if _, err := p.create(ctx, "/outlets", map[string]any{"enterprise_id": ids[e.Key], "code": "YS001", "name": "雨水排放口", "kind": "rain", "area": e.Area}); err != nil {
				return err
			}
		}
	}
	return nil
}
