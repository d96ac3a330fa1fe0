// Package mapping turns the JSON that electricity and working-condition meters
// (用电、工况监控) send into coded values: one mapping (映射) for each profile of
// devices says where the readings, their time and their values stand, and which
// code, factor and unit each value has. There is no standard for these payloads,
// so the mapping is data that people edit; a changed mapping is a new version.
//
// The package is pure: it knows no device, no database and no network, and every
// payload gives the same result on every machine. What it cannot map it gives
// back as sent, with the reason; keys that no mapping names are listed.
package mapping
