package db

import "github.com/google/uuid"

// NewID makes a UUIDv7: unique without asking anyone, and ordered by the time
// it was made, so that keys are appended and lists page by them.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }
