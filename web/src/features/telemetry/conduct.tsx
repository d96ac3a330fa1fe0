import { Radio } from 'antd'
import type { Conduct, Episode } from '../../api/types'
import { useGet } from '../../api/use'
import { useFilters } from '../../ui/filters'
import { dateTime, lasting } from '../../ui/format'
import { Chip, Mark } from '../../ui/marks'
import { Panel } from '../../ui/page'
import { Bones, Empty, Trouble } from '../../ui/state'
import './conduct.css'

const spans = [30, 90, 180]

/** OutletConduct replays the rules of behaviour over the outlet's past: what they would have said, and why. */
export function OutletConduct({ id }: { id: string }) {
  const [search, set] = useFilters()
  const days = spans.find((d) => String(d) === search.back) ?? 30
  const q = useGet('/outlets/{id}/conduct', { path: { id }, query: { days } })
  return (
    <Panel title="异常识别" tools={<Radio.Group aria-label="回看时段" optionType="button" value={days} onChange={(e) => set('back', String(e.target.value))} options={spans.map((d) => ({ value: d, label: `近 ${d} 天` }))} />}>
      {q.error && !q.data ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones rows={5} /> : <Found c={q.data} days={days} />}
    </Panel>
  )
}

function Found({ c, days }: { c: Conduct; days: number }) {
  if (c.hours === 0) return <Empty title="这段时间没有小时数据" how="设备上报一段时间后再来回看。" />
  return (
    <>
      <p className="soft">
        用现行规则重看近 {days} 天的 {c.hours} 个小时：{c.episodes.length === 0 ? '没有足以提请核查的异常。' : `有 ${c.episodes.length} 次足以提请核查。`}
        {c.hours < 100 && '历史不足约 100 小时，依赖自身常态的规则暂不参与。'}一项迹象通常不足为凭，两族以上互相印证、或一项确凿，才列在这里；仅供核查，不作为认定依据。
      </p>
      <ol className="episodes">{c.episodes.map((e) => <One key={e.raised} e={e} />)}</ol>
    </>
  )
}

/** word: 超标 is for the standard's own procedure to say. */
const word = (e: Episode) => (e.signs[0]?.family_title === '超标' ? '疑似超标' : e.level === 'grave' ? '高度可疑' : '可疑')

function One({ e }: { e: Episode }) {
  const first = e.signs[0]
  return (
    <li className="episode">
      <div className="row between">
        <strong>{first?.title}{first?.factor_name && `：${first.factor_name}`}</strong>
        <Mark shape={e.level === 'grave' ? 'triangle' : 'diamond'} tone={e.level === 'grave' ? 'red' : 'amber'}>{word(e)}　把握 {Math.round(e.score * 100)}%</Mark>
      </div>
      <div className="soft num small">{dateTime(e.from)} 至 {dateTime(e.to)}，共 {lasting(e.from, e.to)}；{dateTime(e.raised)} 足以提请</div>
      <ul className="signs">
        {e.signs.map((s) => (
          <li key={s.rule + s.factor}><Chip>{s.family_title}</Chip><span>{s.reason}</span><span className="soft small" title={s.basis}>{s.title}，{Math.round(s.weight * 100)}%</span></li>
        ))}
      </ul>
    </li>
  )
}
