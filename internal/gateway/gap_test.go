package gateway

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/gateway/command"
	"github.com/qingshao/qingshao/internal/gateway/gap"
)

// watched is a station whose hours are watched for gaps: some are missing on the
// 20th, afterwards every hour comes when it is over.
type watched struct {
	*fieldStation
	gaps *gap.Service
	next time.Time // hour that comes next
	away bool
}

func newWatched(t *testing.T, d *db.DB, c *dbtest.Clock) *watched {
	s := &watched{fieldStation: newStation(t, d, c, "2017"), next: time.Date(2026, 11, 21, 0, 0, 0, 0, hj212.Beijing)}
	s.gaps = gap.New(gap.Parts{DB: d, Policy: auth.DefaultPolicy(), Store: s.store, Caller: s.cmd})
	s.connect()
	return s
}

// sendHours uploads hours of the 20th and waits for their answers.
func (s *watched) sendHours(hours ...int) {
	s.site.t.Helper()
	for _, h := range hours {
		s.sendHour(time.Date(2026, 11, 20, h, 0, 0, 0, hj212.Beijing))
	}
}

func (s *watched) sendHour(at time.Time) {
	s.site.t.Helper()
	s.n++
	s.send(framed("QN=20261121093000%03d;ST=32;CN=2061;PW=123456;MN=M1;Flag=5;CP=&&DataTime=%s;w01018-Avg=2%02d.0,w01018-Flag=N&&", s.n, hj212.AppendTime(nil, at), at.Hour()))
	if got := s.answer(); !strings.Contains(got, "CN=9014") {
		s.site.t.Fatal(got)
	}
}

func (s *watched) look() {
	s.site.t.Helper()
	for !s.away && !s.next.Add(time.Hour).After(s.c.Now()) {
		s.sendHour(s.next)
		s.next = s.next.Add(time.Hour)
	}
	if _, err := s.gaps.RunDue(context.Background()); err != nil {
		s.site.t.Fatal(err)
	}
	s.run()
}

// gapList is the gaps of hours, oldest first: "from-to/missing state".
func (s *watched) gapList() (out []gap.Gap, text string) {
	s.site.t.Helper()
	page, err := s.gaps.List(context.Background(), inspector, gap.Query{OutletID: s.dev.OutletID, Kind: "hour", To: time.Date(2026, 11, 20, 24, 0, 0, 0, hj212.Beijing)})
	if err != nil {
		s.site.t.Fatal(err)
	}
	var words []string
	for i := len(page.Items) - 1; i >= 0; i-- {
		g := page.Items[i]
		out = append(out, g)
		words = append(words, fmt.Sprintf("%02d-%02d/%d %s", g.From().In(hj212.Beijing).Hour(), g.To().In(hj212.Beijing).Hour(), g.Missing(), g.State))
	}
	return out, strings.Join(words, ", ")
}

func (s *watched) want(text string) []gap.Gap {
	s.site.t.Helper()
	list, got := s.gapList()
	if got != text {
		s.site.t.Fatalf("gaps %q, want %q", got, text)
	}
	return list
}

// day is the calendar's count of hours of the day: due, in time, late, missing, lost.
func (s *watched) day() string {
	s.site.t.Helper()
	days, err := s.gaps.Calendar(context.Background(), inspector, s.dev.OutletID, "", s.c.Now())
	if err != nil {
		s.site.t.Fatal(err)
	}
	for _, d := range days {
		if d.Kind.Name == "hour" && d.Start.In(hj212.Beijing).Day() == 20 {
			return fmt.Sprint(d.Due, d.Came, d.Late, d.Missing, d.Lost)
		}
	}
	return ""
}

// asked reads the call-back that was sent and gives its QN.
func (s *watched) asked(begin, end string) string {
	s.site.t.Helper()
	got := s.answer()
	if !strings.Contains(got, "CN=2061;") || !strings.Contains(got, "BeginTime=20261120"+begin) || !strings.Contains(got, "EndTime=20261120"+end) {
		s.site.t.Fatalf("%q, want a call-back of %s to %s", got, begin, end)
	}
	return got[3:20]
}

// ends says how a call-back ended.
func (s *watched) ends(qn, exe string) {
	s.site.t.Helper()
	s.reply(qn, "9012", "ExeRtn="+exe)
	s.upload()
	s.c.Advance(time.Minute)
	s.look()
}

func TestGap_FoundCalledBackClosed(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newWatched(t, d, c)
		s.sendHours(0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23)
		s.look()
		s.want("06-07/2 open, 12-13/2 open")
		if got := s.day(); got != "24 20 0 4 0" {
			t.Errorf("due, in time, late, missing, lost: %s", got)
		}
		s.look() // the same time looked at twice changes nothing
		s.want("06-07/2 open, 12-13/2 open")

		c.Advance(25 * time.Minute)
		s.look()
		// One request brings both gaps: what lies between is a quarter at most.
		qn := s.asked("060000", "135959")
		s.want("06-07/2 asked, 12-13/2 asked")
		s.reply(qn, "9011", "QnRtn=1")
		s.sendHours(6, 7, 12) // one does not come
		s.ends(qn, "1")
		s.want("06-07/2 closed, 13-13/1 open")
		if got := s.day(); got != "24 20 3 1 0" {
			t.Errorf("due, in time, late, missing, lost: %s", got)
		}
		c.Advance(61 * time.Minute)
		s.look()
		qn = s.asked("130000", "135959")
		s.reply(qn, "9011", "QnRtn=1")
		s.ends(qn, "1")
		list := s.want("06-07/2 closed, 13-13/1 lost")
		if list[1].Reason != "设备两次答复执行成功，但没有上传这些数据" || list[1].Attempts != 2 {
			t.Errorf("%d attempts, %s", list[1].Attempts, list[1].Reason)
		}
		if got := s.day(); got != "24 20 3 1 1" {
			t.Errorf("due, in time, late, missing, lost: %s", got)
		}
		// It is not asked for again, unless a person wants it.
		c.Advance(12 * time.Hour)
		s.look()
		s.want("06-07/2 closed, 13-13/1 lost")
		if _, err := s.gaps.Retry(context.Background(), stranger, list[1].ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another county: %v", err)
		}
		if _, err := s.gaps.Retry(context.Background(), inspector, list[1].ID); err != nil {
			t.Fatal(err)
		}
		s.look()
		qn = s.asked("130000", "135959")
		s.reply(qn, "9011", "QnRtn=1")
		s.sendHours(13)
		s.ends(qn, "1")
		s.want("06-07/2 closed, 13-13/1 closed")
		if got := s.day(); got != "24 20 4 0 0" {
			t.Errorf("due, in time, late, missing, lost: %s", got)
		}
	})
}

func TestGap_DeviceSaysItHasNone(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newWatched(t, d, c)
		s.sendHours(0, 1, 2, 3, 4, 7, 8, 9, 20, 21, 22, 23)
		s.look()
		c.Advance(25 * time.Minute)
		s.look()
		qn := s.asked("050000", "195959")
		s.want("05-06/2 asked, 10-19/10 asked")
		s.sendHours(12) // comes by itself meanwhile
		s.ends(qn, "100")
		list := s.want("05-06/2 lost, 10-11/2 lost, 13-19/7 lost")
		if list[0].Reason != "设备答复没有这些数据" || list[0].Attempts != 1 {
			t.Errorf("%d attempts, %s", list[0].Attempts, list[0].Reason)
		}
		// What comes all the same fills the lost gap.
		s.sendHours(5, 6)
		c.Advance(15 * time.Minute)
		s.look()
		s.want("05-06/2 closed, 10-11/2 lost, 13-19/7 lost")
	})
}

func TestGap_BacksOffAndWaitsForTheDevice(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newWatched(t, d, c)
		s.sendHours(0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23)
		s.look()
		s.leave()
		s.away = true
		c.Advance(25 * time.Minute)
		s.look()
		s.want("05-06/2 open")
		s.connect()
		s.away = false
		s.look() // not yet: it is looked for every ten minutes
		c.Advance(11 * time.Minute)
		s.look()
		first := s.asked("050000", "065959")
		s.ends(first, "5") // busy
		s.want("05-06/2 open")
		c.Advance(25 * time.Minute)
		s.look()
		s.want("05-06/2 open") // half an hour after the first failure
		c.Advance(6 * time.Minute)
		s.look()
		second := s.asked("050000", "065959")
		if second == first {
			t.Error("the same exchange was used again")
		}
		s.ends(second, "5")
		c.Advance(50 * time.Minute)
		s.look()
		s.want("05-06/2 open") // an hour after the second
		c.Advance(11 * time.Minute)
		s.look()
		s.asked("050000", "065959")
	})
}

func TestGap_SwitchedOff(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newWatched(t, d, c)
		if _, err := s.cmd.SetLink(context.Background(), inspector, command.Link{DeviceID: s.dev.ID}); err != nil {
			t.Fatal(err)
		}
		s.sendHours(0, 1, 2, 3, 4, 7, 8, 9, 20, 21, 22, 23)
		s.look()
		c.Advance(25 * time.Minute)
		s.look()
		s.want("05-06/2 open, 10-19/10 open")
		page, err := s.cmd.List(context.Background(), inspector, command.Query{DeviceID: s.dev.ID})
		if err != nil || page.Total != 0 {
			t.Errorf("%d commands: %v", page.Total, err)
		}
	})
}
