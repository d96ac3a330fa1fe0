// Package telemetry keeps what monitors send (自动监控数据): the registry of
// devices, the frames as received, packed readings, current, hourly and daily
// values, and the bytes that were no data (quarantine). It stands in the loop
// under 发现: rules read committed readings from it in order and hand in clues.
//
// Its promise is the order of things: a frame is answered only after the group
// commit that stored it was synced to disk, it is stored once however often it
// is sent, and nothing that was stored is overwritten. See DESIGN.md.
//
// It speaks no protocol on the wire (gateway, hj212) and judges no value (rule).
package telemetry
