package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/discover/tip"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/limit"
	"github.com/qingshao/qingshao/internal/protect/halt"
)

// asking bounds how often receipts are tried. Whoever has worked for it goes
// through a wide gate, whoever has not, having no script, through a narrow one
// beside it: filling the narrow one holds nobody up who works. The figures are
// those of docs/threat-model.md.
type asking struct {
	work          *limit.Work
	wide, narrow  *limit.Book // by address
	worked, plain *limit.Book // by everybody together
}

func newAsking() asking {
	return asking{work: limit.NewWork(15, 20, 10*time.Minute),
		wide: limit.New(6*time.Second, 10, 10_000), narrow: limit.New(30*time.Second, 5, 10_000),
		worked: limit.New(500*time.Millisecond, 120, 1), plain: limit.New(2*time.Second, 30, 1)}
}

// maxAsk bounds the form of a look-up.
const maxAsk = 16 << 10

// admit lets a look-up through one of the gates; worked says which.
func (q asking) admit(v map[string][]string, address string, now time.Time) (worked bool, err error) {
	worked = q.work.Solved(strings.Join(v["work"], ""), strings.Join(v["nonce"], ""), now)
	return worked, q.gate(worked, address, now)
}

// admitWorked lets only those through who have worked.
func (q asking) admitWorked(challenge, nonce, address string, now time.Time) error {
	if !q.work.Solved(challenge, nonce, now) {
		return fault.New(fault.TooMany, "核对没有通过或已过期，请再点一次“查询”")
	}
	return q.gate(true, address, now)
}

func (q asking) gate(worked bool, address string, now time.Time) error {
	switch {
	case worked && !(q.wide.Allow(address, now) && q.worked.Allow("", now)):
		return fault.New(fault.TooMany, "查询过于频繁，请一分钟后再试")
	case !worked && !(q.narrow.Allow(address, now) && q.plain.Allow("", now)):
		return fault.New(fault.TooMany, "查询过于频繁，请几分钟后再试；浏览器启用脚本（JavaScript）后可以更快查询")
	}
	return nil
}

// needsWork reports whether receipts of a mode are shown only to browsers with a
// script: what is sealed cannot be read without one.
func needsWork(m tip.Mode) bool { return m == tip.Confidential || m == tip.Insider }

// lookUp renders the look-up page with a fresh challenge.
func (x *public) lookUp(w http.ResponseWriter, status int, data map[string]any) {
	data["Work"], data["Bits"] = x.asks.work.Challenge(x.tips.Clock())
	x.show(w, status, "track", data)
}

// closed is what is closed at this moment. A page that cannot learn it is shown
// all the same: the door itself asks again.
func (x *public) closed() []halt.Halt {
	list, err := x.halts.Now(context.Background())
	if err != nil {
		x.a.log.Error("closed channels cannot be read", "err", err)
	}
	return list
}

// shut is a closing in words for the public.
type shut struct{ Title, Reason string }

func (x *public) shutWords(list []halt.Halt) []shut {
	out := []shut{}
	for _, h := range list {
		out = append(out, shut{x.halts.Title(h.Door), h.Reason})
	}
	return out
}

// through refuses a page whose door is closed.
func (x *public) through(doors ...string) error {
	if h, ok := halt.Find(x.closed(), doors...); ok {
		return fault.New(fault.Unavailable, "%s暂时关闭：%s", x.halts.Title(h.Door), h.Reason)
	}
	return nil
}

// modes is the table of modes as the public finds it now: what keeps a mode closed
// beside its own conditions is the emergency switch.
func (x *public) modes(ctx context.Context) ([]tip.ModeRow, error) {
	rows, err := x.tips.Modes(ctx)
	closed := x.closed()
	for i := range rows {
		if h, shut := halt.Find(closed, rows[i].Mode.Gate(), tip.Web.Gate()); shut {
			rows[i].Open, rows[i].Instead = false, "暂时关闭："+strings.TrimRight(h.Reason, "。")
		}
	}
	return rows, err
}
