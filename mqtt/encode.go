package mqtt

import "encoding/binary"

// Append writes a packet behind dst. Its fields must be such that Decode takes
// them; a packet too large for the protocol gives dst as it was and false.
func Append(dst []byte, p *Packet) ([]byte, bool) {
	var body []byte
	flags := byte(0)
	if int(p.Type) < len(fixed) {
		flags = fixed[p.Type]
	}
	switch p.Type {
	case Connect:
		body = p.connect()
	case Connack:
		body = []byte{bit(p.SessionPresent, 1), p.Code}
	case Publish:
		flags = bit(p.Dup, 8) | p.QoS<<1 | bit(p.Retain, 1)
		body = appendText(nil, p.Topic)
		if p.QoS > 0 {
			body = binary.BigEndian.AppendUint16(body, p.ID)
		}
		body = append(body, p.Payload...)
	case Puback, Pubrec, Pubrel, Pubcomp, Unsuback:
		body = binary.BigEndian.AppendUint16(nil, p.ID)
	case Subscribe, Unsubscribe:
		body = binary.BigEndian.AppendUint16(nil, p.ID)
		for _, f := range p.Filters {
			body = appendText(body, f.Filter)
			if p.Type == Subscribe {
				body = append(body, f.QoS)
			}
		}
	case Suback:
		body = append(binary.BigEndian.AppendUint16(nil, p.ID), p.Codes...)
	}
	n := len(body)
	if n >= 1<<28 {
		return dst, false
	}
	dst = append(dst, byte(p.Type)<<4|flags)
	for n >= 0x80 {
		dst = append(dst, byte(n)|0x80)
		n >>= 7
	}
	return append(append(dst, byte(n)), body...), true
}

func (p *Packet) connect() []byte {
	flags := bit(p.Clean, 2) | bit(p.HasUser, 0x80) | bit(p.HasPassword, 0x40)
	if p.Will != nil {
		flags |= 4 | p.Will.QoS<<3 | bit(p.Will.Retain, 0x20)
	}
	b := appendText(nil, []byte("MQTT"))
	b = binary.BigEndian.AppendUint16(append(b, ProtocolLevel, flags), p.KeepAlive)
	b = appendText(b, p.ClientID)
	if p.Will != nil {
		b = appendText(appendText(b, p.Will.Topic), p.Will.Message)
	}
	if p.HasUser {
		b = appendText(b, p.User)
	}
	if p.HasPassword {
		b = appendText(b, p.Password)
	}
	return b
}

func bit(set bool, b byte) byte {
	if set {
		return b
	}
	return 0
}

func appendText(dst, text []byte) []byte {
	return append(binary.BigEndian.AppendUint16(dst, uint16(len(text))), text...)
}

// AppendAck writes one of the packets that hold nothing but a packet identifier:
// PUBACK, PUBREC, PUBREL, PUBCOMP, UNSUBACK.
func AppendAck(dst []byte, t Type, id uint16) []byte {
	return append(dst, byte(t)<<4|fixed[t], 2, byte(id>>8), byte(id))
}
