import type { Outlet, PortalItem, PortalStretch, Trend } from '../../api/types'
import { useGet, useList } from '../../api/use'
import { ago, count, dateTime, left, reading } from '../../ui/format'
import { Go } from '../../ui/go'
import { Mark, OutletMark } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { Spark } from '../../ui/spark'
import { Bones, Empty, Trouble } from '../../ui/state'
import { isOver, judged, leading, limitText } from '../../ui/value'
import { markOf } from './words'
import './desk.css'

/** EnterpriseDesk is the environment manager's first page: what waits, how the outlets stand, how the month goes. */
export function EnterpriseDesk() {
  const q = useGet('/portal', {}, { refetchInterval: 60_000, keep: true })
  const title = '企业工作台'
  if (q.error && !q.data) return <Page title={title}><div className="panel"><Trouble error={q.error} again={() => void q.refetch()} /></div></Page>
  if (!q.data) return <Page title={title}><div className="panel"><Bones rows={10} /></div></Page>
  const d = q.data
  const now = new Date(d.as_of).getTime()
  return (
    <Page title={d.enterprise_name} crumb={title} tools={<span className="soft small num">数据截至 {dateTime(d.as_of)}</span>}>
      <div className="portal">
        <Waiting rows={d.items} now={now} />
        <div><Figures today={d.today} month={d.month} target={d.target} enterprise={d.enterprise_id} /><Loads /></div>
      </div>
      <Outlets enterprise={d.enterprise_id} />
    </Page>
  )
}

function Waiting({ rows, now }: { rows: PortalItem[]; now: number }) {
  const answer = rows.filter((r) => r.kind !== 'hint')
  return (
    <Panel title={`等我办理${answer.length > 0 ? `（${answer.length}）` : ''}`} flush>
      {rows.length === 0 ? (
        <Empty title="没有要办的事" how="需要说明的预警、待补的证明材料、离线的设备等会出现在这里，并同时发来消息。" />
      ) : (
        <ul className="portal-lines">
          {rows.map((r) => {
            const m = markOf(r.kind)
            return (
              <li key={r.kind + r.id}>
                <Go href={r.link}>
                  <span className="row between">
                    <Mark shape={m.shape} tone={m.tone}>{r.kind_title}</Mark>
                    {r.due_at ? <span className={`small num ${r.overdue ? 'red' : 'soft'}`}>{dateTime(r.due_at).slice(5)} 前，{left(r.due_at, now)}</span> : <span className="soft small num">{r.number}</span>}
                  </span>
                  <span className="strong">{r.title}</span>
                  {r.text && <span className="sub">{r.text}</span>}
                  <span className="sub">{r.kind === 'hint' ? '' : '请办：'}{r.do}</span>
                </Go>
              </li>
            )
          })}
        </ul>
      )}
    </Panel>
  )
}

function Figures({ today, month, target, enterprise }: { today: PortalStretch; month: PortalStretch; target: number; enterprise: string }) {
  const rows: { title: string; cell: (s: PortalStretch) => string; bad?: (s: PortalStretch) => boolean; link: string }[] = [
    { title: `传输有效率（要求 ${target}%）`, cell: (s) => percent(s.effective), bad: (s) => s.below, link: `/rates?enterprise_id=${enterprise}` },
    { title: '传输率', cell: (s) => percent(s.transmission), link: `/rates?enterprise_id=${enterprise}` },
    { title: '有效率', cell: (s) => percent(s.validity), link: `/rates?enterprise_id=${enterprise}` },
    { title: '缺失小时', cell: (s) => count(s.missing), link: `/rates?enterprise_id=${enterprise}&state=missing` },
    { title: '超标小时', cell: (s) => count(s.exceeded), bad: (s) => s.exceeded > 0, link: `/alarms?level=exceed,grave` },
    { title: '预警', cell: (s) => count(s.alarms), link: '/alarms' },
  ]
  return (
    <Panel title="今日与本月" flush>
      <table className="t">
        <thead><tr><th scope="col">项目</th><th scope="col" className="r">今日</th><th scope="col" className="r">本月</th></tr></thead>
        <tbody>
          {rows.map((r) => (
            <tr key={r.title}>
              <th scope="row"><Go href={r.link}>{r.title}</Go></th>
              <td className={`r num ${r.bad?.(today) ? 'red' : ''}`}>{r.cell(today)}</td>
              <td className={`r num ${r.bad?.(month) ? 'red' : ''}`}>{r.cell(month)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  )
}

function Loads() {
  const q = useGet('/portal/loads', {}, { staleTime: 600_000, keep: true })
  if (q.error) return <Panel title="本年排放量"><Trouble error={q.error} again={() => void q.refetch()} /></Panel>
  if (!q.data) return <Panel title="本年排放量"><Bones rows={2} /></Panel>
  return (
    <Panel title={`${q.data.year} 年排放量与许可排放量`} flush>
      {q.data.rows.length === 0 ? <Empty title="没有登记许可排放量" how="登记后，这里累计本年排放量与占比。如许可证载明了许可排放量，请联系监控值班岗登记。" /> : (
        <>
          <table className="t">
            <thead><tr><th scope="col">污染物</th><th scope="col" className="r">累计（吨）</th><th scope="col" className="r">许可（吨/年）</th><th scope="col" className="r">占比</th></tr></thead>
            <tbody>
              {q.data.rows.map((l) => (
                <tr key={l.outlet_id + l.factor}>
                  <td><Go href={`/outlets/${l.outlet_id}?tab=official`}>{l.factor_name}</Go><span className="sub">{l.outlet_name}</span></td>
                  <td className="r num">{reading(l.tonnes)}{l.open > 0 && <span className="sub">{count(l.open)} 小时未计入</span>}</td>
                  <td className="r num">{reading(l.permitted)}</td>
                  <td className={`r num ${l.share > 100 ? 'red strong' : l.share >= 80 ? 'amber' : ''}`}>{l.permitted > 0 ? `${reading(l.share)}%` : '—'}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p className="soft small portal-note">自首个小时值起累计，缺失时段按规则替代；只供参考，以核定的排放量为准。</p>
        </>
      )}
    </Panel>
  )
}

const percent = (v: number | undefined) => (v === undefined ? '—' : `${v}%`)

function Outlets({ enterprise }: { enterprise: string }) {
  const list = useList('/outlets', { enterprise_id: enterprise, limit: 100 })
  const of = list.items.flatMap((o) => shown(o).map((v) => `${o.id}:${v.code}`)).slice(0, 120)
  const q = useGet('/wall/trends', { query: { of: [...of].sort().join(',') as never } }, { enabled: of.length > 0, staleTime: 300_000, keep: true })
  const trends = new Map((q.data ?? []).map((t) => [`${t.outlet}:${t.factor}`, t]))
  return (
    <Panel title="排放口" flush tools={<Go href={`/enterprises/${enterprise}/curve`}>全厂曲线</Go>}>
      {list.error ? <Trouble error={list.error} again={list.again} /> : list.loading ? <Bones rows={4} /> : list.items.length === 0 ? (
        <Empty title="还没有登记排放口" how="排放口由生态环境部门登记；如有遗漏，请联系监控值班岗。" />
      ) : (
        <ul className="portal-outlets">{list.items.map((o) => <li key={o.id}><OutletCard o={o} trends={trends} /></li>)}</ul>
      )}
    </Panel>
  )
}

const shown = (o: Outlet) => leading(o.values).slice(0, 6)

function OutletCard({ o, trends }: { o: Outlet; trends: Map<string, Trend> }) {
  return (
    <section className="portal-outlet" aria-label={o.name}>
      <div className="row between">
        <h3><Go href={`/outlets/${o.id}`}>{o.name}</Go></h3>
        <OutletMark state={o.state} lastAt={o.last_at} />
      </div>
      <p className="soft small">{o.last_at ? `${ago(o.last_at)}更新` : '尚无数据'}</p>
      {shown(o).map((v) => (
        <div key={v.code} className="portal-value">
          <span>{v.name || v.code}</span>
          <Spark trend={trends.get(`${o.id}:${v.code}`)} limit={v.limit} />
          <span className="num r"><span className={`strong ${isOver(v) ? 'red' : ''}`}>{reading(judged(v))}</span><span className="soft small"> {limitText(v)} {v.unit}</span></span>
        </div>
      ))}
      <div className="row portal-links">
        {o.alarms_open > 0 && <Go href={`/alarms?outlet_id=${o.id}`}>{o.alarms_open} 条预警</Go>}
        <Go href={`/outlets/${o.id}`}>曲线</Go>
        <Go href={`/marks/new?outlet_id=${o.id}`}>标记时段</Go>
      </div>
    </section>
  )
}
