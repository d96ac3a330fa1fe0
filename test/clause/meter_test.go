package clause

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	sim "github.com/qingshao/qingshao/internal/world"
	"github.com/qingshao/qingshao/mqtt"
)

// report sends a payload as a meter does by HTTP: rest is its name and secret.
func (w *world) report(rest, payload string) error {
	words := strings.Fields(rest)
	if len(words) != 2 {
		return fmt.Errorf("report takes a name and a secret, not %q", rest)
	}
	r, err := http.NewRequest("POST", "http://"+w.app.Addr()+"/api/v1/meter-data", strings.NewReader(payload))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(words[0]+":"+words[1])))
	return w.ask(http.DefaultClient, r)
}

// publish sends a payload by MQTT, waits until it is acknowledged, and takes its
// leave.
func (w *world) publish(rest, payload string) error {
	words := strings.Fields(rest)
	if len(words) != 2 {
		return fmt.Errorf("publish takes a name and a secret, not %q", rest)
	}
	line, err := sim.DialMQTT(context.Background(), w.app.MQTT(), sim.Hello(words[0], words[1]))
	if err != nil {
		return err
	}
	defer line.Close()
	if err := line.Publish("meter/up", []byte(payload)); err != nil {
		return err
	}
	if err := line.Put(mqtt.Packet{Type: mqtt.Disconnect}); err != nil {
		return err
	}
	return w.app.Settle(context.Background())
}
