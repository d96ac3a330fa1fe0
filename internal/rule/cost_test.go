package rule

import (
	"testing"
	"time"
)

func TestCPUTime_CountsWorkAndNotWaiting(t *testing.T) {
	spent := cpuTime()
	time.Sleep(30 * time.Millisecond)
	if d := spent(); d > 20*time.Millisecond {
		t.Errorf("waiting cost %v", d)
	}
	spent = cpuTime()
	n := 0
	for began, ok := threadTime(); ok; n++ {
		if now, _ := threadTime(); now-began > 5*time.Millisecond {
			break
		}
	}
	if d := spent(); n > 0 && d < 5*time.Millisecond {
		t.Errorf("work cost %v", d)
	}
}
