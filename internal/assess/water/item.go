package water

import (
	"math/big"

	"github.com/qingshao/qingshao/internal/assess"
)

// Standard is what classes are judged by.
const Standard = "GB 3838-2002"

// Class is a class of water quality, 1 to 5, and Worse than the fifth.
type Class int

// The classes.
const (
	I Class = iota + 1
	II
	III
	IV
	V
	Worse // 劣Ⅴ类
)

// String is Ⅲ类.
func (c Class) String() string {
	if c < I || c > Worse {
		return "未评价"
	}
	return []string{"Ⅰ类", "Ⅱ类", "Ⅲ类", "Ⅳ类", "Ⅴ类", "劣Ⅴ类"}[c-1]
}

// Status is one of the five states of water; classes Ⅰ and Ⅱ are one.
type Status int

// The states, from good to bad.
const (
	Excellent Status = iota
	Good
	Light
	Moderate
	Heavy
)

// String is the state's word.
func (s Status) String() string {
	return []string{"优", "良好", "轻度污染", "中度污染", "重度污染"}[s]
}

// Colour is the colour of maps.
func (s Status) Colour() string {
	return []string{"蓝色", "绿色", "黄色", "橙色", "红色"}[s]
}

// Status is the state of a class.
func (c Class) Status() Status {
	if c <= II {
		return Excellent
	}
	return Status(c - II)
}

// kind is how an item's value is judged.
type kind int

const (
	upper kind = iota
	oxygen
	acidity
	reported // never changes a class: temperature, total nitrogen, coliforms
)

// Item is a row of table 1.
type Item struct {
	ID     string // e.g. nh3n
	Name   string // 氨氮
	Unit   string
	Factor string // code of HJ 212
	kind   kind
	limits [5]*big.Rat
	lake   [5]*big.Rat // where lakes and reservoirs have their own
	first  bool        // heavy metals and cyanide come first among main pollutants
}

// Evaluated reports whether the item takes part in the class.
func (i Item) Evaluated() bool { return i.kind != reported }

// Limit is the limit of a class, nil where there is none (temperature, pH).
func (i Item) Limit(c Class, lake bool) *big.Rat {
	if c < I || c > V {
		return nil
	}
	if lake && i.lake[0] != nil {
		return i.lake[c-1]
	}
	return i.limits[c-1]
}

// Oxygen is dissolved oxygen, the one item whose limits are lower ones.
const Oxygen = "do"

// Items is table 1, in its order.
var Items = []Item{
	{ID: "temperature", Name: "水温", Unit: "℃", Factor: "w01010", kind: reported},
	{ID: "ph", Name: "pH", Factor: "w01001", kind: acidity},
	{ID: Oxygen, Name: "溶解氧", Unit: "mg/L", Factor: "w01009", kind: oxygen, limits: five("7.5", "6", "5", "3", "2")},
	{ID: "codmn", Name: "高锰酸盐指数", Unit: "mg/L", Factor: "w01019", limits: five("2", "4", "6", "10", "15")},
	{ID: "cod", Name: "化学需氧量", Unit: "mg/L", Factor: "w01018", limits: five("15", "15", "20", "30", "40")},
	{ID: "bod5", Name: "五日生化需氧量", Unit: "mg/L", Factor: "w01017", limits: five("3", "3", "4", "6", "10")},
	{ID: "nh3n", Name: "氨氮", Unit: "mg/L", Factor: "w21003", limits: five("0.15", "0.5", "1.0", "1.5", "2.0")},
	{ID: "tp", Name: "总磷", Unit: "mg/L", Factor: "w21011", limits: five("0.02", "0.1", "0.2", "0.3", "0.4"), lake: five("0.01", "0.025", "0.05", "0.1", "0.2")},
	{ID: "tn", Name: "总氮", Unit: "mg/L", Factor: "w21001", kind: reported, limits: five("0.2", "0.5", "1.0", "1.5", "2.0")},
	{ID: "cu", Name: "铜", Unit: "mg/L", Factor: "w20122", limits: five("0.01", "1.0", "1.0", "1.0", "1.0")},
	{ID: "zn", Name: "锌", Unit: "mg/L", Factor: "w20123", limits: five("0.05", "1.0", "1.0", "2.0", "2.0")},
	{ID: "f", Name: "氟化物", Unit: "mg/L", Factor: "w21017", limits: five("1.0", "1.0", "1.0", "1.5", "1.5")},
	{ID: "se", Name: "硒", Unit: "mg/L", Factor: "w20128", limits: five("0.01", "0.01", "0.01", "0.02", "0.02")},
	{ID: "as", Name: "砷", Unit: "mg/L", Factor: "w20119", limits: five("0.05", "0.05", "0.05", "0.1", "0.1")},
	{ID: "hg", Name: "汞", Unit: "mg/L", Factor: "w20111", limits: five("0.00005", "0.00005", "0.0001", "0.001", "0.001"), first: true},
	{ID: "cd", Name: "镉", Unit: "mg/L", Factor: "w20115", limits: five("0.001", "0.005", "0.005", "0.005", "0.01"), first: true},
	{ID: "cr6", Name: "六价铬", Unit: "mg/L", Factor: "w20117", limits: five("0.01", "0.05", "0.05", "0.05", "0.1"), first: true},
	{ID: "pb", Name: "铅", Unit: "mg/L", Factor: "w20120", limits: five("0.01", "0.01", "0.05", "0.05", "0.1"), first: true},
	{ID: "cn", Name: "氰化物", Unit: "mg/L", Factor: "w21016", limits: five("0.005", "0.05", "0.2", "0.2", "0.2"), first: true},
	{ID: "phenol", Name: "挥发酚", Unit: "mg/L", Factor: "w23002", limits: five("0.002", "0.002", "0.005", "0.01", "0.1")},
	{ID: "oil", Name: "石油类", Unit: "mg/L", Factor: "w22001", limits: five("0.05", "0.05", "0.05", "0.5", "1.0")},
	{ID: "las", Name: "阴离子表面活性剂", Unit: "mg/L", Factor: "w19002", limits: five("0.2", "0.2", "0.2", "0.3", "0.3")},
	{ID: "s", Name: "硫化物", Unit: "mg/L", Factor: "w21019", limits: five("0.05", "0.1", "0.2", "0.5", "1.0")},
	{ID: "coliform", Name: "粪大肠菌群", Unit: "个/L", Factor: "w02003", kind: reported, limits: five("200", "2000", "10000", "20000", "40000")},
}

func five(a, b, c, d, e string) [5]*big.Rat {
	return [5]*big.Rat{assess.Rat(a), assess.Rat(b), assess.Rat(c), assess.Rat(d), assess.Rat(e)}
}

// ItemOf finds an item by its id, name or factor code.
func ItemOf(name string) (Item, bool) {
	for _, i := range Items {
		if i.ID == name || i.Name == name || i.Factor == name {
			return i, true
		}
	}
	return Item{}, false
}
