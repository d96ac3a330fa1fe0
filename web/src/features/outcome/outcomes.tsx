import { address } from '../../api/client'
import type { Outcome } from '../../api/types'
import { useGet } from '../../api/use'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { count, day } from '../../ui/format'
import { Go } from '../../ui/go'
import { Page, Panel } from '../../ui/page'
import { pick } from '../../ui/search'
import { Bones, Empty, Trouble } from '../../ui/state'
import { Subtabs, useSubtab } from '../../ui/subtabs'
import './outcomes.css'
import { barRows, share, span } from './words'

const groups = [{ value: 'level', label: '按级别' }, { value: 'area', label: '按区域' }, { value: 'enterprise', label: '按企业' }, { value: 'month', label: '按月' }]

const filters: Filter[] = [
  { name: 'group', title: '按规则', options: groups, width: 120 },
  { name: 'area', title: '区域', kind: 'area' },
  { name: 'from', title: '起始日', kind: 'day' },
  { name: 'to', title: '截止日', kind: 'day' },
]

const below: Record<string, (id: string) => string> = {
  rule: (id) => `/alarms?rule=${id}`, level: (id) => `/alarms?level=${id}`, area: (id) => `/alarms?area=${id}`, enterprise: (id) => `/alarms?enterprise_id=${id}`,
}

const tabs = [{ key: 'true', title: '是否属实' }, { key: 'answers', title: '企业答复' }] as const

/** Outcomes tells what became of alarms: how many were true by people's own answers, how enterprises answered, and how soon people acted. */
export function Outcomes() {
  const [search] = useFilters()
  const tab = useSubtab(tabs)
  const query = pick(search, ['group', 'area', 'enterprise_id', 'rule', 'from', 'to'])
  const q = useGet('/outcomes', { query: query as never }, { keep: true })
  const t = q.data?.total
  const group = search.group || 'rule'
  return (
    <Page title="预警成效" tools={<><a href={address('/outcomes/export.xlsx', query)}>导出 Excel</a><a href={address('/outcomes/export.csv', query)}>导出 CSV</a></>}>
      <Subtabs label="预警成效" tabs={tabs} />
      <Panel>
        {q.error && !q.data ? <Trouble error={q.error} again={() => void q.refetch()} /> : !t || !q.data ? <Bones rows={2} /> : (
          <>
            <dl className="facts">
              <div><dt>时段</dt><dd className="num">{day(Date.parse(q.data.from))} 至 {day(Date.parse(q.data.to))}</dd></div>
              <div><dt>预警</dt><dd className="num">{count(t.alarms)}<span className="sub">未解除 {count(t.open)}，未通知 {count(t.quiet)}</span></dd></div>
              <div><dt>属实率</dt><dd className="num strong">{share(t.precision)}<span className="sub">属实 {count(t.true)}，不属实 {count(t.false)}</span></dd></div>
              <div><dt>企业按时说明</dt><dd className="num strong">{share(t.punctual)}<span className="sub">按时 {count(t.in_time)}，逾期 {count(t.late)}</span></dd></div>
              <div><dt>说明被采纳</dt><dd className="num">{count(t.accepted)}<span className="sub">已说明 {count(t.explanations)}，被退回 {count(t.rejected)}</span></dd></div>
              <div><dt>确认、处置用时</dt><dd className="num">{span(t.acknowledged_minutes)}<span className="sub">处置 {span(t.handled_minutes)}</span></dd></div>
            </dl>
            <p className="soft small" style={{ marginTop: 8 }}>{tab === 'answers' ? '到期仍未说明的为逾期，后来补上的也算逾期；按时率＝按时÷（按时＋逾期），还没有到期的不计。一条预警的说明可以先被退回、后被采纳。' : '属实率只算有人答复的：线索被采纳、核实属实，登记的或被采纳的原因为“实际超标排放”的为属实；线索不予立案、核实不属实，“工况波动”“设备维护校准”“监测设备故障”的为不属实；其余不计。设备离线、数据缺失以设备原因为属实。用时自预警产生起，取中位数。'}</p>
          </>
        )}
      </Panel>
      <section className="panel" aria-label="预警成效">
        <Filters filters={filters} extra={{ enterprise_id: '只看一家企业' }} />
        {q.data && (q.data.rows.length === 0 ? <Empty title="这段时间没有预警" how="可以改起止日，或放宽区域。" /> : (
          <>
            <Bars rows={q.data.rows} answers={tab === 'answers'} months={group === 'month'} />
            <div className="scroll" tabIndex={0} role="region" aria-label="预警成效表">
              {tab === 'answers' ? <Answers rows={q.data.rows} below={below[group]} /> : <Truths rows={q.data.rows} below={below[group]} />}
            </div>
          </>
        ))}
      </section>
    </Page>
  )
}

type Below = ((id: string) => string) | undefined

/** Bars draws the rows: how many of each kind, beside each other; the table below says the same in figures. */
function Bars({ rows, answers, months }: { rows: Outcome[]; answers: boolean; months: boolean }) {
  const parts = answers
    ? [{ title: '按时', tone: 'good', of: (r: Outcome) => r.in_time }, { title: '逾期', tone: 'bad', of: (r: Outcome) => r.late }]
    : [{ title: '属实', tone: 'good', of: (r: Outcome) => r.true }, { title: '不属实', tone: 'bad', of: (r: Outcome) => r.false }, { title: '尚无答复', tone: 'none', of: (r: Outcome) => r.alarms - r.true - r.false }]
  const shown = barRows(rows, months)
  const most = Math.max(1, ...shown.map((r) => parts.reduce((n, p) => n + p.of(r), 0)))
  return (
    <figure className="outcome-bars" aria-label={parts.map((p) => p.title).join('、')}>
      <figcaption className="small">{parts.map((p) => <span key={p.tone}><i className={p.tone} aria-hidden="true" />{p.title}</span>)}{shown.length < rows.length && <span className="soft">前 {shown.length} 项</span>}</figcaption>
      <ol>
        {shown.map((r) => (
          <li key={r.id}>
            <span className="name">{r.name}</span>
            <span className="bar" aria-hidden="true">{parts.map((p) => p.of(r) > 0 && <i key={p.tone} className={p.tone} style={{ width: `${(100 * p.of(r)) / most}%` }} />)}</span>
            <span className="n">{parts.map((p) => `${p.title} ${p.of(r)}`).join('，')}</span>
          </li>
        ))}
      </ol>
    </figure>
  )
}

const Name = ({ r, below }: { r: Outcome; below: Below }) => <td style={{ minWidth: 132 }}>{below ? <Go href={below(r.id)}>{r.name}</Go> : r.name}</td>

function Truths({ rows, below }: { rows: Outcome[]; below: Below }) {
  return (
    <table className="t">
      <thead><tr><th scope="col">名称</th><th scope="col" className="r">预警</th><th scope="col" className="r">未解除</th><th scope="col" className="r">属实</th><th scope="col" className="r">不属实</th><th scope="col" className="r">属实率</th><th scope="col" className="r">误报率</th><th scope="col" className="r">持续</th><th scope="col" className="r">确认用时</th><th scope="col" className="r">处置用时</th></tr></thead>
      <tbody>
        {rows.map((r) => (
          <tr key={r.id}>
            <Name r={r} below={below} />
            <td className="r">{count(r.alarms)}</td>
            <td className="r">{count(r.open)}</td>
            <td className="r">{count(r.true)}</td>
            <td className="r">{count(r.false)}</td>
            <td className="r strong">{share(r.precision)}</td>
            <td className="r">{share(r.false_share)}</td>
            <td className="r nowrap">{span(r.lasted_minutes)}</td>
            <td className="r nowrap">{span(r.acknowledged_minutes)}</td>
            <td className="r nowrap">{span(r.handled_minutes)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Answers({ rows, below }: { rows: Outcome[]; below: Below }) {
  return (
    <table className="t">
      <thead><tr><th scope="col">名称</th><th scope="col" className="r">预警</th><th scope="col" className="r">已说明</th><th scope="col" className="r">按时</th><th scope="col" className="r">逾期</th><th scope="col" className="r">按时率</th><th scope="col" className="r">被采纳</th><th scope="col" className="r">被退回</th><th scope="col" className="r">说明用时</th></tr></thead>
      <tbody>
        {rows.map((r) => (
          <tr key={r.id}>
            <Name r={r} below={below} />
            <td className="r">{count(r.alarms)}</td>
            <td className="r">{count(r.explanations)}</td>
            <td className="r">{count(r.in_time)}</td>
            <td className={`r ${r.late > 0 ? 'amber' : ''}`}>{count(r.late)}</td>
            <td className="r strong">{share(r.punctual)}</td>
            <td className="r">{count(r.accepted)}</td>
            <td className="r">{count(r.rejected)}</td>
            <td className="r nowrap">{span(r.explained_minutes)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
