package api

import (
	"context"
	"encoding/json"

	"github.com/qingshao/qingshao/internal/gateway/meter"
	"github.com/qingshao/qingshao/internal/mapping"
)

// MeterProfileView is one version of a mapping.
type MeterProfileView struct {
	ID        string `json:"id"`
	Version   int64  `json:"version"`
	Name      string `json:"name"`
	Area      string `json:"area"`
	AreaName  string `json:"area_name"`
	Mapping   string `json:"mapping" doc:"JSON 文本"`
	Points    int    `json:"points" doc:"测点数"`
	Meters    int    `json:"meters" doc:"正在使用的设备数"`
	CreatedAt string `json:"created_at"`
}

func (r meters) profile(p meter.Profile) MeterProfileView {
	text, _ := json.MarshalIndent(p.Mapping, "", "  ") // plain strings and numbers
	return MeterProfileView{p.ID, p.Version, p.Name, p.Area, r.Names.area(p.Area), string(text), len(p.Mapping.Points), p.Meters, when(p.CreatedAt)}
}

// MeterProfiles lists the mappings, and those to begin with.
type MeterProfiles struct {
	Items   []MeterProfileView `json:"items" nullable:"false"`
	Presets []MeterPreset      `json:"presets" nullable:"false" doc:"新建时可用的样板"`
}

// MeterPreset is a mapping to begin with.
type MeterPreset struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Mapping string `json:"mapping"`
}

func (r meters) profiles(ctx context.Context, _ *None) (MeterProfiles, error) {
	list, err := r.Service.Profiles(ctx)
	out := MeterProfiles{Items: make([]MeterProfileView, 0, len(list)), Presets: []MeterPreset{}}
	for _, p := range list {
		out.Items = append(out.Items, r.profile(p))
	}
	for _, p := range mapping.Presets() {
		text, _ := json.MarshalIndent(p.Mapping, "", "  ")
		out.Presets = append(out.Presets, MeterPreset{p.ID, p.Title, string(text)})
	}
	return out, err
}

func (r meters) versions(ctx context.Context, in *ByID) ([]MeterProfileView, error) {
	list, err := r.Service.Versions(ctx, in.ID)
	out := make([]MeterProfileView, 0, len(list))
	for _, p := range list {
		out = append(out, r.profile(p))
	}
	return out, err
}

// MeterProfileBody is a mapping as it is written.
type MeterProfileBody struct {
	Name    string `json:"name" minLength:"1" maxLength:"60"`
	Mapping string `json:"mapping" minLength:"2" maxLength:"65536" doc:"JSON 文本"`
}

func (r meters) createProfile(ctx context.Context, in *struct{ Body MeterProfileBody }) (MeterProfileView, error) {
	m, err := mapping.Parse([]byte(in.Body.Mapping))
	if err != nil {
		return MeterProfileView{}, err
	}
	p, err := r.Service.CreateProfile(ctx, actor(ctx), meter.Profile{Name: in.Body.Name, Mapping: *m})
	return r.profile(p), err
}

func (r meters) revise(ctx context.Context, in *struct {
	ByID
	Body struct {
		MeterProfileBody
		Versioned
	}
}) (MeterProfileView, error) {
	m, err := mapping.Parse([]byte(in.Body.Mapping))
	if err != nil {
		return MeterProfileView{}, err
	}
	p, err := r.Service.ReviseProfile(ctx, actor(ctx), meter.Profile{ID: in.ID, Version: in.Body.Version, Name: in.Body.Name, Mapping: *m})
	return r.profile(p), err
}

// MeterTrial is what a mapping reads from a payload.
type MeterTrial struct {
	Readings []MeterTrialReading `json:"readings" nullable:"false"`
	Rejected []string            `json:"rejected" nullable:"false" doc:"读不出的部分及原因"`
	Unknown  []string            `json:"unknown" nullable:"false" doc:"映射没有提到的键"`
	Bad      []string            `json:"bad" nullable:"false" doc:"不是数值的键"`
}

// MeterTrialReading is one moment of a trial.
type MeterTrialReading struct {
	Time    string           `json:"time"`
	Assumed bool             `json:"assumed"`
	Values  []MeterValueView `json:"values" nullable:"false"`
}

func (r meters) try(_ context.Context, in *struct {
	Body struct {
		Mapping string `json:"mapping" minLength:"2" maxLength:"65536"`
		Payload string `json:"payload" maxLength:"262144" doc:"设备发来的一条报文"`
	}
}) (MeterTrial, error) {
	out := MeterTrial{Readings: []MeterTrialReading{}, Rejected: []string{}, Unknown: []string{}, Bad: []string{}}
	m, err := mapping.Parse([]byte(in.Body.Mapping))
	if err != nil {
		return out, err
	}
	res := m.Apply([]byte(in.Body.Payload), r.Now())
	out.Unknown, out.Bad = append(out.Unknown, res.Unknown...), append(out.Bad, res.Bad...)
	for _, x := range res.Rejected {
		out.Rejected = append(out.Rejected, x.Reason+"："+readable(x.Raw[:min(len(x.Raw), 200)]))
	}
	for _, x := range res.Readings {
		v := MeterTrialReading{when(x.Time), x.Assumed, []MeterValueView{}}
		for _, y := range x.Values {
			title, unit := pointWords{*m}.words(y.Code)
			v.Values = append(v.Values, MeterValueView{y.Code, title, unit, Number{y.Number}, when(x.Time)})
		}
		out.Readings = append(out.Readings, v)
	}
	return out, nil
}
