// Package mqtt reads and writes the packets of MQTT 3.1.1 (OASIS Standard, also
// ISO/IEC 20922:2016), for servers and clients alike. It is strict: what the
// standard calls malformed is an error, and the peer is to be disconnected.
//
// It holds no connection and no session: Decode takes one packet off a buffer,
// the Append functions put one on. Everything a packet holds points into the
// buffer that it was read from. Only the standard library is used.
package mqtt
