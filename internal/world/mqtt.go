package world

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/qingshao/qingshao/mqtt"
)

// Reporter is a meter's side of one MQTT connection: it publishes with QoS 1 and
// reads what comes back. One goroutine uses it.
type Reporter struct {
	net.Conn
	buf  []byte
	next uint16
}

// answerWait is how long a reporter waits for an answer.
const answerWait = 20 * time.Second

// DialMQTT opens a connection and signs in.
func DialMQTT(ctx context.Context, address string, hello mqtt.Packet) (*Reporter, error) {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	r := &Reporter{Conn: c}
	hello.Type = mqtt.Connect
	err = r.Put(hello)
	if err == nil {
		var p mqtt.Packet
		if p, err = r.Get(answerWait); err == nil && (p.Type != mqtt.Connack || p.Code != mqtt.Accepted) {
			err = fmt.Errorf("mqtt: sign-in answered with packet %d, code %d", p.Type, p.Code)
		}
	}
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	return r, nil
}

// Hello is the CONNECT of a meter, with the will that says it was lost.
func Hello(mn, secret string) mqtt.Packet {
	return mqtt.Packet{Clean: true, KeepAlive: 60, ClientID: []byte(mn), HasUser: true, User: []byte(mn), HasPassword: true, Password: []byte(secret),
		Will: &mqtt.Will{Topic: []byte("status/" + mn), Message: []byte("offline"), QoS: 1}}
}

// Put sends one packet.
func (r *Reporter) Put(p mqtt.Packet) error {
	out, ok := mqtt.Append(nil, &p)
	if !ok {
		return mqtt.ErrTooLarge
	}
	_, err := r.Write(out)
	return err
}

// Get reads the next packet, waiting at most that long.
func (r *Reporter) Get(wait time.Duration) (mqtt.Packet, error) {
	var p mqtt.Packet
	if err := r.SetReadDeadline(time.Now().Add(wait)); err != nil {
		return p, err
	}
	for {
		n, err := mqtt.Decode(r.buf, mqtt.MaxPacketBytes, &p)
		if err != nil || n > 0 {
			r.buf = append([]byte(nil), r.buf[n:]...)
			return p, err
		}
		chunk := make([]byte, 4096)
		k, err := r.Read(chunk)
		r.buf = append(r.buf, chunk[:k]...)
		if err != nil && k == 0 {
			return p, err
		}
	}
}

// Send publishes without waiting and gives the packet's identifier.
func (r *Reporter) Send(topic string, payload []byte) (uint16, error) {
	if r.next++; r.next == 0 {
		r.next = 1
	}
	return r.next, r.Put(mqtt.Packet{Type: mqtt.Publish, QoS: 1, ID: r.next, Topic: []byte(topic), Payload: payload})
}

// Publish sends and waits for the acknowledgement: the payload is then durable.
func (r *Reporter) Publish(topic string, payload []byte) error {
	id, err := r.Send(topic, payload)
	if err != nil {
		return err
	}
	p, err := r.Get(answerWait)
	if err == nil && (p.Type != mqtt.Puback || p.ID != id) {
		err = fmt.Errorf("mqtt: packet %d, identifier %d came instead of the acknowledgement", p.Type, p.ID)
	}
	return err
}
