package gateway

import (
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/db/dbtest"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
)

// TestCommand_TakesTheLineThatSpokeLast has a device on two connections, one of
// which it shares with another device: commands take the line that it spoke on
// last, and the other one when that is gone.
func TestCommand_TakesTheLineThatSpokeLast(t *testing.T) {
	t.Parallel()
	dbtest.EachAt(t, func(t *testing.T, d *db.DB, c *dbtest.Clock) {
		s := newStation(t, d, c, "2017")
		s.device(telemetry.Device{MN: "M2", Protocol: "2017", Password: "123456"})
		s.connect()
		first := s.peer
		s.connect()
		second := s.peer
		// Another device on the first line does not move the first one there.
		first.send(framed("QN=20261121093002000;ST=32;CN=2011;PW=123456;MN=M2;Flag=5;CP=&&DataTime=20261121090002;w01018-Rtd=1.0,w01018-Flag=N&&"))
		first.answer()
		sessions := s.gate.Sessions()
		if len(sessions) != 2 || sessions[0].MN != "M1" || sessions[0].Others != 1 || sessions[1].MN != "M2" || sessions[1].Others != 0 {
			t.Errorf("%+v", sessions)
		}
		ask := func(p *peer, when string) {
			t.Helper()
			cmd := s.ask("clock.read", nil)
			if got := p.answer(); !strings.Contains(got, "CN=1011;") || !strings.Contains(got, "MN=M1;") {
				t.Fatalf("%s: %q", when, got)
			}
			s.peer = p
			s.reply(s.now(cmd, "sent").QN, "9012", "ExeRtn=1")
			s.upload()
			s.now(cmd, "done")
		}
		ask(second, "it spoke last on the second")
		s.peer = first
		s.upload()
		ask(first, "it spoke last on the first")
		s.leave()
		ask(second, "the first is gone")
		s.leave()
		s.now(s.ask("clock.read", nil), "pending")
	})
}
