package app

import (
	"testing"

	"github.com/qingshao/qingshao/internal/decimal"
)

func TestSaturated_IsAllNinesOfFourDigits(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"9999": true, "9999.99": true, "-9999.9": true, "99.99": true, "999": false, "99.9": false, "9998": false, "0.9999": false,
		"19999": false, "99990": false, "0": false, "9999.00": false, "99999999999999": true, "9.999": true,
	} {
		if got := saturated(decimal.Must(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
