package riskmap

import "context"

// Due carries out a task's clock.
func (s *Service) Due(ctx context.Context, id TaskID) error { return s.due(ctx, id) }
