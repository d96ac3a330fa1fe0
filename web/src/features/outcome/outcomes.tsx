import { address } from '../../api/client'
import type { Outcome } from '../../api/types'
import { useGet } from '../../api/use'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { count, day } from '../../ui/format'
import { Go } from '../../ui/go'
import { Page, Panel } from '../../ui/page'
import { pick } from '../../ui/search'
import { Bones, Empty, Trouble } from '../../ui/state'
import { share, span } from './words'

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

/** Outcomes tells what became of alarms: how many were true by people's own answers, and how soon people acted. */
export function Outcomes() {
  const [search] = useFilters()
  const query = pick(search, ['group', 'area', 'enterprise_id', 'rule', 'from', 'to'])
  const q = useGet('/outcomes', { query: query as never }, { keep: true })
  const t = q.data?.total
  const group = search.group || 'rule'
  return (
    <Page title="预警成效" tools={<><a href={address('/outcomes/export.xlsx', query)}>导出 Excel</a><a href={address('/outcomes/export.csv', query)}>导出 CSV</a></>}>
      <Panel>
        {q.error && !q.data ? <Trouble error={q.error} again={() => void q.refetch()} /> : !t || !q.data ? <Bones rows={2} /> : (
          <>
            <dl className="facts">
              <div><dt>时段</dt><dd className="num">{day(Date.parse(q.data.from))} 至 {day(Date.parse(q.data.to))}</dd></div>
              <div><dt>属实率</dt><dd className="num strong">{share(t.precision)}<span className="sub">属实 {count(t.true)}／已答复 {count(t.true + t.false)}</span></dd></div>
              <div><dt>预警</dt><dd className="num">{count(t.alarms)}<span className="sub">未解除 {count(t.open)}，未通知 {count(t.quiet)}</span></dd></div>
              <div><dt>确认用时</dt><dd className="num">{span(t.acknowledged_minutes)}</dd></div>
              <div><dt>说明用时</dt><dd className="num">{span(t.explained_minutes)}</dd></div>
              <div><dt>处置用时</dt><dd className="num">{span(t.handled_minutes)}</dd></div>
            </dl>
            <p className="soft small" style={{ marginTop: 8 }}>属实率只算有人答复的：登记的或被采纳的原因为“实际超标排放”、线索被采纳的为属实；“工况波动”“设备维护校准”“监测设备故障”、线索不予立案的为不属实；其余不计。设备离线、数据缺失以设备原因为属实。用时自预警产生起，取中位数。</p>
          </>
        )}
      </Panel>
      <section className="panel" aria-label="预警成效">
        <Filters filters={filters} extra={{ enterprise_id: '只看一家企业' }} />
        {q.data && (q.data.rows.length === 0 ? <Empty title="这段时间没有预警" how="可以改起止日，或放宽区域。" /> : (
          <div className="scroll" tabIndex={0} role="region" aria-label="预警成效表">
            <table className="t">
              <thead><tr><th scope="col">名称</th><th scope="col" className="r">预警</th><th scope="col" className="r">未解除</th><th scope="col" className="r">属实</th><th scope="col" className="r">不属实</th><th scope="col" className="r">属实率</th><th scope="col" className="r">持续</th><th scope="col" className="r">确认用时</th><th scope="col" className="r">说明用时</th><th scope="col" className="r">处置用时</th></tr></thead>
              <tbody>{q.data.rows.map((r) => <Row key={r.id} r={r} href={below[group]?.(r.id)} />)}</tbody>
            </table>
          </div>
        ))}
      </section>
    </Page>
  )
}

function Row({ r, href }: { r: Outcome; href?: string }) {
  return (
    <tr>
      <td>{href ? <Go href={href}>{r.name}</Go> : r.name}</td>
      <td className="r">{count(r.alarms)}</td>
      <td className="r">{count(r.open)}</td>
      <td className="r">{count(r.true)}</td>
      <td className="r">{count(r.false)}</td>
      <td className="r strong">{share(r.precision)}</td>
      <td className="r nowrap">{span(r.lasted_minutes)}</td>
      <td className="r nowrap">{span(r.acknowledged_minutes)}</td>
      <td className="r nowrap">{span(r.explained_minutes)}</td>
      <td className="r nowrap">{span(r.handled_minutes)}</td>
    </tr>
  )
}
