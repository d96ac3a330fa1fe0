package rule

import (
	"runtime"
	"syscall"
	"time"
)

// thread asks getrusage for the calling thread alone (RUSAGE_THREAD of Linux).
const thread = 1

// cpuTime gives the processor time that the calling goroutine uses until the
// returned function is called; the goroutine keeps its thread meanwhile. 0 where
// the system does not tell.
func cpuTime() func() time.Duration {
	runtime.LockOSThread()
	began, ok := threadTime()
	return func() time.Duration {
		defer runtime.UnlockOSThread()
		if now, ok2 := threadTime(); ok && ok2 {
			return now - began
		}
		return 0
	}
}

func threadTime() (time.Duration, bool) {
	var r syscall.Rusage
	err := syscall.Getrusage(thread, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano()), err == nil
}
