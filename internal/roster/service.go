package roster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/qingshao/qingshao/internal/audit"
	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/sheet"
)

// Bounds is what a workbook may ask of the program: all of it is examined, and
// perhaps written, at once.
var Bounds = sheet.Limits{Bytes: 8 << 20, Unpacked: 64 << 20, Rows: 5000, Columns: 40}

// Choice is a code with the name that people know it by.
type Choice struct{ Code, Name string }

// Config holds the place's own words and what must learn of new devices.
type Config struct {
	Areas      []Choice // every area that an enterprise may lie in
	Units      []string // the names offered in the template
	Industries []Choice
	Refresh    func(context.Context) error // after devices changed, nil = nobody
}

// Service checks and takes workbooks.
type Service struct {
	db         *db.DB
	policy     auth.Policy
	tables     []table
	areas      map[string][]string // name or code → codes
	areaNames  map[string]string
	industries map[string]string // name → code
	refresh    func(context.Context) error
}

// New makes the service.
func New(d *db.DB, p auth.Policy, c Config) *Service {
	s := &Service{db: d, policy: p, areas: map[string][]string{}, areaNames: map[string]string{}, industries: map[string]string{}, refresh: c.Refresh}
	for _, a := range c.Areas {
		s.areas[a.Code] = []string{a.Code}
		s.areas[a.Name] = append(s.areas[a.Name], a.Code)
		s.areaNames[a.Code] = a.Name
	}
	var industries []string
	for _, i := range c.Industries {
		s.industries[i.Name] = i.Code
		industries = append(industries, i.Name)
	}
	s.tables = tables(c.Units, industries)
	return s
}

func (s *Service) name(area string) string {
	if n := s.areaNames[area]; n != "" {
		return n
	}
	return area
}

// may refuses who maintains no registry at all; single rows are judged by their
// areas.
func (s *Service) may(who auth.Actor) error {
	if !s.policy.Anywhere(who, auth.RegistryWrite) {
		return fault.Forbiddenf("您没有“%s”的权限；如需导入请联系安全管理员授权", auth.RegistryWrite.Title())
	}
	return nil
}

func (s *Service) read(who auth.Actor, file []byte) (*sheet.Book, error) {
	if err := s.may(who); err != nil {
		return nil, err
	}
	var names []string
	for _, t := range s.tables {
		names = append(names, t.name)
	}
	b, err := sheet.Read(file, Bounds, names...)
	if err == nil && len(b.Sheets) == 0 {
		err = fault.Invalidf("工作簿里没有名为“企业”“排放口”“限值”或“设备”的表；请下载模板填写，不要改表名")
	}
	return b, err
}

func (s *Service) examine(ctx context.Context, tx *db.Tx, who auth.Actor, b *sheet.Book, file []byte) (Plan, error) {
	p := &planner{Service: s, ctx: ctx, tx: tx, who: who, plan: &Plan{}, firms: map[string]*firm{}, mns: map[string]int{}}
	if err := p.run(b); err != nil {
		return Plan{}, err
	}
	return *p.plan, p.plan.seal(file)
}

// Check says what a workbook would do, and writes nothing.
func (s *Service) Check(ctx context.Context, who auth.Actor, file []byte) (plan Plan, err error) {
	b, err := s.read(who, file)
	if err != nil {
		return plan, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		plan, err = s.examine(ctx, tx, who, b, file)
		return err
	})
	return plan, err
}

// Apply writes what Check showed, all in one transaction: digest is that of the
// plan that the person saw. A workbook with bad rows is refused unless onlyGood
// says that they may be left out.
func (s *Service) Apply(ctx context.Context, who auth.Actor, name string, file []byte, digest string, onlyGood bool) (plan Plan, err error) {
	b, err := s.read(who, file)
	if err != nil {
		return plan, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if plan, err = s.examine(ctx, tx, who, b, file); err != nil {
			return err
		}
		switch {
		case plan.Digest != digest:
			return fault.Conflictf("核对之后文件或平台档案有了变化，没有写入任何内容；请重新核对")
		case plan.Bad > 0 && !onlyGood:
			return fault.Invalidf("有 %d 行存在错误，没有写入任何内容；请改正后重新上传，或选择只导入无误的行", plan.Bad)
		case len(plan.steps) == 0:
			return nil
		}
		for _, st := range plan.steps {
			if err := st.do(ctx, tx); err != nil {
				return fault.New(fault.KindOf(err), "“%s”表第 %d 行：%s；没有写入任何内容", st.sheet, st.row, fault.Sentence(err, "写入失败")).Because(err)
			}
		}
		sum := sha256.Sum256(file)
		return audit.Record(ctx, tx, audit.Entry{Actor: who.ID, Action: "roster.import", Kind: "roster", Area: who.Area, Detail: map[string]any{
			"file": name, "sha256": hex.EncodeToString(sum[:]), "written": len(plan.steps), "left_out": plan.Bad}})
	})
	if err == nil && s.refresh != nil && plan.Count(devices, Creates)+plan.Count(devices, Updates) > 0 {
		err = s.refresh(ctx)
	}
	return plan, err
}

// Findings writes the bad cells as a workbook to be worked through.
func (s *Service) Findings(w io.Writer, p Plan) error {
	out, err := sheet.NewWriter(w, sheet.XLSX, "需要改正的单元格", []sheet.Column{sheet.Text("表", 10), sheet.Text("单元格", 10),
		sheet.Text("内容", 28), sheet.Text("问题", 40), sheet.Text("怎样改", 60)})
	if err != nil {
		return err
	}
	for _, f := range p.Findings {
		if err := out.Row(f.Sheet, f.Cell, f.Value, f.Problem, f.Remedy); err != nil {
			return err
		}
	}
	return out.Close()
}

// Template writes the empty workbook with example rows, drop-downs and hints.
func (s *Service) Template(w io.Writer) error {
	var forms []sheet.Form
	for _, t := range s.tables {
		f := sheet.Form{Name: t.name, Examples: make([][]string, 2)}
		for _, x := range t.fields {
			heading := x.title
			if x.required {
				heading = "*" + heading
			}
			f.Fields = append(f.Fields, sheet.Field{Heading: heading, Width: x.width, Hint: x.how, Options: x.options, Text: x.text})
			for i, e := range x.example {
				f.Examples[i] = append(f.Examples[i], e)
			}
		}
		if f.Examples[1][0] == "" {
			f.Examples = f.Examples[:1]
		}
		forms = append(forms, f)
	}
	return sheet.WriteForms(w, []string{
		"怎样填写",
		"每张表第一行是列名，不要改动；带 * 的列必须填写。不需要的表可以空着或删除。",
		"企业以统一社会信用代码、排放口以企业代码加编号、设备以 MN 辨认：平台里已有的更新，没有的新建，内容相同的不动。",
		"更新时，留空的单元格不改动平台里的内容。",
		"限值从不改写：新限值从开始执行日期起接替原限值，此前的数据仍按当时的限值判断。",
		"信用代码、MN 等长编号的列已设为文本格式；从别处粘贴时请选“只粘贴值”。",
		fmt.Sprintf("备注写“%s”的行不导入。每张表最多 %d 行，文件最大 %d MB。", example, Bounds.Rows, Bounds.Bytes>>20),
		"上传后先核对，不写入；全部无误，或您选择只导入无误的行，才一次写入。",
	}, forms)
}
