// Package gateway is the door for monitors (数采仪接入网关): TCP servers of the
// device protocols. It cuts the byte stream of each connection into HJ 212
// frames, hands them in, and answers those that are durable. It stands before
// the loop.
//
// It keeps no readings and knows no devices (discover/telemetry), and it judges
// no values (rule). See DESIGN.md for what it promises.
package gateway
