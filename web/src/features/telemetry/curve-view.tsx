import { useState, type Ref } from 'react'
import type { Alarm } from '../../api/types'
import { count, dateSecond, dateTime, reading } from '../../ui/format'
import { useFilters } from '../../ui/filters'
import { Go } from '../../ui/go'
import { LevelMark } from '../../ui/marks'
import { flagWord, overWord, rows } from '../../ui/series'
import { SeriesChart, type ChartHandle } from '../../ui/series-chart'
import { keyOf, thinned, type Layout, type Line } from '../../ui/series-layout'
import { Empty } from '../../ui/state'
import { zoomOf, type SeriesQuery } from './range'

interface Props { lines: Line[]; chosen: SeriesQuery; layout: Layout; alarms: Alarm[]; pinKey: (a: Alarm) => string; truncated: boolean; handle?: Ref<ChartHandle> }

/** CurveView is a chart with the same numbers in a table beside it and the alarms of the period below. */
export function CurveView({ lines, chosen, layout, alarms, pinKey, truncated, handle }: Props) {
  const [search, set] = useFilters()
  const left = layout === 'ratio' ? lines.filter((l) => !l.limits.some((x) => x.upper !== undefined)) : []
  const drawn = layout === 'ratio' ? lines.filter((l) => !left.includes(l)) : lines
  const thin = lines.filter(thinned)
  const pins = alarms.map((a) => ({ at: a.started_at, title: `${a.number} ${a.factor_name}${a.level_title}`, factor: pinKey(a), level: a.level, href: `/alarms/${a.id}` }))
  return (
    <>
      {truncated && <p className="warn note-line">数据太多，只读出了其中一部分；请缩短时间范围或改看小时、日数据。</p>}
      {thin.length > 0 && <p className="soft small note-line">图上是抽稀后的数据：{thin.map((l) => `${l.name} ${count(l.of)} 个画出 ${count(l.points.length)} 个`).join('，')}。最大、最小和超过限值的点都保留；缩短时段可看全部，导出的是全部。</p>}
      {left.length > 0 && <p className="soft small note-line">{left.map((l) => l.name).join('、')}没有上限，不在此图中。</p>}
      <div className={`series-cols ${lines.some((l) => l.outlet) && lines.length > 2 ? 'under' : ''}`}>
        <div>
          {layout === 'ratio' && drawn.length === 0 && lines.length > 0 ? <Empty title="所选因子都没有上限" how="占限值只能画登记了上限的因子；请改用“同图”或“分图”，或先登记限值。" /> : (
            <SeriesChart
              key={`${search.z ? 'zoomed' : 'whole'}-${layout}`}
              factors={drawn}
              kind={chosen.kind}
              layout={layout}
              handle={handle}
              from={Date.parse(chosen.from)}
              to={Date.parse(chosen.to)}
              zoom={zoomOf(search.z)}
              onZoom={(z) => set('z', `${z.from}~${z.to}`)}
              pins={pins}
            />
          )}
          <AlarmLine alarms={alarms} />
        </div>
        <div className="beside"><Beside lines={lines} kind={chosen.kind} /></div>
      </div>
    </>
  )
}

function AlarmLine({ alarms }: { alarms: Alarm[] }) {
  if (alarms.length === 0) return null
  return (
    <ul className="alarm-line" aria-label="本时段的预警">
      {alarms.slice(0, 12).map((a) => (
        <li key={a.id}><Go href={`/alarms/${a.id}`}><LevelMark level={a.level} title={a.level_title} /> <span className="num">{dateTime(a.started_at).slice(5)}</span> {a.factor_name}</Go></li>
      ))}
      {alarms.length > 12 && <li className="soft">另有 {count(alarms.length - 12)} 起</li>}
    </ul>
  )
}

const page = 300

function Beside({ lines, kind }: { lines: Line[]; kind: string }) {
  const [shown, setShown] = useState(page)
  const all = rows(lines, kind)
  const long = kind === 'realtime' && new Set(all.map((r) => r.t.slice(0, 10))).size > 1
  return (
    <div className="beside-scroll" tabIndex={0} role="region" aria-label="数据表">
      <table className="t dense">
        <thead>
          <tr>
            <th scope="col">时间</th>
            {lines.map((l) => <th key={keyOf(l)} scope="col" className="r">{l.outlet ? <>{l.outlet.name}<br />{l.outlet.factor}</> : l.name}<br />{l.unit}</th>)}
          </tr>
        </thead>
        <tbody>
          {all.slice(0, shown).map((r) => (
            <tr key={r.t}>
              <td className="c">{kind === 'realtime' ? dateSecond(r.t).slice(long ? 5 : 11) : kind === 'day' ? dateTime(r.t).slice(0, 10) : dateTime(r.t).slice(5)}</td>
              {r.cells.map((c, i) => (
                <td key={i} className={`r ${c?.over ? 'red strong' : ''}`}>
                  {c?.over && <span className="small">{overWord(kind)} </span>}
                  {c ? reading(c.point.avg) : '—'}
                  {c && c.point.flag && c.point.flag !== 'N' && <span className="sub">{flagWord(c.point.flag)}</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {all.length > shown && <div className="more"><button type="button" className="linkish" onClick={() => setShown(shown + page)}>再显示 {Math.min(page, all.length - shown)} 行（共 {count(all.length)} 行）</button></div>}
    </div>
  )
}
