package rule

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/db"
)

// lane is one stream on its way through the rules that read it. The database
// holds cursor, windows and alarms of one moment, always together; memory holds
// the same and what has been read since. Nearly all values are calm at places
// where nothing is remembered: they change nothing, so a page of them needs no
// transaction, and reading it again after a crash comes to the same. Values that
// only fill a window, or go on with or end what is known, wait in memory for a
// moment, so that one transaction serves many pages; the beginning of an alarm, its
// return and its rise never wait.
type lane struct {
	service *Service
	stream  Stream
	watches []*watch
	loaded  bool
	cursor  int64     // judged up to here
	saved   int64     // what the database knows of it
	firm    int64     // up to here nothing waits
	since   time.Time // when the oldest that waits came; zero = nothing waits
}

// cursorSlack is how many batches may be read again after a crash.
const cursorSlack = 500

// lull is how long what only goes on may wait in memory.
const lull = 500 * time.Millisecond

func newLane(s *Service, stream Stream) *lane {
	l := &lane{service: s, stream: stream}
	for _, r := range s.rules {
		if r.Stream == stream {
			l.watches = append(l.watches, &watch{service: s, rule: r})
		}
	}
	return l
}

// load takes up what the database holds, at the start and after anything that
// makes memory doubtful.
func (l *lane) load(ctx context.Context) error {
	if l.loaded {
		return nil
	}
	err := l.service.db.Read(ctx, func(tx *db.Tx) (err error) {
		if l.saved, err = cursorOf(ctx, tx, l.stream); err != nil {
			return err
		}
		for _, w := range l.watches {
			if err := w.load(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	l.cursor, l.firm, l.since, l.loaded = l.saved, l.saved, time.Time{}, err == nil
	return err
}

// judge lets every rule see the samples in order and goes on to next. moved is
// false when another runner has moved the cursor; then the lane is loaded anew.
func (l *lane) judge(ctx context.Context, samples []Sample, next int64, limits *limitBook) (moved bool, err error) {
	urgent, waits := false, false
	for _, w := range l.watches {
		w.sift(samples, limits)
		urgent = w.foresee(samples, limits.sets) || urgent
		waits = waits || w.waits()
	}
	if !urgent && next-l.saved < cursorSlack {
		l.cursor = next
		switch now := l.service.db.Now(); {
		case !waits:
			l.firm = next
			return true, nil
		case l.since.IsZero():
			l.since = now
			return true, nil
		case now.Sub(l.since) < lull:
			return true, nil
		}
	}
	return l.settle(ctx, samples, next, limits.sets)
}

// rest stores what has waited long enough; all of it with at once.
func (l *lane) rest(ctx context.Context, atOnce bool, sets *settingBook) error {
	if l.since.IsZero() || !atOnce && l.service.db.Now().Sub(l.since) < lull {
		return nil
	}
	_, err := l.settle(ctx, nil, l.cursor, sets)
	return err
}

// settle stores cursor, windows and alarms as they stand with next.
func (l *lane) settle(ctx context.Context, samples []Sample, next int64, sets *settingBook) (moved bool, err error) {
	err = l.service.db.Write(ctx, func(tx *db.Tx) error {
		if moved, err = moveCursor(ctx, tx, l.stream, l.saved, next); err != nil || !moved {
			return err
		}
		for _, w := range l.watches {
			if err := w.work(ctx, tx, samples, sets); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || !moved {
		l.loaded = false // memory has run ahead of the database, or lags behind it
		return false, err
	}
	l.cursor, l.saved, l.firm, l.since = next, next, next, time.Time{}
	return true, nil
}

// storing gives the processor time of alarms raised and ended since the last call.
func (l *lane) storing() (d time.Duration) {
	for _, w := range l.watches {
		d += w.storing
		w.storing = 0
	}
	return d
}
