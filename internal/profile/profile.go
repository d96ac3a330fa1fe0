package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/qingshao/qingshao/internal/discover/tip/phrase"
	"github.com/qingshao/qingshao/internal/evaluate/riskmap"
	"github.com/qingshao/qingshao/internal/fault"
	"github.com/qingshao/qingshao/internal/handle/supervise"
	"github.com/qingshao/qingshao/internal/means/reward"
	"github.com/qingshao/qingshao/internal/obligation"
	"github.com/qingshao/qingshao/internal/org"
	"github.com/qingshao/qingshao/internal/region"
	"github.com/qingshao/qingshao/profiles"
)

// Profile is one jurisdiction, checked and ready; nothing changes it after Load.
type Profile struct {
	ID          string           // folder name, e.g. wenzhou
	Name        string           // 温州市
	Title       string           // the system's title on its pages
	Document    string           // the government document that it follows
	Prefix      string           // of human numbers, e.g. WZ in WZ-W-2026-000123
	Units       []Unit           // the areas right below the jurisdiction, in the official order, zones last
	Center      Point            // of the jurisdiction, for drawings and the demo
	Regions     *region.Tree     // root = the jurisdiction
	Agencies    *org.Directory   // top = the government
	Categories  []Category       // kinds of issues
	Severities  []Choice         // from light to grave
	Sources     []Choice         // where clues come from
	Clue        Clue             // clocks of clues
	Issue       Issue            // clocks of issues
	Official    Official         // rules of official values
	Coverage    Coverage         // how the coverage of monitoring is counted
	Report      Report           // what the public may report
	Quiet       Quiet            // how long alarms may be silenced
	Warning     Warning          // who hears of alarms, when
	Supervision supervise.Ladder // rungs of supervision, the mildest first
	Holidays    []time.Time      // extra days off, midnight Beijing time
	Workdays    []time.Time      // extra working days, midnight Beijing time
	Industries  []Industry       // kinds of enterprises
	// Obligations are what enterprises must do by when.
	Obligations []obligation.Rule
	RiskMap     []riskmap.Table // dated, the oldest first
	// Reward is how those are rewarded who report; without figures nobody is.
	Reward     reward.Policy
	byCategory map[string]int
}

// Unit is an area right below the jurisdiction (a city's county, a county's
// township, a province's city, a functional zone) with its cell of the tile
// cartogram (x from west to east, y from north to south) and the point of its
// seat in WGS-84; without a known point both are 0.
type Unit struct {
	Code  string
	Name  string
	Short string
	Kind  region.Level
	X, Y  int
	Lng   float64
	Lat   float64
}

// Point is a point in WGS-84.
type Point struct {
	Lng float64 `yaml:"lng" check:"required,min=73,max=136" title:"经度（WGS-84）"`
	Lat float64 `yaml:"lat" check:"required,min=3,max=54" title:"纬度（WGS-84）"`
}

// Category is a kind of issue: the working days that its rectification may take
// and the bureau that leads unless the clerk names another.
type Category struct {
	ID           string
	Name         string
	DeadlineDays int
	Lead         string
}

// Choice is one entry of a list that people choose from.
type Choice struct {
	ID   string
	Name string
}

// Industry is a kind of enterprise by GB/T 4754.
type Industry struct {
	Code string
	Name string
}

// Clue holds the clocks of clues, in working days.
type Clue struct {
	JudgeDays  int `yaml:"judge_days" check:"required,min=1,max=60" title:"研判时限，工作日"`
	RemindDays int `yaml:"remind_before_days" check:"required,min=0,max=60" title:"到期前几个工作日提醒"`
	ReferDays  int `yaml:"refer_days" check:"required,min=1,max=60" title:"移送后等待接收的时限，工作日"`
}

// Issue holds the clocks of issues, in working days, and how they escalate.
type Issue struct {
	AssignDays    int `yaml:"assign_days" check:"required,min=1,max=60" title:"立为问题后交办的时限"`
	SignDays      int `yaml:"sign_days" check:"required,min=1,max=60" title:"交办后签收的时限"`
	AcceptDays    int `yaml:"accept_days" check:"required,min=1,max=60" title:"提交整改后验收的时限"`
	CloseDays     int `yaml:"close_days" check:"required,min=1,max=60" title:"验收后销号的时限"`
	RemindDays    int `yaml:"remind_before_days" check:"required,min=0,max=60" title:"整改到期前几个工作日提醒"`
	SuperviseDays int `yaml:"supervise_after_days" check:"required,min=1,max=60" title:"逾期几个工作日后督办"`
	ExtendDays    int `yaml:"extend_max_days" check:"required,min=1,max=365" title:"一次延期最多几个工作日"`
	ReturnsUp     int `yaml:"returns_before_higher" check:"required,min=1,max=10" title:"退回几次后报上一级协调"`
}

// Official is what the sources leave open about official values of monitors.
type Official struct {
	DayByOperating bool `yaml:"gas_day_by_operating_hours" title:"废气日均值按运行小时的 75% 判定有效；否则不少于 20 个有效小时"`
	ValidOfDue     bool `yaml:"validity_of_due" title:"有效率＝有效÷应传；否则有效÷收到"`
	Target         int  `yaml:"effective_rate_target" check:"min=1,max=100" title:"要求的传输有效率，百分数；不写为 90"`
}

// Coverage says how the coverage of monitoring is counted. The documents name
// the share, neither the pollutants nor a formula: these are local choices.
type Coverage struct {
	Target    int      `yaml:"target_percent" check:"min=1,max=100" title:"主要污染物负荷应受控的百分比"`
	Factors   []string `yaml:"factors" title:"主要污染物的因子编码"`
	HeardDays int      `yaml:"heard_days" check:"min=1,max=90" title:"最近几天内有数据算受控"`
}

// Report is what a place offers the public: kinds of reports with their
// questions, and whom to call. Without kinds there is no public entry.
type Report struct {
	Days    int // working days until the reporter is told
	Contact string
	Key     string // how to ask for a key of the open interface
	Escrow  bool   // whether officers' private keys may be put into escrow
	Phones  []Phone
	// Channels are the ways to report that the place's document names.
	Channels []Channel
	Kinds    []ReportKind
	Routes   []ReportRoute
	// How often a reporter may have a closed matter taken up again, and within how
	// many days.
	Again, AgainDays int
	KeepDays         int             // after closing, until who reported may be destroyed
	Replies          []phrase.Phrase // ready sentences of the desk
}

// ReportRoute says whose duty a kind of report is in an area: one of the place's
// agencies, or another body that the reporter is told of.
type ReportRoute struct {
	Kinds  []string
	Areas  []string
	Agency string
	Body   string
	Why    string
}

// Channel is one way to report, and how to use it; Source is where the desk then
// sees the clue come from.
type Channel struct{ Source, Name, How string }

// Phone is a number to call and when.
type Phone struct {
	Number string
	When   string
	Urgent bool
}

// ReportKind is one thing that may be reported.
type ReportKind struct {
	Code, Name, About, Group string
	Keywords                 []string
	Category                 string // of clues
	Questions                []Question
}

// Question is one thing that a kind of report asks; Type is GeoReport's.
type Question struct {
	Code, Title, Hint, Type string
	Required                bool
	Options                 []Choice
}

// Quiet says how long nobody may be told of alarms. No document speaks of it:
// these are local choices.
type Quiet struct {
	SilenceHours int `yaml:"silence_max_hours" check:"min=1,max=720" title:"一次静默最多几小时"`
	PlanDays     int `yaml:"plan_max_days" check:"min=1,max=92" title:"一次计划检修最多几天"`
	TurnHours    int `yaml:"turn_max_hours" check:"min=1,max=24" title:"每周的免打扰时段每次最多几小时"`
	// When silence of the data itself is an alarm.
	OfflineMinutes int `yaml:"offline_minutes" check:"min=15,max=1440" title:"多少分钟没有任何数据为设备离线"`
	MissingHours   int `yaml:"missing_hours" check:"min=2,max=48" title:"设备在线而一个因子连续几小时没有小时值为数据缺失"`
}

// Category looks a kind of issue up.
func (p *Profile) Category(id string) (Category, bool) {
	i, ok := p.byCategory[id]
	if !ok {
		return Category{}, false
	}
	return p.Categories[i], true
}

// MainFile is the name of a profile's own file in its folder.
const MainFile = "profile.yaml"

// Load reads a profile: one that ships with the program by its name, or any
// folder by its path (a name that holds a separator, or a dot). All mistakes
// come back together as a fault whose sentence names files and lines.
func Load(nameOrDir string) (*Profile, error) {
	if nameOrDir == "" {
		return nil, fault.Invalidf("请用 --profile 指定地方配置；自带的有：%s", strings.Join(Names(), "、"))
	}
	if strings.ContainsAny(nameOrDir, `/\.`) {
		if st, err := os.Stat(nameOrDir); err != nil || !st.IsDir() {
			return nil, fault.Invalidf("找不到地方配置的文件夹 %s", nameOrDir)
		}
		return read(os.DirFS(nameOrDir), filepath.Base(filepath.Clean(nameOrDir)), nameOrDir)
	}
	sub, err := fs.Sub(profiles.Files, nameOrDir)
	if err != nil {
		return nil, err
	}
	if _, err := fs.Stat(sub, MainFile); err != nil {
		return nil, fault.Invalidf("没有名为“%s”的地方配置；自带的有：%s；也可以给出文件夹路径", nameOrDir, strings.Join(Names(), "、"))
	}
	return read(sub, nameOrDir, path.Join("profiles", nameOrDir))
}

// Names lists the profiles that ship with the program.
func Names() []string {
	entries, err := fs.ReadDir(profiles.Files, ".")
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() {
			out = append(out, e.Name())
		}
	}
	sort.Strings(out)
	return out
}

// read assembles the profile in a folder; id is what the folder is called and
// shown is how messages name it.
func read(fsys fs.FS, id, shown string) (*Profile, error) {
	text, err := fs.ReadFile(fsys, MainFile)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fault.Invalidf("地方配置的文件夹 %s 中没有 %s", shown, MainFile)
		}
		return nil, fmt.Errorf("read profile: %w", err)
	}
	d := &decoder{file: path.Join(shown, MainFile), bases: profiles.Files}
	var f file
	d.decode(text, &f)
	if len(d.bad) > 0 {
		return nil, problems(d.bad)
	}
	b := &builder{fsys: fsys, shown: shown, main: d.file, base: d.base}
	p := b.build(f, id)
	if len(b.bad) > 0 {
		return nil, problems(b.bad)
	}
	return p, nil
}

func problems(ps Problems) error { return fault.Invalidf("%s", ps.Error()).Because(ps) }
