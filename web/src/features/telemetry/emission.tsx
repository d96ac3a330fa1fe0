import { Select } from 'antd'
import type { Emission as View, OutletFile as Outlet } from '../../api/types'
import { useGet, useReference } from '../../api/use'
import { useFilters } from '../../ui/filters'
import { count, dateTime, day, reading } from '../../ui/format'
import { Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import { quarters } from './quarter'

/** Emission is what left through an outlet in a quarter: measured, filled in by rule, and what no rule fills. */
export function Emission({ outlet }: { outlet: Outlet }) {
  const [search, , all] = useFilters()
  const ref = useReference()
  const masses = outlet.values.filter((v) => /^mg\//.test(v.unit))
  const factor = masses.some((v) => v.code === search.of) ? search.of : masses.find((v) => v.limit !== undefined)?.code ?? masses[0]?.code ?? ''
  const list = quarters(Date.now(), 5)
  const quarter = list.find((q) => q.value === search.q)?.value ?? list[0].value
  const q = useGet('/outlets/{id}/emission', { path: { id: outlet.id }, query: { factor, quarter } }, { keep: true, enabled: factor !== '' })
  return (
    <>
      <Panel title="排放量" flush>
        <div className="series-tools">
          <Select aria-label="因子" style={{ width: 180 }} value={factor || undefined} onChange={(v) => all({ ...search, of: v })} options={masses.map((v) => ({ value: v.code, label: v.name || v.code }))} />
          <Select aria-label="季度" style={{ width: 150 }} value={quarter} onChange={(v) => all({ ...search, q: v })} options={list} />
        </div>
        {factor === '' ? <Empty title="没有可计算排放量的因子" how="收到以质量浓度计的污染物数据和流量后，这里给出每月排放量。" /> : q.error ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones /> : q.data.total.due === 0 ? <Empty title="这个季度还没有应有的小时值" how="自收到该因子的首个小时值起计算。" /> : <Sums e={q.data} unit={(ref?.factors ?? []).find((f) => f.code === factor)?.unit ?? ''} />}
      </Panel>
      {q.data && q.data.runs.length > 0 && <Runs e={q.data} />}
      {q.data && (
        <Panel title="替代规则">
          <p>{q.data.rules.title}（{day(q.data.rules.valid_from)} 起，依据等级 {q.data.rules.certainty}）<span className="sub">{q.data.rules.source}</span></p>
          <ul className="dots">{q.data.rules.judge.map((j) => <li key={j}>{j}</li>)}</ul>
        </Panel>
      )}
    </>
  )
}

function Sums({ e, unit }: { e: View; unit: string }) {
  const t = e.total
  return (
    <>
      <dl className="facts" style={{ padding: '12px 16px' }}>
        <div><dt>排放量</dt><dd className="num strong">{reading(t.kg + t.filled_kg)} kg<span className="sub">实测 {reading(t.kg)}，替代 {reading(t.filled_kg)}</span></dd></div>
        <div><dt>有效数据捕集率</dt><dd className="num">{e.capture === undefined ? '—' : `${e.capture.toFixed(2)}%`}<span className="sub">有效 {count(t.valid)}／应有 {count(t.due)} 小时</span></dd></div>
        <div><dt>缺失</dt><dd className="num">{count(t.filled + t.open)} 小时<span className={`sub ${t.open > 0 ? 'amber' : ''}`}>{t.open > 0 ? `其中 ${count(t.open)} 小时没有规则可替代，未计入` : '均已替代'}</span></dd></div>
      </dl>
      <div className="scroll" tabIndex={0} role="region" aria-label="逐月排放量">
        <table className="t">
          <thead>
            <tr><th scope="col">月份</th><th scope="col" className="r">实测（kg）</th><th scope="col" className="r">替代（kg）</th><th scope="col" className="r">有效／应有（小时）</th><th scope="col" className="r">停运（小时）</th><th scope="col" className="r">未替代（小时）</th><th scope="col" className="r">有效日</th><th scope="col" className="r">日均值平均（{unit}）</th><th scope="col" className="r">最大</th><th scope="col" className="r">P95</th></tr>
          </thead>
          <tbody>
            {e.months.map((m) => (
              <tr key={m.month}>
                <td className="c">{m.month}</td>
                <td className="r">{m.due ? reading(m.kg) : '—'}</td>
                <td className="r">{m.filled ? reading(m.filled_kg) : '—'}</td>
                <td className="r">{count(m.valid)}／{count(m.due)}</td>
                <td className="r">{count(m.stopped)}</td>
                <td className="r">{m.open > 0 ? <span className="amber">{count(m.open)}</span> : '0'}</td>
                <td className="r">{m.days}</td>
                <td className="r">{reading(m.mean ?? null)}</td>
                <td className="r">{reading(m.max ?? null)}</td>
                <td className="r">{reading(m.p95 ?? null)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function Runs({ e }: { e: View }) {
  return (
    <Panel title="缺失与替代的时段" flush>
      <div className="scroll" tabIndex={0} role="region" aria-label="缺失与替代的时段">
        <table className="t">
          <thead><tr><th scope="col">开始</th><th scope="col">结束</th><th scope="col" className="r">小时</th><th scope="col" className="r">替代（kg）</th><th scope="col">办法</th></tr></thead>
          <tbody>{e.runs.slice(0, 200).map((r) => <tr key={r.from}><td className="c">{dateTime(r.from)}</td><td className="c">{dateTime(r.until)}</td><td className="r">{r.hours}</td><td className="r">{r.method ? reading(r.kg) : '—'}</td><td>{r.method || <span className="amber">没有规则可替代，须用手工监测或排污许可证规定的方法</span>}</td></tr>)}</tbody>
        </table>
      </div>
    </Panel>
  )
}
