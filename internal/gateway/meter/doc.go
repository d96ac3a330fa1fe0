// Package meter is the door for meters and gateways of working conditions (用电、
// 工况监控): who they are, which mapping reads their payloads, and how what they
// send becomes readings, through the same group commit as HJ 212. MQTT and HTTP
// both end here; neither is known here.
//
// Take returns when everything is durable, readings and payloads that could not
// be read alike; only then may the sender be answered. What a meter's values mean
// for production and treatment units is not decided here.
package meter
