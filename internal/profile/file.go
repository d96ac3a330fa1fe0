package profile

// The structs below are the profile's file, key by key; checks of single values
// stand in their tags, checks between values in build.go. `title` describes a
// key in the schema that editors use.

// file is profile.yaml.
type file struct {
	Extends     string            `yaml:"extends" title:"所依的底稿：映射逐键合并，列表和值整个替换"`
	ID          string            `yaml:"id" check:"required" title:"配置的编号，与文件夹同名"`
	Name        string            `yaml:"name" check:"required" title:"地名"`
	Title       string            `yaml:"title" check:"required" title:"系统标题"`
	Document    string            `yaml:"document" check:"required" title:"所依据的文件"`
	Prefix      string            `yaml:"number_prefix" check:"required" title:"编号前缀，2～4 个大写字母"`
	Regions     string            `yaml:"regions" check:"required" title:"区划表文件（CSV）"`
	Units       []fileUnit        `yaml:"units" check:"required" title:"辖区的下一级（县的乡镇街道、市的县、省的市）与功能区，及其在示意图上的格子"`
	Center      Point             `yaml:"center" title:"辖区中心点，供示意和演示；不写为各单元的中点"`
	Government  fileBody          `yaml:"government" check:"required" title:"本级政府与下一级政府、管委会"`
	Agencies    []fileAgency      `yaml:"agencies" check:"required" title:"责任单位"`
	Categories  []fileCategory    `yaml:"categories" check:"required" title:"问题类别与整改期限"`
	Severities  []fileChoice      `yaml:"severities" check:"required" title:"问题轻重，从轻到重"`
	Sources     []fileChoice      `yaml:"sources" check:"required" title:"线索来源"`
	Clue        Clue              `yaml:"clue" check:"required" title:"线索时限"`
	Issue       Issue             `yaml:"issue" check:"required" title:"问题时限与催办"`
	Official    Official          `yaml:"official" title:"法定均值与传输有效率的口径"`
	Coverage    Coverage          `yaml:"coverage" title:"监控覆盖率的口径；不写为 85%、四项主要污染物、3 天"`
	Duties      []fileDuty        `yaml:"obligations" title:"企业应尽义务；不写则没有义务日历"`
	Report      fileReport        `yaml:"report" title:"公众举报：告知时限、求助电话、可举报的事项；不写则没有网上举报"`
	Reward      fileReward        `yaml:"reward" title:"举报奖励：各项数字、可以奖励的行为、不予奖励的情形；不写则不办理奖励"`
	Quiet       Quiet             `yaml:"quiet" title:"预警静默与免打扰时段的上限，离线与缺失的判定；不写为 168 小时、31 天、12 小时、60 分钟、12 小时"`
	Warning     fileWarning       `yaml:"warning" title:"分级预警：谁在何时得知；不写为内置的告知规则"`
	RiskMap     []fileRiskMap     `yaml:"risk_map" title:"风险预警图的判定表，从早到晚；不写为温州市附件的判定表"`
	Supervision []fileSupervision `yaml:"supervision" title:"督办的各级，从轻到重；不写为内置的六级"`
	Calendar    fileCalendar      `yaml:"calendar" title:"法定节假日之外的增减"`
	Industries  []fileIndustry    `yaml:"industries" check:"required" title:"行业（GB/T 4754）"`
}

type fileUnit struct {
	Code  string  `yaml:"code" check:"required" title:"区划代码"`
	Short string  `yaml:"short" check:"required" title:"简称，如鹿城"`
	X     int     `yaml:"x" check:"required,min=0,max=20" title:"示意图列，从西向东"`
	Y     int     `yaml:"y" check:"required,min=0,max=20" title:"示意图行，从北向南"`
	Lng   float64 `yaml:"lng" check:"min=73,max=136" title:"驻地经度（WGS-84）；没有可靠的点位就不写"`
	Lat   float64 `yaml:"lat" check:"min=3,max=54" title:"驻地纬度（WGS-84）"`
	Line  Line    `yaml:"-"`
}

type fileBody struct {
	ID       string       `yaml:"id" check:"required" title:"编号"`
	Name     string       `yaml:"name" check:"required" title:"名称"`
	Branches fileBranches `yaml:"branches" title:"下级机构的名称样式，{name} 为全称，{short} 为简称"`
	Line     Line         `yaml:"-"`
}

type fileAgency struct {
	ID       string       `yaml:"id" check:"required" title:"编号"`
	Name     string       `yaml:"name" check:"required" title:"名称"`
	Below    bool         `yaml:"only_branches" title:"本级没有，只有下一级的机构，归本级政府"`
	Branches fileBranches `yaml:"branches" title:"下一级机构的名称样式；不写表示没有"`
	Line     Line         `yaml:"-"`
}

type fileBranches struct {
	District string       `yaml:"district" title:"设在区的"`
	County   string       `yaml:"county" title:"设在县、县级市的"`
	Zone     string       `yaml:"zone" title:"设在功能区的"`
	City     string       `yaml:"city" title:"设在设区市、自治州的"`
	Street   string       `yaml:"street" title:"设在街道的"`
	Town     string       `yaml:"town" title:"设在镇、乡的"`
	Own      []fileBranch `yaml:"own" title:"名称不合样式的，逐个写出"`
}

type fileBranch struct {
	Unit string `yaml:"unit" check:"required" title:"单元的区划代码"`
	Name string `yaml:"name" check:"required" title:"机构名称"`
	Line Line   `yaml:"-"`
}

type fileCategory struct {
	ID   string `yaml:"id" check:"required" title:"编号"`
	Name string `yaml:"name" check:"required" title:"名称"`
	Days int    `yaml:"deadline_days" check:"required,min=1,max=365" title:"整改期限，工作日"`
	Lead string `yaml:"lead" check:"required" title:"默认牵头单位"`
	Line Line   `yaml:"-"`
}

type fileChoice struct {
	ID   string `yaml:"id" check:"required" title:"编号"`
	Name string `yaml:"name" check:"required" title:"名称"`
	Line Line   `yaml:"-"`
}

type fileCalendar struct {
	Holidays []string `yaml:"holidays" title:"另行放假的日期"`
	Workdays []string `yaml:"workdays" title:"另行上班的日期"`
	Line     Line     `yaml:"-"`
}

type fileIndustry struct {
	Code string `yaml:"code" check:"required" title:"国民经济行业代码"`
	Name string `yaml:"name" check:"required" title:"名称"`
	Line Line   `yaml:"-"`
}

type fileReport struct {
	Days    int         `yaml:"accept_days" check:"required,min=1,max=60" title:"告知是否受理的时限，工作日"`
	Contact string      `yaml:"contact" check:"required" title:"平台管理单位和联系方式，公开"`
	Key     string      `yaml:"key_service" check:"required" title:"怎样申请开放接口密钥"`
	Escrow  bool        `yaml:"escrow" title:"保密密钥可以托管（各方一把打印保存的托管密钥）；不写则不设"`
	Phones  []filePhone `yaml:"phones" check:"required" title:"求助和举报电话"`
	Ways    []fileWay   `yaml:"channels" title:"所依据的文件列出的举报渠道"`
	Kinds   []fileKind  `yaml:"kinds" check:"required" title:"可举报的事项"`
	Again   int         `yaml:"again_most" check:"min=0,max=10" title:"办结后举报人最多可以要求重新办理几次；不写为 2"`
	AgainIn int         `yaml:"again_days" check:"min=0,max=365" title:"办结后多少天内可以要求重新办理；不写为 30"`
	Keep    int         `yaml:"keep_days" check:"min=0,max=36500" title:"办结多少天后，举报人的身份和联系方式到期、可以销毁；不写为 730，由主管部门按档案和保密规定确认"`
	Routes  []fileRoute `yaml:"routes" title:"举报归谁受理：区域、事项与单位；外部机关只写名称"`
	Replies []fileReply `yaml:"replies" title:"受理台的答复模板"`
	Line    Line        `yaml:"-"`
}

type fileReply struct {
	Verb  string   `yaml:"for" check:"required" title:"用在哪个动作：reply 答复、accept 受理、refuse 不予受理、pass 应由其他机关受理"`
	Kinds []string `yaml:"kinds" title:"事项编号；不写为全部"`
	Title string   `yaml:"title" check:"required" title:"受理员看到的名称"`
	Text  string   `yaml:"text" check:"required" title:"答复的内容，可用 {编号}、{事项}、{举报日期}、{区域}、{阶段}、{承办单位}、{期限}、{职责单位}、{职责依据}"`
	Line  Line     `yaml:"-"`
}

type fileRoute struct {
	Kinds  []string `yaml:"kinds" title:"事项编号；不写为全部"`
	Areas  []string `yaml:"areas" title:"区划代码；不写为全部"`
	Agency string   `yaml:"agency" title:"受理的本地单位编号"`
	Body   string   `yaml:"body" title:"应由其受理的外部机关，与 agency 二选一"`
	Why    string   `yaml:"why" check:"required" title:"理由和依据，告知举报人"`
	Line   Line     `yaml:"-"`
}

type filePhone struct {
	Number string `yaml:"number" check:"required" title:"号码"`
	When   string `yaml:"when" check:"required" title:"什么时候打"`
	Urgent bool   `yaml:"urgent" title:"危急时用"`
}

type fileWay struct {
	Source string `yaml:"source" check:"required" title:"线索来源的编号"`
	How    string `yaml:"how" check:"required" title:"怎样用，一句话"`
	Line   Line   `yaml:"-"`
}

type fileKind struct {
	Code      string         `yaml:"code" check:"required" title:"编号，小写字母、数字和连字符"`
	Name      string         `yaml:"name" check:"required" title:"名称"`
	About     string         `yaml:"about" check:"required" title:"一两句说明"`
	Group     string         `yaml:"group" check:"required" title:"分组"`
	Keywords  []string       `yaml:"keywords" title:"关键词"`
	Category  string         `yaml:"category" check:"required" title:"线索类别"`
	Questions []fileQuestion `yaml:"questions" title:"追加的问题"`
	Line      Line           `yaml:"-"`
}

type fileQuestion struct {
	Code     string       `yaml:"code" check:"required" title:"编号"`
	Title    string       `yaml:"title" check:"required" title:"问题"`
	Hint     string       `yaml:"hint" title:"说明"`
	Type     string       `yaml:"type" check:"required" title:"string、text、number、datetime、singlevaluelist、multivaluelist"`
	Required bool         `yaml:"required" title:"必答"`
	Options  []fileChoice `yaml:"options" title:"选项"`
	Line     Line         `yaml:"-"`
}

type fileDuty struct {
	ID         string   `yaml:"id" check:"required" title:"编号"`
	Title      string   `yaml:"title" check:"required" title:"名称"`
	Todo       string   `yaml:"todo" check:"required" title:"请企业怎样办"`
	Basis      string   `yaml:"basis" check:"required" title:"依据"`
	Certainty  string   `yaml:"certainty" check:"required" title:"A 官方文本，B 转引，C 通行做法"`
	ValidFrom  string   `yaml:"valid_from" check:"required" title:"自何日起适用"`
	ValidUntil string   `yaml:"valid_until" title:"自何日起不再适用"`
	Each       string   `yaml:"each" check:"required" title:"enterprise 企业、auto 自动监测的排放口、manual 手工监测的排放口"`
	Every      string   `yaml:"every" check:"required" title:"expiry 许可证到期前、month、quarter、half_year、year"`
	Classes    []string `yaml:"classes" title:"排污许可管理类别；不写为全部"`
	Kinds      []string `yaml:"kinds" title:"gas、water、rain；不写为全部"`
	Days       int      `yaml:"days" check:"min=0,max=365" title:"一期结束后几日内；许可证到期前几日"`
	Remind     []int    `yaml:"remind_before_days" title:"到期前几日提醒，可多个"`
	Seen       []string `yaml:"seen_by_marks" title:"哪些类型的标记即表明已履行"`
	Line       Line     `yaml:"-"`
}
