package rule

import (
	"context"
	"time"

	"github.com/qingshao/qingshao/internal/auth"
	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/rule/ladder"
	"github.com/qingshao/qingshao/internal/timeline"
)

// WordDue is when the enterprise's word about an alarm is due by the place's
// ladder; zero when none is waited for.
func (s *Service) WordDue(ctx context.Context, tx *db.Tx, a Alarm) (time.Time, error) {
	if a.State == StateCleared || a.Quiet.Kind != Loud {
		return time.Time{}, nil
	}
	heard, entries, err := s.together(ctx, tx, &a)
	return s.wordDue(heard, entries), err
}

func (s *Service) wordDue(a Alarm, entries []timeline.Entry) time.Time {
	since, waits := waiting(&a, entries)[ladder.Unexplained]
	term, asked := ladder.For(s.conf.Ladders, string(a.Highest), s.family(a.Rule)).First(ladder.Unexplained)
	if !waits || !asked || a.State == StateCleared || a.Quiet.Kind != Loud {
		return time.Time{}
	}
	return since.Add(term)
}

// Guide tells an enterprise what to check and which papers go with one cause.
type Guide struct {
	Cause    string // of the form of Explain
	Title    string
	Check    string
	Evidence []string
}

// guides stand in the order of the causes. The evidence is what the rules of
// marking and of operating monitors have enterprises keep anyway.
var guides = []Guide{
	{"discharge", "实际超标排放", "治理设施是否停运、故障，药剂、能耗是否不足，负荷是否突增",
		[]string{"中控曲线或运行记录", "治理设施检修、加药、用电记录", "已采取的减产、切换、修复措施及时间"}},
	{"fluctuation", "工况波动", "起止时刻前后是否启停炉、切换物料或负荷，是否来得及标记工况",
		[]string{"生产记录或启停报告", "工况标记的编号"}},
	{"maintenance", "设备维护校准", "该时段是否在做维护、校准、比对，是否已标记",
		[]string{"运维工单", "校准或比对记录", "维护、校准标记的编号"}},
	{"instrument", "监测设备故障", "分析仪报警、量程、标液、采样管路与数采仪时钟是否正常",
		[]string{"故障与维修工单", "修复后的校准记录", "故障期间的手工监测数据（如有）"}},
	{"other", "其他", "写明查到的事实和依据", []string{"能够佐证的照片、记录、第三方报告"}},
}

// Guides are for whoever may explain the alarm; nobody else needs them.
func (s *Service) Guides(actor auth.Actor, a Alarm) []Guide {
	if !s.policy.Can(actor, auth.AlarmExplain, a.Scope()) {
		return nil
	}
	return guides
}
