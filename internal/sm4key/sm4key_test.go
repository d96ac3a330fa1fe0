package sm4key

import (
	"encoding/hex"
	"strings"
	"testing"
)

func TestNew(t *testing.T) {
	t.Parallel()
	c, err := New("0123456789abcdeffedcba9876543210")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := hex.DecodeString("0123456789abcdeffedcba9876543210") // GB/T 32907 A.1: key and plain text
	c.Encrypt(b, b)
	if got := hex.EncodeToString(b); got != "681edf34d206965e86b3e94f536e4246" {
		t.Errorf("cipher text %s", got)
	}
	c.Decrypt(b, b)
	if got := hex.EncodeToString(b); got != "0123456789abcdeffedcba9876543210" {
		t.Errorf("plain text %s", got)
	}
	if _, err := New("0000000000000000"); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"", "000000000000000", "00000000000000000", strings.Repeat("g", 32), "密钥密钥密1", "000000000000000\n"} {
		if _, err := New(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		} else if bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("the error shows the key")
		}
	}
}
