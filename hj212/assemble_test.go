package hj212

import (
	"fmt"
	"testing"
	"time"
)

func TestAssembler(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 8, 1, 9, 0, 0, 0, Beijing)
	part := func(mn string, pnum, pno int, qn string) (*Frame, *Area) {
		raw := frameOf(fmt.Sprintf("QN=%s;ST=32;CN=2051;PW=123456;MN=%s;Flag=7;PNUM=%d;PNO=%d;CP=&&DataTime=20260801085000;w0100%d-Avg=1&&", qn, mn, pnum, pno, pno))
		var f Frame
		var a Area
		if err := ParseFrame([]byte(raw), &f); err != nil {
			t.Fatal(err)
		}
		f.ParseItems(&a)
		return &f, &a
	}
	const one, two = "010000A8900016F000169DC0", "010000A8900016F000169DC1"
	var s Assembler
	add := func(mn string, pnum, pno int, qn string, at time.Duration) *Group {
		f, a := part(mn, pnum, pno, qn)
		g, done := s.Add(f, a, start.Add(at))
		if done != (g != nil) {
			t.Fatal("done without a group")
		}
		return g
	}
	if add(one, 2, 2, "20260801085857535", 0) != nil || add(two, 2, 1, "20260801085857001", time.Minute) != nil ||
		add(one, 2, 2, "20260801085857535", 0) != nil {
		t.Fatal("a group is whole too early")
	}
	g := add(one, 2, 1, "20260801085857534", time.Second)
	if g == nil || !g.Whole() || g.MN != one || g.DataTime != "20260801085000" || len(g.Parts) != 2 {
		t.Fatalf("group %+v", g)
	}
	for i, raw := range g.Parts {
		var f Frame
		if err := ParseFrame(raw, &f); err != nil || f.PNO != i+1 {
			t.Errorf("part %d: PNO %d (%v)", i, f.PNO, err)
		}
	}
	if late := s.Expire(start.Add(time.Minute)); late != nil {
		t.Errorf("%d overdue too early", len(late))
	}
	late := s.Expire(start.Add(time.Minute + 1))
	if len(late) != 1 || late[0].MN != two || late[0].Whole() || late[0].Parts[0] == nil {
		t.Errorf("overdue %+v", late)
	}
	if add(two, 2, 1, "20260801085857001", 0) != nil || add(two, 2, 2, "20260801085857001", 0) == nil {
		t.Error("one QN for all packets is not taken")
	}
	s.Limit = 1
	add(one, 2, 1, "20260801085857001", 0)
	add(two, 2, 1, "20260801085857001", 0)
	if late := s.Expire(start); len(late) != 1 || late[0].MN != one {
		t.Errorf("the oldest did not give way: %+v", late)
	}
}
