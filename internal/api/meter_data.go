package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/qingshao/qingshao/internal/fault"
)

// sender is a meter that reports by HTTP: name and secret by Basic.
type sender struct {
	address, mn, secret string
}

// Resolve reads who sends.
func (s *sender) Resolve(ctx huma.Context) []error {
	s.address = ctx.RemoteAddr()
	r := http.Request{Header: http.Header{"Authorization": {ctx.Header("Authorization")}}}
	s.mn, s.secret, _ = r.BasicAuth()
	return nil
}

// MeterReceipt answers a report: all of it is on disk.
type MeterReceipt struct {
	Stored    int      `json:"stored" doc:"新的读数"`
	Duplicate int      `json:"duplicate" doc:"已有的读数"`
	Unmapped  int      `json:"unmapped" doc:"读不出的部分，已原样保存"`
	Reasons   []string `json:"reasons" nullable:"false" doc:"读不出的原因"`
	Unknown   []string `json:"unknown" nullable:"false" doc:"映射没有提到的键"`
	Bad       []string `json:"bad" nullable:"false" doc:"不是数值的键"`
}

func (r meters) report(ctx context.Context, in *struct {
	sender
	RawBody []byte
}) (MeterReceipt, error) {
	out := MeterReceipt{Reasons: []string{}, Unknown: []string{}, Bad: []string{}}
	pass, err := r.Door.Admit(in.mn, in.secret, in.address)
	if err != nil {
		return out, err
	}
	list, err := r.Door.Take(ctx, pass, in.address, in.RawBody)
	if err != nil {
		return out, err
	}
	x := list[0]
	if !x.Durable {
		return out, fault.New(fault.Unavailable, "数据未能写入磁盘，请稍后重发")
	}
	return MeterReceipt{x.Stored, x.Duplicate, x.Unmapped, append(out.Reasons, x.Reasons...), append(out.Unknown, x.Unknown...), append(out.Bad, x.Bad...)}, nil
}
