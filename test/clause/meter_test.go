package clause

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
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
	return w.ask(r)
}
