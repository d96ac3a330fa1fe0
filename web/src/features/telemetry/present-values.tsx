import type { OutletFile as Outlet, OutletValue, Trend } from '../../api/types'
import { useGet } from '../../api/use'
import { ago, dateSecond, reading } from '../../ui/format'
import { Panel } from '../../ui/page'
import { Spark } from '../../ui/spark'
import { flagWord, overWord } from '../../ui/series'
import { Empty } from '../../ui/state'
import { isOver, judged, leading } from '../../ui/value'

const statistics: Record<string, string> = { realtime: '实时', minute: '分钟', hour: '小时' }

/** PresentValues sets every factor's newest value against its limit, with the last day's hours beside it. */
export function PresentValues({ outlet }: { outlet: Outlet }) {
  const first = leading(outlet.values)
  const values = [...first, ...outlet.values.filter((v) => !first.includes(v))]
  const of = values.slice(0, 60).map((v) => `${outlet.id}:${v.code}`)
  const trends = useGet('/wall/trends', { query: { of: of.join(',') } }, { enabled: of.length > 0, staleTime: 300_000, keep: true })
  const curves = new Map((trends.data ?? []).map((t) => [t.factor, t]))
  return (
    <Panel flush>
      {values.length === 0 ? <Empty title="还没有数据" how="登记数采仪并收到报文后，各因子的最新值会出现在这里。" /> : (
        <div className="scroll" tabIndex={0} role="region" aria-label="实时值">
          <table className="t">
            <thead>
              <tr><th scope="col">因子</th><th scope="col" className="r">最新值</th><th scope="col" className="r">限值</th><th scope="col">单位</th><th scope="col" className="r">占限值</th><th scope="col">近一日</th><th scope="col">标记</th><th scope="col">种类</th><th scope="col">数据时间</th></tr>
            </thead>
            <tbody>{values.map((v) => <One key={v.code} v={v} curve={curves.get(v.code)} />)}</tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}

function One({ v, curve }: { v: OutletValue; curve?: Trend }) {
  const over = isOver(v)
  return (
    <tr>
      <td className="nowrap">{v.name || v.code}</td>
      <td className={`r ${over ? 'red strong' : ''}`}>
        {over && <span className="small">{overWord(v.kind)} </span>}{reading(judged(v))}
        {v.converted !== undefined && <span className="sub">实测 {reading(v.value)}</span>}
      </td>
      <td className="r">{v.lower !== undefined && v.limit !== undefined ? `${reading(v.lower)}–${reading(v.limit)}` : v.limit !== undefined ? reading(v.limit) : v.lower !== undefined ? `≥ ${reading(v.lower)}` : '—'}</td>
      <td>{v.unit}</td>
      <td className="r">{v.ratio > 0 && v.lower === undefined ? `${reading(Math.round(v.ratio * 100))}%` : '—'}</td>
      <td className="spark-cell"><Spark trend={curve} limit={v.limit} /></td>
      <td className="nowrap">{flagWord(v.flag) || '正常'}</td>
      <td className="nowrap">{statistics[v.kind] ?? v.kind}</td>
      <td className="c">{dateSecond(v.at).slice(5)}<span className="sub">{ago(v.at)}</span></td>
    </tr>
  )
}
