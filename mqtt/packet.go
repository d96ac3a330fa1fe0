package mqtt

import "errors"

// Type is the kind of a control packet.
type Type byte

// The control packets (table 2.1).
const (
	Connect     Type = 1
	Connack     Type = 2
	Publish     Type = 3
	Puback      Type = 4
	Pubrec      Type = 5
	Pubrel      Type = 6
	Pubcomp     Type = 7
	Subscribe   Type = 8
	Suback      Type = 9
	Unsubscribe Type = 10
	Unsuback    Type = 11
	Pingreq     Type = 12
	Pingresp    Type = 13
	Disconnect  Type = 14
)

// The return codes of CONNACK (table 3.1).
const (
	Accepted       byte = 0
	WrongProtocol  byte = 1 // level not supported
	WrongClientID  byte = 2
	Unavailable    byte = 3
	WrongPassword  byte = 4 // user name or password malformed, or not right
	NotAuthorized  byte = 5
	SubackRefused  byte = 0x80
	ProtocolLevel  byte = 4
	MaxPacketBytes      = 268_435_455 + 5
)

// Packet is one control packet. Which fields count depends on Type.
type Packet struct {
	Type Type

	// PUBLISH
	Dup, Retain bool
	QoS         byte
	Topic       []byte
	Payload     []byte

	// PUBLISH above QoS 0, the acknowledgements, (UN)SUBSCRIBE, (UN)SUBACK
	ID uint16

	// CONNECT
	Level       byte
	Clean       bool
	KeepAlive   uint16 // seconds
	ClientID    []byte
	HasUser     bool
	User        []byte
	HasPassword bool
	Password    []byte
	Will        *Will

	// CONNACK
	SessionPresent bool
	Code           byte

	// SUBSCRIBE, UNSUBSCRIBE
	Filters []Filter
	// SUBACK
	Codes []byte
}

// Will is what a server is to publish when it loses the client (遗嘱).
type Will struct {
	Topic, Message []byte
	QoS            byte
	Retain         bool
}

// Filter is one topic filter with the QoS that is asked for.
type Filter struct {
	Filter []byte
	QoS    byte
}

// The reasons for which a peer is to be disconnected.
var (
	ErrMalformed = errors.New("mqtt: malformed packet")
	ErrTooLarge  = errors.New("mqtt: packet larger than the limit")
	// ErrProtocol is a CONNECT of another protocol or level; it is to be answered
	// with WrongProtocol.
	ErrProtocol = errors.New("mqtt: protocol level not supported")
)
