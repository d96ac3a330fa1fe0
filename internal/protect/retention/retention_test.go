package retention_test

import (
	"testing"

	"github.com/qingshao/qingshao/internal/protect/retention"
)

// What a destruction does to reports is tested with their register, in package tip.
func TestMachine_IsSound(t *testing.T) {
	t.Parallel()
	if err := retention.Machine.Validate(); err != nil {
		t.Error(err)
	}
}
