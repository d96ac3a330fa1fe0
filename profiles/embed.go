// Package profiles carries the jurisdictions' data inside the program: one
// folder a place, named after it, and base.yaml that they extend. The data is
// read and checked by internal/profile; this package holds nothing but the files.
package profiles

import "embed"

// Files is every profile's folder, and the base.
//
//go:embed *.yaml */profile.yaml */regions.csv
var Files embed.FS
