package api

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/camera"
)

// cameras is the resource of the registry of cameras.
type cameras struct {
	service *camera.Service
	now     func() time.Time
}

// Cameras registers cameras and the links to what they saw. No video passes
// through here.
func (a *API) Cameras(s *camera.Service, now func() time.Time) {
	r := cameras{s, now}
	get(a, "listCameras", "/cameras", "摄像机及其链接", r.list, needs(auth.RegistryRead))
	post(a, "registerCamera", "/cameras", "登记摄像机", r.register)
	patch(a, "updateCamera", "/cameras/{id}", "修改摄像机", r.update)
}

// CameraView is one camera with its links.
type CameraView struct {
	ID           string       `json:"id"`
	EnterpriseID string       `json:"enterprise_id"`
	OutletID     string       `json:"outlet_id"`
	OutletName   string       `json:"outlet_name"`
	Name         string       `json:"name"`
	Place        camera.Place `json:"place" enum:"outlet,station,treatment,other"`
	PlaceTitle   string       `json:"place_title"`
	Code         string       `json:"code" doc:"国标编码"`
	Platform     string       `json:"platform" doc:"所在视频平台"`
	Channel      string       `json:"channel" doc:"平台中的通道号"`
	Live         string       `json:"live" doc:"实时画面的链接模板"`
	Playback     string       `json:"playback" doc:"回放的链接模板"`
	LiveURL      string       `json:"live_url"`
	PlaybackURL  string       `json:"playback_url" doc:"给出 at 时，其前 5 分钟至后 10 分钟的回放"`
	Active       bool         `json:"active"`
	Version      int64        `json:"version"`
}

func (r cameras) view(c camera.Camera, at time.Time) CameraView {
	v := CameraView{ID: c.ID, EnterpriseID: c.EnterpriseID, OutletID: c.OutletID, OutletName: c.OutletName, Name: c.Name, Place: c.Place, PlaceTitle: c.Place.Title(), Code: c.Code,
		Platform: c.Platform, Channel: c.Channel, Live: c.Live, Playback: c.Playback, LiveURL: c.LiveLink(r.now()), Active: c.Active, Version: c.Version}
	if !at.IsZero() {
		v.PlaybackURL = c.PlaybackLink(at)
	}
	return v
}

func (r cameras) list(ctx context.Context, in *struct {
	EnterpriseID string    `query:"enterprise_id" maxLength:"64"`
	OutletID     string    `query:"outlet_id" maxLength:"64" doc:"含未指定排放口的本企业摄像机"`
	InUse        bool      `query:"in_use" doc:"只看在用的"`
	At           time.Time `query:"at" doc:"回放哪一刻，例如预警发生时"`
}) ([]CameraView, error) {
	list, err := r.service.List(ctx, actor(ctx), camera.Query{EnterpriseID: in.EnterpriseID, OutletID: in.OutletID, InUse: in.InUse})
	out := make([]CameraView, 0, len(list))
	for _, c := range list {
		out = append(out, r.view(c, in.At))
	}
	return out, err
}

// CameraBody is what is written about a camera.
type CameraBody struct {
	OutletID string `json:"outlet_id,omitempty" maxLength:"64" doc:"空为企业公共部位"`
	Name     string `json:"name" minLength:"1" maxLength:"60"`
	Place    string `json:"place" enum:"outlet,station,treatment,other"`
	Code     string `json:"code,omitempty" maxLength:"20" doc:"国标编码，20 位"`
	Platform string `json:"platform,omitempty" maxLength:"60"`
	Channel  string `json:"channel,omitempty" maxLength:"60"`
	Live     string `json:"live,omitempty" maxLength:"1000" doc:"例如 https://video.example/live?c={channel}"`
	Playback string `json:"playback,omitempty" maxLength:"1000" doc:"例如 https://video.example/play?c={channel}&s={start}&e={end}"`
}

func (b CameraBody) camera() camera.Camera {
	return camera.Camera{OutletID: b.OutletID, Name: b.Name, Place: camera.Place(b.Place), Code: b.Code, Platform: b.Platform, Channel: b.Channel, Live: b.Live, Playback: b.Playback}
}

func (r cameras) register(ctx context.Context, in *struct {
	Body struct {
		CameraBody
		EnterpriseID string `json:"enterprise_id" minLength:"1" maxLength:"64"`
	}
}) (CameraView, error) {
	c := in.Body.camera()
	c.EnterpriseID = in.Body.EnterpriseID
	c, err := r.service.Register(ctx, actor(ctx), c)
	return r.view(c, time.Time{}), err
}

func (r cameras) update(ctx context.Context, in *struct {
	ByID
	Body struct {
		CameraBody
		Active bool `json:"active"`
		Versioned
	}
}) (CameraView, error) {
	c := in.Body.camera()
	c.ID, c.Active, c.Version = in.ID, in.Body.Active, in.Body.Version
	c, err := r.service.Update(ctx, actor(ctx), c)
	return r.view(c, time.Time{}), err
}
