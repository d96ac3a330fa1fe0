package outbound

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	g := New([]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")})
	for address, open := range map[string]bool{
		"1.1.1.1": true, "2400:3200::1": true, "10.1.2.3": true,
		"10.2.0.1": false, "127.0.0.1": false, "192.168.1.1": false, "172.16.0.1": false, "169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false,
		"224.0.0.1": false, "255.255.255.255": false, "::1": false, "fc00::1": false, "fe80::1": false, "::ffff:127.0.0.1": false, "::ffff:10.1.2.3": true, "64:ff9b::7f00:1": false, "2002:7f00:1::": false,
	} {
		if err := g.Check(netip.MustParseAddr(address)); (err == nil) != open {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestClient_NeitherInsideNorRound(t *testing.T) {
	t.Parallel()
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer s.Close()
	if _, err := New(nil).Client(time.Second).Get(s.URL); err == nil || !strings.Contains(Sentence(err), "内网地址") || asked != 0 {
		t.Errorf("loopback: %v", err)
	}
	if _, err := New(nil).Client(time.Second).Get(strings.Replace(s.URL, "127.0.0.1", "localhost", 1)); err == nil || asked != 0 {
		t.Errorf("a name of loopback: %v", err)
	}
	r, err := New([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}).Client(time.Second).Get(s.URL)
	if err != nil || r.StatusCode != http.StatusFound || asked != 1 {
		t.Fatalf("a redirect was followed: %v", err)
	}
	if err := r.Body.Close(); err != nil {
		t.Error(err)
	}
}
