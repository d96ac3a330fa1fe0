package api

import (
	"context"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/protect/trace"
)

// copies is the resource of marked copies: issuing marks and tracing leaks.
type copies struct {
	trace *trace.Service
	names PeopleNames
}

// Copies registers the marks of protected documents. Whoever may see a document
// opens it with a mark; finding a mark is the security administrator's.
func (a *API) Copies(s *trace.Service, people PeopleNames) {
	r := copies{s, people}
	post(a, "openCopy", "/copies", "打开受保护材料，取得阅件编号", r.open)
	get(a, "listCopies", "/copies", "阅件登记", r.list, needs(auth.LeakTrace))
	post(a, "traceCopy", "/copies/trace", "按阅件编号追查", r.find, needs(auth.LeakTrace))
}

// CopyView is one opening of a protected document.
type CopyView struct {
	Mark       string `json:"mark" doc:"阅件编号，显示在材料上"`
	Kind       string `json:"kind"`
	Subject    string `json:"subject"`
	Part       string `json:"part" doc:"材料的哪一部分"`
	Label      string `json:"label" doc:"材料的编号"`
	ReaderID   string `json:"reader_id"`
	ReaderName string `json:"reader_name"`
	At         string `json:"at"`
	Exact      bool   `json:"exact" doc:"与所查的编号完全相同"`
}

func (r copies) views(ctx context.Context, list []trace.Opening) ([]CopyView, error) {
	ids := make([]string, 0, len(list))
	for _, o := range list {
		ids = append(ids, o.Reader)
	}
	names, err := r.names.Names(ctx, ids...)
	out := make([]CopyView, 0, len(list))
	for _, o := range list {
		out = append(out, CopyView{o.Mark(), o.Kind, o.Subject, o.Part, o.Label, o.Reader, names[o.Reader], when(o.At), o.Exact})
	}
	return out, err
}

type openCopyInput struct {
	Body struct {
		Kind    string `json:"kind" maxLength:"32" doc:"材料的种类，例如 tip"`
		Subject string `json:"subject" maxLength:"64" doc:"材料的内部编号"`
		Part    string `json:"part,omitempty" maxLength:"64" doc:"材料的哪一部分"`
	}
}

func (r copies) open(ctx context.Context, in *openCopyInput) (CopyView, error) {
	who := actor(ctx)
	o, err := r.trace.Open(ctx, who, in.Body.Kind, in.Body.Subject, in.Body.Part)
	return CopyView{o.Mark(), o.Kind, o.Subject, o.Part, o.Label, o.Reader, who.Name, when(o.At), true}, err
}

func (r copies) list(ctx context.Context, in *struct {
	Paging
	Reader  string `query:"reader" maxLength:"64" doc:"查看人编号"`
	Subject string `query:"subject" maxLength:"64" doc:"材料的内部编号"`
	From    string `query:"from" maxLength:"40"`
	To      string `query:"to" maxLength:"40"`
}) (out Page[CopyView], err error) {
	q := trace.Query{Reader: in.Reader, Subject: in.Subject, Cursor: in.Cursor, Limit: in.Limit}
	if q.From, q.To, err = period(in.From, in.To); err != nil {
		return out, err
	}
	page, err := r.trace.List(ctx, actor(ctx), q)
	if err != nil {
		return out, err
	}
	out = Page[CopyView]{Next: page.Next, Total: page.Total, TotalCapped: page.Capped}
	out.Items, err = r.views(ctx, page.Items)
	return out, err
}

type traceCopyInput struct {
	Body struct {
		Mark   string `json:"mark" maxLength:"64" doc:"外泄材料上的编号；看不清的位置写 ?"`
		Reason string `json:"reason" maxLength:"500" doc:"从哪里发现、为什么追查"`
	}
}

// TracedCopy is what the register knows about a mark.
type TracedCopy struct {
	Openings []CopyView `json:"openings" nullable:"false"`
	Note     string     `json:"note" doc:"对所查编号的提醒，空为没有"`
}

func (r copies) find(ctx context.Context, in *traceCopyInput) (TracedCopy, error) {
	f, err := r.trace.Find(ctx, actor(ctx), in.Body.Mark, in.Body.Reason)
	if err != nil {
		return TracedCopy{}, err
	}
	views, err := r.views(ctx, f.Openings)
	return TracedCopy{views, f.Note}, err
}
