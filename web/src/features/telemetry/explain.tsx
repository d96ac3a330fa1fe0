import { Drawer } from 'antd'
import type { Explained, OfficialValue } from '../../api/types'
import { useGet } from '../../api/use'
import { dateSecond, dateTime, day, reading } from '../../ui/format'
import { Go } from '../../ui/go'
import { Mark } from '../../ui/marks'
import { usePhone } from '../../ui/screen'
import { flagWord } from '../../ui/series'
import { Bones, Trouble } from '../../ui/state'
import { verdict } from './verdict'
import './official.css'

/** Explain opens what stands behind one official value: readings or hours, flags, marks, setting, rules, versions. */
export function Explain({ outlet, period, value, close }: { outlet: string; period: 'hour' | 'day'; value: OfficialValue; close: () => void }) {
  const phone = usePhone()
  const q = useGet('/outlets/{id}/official/{period}/{factor}', { path: { id: outlet, period, factor: value.factor }, query: { at: value.at } })
  return (
    <Drawer title={`${value.factor_name} ${period === 'hour' ? dateTime(value.at) + ' 起一小时' : day(value.at)} 的来历`} open onClose={close} size={phone ? '100%' : 640}>
      {q.error ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones rows={8} /> : <Behind e={q.data} period={period} />}
    </Drawer>
  )
}

function Behind({ e, period }: { e: Explained; period: string }) {
  const v = e.value
  const w = verdict(v)
  return (
    <div className="behind">
      <p className="info">{e.sentence}</p>
      <dl className="facts">
        <div><dt>实测</dt><dd className="num">{reading(v.value ?? null)} {v.unit}</dd></div>
        <div><dt>折算{v.converted_here && '（本系统）'}</dt><dd className="num">{v.converted === undefined ? '—' : `${reading(v.converted)} ${v.unit}`}</dd></div>
        <div><dt>限值</dt><dd className="num">{reading(v.limit ?? v.lower ?? null)}</dd></div>
        <div><dt>判定</dt><dd><Mark shape={w.shape} tone={w.tone}>{w.word}</Mark></dd></div>
        {v.total !== undefined && <div><dt>{v.total_unit === 'kg' ? '排放量' : '合计'}</dt><dd className="num">{reading(v.total)} {v.total_unit}</dd></div>}
        {e.norm && <div><dt>基准含氧量</dt><dd className="num">{e.norm.oxygen === undefined ? '不折算' : `${reading(e.norm.oxygen)} %`}<span className="sub">{e.norm.source}</span></dd></div>}
      </dl>
      {e.marks.length > 0 && (
        <section>
          <h3>标记</h3>
          <ul className="lines told">{e.marks.map((m) => <li key={m.id}><Go href={`/marks/${m.id}`}>{m.number}</Go>　{m.kind_title}（{m.state_title}）　<span className="num">{dateTime(m.from)} 至 {dateTime(m.until)}</span><span className="sub">{m.effect_title}。{m.reason}</span></li>)}</ul>
        </section>
      )}
      {e.beside.length > 0 && period === 'hour' && (
        <section>
          <h3>参与计算的含氧量与流量</h3>
          <ul className="lines">{e.beside.map((b) => <li key={b.factor}>{b.factor_name} <span className="num">{reading(b.value ?? null)} {b.unit}</span>　{flagWord(b.flag)}</li>)}</ul>
        </section>
      )}
      {e.hours.length > 0 && <Hours e={e} />}
      {e.parts.length > 0 && <Parts e={e} />}
      {e.parts.length === 0 && period === 'hour' && <p className="soft">这一小时没有收到实时或分钟数据，只有站点上报的小时值。</p>}
      <section>
        <h3>版本</h3>
        <ol className="lines">{[...e.versions].reverse().map((x) => <li key={x.version}><span className="num">第 {x.version} 版　{dateTime(x.made_at)}</span>　{x.cause_title || '首次生成'}　<span className="num">{reading(x.converted ?? x.value ?? null)}</span>　{flagWord(x.flag)}{x.guard_title && `，${x.guard_title}`}</li>)}</ol>
      </section>
      <section>
        <h3>规则</h3>
        <p>{e.rules.title}（{day(e.rules.valid_from)} 起，依据等级 {e.rules.certainty}）<span className="sub">{e.rules.source}</span></p>
        <ul className="dots">{e.rules.judge.map((j) => <li key={j}>{j}</li>)}</ul>
      </section>
    </div>
  )
}

function Hours({ e }: { e: Explained }) {
  const flow = new Map(e.beside.map((b) => [b.at, b]))
  return (
    <section>
      <h3>小时值</h3>
      <div className="scroll behind-table" tabIndex={0} role="region" aria-label="小时值">
        <table className="t">
          <thead><tr><th scope="col">小时</th><th scope="col" className="r">值</th>{flow.size > 0 && <th scope="col" className="r">流量</th>}<th scope="col">数据标记</th><th scope="col">计入</th></tr></thead>
          <tbody>{e.hours.map((h) => <tr key={h.at}><td className="c">{dateTime(h.at).slice(11)}</td><td className="r">{reading(h.converted ?? h.value ?? null)}</td>{flow.size > 0 && <td className="r">{reading(flow.get(h.at)?.total ?? flow.get(h.at)?.value ?? null)}</td>}<td className="nowrap">{flagWord(h.flag)}</td><td className="nowrap">{h.valid && !h.exempt ? '是' : h.exempt ? '豁免' : '否'}</td></tr>)}</tbody>
        </table>
      </div>
    </section>
  )
}

function Parts({ e }: { e: Explained }) {
  const good = e.parts.filter((p) => p.valid).length
  return (
    <section>
      <h3>{e.parts_of === 'minute' ? '分钟值' : '实时值'}（收到 {e.parts.length} 个，计入 {good} 个，间隔 {e.step >= 60 ? `${Math.round(e.step / 60)} 分钟` : `${e.step} 秒`}）</h3>
      <div className="scroll behind-table" tabIndex={0} role="region" aria-label="收到的数据">
        <table className="t">
          <thead><tr><th scope="col">时间</th><th scope="col" className="r">值</th><th scope="col" className="r">折算</th><th scope="col">数据标记</th><th scope="col">计入</th></tr></thead>
          <tbody>{e.parts.map((p) => <tr key={p.at}><td className="c">{dateSecond(p.at).slice(11)}</td><td className="r">{reading(p.value)}</td><td className="r">{reading(p.converted ?? null)}</td><td className="nowrap">{flagWord(p.flag)}</td><td className="nowrap">{p.valid ? '是' : p.marked ? '被标记除去' : '否'}</td></tr>)}</tbody>
        </table>
      </div>
    </section>
  )
}
