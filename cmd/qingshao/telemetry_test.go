package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/app"
	"github.com/qingshao/qingshao/internal/config"
	"github.com/qingshao/qingshao/internal/fault"
)

// What was answered is in the export at once, while the server runs.
func TestTelemetryExport_BesideAServer(t *testing.T) {
	ctx := context.Background()
	dir := filepath.Join(t.TempDir(), "data")
	server, err := app.New(ctx, app.Config{Dir: dir, Profile: "wenzhou", Version: version, Listen: "127.0.0.1:0", HJ212: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(ctx); err != nil {
		t.Fatal(err)
	}
	defer func() {
		stop, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		if err := server.Stop(stop); err != nil {
			t.Error(err)
		}
	}()
	raw, err := hj212.AppendSegment(nil, []byte("QN=20261121093000123;ST=32;CN=2011;PW=123456;MN=NEW1;Flag=5;CP=&&DataTime=20261121093000;w01018-Rtd=40.1,w01018-Flag=N&&"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", server.HJ212())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write(raw); err != nil {
		t.Fatal(err)
	}
	if answer, err := bufio.NewReader(c).ReadString('\n'); err != nil || !strings.Contains(answer, "CN=9014") {
		t.Fatalf("%q %v", answer, err)
	}
	for _, x := range []struct {
		name string
		cmd  telemetryExportCmd
		want int
	}{
		{"readings", telemetryExportCmd{}, 0},
		{"parked", telemetryExportCmd{Parked: true}, 1},
		{"parked, of the day", telemetryExportCmd{Parked: true, From: "2026-11-21", To: "2026-11-22"}, 1},
		{"parked, later", telemetryExportCmd{Parked: true, From: "2026-11-21T09:30:01"}, 0},
	} {
		x.cmd.Data = config.Data{Data: dir}
		text, err := output(t, func() error { return x.cmd.Run(ctx) })
		if err != nil || strings.Count(text, "\n") != x.want {
			t.Errorf("%s: %q %v", x.name, text, err)
		}
		if x.want == 0 {
			continue
		}
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{"mn": "NEW1", "st": "32", "cn": "2011", "datatime": "20261121093000", "pno": 0.0, "version": 1.0, "raw": strings.TrimSpace(string(raw))}
		for k, v := range want {
			if line[k] != v {
				t.Errorf("%s: %v, want %v", k, line[k], v)
			}
		}
	}
	bad := telemetryExportCmd{From: "gestern"}
	if err := bad.Run(ctx); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
}
