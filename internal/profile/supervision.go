package profile

import (
	"strings"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/handle/supervise"
)

type fileSupervision struct {
	ID       string `yaml:"id" check:"required" title:"编号，写进记录后不要改"`
	Title    string `yaml:"title" check:"required" title:"这一级叫什么，如挂牌督办"`
	Paper    string `yaml:"paper" check:"required" title:"文书的名称，如督办单"`
	LateDays int    `yaml:"late_days" check:"min=0,max=365" title:"逾期几个工作日自动拟稿；0 为只由人提出"`
	Answer   int    `yaml:"answer_days" check:"required,min=1,max=250" title:"答复期限，工作日"`
	Sign     string `yaml:"sign" check:"required" title:"谁签发：supervisor 督办监督员或分管领导，leader 分管领导"`
	Alone    bool   `yaml:"alone" title:"拟稿人可以自己签发"`
	Public   bool   `yaml:"public" title:"列在公开的挂牌督办名单上"`
	Upward   bool   `yaml:"upward" title:"文书报党委、政府"`
	Line     Line   `yaml:"-"`
}

// supervision checks the ladder of supervision; a place that has none uses the
// program's.
func (b *builder) supervision(list []fileSupervision) supervise.Ladder {
	if len(list) == 0 {
		return supervise.DefaultLadder()
	}
	signs := map[string]auth.Capability{"supervisor": auth.IssueSupervise, "leader": auth.IssueApprove}
	var out supervise.Ladder
	for _, f := range list {
		sign, ok := signs[f.Sign]
		if !ok {
			b.fail(f.Line, "supervision 的 sign“%s”不认识；可用：supervisor、leader", f.Sign)
		}
		if _, twice := out.Find(f.ID); twice {
			b.fail(f.Line, "supervision 的 id“%s”写了两次", f.ID)
		}
		if strings.TrimSpace(f.ID) != f.ID {
			b.fail(f.Line, "supervision 的 id“%s”前后不应有空格", f.ID)
		}
		if n := len(out); n > 0 && f.LateDays > 0 && out[n-1].LateDays >= f.LateDays {
			b.fail(f.Line, "supervision 的 late_days 应一级比一级多")
		}
		out = append(out, supervise.Rung{ID: f.ID, Title: f.Title, Paper: f.Paper, LateDays: f.LateDays, Answer: f.Answer, Sign: sign, Alone: f.Alone, Public: f.Public, Upward: f.Upward})
	}
	return out
}
