import { useGet, useReference } from '../../api/use'
import type { Trend, Wall, WallGroup, WallOutlet } from '../../api/types'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { ago, count, dateTime, reading } from '../../ui/format'
import { Go } from '../../ui/go'
import { Mark } from '../../ui/marks'
import { Page } from '../../ui/page'
import { stringifySearch, withFilter } from '../../ui/search'
import { Bones, Empty, Trouble } from '../../ui/state'
import { channels, path, sections, states } from './wall'
import './wall.css'

const filters: Filter[] = [
  { name: 'q', title: '名称', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
  { name: 'kind', title: '类别', options: [{ value: 'gas', label: '废气' }, { value: 'water', label: '废水' }, { value: 'rain', label: '雨水' }], width: 104 },
]

/** MonitorWall shows every outlet as one small tile, the most urgent first. */
export function MonitorWall() {
  const [search] = useFilters()
  const q = useGet('/wall', {
    query: { q: search.q, area: search.area, kind: search.kind as never, enterprise_id: search.enterprise_id, state: search.state },
  }, { refetchInterval: 10_000, keep: true })
  return (
    <Page title="监控墙" tools={q.data && <span className="soft small">数据截至 {dateTime(q.data.as_of)}</span>}>
      <section className="panel" aria-label="监控墙">
        <Filters filters={filters} extra={{ enterprise_id: '只看一家企业' }} />
        {q.error && !q.data ? <Trouble error={q.error} again={() => void q.refetch()} /> : q.data ? <Board wall={q.data} /> : <Bones rows={8} />}
      </section>
    </Page>
  )
}

function Board({ wall }: { wall: Wall }) {
  const units = useReference()?.units ?? []
  const list = sections(wall.outlets, units)
  const of = channels(list)
  const trends = useGet('/wall/trends', { query: { of: of.join(',') } }, { enabled: of.length > 0, staleTime: 300_000, keep: true })
  const curves = new Map((trends.data ?? []).map((t) => [`${t.outlet}:${t.factor}`, t]))
  return (
    <>
      <Counts wall={wall} />
      {wall.total === 0 && <Empty title="没有符合条件的监控点" how="登记企业、排放口和数采仪之后，监控点会出现在这里；也可以放宽筛选条件。" />}
      {wall.clustered && <Groups groups={wall.groups} />}
      {list.map((part) => (
        <section key={part.key} className="wall-part" aria-label={part.title}>
          <h2>{part.title}<span className="soft small">{count(part.outlets.length)} 个</span></h2>
          <ul className="wall-tiles">{part.outlets.map((o) => <li key={o.id}><Tile o={o} curve={curves.get(`${o.id}:${o.factor}`)} /></li>)}</ul>
        </section>
      ))}
    </>
  )
}

/** Counts are the states with their numbers; each narrows the wall, once more takes it back. */
function Counts({ wall }: { wall: Wall }) {
  const [search] = useFilters()
  const shown = states.filter((s) => wall.counts[s.state] > 0 || search.state === s.state)
  if (shown.length === 0) return null
  return (
    <ul className="wall-counts" aria-label="各状态的监控点数">
      {shown.map((s) => {
        const on = search.state === s.state
        return (
          <li key={s.state}>
            <Go href={`/wall${stringifySearch(withFilter(search, 'state', on ? undefined : s.state))}`} className={on ? 'on' : ''}>
              <Mark shape={s.shape} tone={s.tone}>{s.word}</Mark>
              <span className="num strong">{count(wall.counts[s.state])}</span>
              {on && <span className="soft small">取消</span>}
            </Go>
          </li>
        )
      })}
    </ul>
  )
}

const marks = new Map(states.map((s) => [s.state as string, s]))

function Tile({ o, curve }: { o: WallOutlet; curve?: Trend }) {
  const s = marks.get(o.state) ?? states[states.length - 1]
  const limit = o.limit ?? undefined
  return (
    <Go href={`/outlets/${o.id}`} className={`wall-tile ${s.tone === 'red' ? 'burning' : ''} ${s.tone === 'grey' ? 'quiet' : ''}`}>
      <span className="row between"><Mark shape={s.shape} tone={s.tone}>{s.word}</Mark><span className="soft small">{ago(o.last_at)}</span></span>
      <span className="wall-name" title={o.name}>{o.name}</span>
      <span className="soft small wall-name" title={o.enterprise}>{o.enterprise}</span>
      {o.factor ? (
        <span className="wall-value">
          <span className="soft small">{o.factor_name || o.factor}</span>
          <span className={`num ${o.over ? 'red strong' : ''}`}>{reading(o.value ?? null)}<span className="soft small">{limit !== undefined && `／${reading(limit)}`} {o.unit}</span></span>
        </span>
      ) : <span className="soft small">没有可显示的因子</span>}
      <Curve trend={curve} limit={limit} />
    </Go>
  )
}

function Curve({ trend, limit }: { trend?: Trend; limit?: number }) {
  const d = trend ? path(trend, limit) : ''
  return (
    <svg className="wall-curve" viewBox="0 0 24 1" preserveAspectRatio="none" aria-hidden="true">
      {d && <path d={d} fill="none" stroke="#0958d9" strokeWidth="1.4" vectorEffect="non-scaling-stroke" />}
    </svg>
  )
}

/** Groups stand for the tiles when there are too many of them. */
function Groups({ groups }: { groups: readonly WallGroup[] }) {
  const [search] = useFilters()
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="按区域汇总">
      <table className="t">
        <thead><tr><th scope="col">区域或企业</th><th scope="col" className="r">监控点</th>{states.map((s) => <th scope="col" key={s.state} className="r">{s.word}</th>)}</tr></thead>
        <tbody>
          {groups.map((g) => (
            <tr key={g.code}>
              <td><Go href={`/wall${stringifySearch(withFilter(search, g.by, g.code))}`}>{g.name}</Go></td>
              <td className="r">{count(g.total)}</td>
              {states.map((s) => <td key={s.state} className={`r ${s.tone === 'red' && g.counts[s.state] > 0 ? 'red strong' : ''}`}>{count(g.counts[s.state])}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
