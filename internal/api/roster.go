package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/roster"
	"github.com/qingshao/qingshao/internal/sheet"
)

// importing is the resource that takes the registry from a workbook.
type importing struct {
	roster *roster.Service
	api    *API
}

// Roster registers the import of enterprises, outlets, limits and devices. The
// workbook is never kept: a check and what follows it each bring it along.
func (a *API) Roster(s *roster.Service) {
	r := importing{s, a}
	raw(a, http.MethodGet, "getRosterTemplate", "/roster/template.xlsx", "下载导入模板", r.template, needs(auth.RegistryWrite), workbookAnswer)
	post(a, "checkRoster", "/roster/check", "核对导入的工作簿（不写入）", r.check, needs(auth.RegistryWrite))
	post(a, "applyRoster", "/roster/apply", "按核对结果导入", r.apply, needs(auth.RegistryWrite))
	raw(a, http.MethodPost, "exportRosterFindings", "/roster/findings.xlsx", "下载需要改正的单元格", r.findings, needs(auth.RegistryWrite), workbookAnswer)
	for _, path := range []string{"/roster/check", "/roster/apply", "/roster/findings.xlsx"} {
		// Told after the registration, as with other uploads.
		a.huma.OpenAPI().Paths[Base+path].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {
			Schema: &huma.Schema{Type: "object", Required: []string{"file"}, Properties: map[string]*huma.Schema{
				"file": {Type: "string", Format: "binary", Description: "按模板填写的 Excel 工作簿（.xlsx）"}}}}}}
	}
}

func workbookAnswer(o *huma.Operation) {
	o.Responses = map[string]*huma.Response{"200": {Description: "Excel 工作簿", Content: map[string]*huma.MediaType{
		sheet.XLSX.Type(): {Schema: &huma.Schema{Type: "string", Format: "binary"}}}}}
}

// RosterReport is what a workbook does, or has done, to the registry.
type RosterReport struct {
	Digest   string          `json:"digest" doc:"导入时原样带回：文件或档案变了就要重新核对"`
	Sheets   []RosterSheet   `json:"sheets" nullable:"false"`
	Items    []RosterItem    `json:"items" nullable:"false" doc:"要新建、更新的行，最多 1000 条"`
	Findings []RosterFinding `json:"findings" nullable:"false" doc:"需要改正的单元格，最多 1000 条"`
	Found    int             `json:"found" doc:"需要改正的单元格总数"`
	Bad      int             `json:"bad" doc:"有错误的行数"`
	Examples int             `json:"examples" doc:"略过的示例行数"`
	Ignored  []string        `json:"ignored" nullable:"false" doc:"未读取的表"`
}

// RosterSheet counts the rows of one sheet.
type RosterSheet struct {
	Sheet  string `json:"sheet"`
	Create int    `json:"create"`
	Update int    `json:"update"`
	Same   int    `json:"same"`
}

// RosterItem is one row that creates or changes something.
type RosterItem struct {
	Sheet   string         `json:"sheet"`
	Row     int            `json:"row"`
	Act     string         `json:"act" enum:"create,update"`
	Title   string         `json:"title"`
	Changes []RosterChange `json:"changes" nullable:"false"`
}

// RosterChange is one field before and after.
type RosterChange struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// RosterFinding is one bad cell.
type RosterFinding struct {
	Sheet   string `json:"sheet"`
	Cell    string `json:"cell" doc:"单元格地址，如 B7"`
	Value   string `json:"value"`
	Problem string `json:"problem"`
	Remedy  string `json:"remedy"`
}

// rosterShown bounds what one answer lists; the counts are of everything.
const rosterShown = 1000

func reportView(p roster.Plan) RosterReport {
	out := RosterReport{Digest: p.Digest, Sheets: []RosterSheet{}, Items: []RosterItem{}, Findings: []RosterFinding{}, Found: len(p.Findings),
		Bad: p.Bad, Examples: p.Examples, Ignored: append([]string{}, p.Ignored...)}
	at := map[string]int{}
	for _, i := range p.Items {
		n, ok := at[i.Sheet]
		if !ok {
			n = len(out.Sheets)
			at[i.Sheet] = n
			out.Sheets = append(out.Sheets, RosterSheet{Sheet: i.Sheet})
		}
		switch i.Act {
		case roster.Creates:
			out.Sheets[n].Create++
		case roster.Updates:
			out.Sheets[n].Update++
		case roster.Same:
			out.Sheets[n].Same++
			continue
		}
		if len(out.Items) == rosterShown {
			continue
		}
		v := RosterItem{i.Sheet, i.Row, string(i.Act), i.Title, []RosterChange{}}
		for _, c := range i.Changes {
			v.Changes = append(v.Changes, RosterChange{c.Field, c.Old, c.New})
		}
		out.Items = append(out.Items, v)
	}
	for _, f := range p.Findings[:min(len(p.Findings), rosterShown)] {
		out.Findings = append(out.Findings, RosterFinding{f.Sheet, f.Cell, f.Value, f.Problem, f.Remedy})
	}
	return out
}

// workbook reads the uploaded file into memory, which it may fill only so far.
func (s *stream) workbook() (name string, file []byte, err error) {
	part, err := s.file()
	if err != nil {
		return "", nil, err
	}
	file, err = io.ReadAll(io.LimitReader(part, roster.Bounds.Bytes+1))
	var big *http.MaxBytesError
	if errors.As(err, &big) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = fault.Invalidf("文件没有传完，请检查网络后重新上传").Because(err)
	}
	return part.FileName(), file, err
}

func (r importing) check(ctx context.Context, in *struct{ stream }) (RosterReport, error) {
	_, file, err := in.workbook()
	if err != nil {
		return RosterReport{}, err
	}
	p, err := r.roster.Check(ctx, actor(ctx), file)
	if err != nil {
		return RosterReport{}, err
	}
	return reportView(p), nil
}

func (r importing) apply(ctx context.Context, in *struct {
	stream
	Digest   string `query:"digest" required:"true" maxLength:"64" doc:"核对时给出的 digest"`
	OnlyGood bool   `query:"only_good" doc:"略过有错误的行"`
}) (RosterReport, error) {
	name, file, err := in.workbook()
	if err != nil {
		return RosterReport{}, err
	}
	p, err := r.roster.Apply(ctx, actor(ctx), name, file, in.Digest, in.OnlyGood)
	if err != nil {
		return RosterReport{}, err
	}
	return reportView(p), nil
}

func (r importing) findings(ctx context.Context, in *struct{ stream }) (*huma.StreamResponse, error) {
	_, file, err := in.workbook()
	if err != nil {
		return nil, err
	}
	p, err := r.roster.Check(ctx, actor(ctx), file)
	if err != nil {
		return nil, err
	}
	return r.answer("exportRosterFindings", "需要改正的单元格.xlsx", func(w io.Writer) error { return r.roster.Findings(w, p) })
}

func (r importing) template(context.Context, *None) (*huma.StreamResponse, error) {
	return r.answer("getRosterTemplate", "企业台账导入模板.xlsx", r.roster.Template)
}

func (r importing) answer(op, name string, write func(io.Writer) error) (*huma.StreamResponse, error) {
	var out bytes.Buffer
	if err := write(&out); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		r.api.send(hc, op, bytes.NewReader(out.Bytes()), sheet.XLSX.Type(), "roster", name)
	}}, nil
}
