package rule

import (
	"context"

	"github.com/qingshao/qingshao/internal/job"
)

// WatchConduct is the hourly look, for tests of its own.
func (s *Service) WatchConduct(ctx context.Context, j job.Job) error { return s.watchConduct(ctx, j) }

// RunLazily is what the loop of a runner does: what can wait waits.
func (r *Runner) RunLazily(ctx context.Context) (int, error) { return r.run(ctx, false) }
