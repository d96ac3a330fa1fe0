package telemetry

import "context"

// eachChunkOfDay walks the chunks of a day in the order of the day's root.
func eachChunkOfDay(ctx context.Context, h querier, day int64, f func(*chunk) error) error {
	found, err := h.QueryContext(ctx, `SELECT `+chunkKeys+`, data FROM tele_chunk WHERE day = $1 ORDER BY day, kind, device, version`, day)
	return eachChunk(found, err, f)
}

// chunkDays lists the days that have chunks.
func chunkDays(ctx context.Context, h querier) (days []int64, err error) {
	found, err := h.QueryContext(ctx, `WITH RECURSIVE leap (d) AS (
			SELECT MIN(day) FROM tele_chunk
			UNION ALL
			SELECT (SELECT MIN(day) FROM tele_chunk WHERE day > d) FROM leap WHERE d IS NOT NULL)
		SELECT d FROM leap WHERE d IS NOT NULL`)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	for found.Next() {
		var day int64
		if err := found.Scan(&day); err != nil {
			return nil, err
		}
		days = append(days, day)
	}
	return days, found.Err()
}

// eachOpen walks all open rows of a shard.
func eachOpen(ctx context.Context, h querier, f func(*packedRow) error) error {
	found, err := h.QueryContext(ctx, `SELECT `+rowColumns+` FROM tele_row ORDER BY kind, time, device, part, version`)
	return eachRow(found, err, f)
}

// eachChunkOfKind walks the chunks of a kind and day by device; alone says that the
// device has no other.
func eachChunkOfKind(ctx context.Context, h querier, k Kind, day int64, f func(c *chunk, alone bool) error) error {
	found, err := h.QueryContext(ctx, `SELECT `+chunkKeys+`, data FROM tele_chunk WHERE day = $1 AND kind = $2 ORDER BY day, kind, device, version`, day, int64(k))
	var last *chunk
	alone := true
	err = eachChunk(found, err, func(c *chunk) error {
		before := last
		last = c
		if before == nil {
			return nil
		}
		same := before.device == c.device
		ok := alone && !same
		alone = !same
		return f(before, ok)
	})
	if err == nil && last != nil {
		err = f(last, alone)
	}
	return err
}
