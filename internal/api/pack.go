package api

import (
	archive "archive/zip"
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/blob"
	"github.com/qingshao/qingshao/internal/rule"
)

// Opener gives the content of a file to someone who may see it, and records that.
type Opener interface {
	Open(ctx context.Context, a auth.Actor, id string) (blob.File, io.ReadSeekCloser, error)
}

// Packs registers the download of evidence packs.
func (a *API) Packs(s *rule.Service, files Opener) {
	raw(a, http.MethodGet, "downloadEvidence", "/alarms/{id}/evidence.zip", "下载证据包", func(ctx context.Context, in *ByID) (*huma.StreamResponse, error) {
		alarm, ids, err := s.Pack(ctx, actor(ctx), rule.ID(in.ID))
		if err != nil {
			return nil, err
		}
		content, err := zipped(ctx, files, ids)
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			hc.SetHeader("Content-Type", "application/zip")
			hc.SetHeader("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "证据包_" + alarm.Number + ".zip"}))
			_, _ = hc.BodyWriter().Write(content) // a reader that has gone away needs no answer
		}}, nil
	}, func(o *huma.Operation) {
		o.Responses = map[string]*huma.Response{"200": {Description: "证据包", Content: map[string]*huma.MediaType{"application/zip": {Schema: &huma.Schema{Type: "string", Format: "binary"}}}}}
	})
}

func zipped(ctx context.Context, files Opener, ids []string) ([]byte, error) {
	var out bytes.Buffer
	z := archive.NewWriter(&out)
	for _, id := range ids {
		f, content, err := files.Open(ctx, actor(ctx), id)
		if err != nil {
			return nil, err
		}
		w, err := z.CreateHeader(&archive.FileHeader{Name: f.Name, Method: archive.Deflate, Modified: f.CreatedAt})
		if err == nil {
			_, err = io.Copy(w, content)
		}
		content.Close() //nolint:errcheck // it was read
		if err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return out.Bytes(), err
}
