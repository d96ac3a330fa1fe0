package pinyin_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/qingshao/qingshao/internal/pinyin"
)

func TestInitials(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":             "",
		"温州示范印染厂":      "wzsfyrc",
		"鹿城区五马街道":      "lcqwmjd",
		"龙湾污水处理有限公司":   "lwwsclyxgs",
		"阿里巴巴":         "albb",
		"座谈会":          "zth",
		"恩施、欧海、昂立":     "esohal",
		"3号焚烧炉（二期）":    "3hfsleq",
		"BASF 高性能材料":   "basfgxncl",
		"啊波呲嘚鹅佛嘎喝机喀拉":  "abcdefghjkl",
		"吗呐哦趴期日撒他挖西鸭杂": "mnopqrstwxyz",
		"！@#":          "",
	} {
		if got := pinyin.Initials(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestInitials_ManyAtATime(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("庆元县天台县", 50)
	want := strings.Repeat("qyxttx", 50)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				if got := pinyin.Initials(long); got != want {
					t.Errorf("%s", got)
				}
			}
		})
	}
	all.Wait()
}

func TestTyped(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"": false, "w": false, "wz": true, "WZSF": true, "b2": true, "w z": false, "温州": false, "wz州": false, "ü": false} {
		if got := pinyin.Typed(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func BenchmarkInitials(b *testing.B) {
	for b.Loop() {
		pinyin.Initials("温州经济技术开发区示范印染有限公司")
	}
}

// Common characters of every letter; those with several readings that people
// use are left out.
func TestInitials_CommonCharacters(t *testing.T) {
	t.Parallel()
	for letter, text := range map[string]string{
		"a": "爱安岸昂奥", "b": "白百班半帮包北本比边表别宾冰波不步部", "c": "才仓草策层查柴产超陈成吃充抽出川床吹春次从粗村错",
		"d": "代单当到得灯低点电掉丁东独段队多", "e": "额恩儿二", "f": "反方飞分风夫福富", "g": "改干刚高格根工公够古关光规国过",
		"h": "海寒好河黑很红后湖花环黄回火或", "j": "机吉加江接金进京经九局据均", "k": "开看康考科客空口库快宽况",
		"l": "来蓝老雷冷李力连良林零流六龙楼路旅罗洛", "m": "马买满忙毛么门蒙米面民明名某木", "n": "拿乃南脑内能你年鸟您牛农女", "o": "欧偶",
		"p": "怕排盘旁跑配朋批片票品平破", "q": "七期起气千前桥切亲清情全确群", "r": "然让热人日荣如软", "s": "三森沙山伤上烧社深生十时事收手书水顺司四送苏算所",
		"t": "他台太谈特天田条铁听通同头土团推", "w": "外完晚王往危卫文问我无五物", "x": "西喜下先现乡香小新心修需学雪训",
		"y": "压烟洋阳样要业一医印永用有雨园原云", "z": "杂在造责增站张照真正之知直中州主住专准资子自走足组最作座",
	} {
		if got, want := pinyin.Initials(text), strings.Repeat(letter, len([]rune(text))); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}
