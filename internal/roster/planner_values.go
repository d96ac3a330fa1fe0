package roster

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/qingshao/qingshao/internal/db"
	"github.com/qingshao/qingshao/internal/decimal"
	"github.com/qingshao/qingshao/internal/discover/telemetry"
	"github.com/qingshao/qingshao/internal/enterprise"
	"github.com/qingshao/qingshao/internal/factor"
	"github.com/qingshao/qingshao/internal/fault"
)

// factorNames finds a factor's code by its name, within a medium: some names
// stand for a water factor and a gas factor.
var factorNames = func() map[factor.Medium]map[string]string {
	out := map[factor.Medium]map[string]string{factor.Water: {}, factor.Gas: {}}
	for _, f := range factor.All() {
		if m := out[f.Medium]; m != nil && m[f.Name] == "" {
			m[f.Name] = f.Code
		}
	}
	return out
}()

func mediumOf(k enterprise.Kind) factor.Medium {
	if k == enterprise.Gas {
		return factor.Gas
	}
	return factor.Water
}

// factor finds the code of a factor that an outlet may emit.
func (p *planner) factor(r *record, k enterprise.Kind) string {
	s := r.needed("因子", 40)
	if s == "" || k == "" {
		return s
	}
	m := mediumOf(k)
	if code := factorNames[m][s]; code != "" {
		return code
	}
	f, ok := factor.ByCode(s)
	if !ok {
		for other, names := range factorNames {
			if names[s] != "" && other != m {
				ok, f.Medium = true, other
			}
		}
	}
	switch {
	case !ok:
		r.wrong("因子", "平台因子表中没有“"+brief(s)+"”", "")
	case f.Medium != m:
		r.wrong("因子", "“"+brief(s)+"”不是"+k.Title()+"的因子", "核对因子和排放口编号")
	}
	return s
}

var limitTitles = map[string]string{"factor": "因子", "upper": "上限", "lower": "下限", "statistic": "统计量", "standard": "标准", "valid_from": "开始执行日期", "valid_to": "停止执行日期"}

func (p *planner) limitRow(r *record) error {
	o, err := p.outletOf(r)
	if err != nil {
		return err
	}
	var kind enterprise.Kind
	if o != nil {
		kind = o.o.Kind
	}
	l := enterprise.Limit{Factor: p.factor(r, kind), Upper: r.number("上限"), Lower: r.number("下限"), Standard: r.needed("标准", 100),
		Article: r.words("条款", 100), ValidFrom: r.day("开始执行日期").UTC(), ValidTo: r.day("停止执行日期").UTC()}
	if r.text("统计量") == "" {
		r.wrong("统计量", "没有填写", "")
	}
	l.Statistic, _ = choose(r, "统计量", statistics)
	if r.text("开始执行日期") == "" {
		r.wrong("开始执行日期", "没有填写", "")
	}
	if r.bad || o == nil {
		return nil
	}
	if err := l.Check(); err != nil {
		r.refuse(err, limitTitles)
		return nil
	}
	if o.known && !o.read {
		if o.limits, err = enterprise.LimitsOf(p.ctx, p.tx, o.o.ID); err != nil {
			return err
		}
		o.read = true
	}
	title := fmt.Sprintf("%s %s %s %s %s", o.firm.e.Name, o.o.Code, factor.Name(l.Factor), r.text("统计量"), bounds(l))
	for _, old := range o.limits {
		if old.Factor == l.Factor && old.Statistic == l.Statistic && old.ValidFrom.Equal(l.ValidFrom) && !old.ValidTo.Equal(old.ValidFrom) && sameLimit(old, l) {
			p.takes(r, Same, title, nil, nil)
			return nil
		}
	}
	given := l
	ended, err := l.Succeed(o.limits)
	if err != nil {
		r.wrong("开始执行日期", fault.Sentence(err, "不能设定"), "核对数值；确需更改的，先在企业页停止原限值")
		return nil
	}
	var d []Change
	for i, old := range o.limits {
		if old.ID == ended && ended != "" {
			d = append(d, Change{"自 " + day(l.ValidFrom) + " 起", bounds(old), bounds(l)})
			o.limits[i].ValidTo = l.ValidFrom
		}
	}
	l.ID = "row " + strconv.Itoa(r.row.Number)
	o.limits = append(o.limits, l)
	p.takes(r, Creates, title, d, func(ctx context.Context, tx *db.Tx) error {
		given.OutletID = o.o.ID
		_, err := enterprise.SetLimit(ctx, tx, p.policy, p.who, given)
		return err
	})
	return nil
}

// sameLimit compares what a row says with a limit that begins on the same day;
// its end may have come by a later limit.
func sameLimit(old, l enterprise.Limit) bool {
	return equal(old.Upper, l.Upper) && equal(old.Lower, l.Lower) && old.Standard == l.Standard && (l.Article == "" || old.Article == l.Article) &&
		(l.ValidTo.IsZero() || old.ValidTo.Equal(l.ValidTo))
}

func equal(a, b *decimal.Decimal) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Cmp(*b) == 0
}

func bounds(l enterprise.Limit) string {
	switch {
	case l.Lower == nil:
		return "≤ " + l.Upper.String()
	case l.Upper == nil:
		return "≥ " + l.Lower.String()
	}
	return l.Lower.String() + "～" + l.Upper.String()
}

func day(t time.Time) string { return t.In(time.FixedZone("CST", 8*3600)).Format(time.DateOnly) }

var deviceTitles = map[string]string{"mn": "MN", "outlet_id": "排放口编号", "password": "访问密码", "protocol": "协议版本", "rtd_interval": "实时数据间隔"}

func (p *planner) deviceRow(r *record) error {
	mn := r.key("MN")
	if before := p.mns[mn]; before > 0 && mn != "" {
		r.wrong("MN", fmt.Sprintf("与第 %d 行重复", before), "一台设备只留一行")
		return nil
	}
	p.mns[mn] = r.row.Number
	o, err := p.outletOf(r)
	if err != nil {
		return err
	}
	old, known, err := telemetry.DeviceByMN(p.ctx, p.tx, mn)
	if err != nil {
		return err
	}
	x := old
	x.MN = mn
	var d diff
	if v, ok := choose(r, "协议版本", map[string]string{"2005": "2005", "2017": "2017", "2025": "2025"}); ok {
		d.put("协议版本", &x.Protocol, v)
	}
	if n, ok := r.whole("实时数据间隔"); ok && n == 0 {
		r.wrong("实时数据间隔", "不能为 0", "")
	} else if ok && n != x.RtdInterval {
		d = append(d, Change{"实时数据间隔", strconv.Itoa(x.RtdInterval), strconv.Itoa(n)})
		x.RtdInterval = n
	}
	if pw := r.text("访问密码"); pw != "" && pw != x.Password {
		was := "不核对"
		if x.Password != "" {
			was = "已设置"
		}
		d = append(d, Change{"访问密码", was, "新的密码"})
		x.Password = pw
	}
	if v, ok := choose(r, "无应答标志也应答", yesNo); ok && v != x.AnswerAlways {
		d = append(d, Change{"无应答标志也应答", no(!v), no(v)})
		x.AnswerAlways = v
	}
	if r.bad || o == nil {
		return nil
	}
	if known && old.OutletID != o.o.ID {
		r.wrong("MN", "已登记在另一个排放口", "核对 MN；设备确已迁移的，先在设备页停用原登记")
		return nil
	}
	checked := x
	checked.OutletID = "new"
	if err := checked.Check(); err != nil {
		r.refuse(err, deviceTitles)
		return nil
	}
	title := mn + "　" + o.firm.e.Name + " " + o.o.Code
	if known {
		p.takes(r, Updates, title, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := telemetry.Update(ctx, tx, p.policy, p.who, x)
			return err
		})
		return nil
	}
	p.takes(r, Creates, title, nil, func(ctx context.Context, tx *db.Tx) error {
		x.OutletID = o.o.ID
		_, err := telemetry.Register(ctx, tx, p.policy, p.who, x)
		return err
	})
	return nil
}

func no(b bool) string { return map[bool]string{true: "是", false: "否"}[b] }
