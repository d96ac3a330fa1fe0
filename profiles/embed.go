// Package profiles carries the jurisdictions' data inside the program: one
// folder a place, named after it. The data is read and checked by
// internal/profile; this package holds nothing but the files.
package profiles

import "embed"

// Files is every profile's folder.
//
//go:embed wenzhou
var Files embed.FS
