import type { CSSProperties } from 'react'
import { useReference } from '../../api/use'
import type { Wall, WallGroup } from '../../api/types'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { count, dateTime } from '../../ui/format'
import { Go } from '../../ui/go'
import { Mark } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick, stringifySearch, withFilter } from '../../ui/search'
import { Bones, Empty, Trouble } from '../../ui/state'
import { useTrends, useWall } from './use-wall'
import { channels, sections, states } from './wall'
import { WallTile } from './wall-tile'
import './wall.css'

const filters: Filter[] = [
  { name: 'q', title: '名称', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
  { name: 'kind', title: '类别', options: [{ value: 'gas', label: '废气' }, { value: 'water', label: '废水' }, { value: 'rain', label: '雨水' }], width: 104 },
]

/** MonitorWall shows every outlet as one small tile, the most urgent first. */
export function MonitorWall() {
  const [search] = useFilters()
  const ask = { q: search.q, area: search.area, kind: search.kind as never, enterprise_id: search.enterprise_id }
  const whole = useWall(ask)
  // too many to show: the program narrows to a state instead of the page
  const many = !!whole.data?.clustered && !!search.state
  const narrowed = useWall({ ...ask, state: search.state }, many)
  const q = many && narrowed.data ? narrowed : whole
  return (
    <Page title="监控墙" tools={<>{q.data && <span className="soft small">数据截至 {dateTime(q.data.as_of)}</span>}<Go href={`/wall/screen${stringifySearch(pick(search, ['area', 'kind']))}`}>值班大屏</Go></>}>
      <section className="panel" aria-label="监控墙">
        <Filters filters={filters} extra={{ enterprise_id: '只看一家企业' }} />
        {q.error && !q.data ? <Trouble error={q.error} again={() => void q.refetch()} /> : q.data ? <Board wall={q.data} /> : <Bones rows={8} />}
      </section>
    </Page>
  )
}

function Board({ wall }: { wall: Wall }) {
  const [search] = useFilters()
  const units = useReference()?.units ?? []
  const list = sections(search.state ? wall.outlets.filter((o) => o.state === search.state) : wall.outlets, units)
  const curves = useTrends(channels(list))
  return (
    <>
      <Counts wall={wall} />
      {!wall.clustered && list.length === 0 && <Empty title="没有符合条件的监控点" how="登记企业、排放口和数采仪之后，监控点会出现在这里；也可以放宽筛选条件。" />}
      {wall.clustered && <Groups groups={wall.groups} />}
      <div className="wall-parts">
        {list.map((part) => (
          <section key={part.key} className={`wall-part ${part.key === 'attention' ? 'first' : ''}`} aria-label={part.title} style={{ '--tiles': part.outlets.length } as CSSProperties}>
            <h2>{part.title}<span className="soft small">{count(part.outlets.length)} 个</span></h2>
            <ul className="wall-tiles">{part.outlets.map((o) => <li key={o.id}><WallTile o={o} curve={curves.get(`${o.id}:${o.factor}`)} /></li>)}</ul>
          </section>
        ))}
      </div>
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
