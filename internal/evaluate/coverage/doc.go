// Package coverage says how far pollution sources are watched (污染源监控覆盖):
// who must be monitored by the class of the permit and the kind of outlet, what
// of it is networked and uploads, what share of the main pollutants' permitted
// load is thereby under control, and which outlets are the gaps.
//
// The documents name a share (85 %) but neither the pollutants nor a formula:
// both are choices of the place's profile, and every answer says so. What the
// documents only promote — meters at enterprises of simplified management — is
// counted, and is no gap. The package only reads.
package coverage
