package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"time"
	"unicode/utf8"

	"github.com/qingshao/qingshao/hj212"
	"github.com/qingshao/qingshao/internal/config"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/fault"
)

// telemetryCmd acts on the stored readings.
type telemetryCmd struct {
	Export telemetryExportCmd `cmd:"" help:"按入库次序输出已存报文，每行一个 JSON"`
}

type telemetryExportCmd struct {
	config.Data
	Parked bool   `help:"只输出待认领设备的报文"`
	From   string `help:"数据时间下限（含），如 2026-11-21 或 2026-11-21T08:00:00（北京时间）"`
	To     string `help:"数据时间上限（不含）"`
}

// exportLine is one stored frame. Raw that is not UTF-8 is given exactly as
// raw_hex.
type exportLine struct {
	MN       string `json:"mn"`
	ST       string `json:"st"`
	CN       string `json:"cn"`
	DataTime string `json:"datatime"`
	PNO      int    `json:"pno"`
	Version  int64  `json:"version"`
	Raw      string `json:"raw"`
	RawHex   string `json:"raw_hex,omitempty"`
}

// Run prints the frames alone. It binds no port; a server may run on the data.
func (c telemetryExportCmd) Run(ctx context.Context) (err error) {
	q := telemetry.ExportQuery{Parked: c.Parked}
	if q.From, err = readMoment("--from", c.From); err != nil {
		return err
	}
	if q.To, err = readMoment("--to", c.To); err != nil {
		return err
	}
	url, err := c.URL()
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, db.Config{Dir: c.Data.Data, URL: url})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	err = telemetry.Export(ctx, d, q, func(x telemetry.Exported) error {
		line := exportLine{MN: x.MN, ST: x.ST, CN: x.CN, DataTime: x.DataTime, PNO: x.PNO, Version: x.Version, Raw: string(x.Raw)}
		if !utf8.Valid(x.Raw) {
			line.RawHex = hex.EncodeToString(x.Raw)
		}
		return enc.Encode(line)
	})
	return errors.Join(err, out.Flush())
}

// readMoment reads a time in Beijing, or with a zone of its own.
func readMoment(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02", "20060102150405", "20060102"} {
		if t, err := time.ParseInLocation(layout, text, hj212.Beijing); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fault.Invalidf("%s 的时间“%s”无法识别，请写成 2026-11-21T08:00:00", flag, text)
}
