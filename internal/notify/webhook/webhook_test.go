package webhook

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/qingshao/qingshao/internal/notify"
	"github.com/qingshao/qingshao/internal/notify/notifytest"
	"github.com/qingshao/qingshao/internal/notify/outbound"
)

const secret, former = "0123456789abcdef", "fedcba9876543210"

func TestSign_Vector(t *testing.T) {
	t.Parallel()
	// printf '1763688600.{"a":1}' | openssl dgst -sha256 -hmac 0123456789abcdef
	const want = "v1=aa133a01459dbff1380a47948f8fac7547a0206c814a3a1a498a4a42af11c5df"
	if got := Sign(secret, "1763688600", []byte(`{"a":1}`)); got != want {
		t.Errorf("%s", got)
	}
}

func TestSend_SignedByBothSecretsWhileTheyChange(t *testing.T) {
	t.Parallel()
	s := notifytest.NewHTTP(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	defer s.Close()
	c := New(outbound.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}))
	m := notify.Message{ID: "d1", Text: `{"specversion":"1.0","id":"e1"}`, Now: time.Unix(1763688600, 0)}
	for _, x := range []struct {
		settings notify.Settings
		by       []string
	}{
		{notify.Settings{"url": s.URL, "secret": secret}, []string{secret}},
		{notify.Settings{"url": s.URL, "secret": secret, "secret_old": former}, []string{secret, former}},
	} {
		if _, err := c.Send(t.Context(), x.settings, m); err != nil {
			t.Fatal(err)
		}
		a := s.Asked()[len(s.Asked())-1]
		want := []string{}
		for _, k := range x.by {
			want = append(want, Sign(k, a.Header.Get("Qingshao-Timestamp"), []byte(a.Body)))
		}
		if a.Method != http.MethodPost || a.Body != m.Text || a.Header.Get("Qingshao-Timestamp") != "1763688600" || a.Header.Get("Qingshao-Signature") != strings.Join(want, ",") ||
			!strings.HasPrefix(a.Header.Get("Content-Type"), "application/cloudevents+json") {
			t.Errorf("%+v", a)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	c := New(outbound.New(nil))
	ok := notify.Settings{"url": "https://x.example/h", "secret": secret, notify.Topics: "alarm.* clue.adopt"}
	if err := c.Check(ok); err != nil {
		t.Error(err)
	}
	for name, value := range map[string]string{"url": "ftp://x", "secret": "short", notify.Topics: "user.*"} {
		bad := notify.Settings{"url": ok["url"], "secret": secret, notify.Topics: ok[notify.Topics]}
		bad[name] = value
		if c.Check(bad) == nil {
			t.Errorf("%s = %s is taken", name, value)
		}
	}
}
