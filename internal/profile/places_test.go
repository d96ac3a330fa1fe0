package profile_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qingshao/qingshao/internal/profile"
	"github.com/qingshao/qingshao/internal/region"
)

// places are the five that ship, one for each document.
var places = []string{"qingyuan", "sichuan", "tiantai", "wenzhou", "yrd-zone"}

func each(t *testing.T, f func(*testing.T, *profile.Profile)) {
	t.Helper()
	t.Parallel()
	if got := profile.Names(); !slices.Equal(got, places) {
		t.Fatalf("%v ship", got)
	}
	for _, name := range places {
		t.Run(name, func(t *testing.T) {
			p, err := profile.Load(name)
			if err != nil {
				t.Fatal(err)
			}
			f(t, p)
		})
	}
}

// table reads one of the lists that codes and points are checked against.
func table(t *testing.T, name string) map[string][]string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, r := range rows[1:] {
		out[r[0]] = r
	}
	return out
}

func TestPlaces_CodesAreOfficialOrSaySo(t *testing.T) {
	official := table(t, "regions.csv")
	each(t, func(t *testing.T, p *profile.Profile) {
		for _, r := range p.Regions.All() {
			row := official[r.Code]
			switch {
			case r.Own && row != nil:
				t.Errorf("%s %s has an official code", r.Code, r.Name)
			case r.Own:
			case row == nil || row[1] != r.Name || row[2] != string(r.Level):
				t.Errorf("%s %s %s is not in the official list: %v", r.Code, r.Name, r.Level, row)
			case r.Parent != "" && r.Parent != p.Regions.Root().Code && row[3] != r.Parent:
				t.Errorf("%s lies in %s, not in %s", r.Name, row[3], r.Parent)
			}
		}
	})
}

// Nothing is missing either: every official child of a region that has children.
func TestPlaces_NoneIsLeftOut(t *testing.T) {
	official := table(t, "regions.csv")
	each(t, func(t *testing.T, p *profile.Profile) {
		for _, row := range official {
			if pseudo := len(row[0]) == 12 && row[0][6] >= '4'; pseudo || row[2] == "township" && p.ID == "sichuan" {
				continue
			}
			if _, has := p.Regions.Find(row[3]); !has {
				continue
			}
			if _, has := p.Regions.Find(row[0]); !has && row[0] != "330383198000" { // a row that stands for 龙港 without townships
				t.Errorf("%s %s is left out", row[0], row[1])
			}
		}
	})
}

func TestPlaces_PointsAreThoseOfTheSource(t *testing.T) {
	seats := table(t, "county_seats_wgs84.csv")
	each(t, func(t *testing.T, p *profile.Profile) {
		for _, u := range p.Units {
			s := seats[u.Code]
			if s == nil || u.Lng == 0 {
				continue
			}
			if lng, lat := s[2], s[3]; !same(u.Lng, lng) || !same(u.Lat, lat) {
				t.Errorf("%s stands at %v, %v; the source says %s, %s", u.Name, u.Lng, u.Lat, lng, lat)
			}
		}
		if p.Center.Lng < 100 || p.Center.Lng > 123 || p.Center.Lat < 26 || p.Center.Lat > 33 {
			t.Errorf("the middle is %+v", p.Center)
		}
	})
}

func same(f float64, text string) bool {
	var g float64
	if _, err := fmt.Sscan(text, &g); err != nil {
		return false
	}
	return f-g < 1e-9 && g-f < 1e-9
}

func TestPlaces_UnitsAndBodies(t *testing.T) {
	want := map[string]struct {
		units  int
		kinds  map[region.Level]int
		prefix string
		ways   string
	}{
		"wenzhou":  {14, map[region.Level]int{region.County: 12, region.Zone: 2}, "WZ", "phone visit letter web"},
		"qingyuan": {19, map[region.Level]int{region.Township: 19}, "QY", "phone letter web"},
		"tiantai":  {16, map[region.Level]int{region.Township: 15, region.Zone: 1}, "TT", "phone letter web"},
		"sichuan":  {21, map[region.Level]int{region.Prefecture: 21}, "SC", "letter visit web phone newmedia"},
		"yrd-zone": {3, map[region.Level]int{region.County: 3}, "SFQ", "phone web letter"},
	}
	each(t, func(t *testing.T, p *profile.Profile) {
		w, kinds, cells := want[p.ID], map[region.Level]int{}, map[[2]int]bool{}
		for _, u := range p.Units {
			kinds[u.Kind]++
			cells[[2]int{u.X, u.Y}] = true
			if len(p.Agencies.Of(u.Code)) == 0 {
				t.Errorf("%s has no body", u.Name)
			}
			if got, ok := p.Regions.Unit(u.Code); !ok || got.Code != u.Code {
				t.Errorf("%s is no unit of its tree", u.Name)
			}
			for _, r := range p.Regions.Children(u.Code) {
				if got, _ := p.Regions.Unit(r.Code); got.Code != u.Code {
					t.Errorf("%s lies in %s", r.Name, got.Name)
				}
			}
		}
		if len(p.Units) != w.units || len(cells) != w.units || fmt.Sprint(kinds) != fmt.Sprint(w.kinds) || p.Prefix != w.prefix {
			t.Errorf("%d units %v, prefix %s", len(p.Units), kinds, p.Prefix)
		}
		var ways []string
		for _, c := range p.Report.Channels {
			ways = append(ways, c.Source)
		}
		if got := strings.Join(ways, " "); got != w.ways {
			t.Errorf("channels %s", got)
		}
		if _, ok := p.Regions.Unit(p.Regions.Root().Code); ok {
			t.Error("the jurisdiction is no unit of itself")
		}
	})
}

// The bodies stand as the documents name them.
func TestPlaces_AgenciesOfTheDocuments(t *testing.T) {
	want := map[string]map[string]string{
		"qingyuan": {"sthj": "市生态环境局庆元分局", "rmt": "县融媒体中心", "zsb": "县五水共治办", "sfj": "县司法局", "dsj": "县大数据发展中心",
			"zf-331126001000": "松源街道办事处", "zf-331126101000": "黄田镇人民政府", "zf-331126207000": "江根乡人民政府"},
		"tiantai": {"sthj": "市生态环境局天台分局", "rmt": "县传媒中心", "zsb": "县治水办", "zf-331023901000": "天台经济开发区管委会", "zf-331023106000": "坦头镇人民政府"},
		"sichuan": {"sthj": "生态环境厅", "gdj": "省广电局", "zsb": "省总河长制办公室", "sthj-510100": "成都市生态环境局", "zf-513400": "凉山彝族自治州人民政府"},
		"yrd-zone": {"zwh": "长三角生态绿色一体化发展示范区执委会", "zfd": "示范区生态环境联合执法队", "sthj-310118": "上海市青浦区生态环境局",
			"sthj-320509": "苏州市吴江生态环境局", "sthj-330421": "嘉兴市生态环境局嘉善分局", "gaj-310118": "上海市公安局青浦分局", "zf-330421": "嘉善县人民政府"},
	}
	each(t, func(t *testing.T, p *profile.Profile) {
		for id, name := range want[p.ID] {
			if got := p.Agencies.Name(id); got != name {
				t.Errorf("%s: %s, want %s", id, got, name)
			}
		}
		if _, ok := p.Agencies.Find("gaj"); ok && p.ID == "yrd-zone" {
			t.Error("the zone itself has no police")
		}
		if a, _ := p.Agencies.Higher("gaj-310118"); p.ID == "yrd-zone" && a.ID != "zwh" {
			t.Errorf("above the police stands %s", a.ID)
		}
	})
}

// True neighbours, by the points of their seats.
func TestSichuan_CartogramFollowsGeography(t *testing.T) {
	t.Parallel()
	p, err := profile.Load("sichuan")
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]profile.Unit{}
	for _, u := range p.Units {
		at[u.Short] = u
	}
	for _, c := range []struct{ a, side, b string }{
		{"广元", "north", "绵阳"}, {"绵阳", "north", "成都"}, {"成都", "north", "眉山"}, {"眉山", "north", "乐山"}, {"内江", "north", "自贡"}, {"凉山", "north", "攀枝花"},
		{"甘孜", "west", "雅安"}, {"雅安", "west", "眉山"}, {"成都", "west", "遂宁"}, {"遂宁", "west", "广安"}, {"南充", "west", "达州"}, {"乐山", "west", "自贡"}, {"广元", "west", "巴中"}, {"阿坝", "north", "甘孜"},
	} {
		a, b := at[c.a], at[c.b]
		if c.side == "north" && (a.Y >= b.Y || a.Lat <= b.Lat) || c.side == "west" && (a.X >= b.X || a.Lng >= b.Lng) {
			t.Errorf("%s should lie %s of %s: %+v %+v", c.a, c.side, c.b, a, b)
		}
	}
}

// Every place says where its data come from.
func TestPlaces_SayTheirSources(t *testing.T) {
	each(t, func(t *testing.T, p *profile.Profile) {
		text, err := os.ReadFile(filepath.Join("..", "..", "profiles", p.ID, "SOURCES.md"))
		if err != nil || !strings.Contains(string(text), "底稿") {
			t.Errorf("%v", err)
		}
	})
}

// What each document says of rewards: the tens of thousands, whether there is a
// bounty, whether there is honour.
func TestPlaces_RewardsOfTheDocuments(t *testing.T) {
	want := map[string]string{
		"wenzhou": "share cap detention arrest verdict fixed special bounty honour", "qingyuan": "share cap detention arrest verdict fixed special bounty honour",
		"tiantai": "share cap detention arrest verdict fixed special", "sichuan": "share cap", "yrd-zone": "share cap",
	}
	each(t, func(t *testing.T, p *profile.Profile) {
		var ids []string
		for _, f := range p.Reward.Figures {
			if f.ID == "supplement" {
				break
			}
			ids = append(ids, f.ID)
			if said := p.ID != "sichuan" && p.ID != "yrd-zone"; (f.ID == "share" || f.ID == "cap") && (f.Certainty == "A") != said {
				t.Errorf("%s has certainty %s", f.ID, f.Certainty)
			}
		}
		if got := strings.Join(ids, " "); got != want[p.ID] {
			t.Errorf("figures %s", got)
		}
		if len(p.Reward.Acts) < 5 || len(p.Reward.Exclusions) < 5 || len(p.RiskMap) != 1 || len(p.Report.Routes) == 0 {
			t.Error("the base's lists are not there")
		}
	})
}

func TestReplies_AreCheckedToTheLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{for: reply, title: 甲, text: "举报{姓名}"}`:               "没有变量“姓名”",
		`{for: reply, title: 甲, text: "举报{编号"}`:                "没有对应",
		`{for: shout, title: 甲, text: "收到"}`:                   "for 应为",
		`{for: reply, kinds: [nothing], title: 甲, text: "收到"}`: "没有编号为 nothing",
	} {
		dir := write(t, strings.Replace(extending, "key_service: 书面申请}", "key_service: 书面申请, replies: ["+text+"]}", 1), smallCSV)
		if _, err := profile.Load(dir); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "甲") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if n := len(wenzhou(t).Report.Replies); n < 6 {
		t.Errorf("%d ready sentences", n)
	}
}
