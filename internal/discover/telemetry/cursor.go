package telemetry

import (
	"strconv"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
)

// cursor packs a frame's key for the next page.
func (a frameKey) cursor() string {
	n := func(v int64) string { return strconv.FormatInt(v, 36) }
	return db.Cursor(n(a.time), n(a.kind), n(a.device), n(a.part), n(a.version))
}

func readFrameCursor(text string) (k frameKey, err error) {
	parts, ok := db.ReadCursor(text, 5)
	if ok {
		for i, to := range []*int64{&k.time, &k.kind, &k.device, &k.part, &k.version} {
			if *to, err = strconv.ParseInt(parts[i], 36, 64); err != nil {
				ok = false
			}
		}
	}
	if !ok {
		return frameKey{}, fault.Invalidf("翻页标记无效，请从第一页重新查询")
	}
	return k, nil
}
