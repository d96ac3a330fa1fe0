// Package api is the HTTP surface: one file a resource, code first, described by
// OpenAPI 3.1. It decodes, asks a service, and answers; it decides nothing.
// Everything a screen can do goes through here, and so can any other program.
//
// A resource is a method on API that takes its services and registers its
// operations with get, post, patch and remove; app calls it.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/qingshao/qingshao/internal/auth"
	parted "github.com/qingshao/qingshao/internal/discover/tip/upload"
	"github.com/qingshao/qingshao/internal/handle/supervise"
	"github.com/qingshao/qingshao/internal/means/reward"
)

// Base is the path under which all operations live.
const Base = "/api/v1"

// Authenticator turns what a request carries into the person who acts.
type Authenticator interface {
	// BySession checks a session cookie's value.
	BySession(ctx context.Context, token string) (auth.Actor, error)
	// ByToken checks a personal access token.
	ByToken(ctx context.Context, token string) (auth.Actor, error)
}

// Config holds what the surface needs besides the services.
type Config struct {
	Title   string // the product and place, for the document
	Version string
	Secure  bool // cookies only over HTTPS
	Policy  auth.Policy
	Auth    Authenticator
	Log     *slog.Logger
	// Exported writes down that somebody takes a list out of the program.
	Exported func(ctx context.Context, who auth.Actor, what, query string) error
	// Proxies are the reverse proxies whose word on the caller's address counts.
	Proxies []netip.Prefix
}

// API is the surface under construction and then in service.
type API struct {
	huma   huma.API
	mux    *http.ServeMux
	policy auth.Policy
	auth   Authenticator
	log    *slog.Logger
	secure bool

	exported func(ctx context.Context, who auth.Actor, what, query string) error
	proxies  []netip.Prefix
	uploads  *parted.Store // nil = nowhere

	ending     context.Context // ends with EndStreams
	endStreams context.CancelFunc
	heartbeat  time.Duration

	rewards      *reward.Service    // of the public pages; nil without them
	publications *publications      // likewise
	supervised   *supervise.Service // likewise
}

// New makes an empty surface.
func New(c Config) *API {
	mux := http.NewServeMux()
	hc := huma.DefaultConfig(c.Title, c.Version)
	hc.OpenAPIPath = "/openapi"
	hc.DocsPath = ""
	hc.SchemasPath = ""
	hc.CreateHooks = nil
	hc.RejectUnknownQueryParameters = true
	hc.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	hc.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: SessionCookie},
		"token":   {Type: "http", Scheme: "bearer"},
	}
	a := &API{mux: mux, policy: c.Policy, auth: c.Auth, log: c.Log, secure: c.Secure, exported: c.Exported, proxies: c.Proxies, heartbeat: 15 * time.Second}
	a.ending, a.endStreams = context.WithCancel(context.Background())
	a.huma = humago.New(mux, hc)
	a.huma.UseMiddleware(a.authenticate)
	return a
}

// Handler is the whole surface with its security headers.
func (a *API) Handler() http.Handler { return forwarded(a.proxies, secure(compressed(a.mux))) }

// Mux lets app add what is not an operation: health, metrics, the console.
func (a *API) Mux() *http.ServeMux { return a.mux }

// OpenAPI renders the document, indented JSON.
func (a *API) OpenAPI() ([]byte, error) { return a.huma.OpenAPI().MarshalJSON() }

// schemaName keeps types of one name in different packages apart: the package
// goes first unless the name already begins with it (issue.Issue → Issue,
// clue.Event → ClueEvent). Types of this package keep their plain names.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if plain, ok := map[string]string{"ErrorModel": "Problem", "ErrorDetail": "ProblemField"}[t.Name()]; ok {
		return plain
	}
	pkg := t.PkgPath()
	pkg = pkg[strings.LastIndex(pkg, "/")+1:]
	if t.Name() == "" || pkg == "" || pkg == "api" || strings.Contains(t.Name(), "[") {
		return name
	}
	title := strings.ToUpper(pkg[:1]) + pkg[1:]
	if strings.HasPrefix(name, title) {
		return name
	}
	return title + name
}

type answer[T any] struct{ Body T }

// option changes an operation before it is registered.
type option func(*huma.Operation)

// open marks an operation that needs no sign-in.
func open(o *huma.Operation) {
	o.Security = []map[string][]string{}
	o.Metadata = map[string]any{"open": true}
}

// unsettled marks an operation that a person may use who must change the
// password first.
func unsettled(o *huma.Operation) {
	if o.Metadata == nil {
		o.Metadata = map[string]any{}
	}
	o.Metadata["unsettled"] = true
}

// tag groups operations in the document.
func tag(name string) option { return func(o *huma.Operation) { o.Tags = []string{name} } }

// get registers a reading operation. I carries path and query parameters, O is
// the body of the answer. The first word of path is the default tag.
func get[I, O any](a *API, id, path, title string, h func(context.Context, *I) (O, error), opts ...option) {
	register(a, http.MethodGet, id, path, title, h, opts)
}

// post registers a creating or acting operation.
func post[I, O any](a *API, id, path, title string, h func(context.Context, *I) (O, error), opts ...option) {
	register(a, http.MethodPost, id, path, title, h, opts)
}

// patch registers a partial change.
func patch[I, O any](a *API, id, path, title string, h func(context.Context, *I) (O, error), opts ...option) {
	register(a, http.MethodPatch, id, path, title, h, opts)
}

// remove registers a DELETE.
func remove[I, O any](a *API, id, path, title string, h func(context.Context, *I) (O, error), opts ...option) {
	register(a, http.MethodDelete, id, path, title, h, opts)
}

func register[I, O any](a *API, method, id, path, title string, h func(context.Context, *I) (O, error), opts []option) {
	op := huma.Operation{
		OperationID: id, Method: method, Path: Base + path, Summary: title, DefaultStatus: http.StatusOK,
		Tags:     []string{strings.Split(strings.TrimPrefix(path, "/"), "/")[0]},
		Security: []map[string][]string{{"session": {}}, {"token": {}}},
		Errors:   []int{400, 401, 403, 404, 409, 422, 429, 500},
	}
	for _, o := range opts {
		o(&op)
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*answer[O], error) {
		body, err := h(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, id, err)
		}
		return &answer[O]{body}, nil
	})
}

// raw registers an operation that writes its own answer (downloads, event
// streams); it still appears in the document and passes the same sign-in.
func raw[I any](a *API, method, id, path, title string, h func(context.Context, *I) (*huma.StreamResponse, error), opts ...option) {
	op := huma.Operation{
		OperationID: id, Method: method, Path: Base + path, Summary: title,
		Tags:     []string{strings.Split(strings.TrimPrefix(path, "/"), "/")[0]},
		Security: []map[string][]string{{"session": {}}, {"token": {}}},
	}
	for _, o := range opts {
		o(&op)
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
		out, err := h(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, id, err)
		}
		return out, nil
	})
}

// None is the empty body or input.
type None struct{}

// ByID is the input of operations on one thing.
type ByID struct {
	ID string `path:"id" doc:"编号" maxLength:"64"`
}

// Paging is embedded in the input of every list.
type Paging struct {
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"200" doc:"每页条数"`
	Cursor string `query:"cursor" maxLength:"256" doc:"上一页返回的 next"`
}

// Page is one page of a list. Next is empty on the last page. Total counts to
// 1000 and then stops, with TotalCapped set (“1,000+”).
type Page[T any] struct {
	Items       []T    `json:"items" nullable:"false"`
	Next        string `json:"next"`
	Total       int    `json:"total"`
	TotalCapped bool   `json:"total_capped"`
}

// beijing is the zone of every time the surface shows (no summer time).
var beijing = time.FixedZone("CST", 8*3600)

// Stamp shows microseconds since 1970 as RFC 3339 in Beijing time, "" for 0.
func Stamp(micros int64) string {
	if micros == 0 {
		return ""
	}
	return time.UnixMicro(micros).In(beijing).Format(time.RFC3339)
}
