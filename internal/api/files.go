package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/qingshao/qingshao/internal/blob"
	"github.com/qingshao/qingshao/internal/fault"
)

// File is an uploaded file as lists and timelines show it.
type File struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Size      int64  `json:"size" doc:"字节"`
	Type      string `json:"type" doc:"媒体类型"`
	SHA256    string `json:"sha256"`
	CreatedAt string `json:"created_at"`
}

func fileView(f blob.File) File {
	return File{f.ID, f.Name, f.Size, f.Type, f.SHA256, when(f.CreatedAt)}
}

// uploadTime is how long a sender on a weak line may take; the rest of the
// surface reads bodies within seconds.
const uploadTime = 15 * time.Minute

// files is the resource of uploaded files.
type files struct{ files *blob.Files }

// Files registers upload and download.
func (a *API) Files(f *blob.Files) {
	r := files{f}
	post(a, "uploadFile", "/files", "上传附件", r.upload)
	// Told after the registration: the framework would read a body that it
	// knows of into memory.
	a.huma.OpenAPI().Paths[Base+"/files"].Post.RequestBody = &huma.RequestBody{Required: true,
		Content: map[string]*huma.MediaType{"multipart/form-data": {
			Schema: &huma.Schema{Type: "object", Required: []string{"file"}, Properties: map[string]*huma.Schema{
				"file": {Type: "string", Format: "binary", Description: "可上传：" + blob.Accepted}}},
		}}}
	raw(a, http.MethodGet, "downloadFile", "/files/{id}", "下载附件", r.download, func(o *huma.Operation) {
		o.Responses = map[string]*huma.Response{"200": {Description: "附件内容", Content: map[string]*huma.MediaType{
			"application/octet-stream": {Schema: &huma.Schema{Type: "string", Format: "binary"}}}}}
	})
}

// stream captures the request's body, which is not read into memory: a video
// goes straight to the disk.
type stream struct {
	body io.Reader
	kind string
}

// Resolve keeps the body and gives the sender time.
func (s *stream) Resolve(ctx huma.Context) []error {
	s.body, s.kind = ctx.BodyReader(), ctx.Header("Content-Type")
	if err := ctx.SetReadDeadline(time.Now().Add(uploadTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return []error{err}
	}
	return nil
}

func (r files) upload(ctx context.Context, in *struct{ stream }) (File, error) {
	part, err := in.file()
	if err != nil {
		return File{}, err
	}
	f, err := r.files.Upload(ctx, actor(ctx), part.FileName(), part)
	var big *http.MaxBytesError
	if errors.As(err, &big) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = fault.Invalidf("文件没有传完，请检查网络后重新上传").Because(err)
	}
	return fileView(f), err
}

// file finds the part that holds the file.
func (s *stream) file() (*multipart.Part, error) {
	kind, params, err := mime.ParseMediaType(s.kind)
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return nil, fault.Invalidf("请以 multipart/form-data 提交文件，字段名为 file")
	}
	form := multipart.NewReader(s.body, params["boundary"])
	for range 8 {
		part, err := form.NextPart()
		if err != nil {
			break
		}
		if part.FormName() == "file" {
			return part, nil
		}
	}
	return nil, fault.Invalidf("没有收到文件，请重新选择（字段名为 file）")
}

// download sends a file as an attachment that no browser runs, whatever is
// inside.
func (r files) download(ctx context.Context, in *ByID) (*huma.StreamResponse, error) {
	f, content, err := r.files.Open(ctx, actor(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		defer content.Close()
		req, w := humago.Unwrap(hc)
		h := w.Header()
		h.Set("Content-Type", f.Type)
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
		h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
		h.Set("ETag", `"`+f.SHA256+`"`)
		http.ServeContent(w, req, "", f.CreatedAt, content)
	}}, nil
}
