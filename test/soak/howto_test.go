//go:build soak

package soak

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Every command of the page that tells integrators how to connect a station runs in
// its order, in an empty folder, and does what the page says.
func TestHowTo_ConnectAStation(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not here")
		}
	}
	page, err := os.ReadFile("../../docs/how-to/connect-a-station.md")
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	script.WriteString("set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n")
	for _, m := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		// The server ends by a signal, which the page does not mind.
		script.WriteString(strings.Replace(m[1], "wait %1;", "wait %1 || true;", 1))
	}
	text := strings.NewReplacer("127.0.0.1:8080", freePort(t), "127.0.0.1:8212", freePort(t)).Replace(script.String())
	ctx, stop := context.WithTimeout(t.Context(), 3*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, "bash", "-c", text)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(qingshao(t))+":"+os.Getenv("PATH"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, complaints.String())
	}
	for _, want := range []string{`"sent":6,"answered":6,`, "010000A8900016F000169DC0 待认领", "w01018 化学需氧量 ", `"findings": []`,
		"设置实时数据间隔：执行成功", "in 9011 ", "in 9012 ", `"sent":8,"answered":8,`} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
}
