package alike

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// labelled is a made-up report and the event that it tells of.
type labelled struct {
	Report
	event int
}

// story is what may be said of one kind of event, in parts that different people
// choose and order differently.
type story struct {
	category string
	wrong    string // the category that some choose by mistake
	what     []string
	detail   []string
	effect   []string
}

// bank is the words of one half. The halves share no street, no enterprise and
// no phrase, so that what is tuned on one is not known to the other.
type bank struct {
	stories []story
	streets []string // some 1.2 km from one to the next
	marks   []string // what stands at each street
	firms   []string
	greet   []string
	close   []string
}

var tuning = bank{
	stories: []story{
		{"water", "river", []string{"厂区后墙的管子往河里排白色的水", "有根水管偷偷往河道放乳白色废水", "河边一根暗管在流奶白色的水"}, []string{"水面漂着一层泡沫", "下游几百米都变成白的", "管口用石头盖着"}, []string{"鱼都死了不少", "洗衣服都不敢去了", "河水没法用"}},
		{"water", "sewer", []string{"雨水井里冒出红色的染料水", "下雨天雨水口往外流红水", "路边窨井盖下面涌出发红的水"}, []string{"像是染布的颜色", "沿着路边沟流进河里", "味道像漂白粉"}, []string{"鞋子都染红了", "整条沟都是红的", "农田也进了水"}},
		{"air", "other", []string{"喷漆的味道特别刺鼻", "厂里喷漆没有关门窗，油漆味飘出来", "一股很浓的油漆稀释剂味"}, []string{"排气筒没有活性炭", "下午三点以后最厉害", "车间大门敞开着干活"}, []string{"孩子头疼恶心", "窗户都不敢开", "老人咳嗽不停"}},
		{"air", "dust", []string{"锅炉烟囱冒黑烟", "烟囱里黑烟滚滚", "厂里烧锅炉，黑烟一股一股的"}, []string{"像是在烧木头边角料", "除尘好像没开", "烟灰落在车上一层"}, []string{"晒的被子都是黑点", "阳台全是灰", "呼吸都难受"}},
		{"noise", "other", []string{"空压机轰轰响", "设备的轰鸣声从车间传出来", "冷却塔和空压机的声音吵得人睡不着"}, []string{"门口还有叉车来回倒车", "声音是一阵一阵的嗡嗡声", "楼上能感觉到震动"}, []string{"孩子要高考了没法复习", "整夜失眠", "神经衰弱了"}},
		{"hazardous", "solid", []string{"货车往山沟里倒铁桶装的废油", "有人把装废机油的桶扔在山坳", "夜里有车来倒废油桶"}, []string{"桶上写着润滑油的字样", "车牌用布遮住了", "地上黑乎乎一片油"}, []string{"渗到旁边的茶园了", "溪水上有油花", "草都枯了"}},
	},
	streets: []string{"清泉路", "安澜街", "桥头村", "枫林大道", "石坦巷", "江滨东路", "松台弄", "望江埠", "荷花路", "墨池坊", "双屿工业园", "前陈村", "学院中路", "龙方巷", "蒲州大街", "山根底"},
	marks:   []string{"南门菜市场", "第三小学", "中石化加油站", "老年活动中心", "公交总站", "三号水闸", "工人文化宫", "人民医院", "电信大楼", "农贸城", "消防站", "陈氏宗祠", "体校", "烈士陵园", "轮渡码头", "气象台"},
	firms:   []string{"宏达皮革有限公司", "永盛印染有限公司", "金泰电镀厂", "鑫源木业有限公司", "华瑞塑料制品有限公司", "东方铸造厂"},
	greet:   []string{"您好，", "我是附近居民，", "反映一个问题：", "", "投诉：", "环保局的同志，"}, close: []string{"希望尽快处理。", "请派人来看看。", "谢谢！", "", "已经反映过一次了。", "要求查处。"},
}

var heldOut = bank{
	stories: []story{
		{"water", "river", []string{"屠宰场把血水直接放进小河", "小河里流着杀猪的血水", "屠宰点后门的沟直通河道，全是血水"}, []string{"还有内脏和猪毛", "清早五点钟左右最多", "沟里苍蝇成群"}, []string{"臭得没法靠近", "下游取水的人家叫苦", "水边不能站人"}},
		{"sewer", "water", []string{"污水泵站溢流，粪水漫到路上", "地下管道堵了，粪水从井盖往外冒", "路面上全是从检查井翻上来的粪水"}, []string{"泵站的机器停了两天", "连着三个井都在冒", "汽车开过溅得到处都是"}, []string{"店铺没法开门", "上学的孩子要绕路", "臭气冲天"}},
		{"air", "other", []string{"塑料造粒的焦糊味", "烧塑料一样的气味从作坊里出来", "废塑料加工点的味道呛人"}, []string{"排风扇直接对着街", "没有任何收集设备", "机器一开就有蓝烟"}, []string{"嗓子发干发痒", "家里的婴儿一直哭", "吃饭都反胃"}},
		{"dust", "air", []string{"拆迁工地扬尘漫天", "工地拆房子不洒水，灰尘很大", "渣土堆着不盖，风一吹全是土"}, []string{"出口没有冲洗台", "渣土车带泥上路", "围挡破了一大截"}, []string{"对门的早餐店天天擦桌子", "骑车要戴两层口罩", "晾衣服白洗了"}},
		{"noise", "other", []string{"酒吧的低音炮震到床都在抖", "楼下酒吧放音乐，低音咚咚咚", "夜宵摊和酒吧的音响震天响"}, []string{"一直到后半夜两点", "周五周六最吵", "门窗贴了隔音条也没用"}, []string{"上班打瞌睡", "心脏病人受不了", "宝宝被吓醒好几次"}},
		{"farm", "water", []string{"养猪场的粪水流到水渠", "猪场粪池满了往外溢，进了水渠", "沼液没人管，顺着水渠往下淌"}, []string{"围墙底下有个洞", "下过雨更厉害", "水渠里都是黑泥"}, []string{"稻田的秧苗烧坏了", "井水有怪味", "蚊子多得不得了"}},
	},
	streets: []string{"白鹿洲路", "翠微新村", "麻行码头", "勤奋路", "丁字桥巷", "渔藤路", "雁湖村", "北塔山脚", "葡萄棚路", "黎明西路", "划龙桥", "下吕浦", "牛山北路", "吴桥头", "新田园", "杨府山"},
	marks:   []string{"体育馆", "实验中学", "二号泵站", "土地庙", "客运西站", "大榕树", "图书馆", "妇幼保健院", "瓯剧院", "煤气站", "红绿灯岗亭", "天主堂", "少年宫", "钢材市场", "湿地公园", "广播塔"},
	firms:   []string{"康顺食品有限公司", "恒基建设集团", "绿源养殖专业合作社", "蓝调音乐餐厅", "佳美再生资源有限公司", "城投排水公司"},
	greet:   []string{"领导好，", "本人住在这里，", "在此反映：", "", "有个事情要说，", "第一次举报，"}, close: []string{"盼回复。", "请你们管一管。", "麻烦了！", "", "不处理就继续上访。", "辛苦各位。"},
}

// event is what happened; people tell of it in their ways.
type event struct {
	story    story
	street   string
	mark     string
	firm     string
	lng, lat float64
	at       time.Time
}

// tell makes one person's report of an event.
func (b bank) tell(r *rand.Rand, e event, n int) labelled {
	one := func(list []string) string { return list[r.IntN(len(list))] }
	parts := []string{one(e.story.what)}
	if r.IntN(3) > 0 {
		parts = append(parts, one(e.story.detail))
	}
	if r.IntN(2) > 0 {
		parts = append(parts, one(e.story.effect))
	}
	if r.IntN(3) == 0 {
		parts[0], parts[len(parts)-1] = parts[len(parts)-1], parts[0]
	}
	where := []string{e.street, e.street + e.mark + "附近", e.mark + "边上", "鹿城区" + e.street}[r.IntN(4)]
	text := one(b.greet)
	if r.IntN(2) == 0 {
		text += where + "，"
	}
	text += strings.Join(parts, []string{"，", "。", "，而且", "；"}[r.IntN(4)]) + "，" + one(b.close)
	out := labelled{event: n, Report: Report{Text: text, Category: e.story.category, At: e.at.Add(time.Duration(r.IntN(96)) * time.Hour)}}
	if r.IntN(4) > 0 {
		out.Place = where
	}
	if r.IntN(10) == 0 {
		out.Category = e.story.wrong
	}
	switch r.IntN(4) {
	case 0:
		out.Suspect = e.firm
	case 1:
		out.Suspect = shortName(e.firm)
	case 2:
		if r.IntN(2) == 0 {
			out.Text += "应该是" + shortName(e.firm) + "干的。"
		}
	}
	if r.IntN(6) > 0 || out.Place == "" && !strings.Contains(text, e.street) {
		out.Lng, out.Lat = e.lng+r.NormFloat64()*0.0008, e.lat+r.NormFloat64()*0.0008 // some eighty metres
	}
	return out
}

// reports makes at least n reports: of each event one to five, and of events
// that resemble one another: at the same place, of the same enterprise, of the
// same kind in the next street, or again two months later.
func (b bank) reports(seed uint64, n int) []labelled {
	r := rand.New(rand.NewPCG(seed, 7))
	one := func(list []string) string { return list[r.IntN(len(list))] }
	begin := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	var out []labelled
	var events []event
	for len(out) < n {
		e := event{story: b.stories[r.IntN(len(b.stories))], firm: one(b.firms), at: begin.Add(time.Duration(r.IntN(100*24)) * time.Hour)}
		b.put(r, &e, r.IntN(len(b.streets)))
		if len(events) > 0 && r.IntN(2) == 0 {
			o := events[r.IntN(len(events))]
			switch r.IntN(4) {
			case 0: // another thing at the same place in the same days
				for e.story.what[0] == o.story.what[0] {
					e.story = b.stories[r.IntN(len(b.stories))]
				}
				e.at = o.at.Add(24 * time.Hour)
				e.street, e.mark, e.lng, e.lat = o.street, o.mark, o.lng, o.lat
			case 1: // another thing of the same enterprise
				e.firm, e.at = o.firm, o.at.Add(72*time.Hour)
			case 2: // the same kind in another street
				e.story, e.at = o.story, o.at.Add(30*time.Hour)
			case 3: // the same again, months later
				e = o
				e.at = o.at.Add(70 * 24 * time.Hour)
			}
		}
		if slices.ContainsFunc(events, func(o event) bool {
			return o.street == e.street && o.story.what[0] == e.story.what[0] && o.at.Sub(e.at).Abs() < 30*24*time.Hour
		}) {
			continue // it would be the same event
		}
		events = append(events, e)
		for range 1 + r.IntN(5) {
			out = append(out, b.tell(r, e, len(events)))
		}
	}
	return out
}

// put places an event at a street.
func (b bank) put(r *rand.Rand, e *event, i int) {
	e.street, e.mark = b.streets[i], b.marks[i]
	e.lng, e.lat = 120.6+0.012*float64(i%4)+r.NormFloat64()*0.001, 27.95+0.011*float64(i/4)+r.NormFloat64()*0.001
}

func (l labelled) String() string {
	return fmt.Sprintf("[%d] %s | %s | %s | %s | %.4f,%.4f | %s", l.event, l.Text, l.Place, l.Suspect, l.Category, l.Lng, l.Lat, l.At.Format(time.DateTime))
}
