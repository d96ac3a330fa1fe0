import { Select } from 'antd'
import { useRef } from 'react'
import { address } from '../../api/client'
import type { OutletFile as Outlet } from '../../api/types'
import { useCan, useGet, useGets, useList } from '../../api/use'
import { useFilters } from '../../ui/filters'
import { Panel } from '../../ui/page'
import { type ChartHandle } from '../../ui/series-chart'
import { layoutOf, thinned, type Line } from '../../ui/series-layout'
import { Bones, Trouble } from '../../ui/state'
import { back, daysOf, daysTitle, forward } from './compare'
import { CompareTable } from './compare-table'
import { CurveTools } from './curve-tools'
import { CurveView } from './curve-view'
import { keepPng } from './png'
import { mostPoints, seriesQuery } from './range'
import { leading } from './value'

/** SeriesPanel draws an outlet's curves with the table beside; the address keeps kind, factors, period, layout, zoom and the days compared. */
export function SeriesPanel({ outlet }: { outlet: Outlet }) {
  const [search, set] = useFilters()
  const can = useCan()
  const handle = useRef<ChartHandle>(null)
  const chosen = seriesQuery(search, outlet.values.map((v) => v.code), leading(outlet.values).map((v) => v.code))
  const { from, to, kind } = chosen
  const factors = chosen.factors.join(',')
  const days = daysOf(search.cmp)
  const q = useGet('/outlets/{id}/series', { path: { id: outlet.id }, query: { kind: kind as never, factors, from, to, points: mostPoints } }, { keep: true, refetchInterval: search.to ? undefined : 30_000 })
  const others = useGets('/outlets/{id}/series', days.map((d) => ({ path: { id: outlet.id }, query: { kind: kind as never, factors, from: back(from, d), to: back(to, d), points: mostPoints } })), { staleTime: 300_000 })
  const alarms = useList('/alarms', { outlet_id: outlet.id, from, to, limit: 100 }, { enabled: can('alarm.read') })
  const lines: Line[] = (q.data?.factors ?? []).map((f) => ({
    ...f,
    shadows: days.flatMap((d, i) => {
      const of = others[i]?.data?.factors.find((x) => x.code === f.code)
      return of ? [{ title: daysTitle(d, to), points: forward(of.points, d) }] : []
    }),
  }))
  const layout = layoutOf(search.view, lines, days.length > 0)
  const wrong = others.find((o) => o.error && !o.data)
  return (
    <Panel flush>
      <CurveTools
        chosen={chosen}
        layout={layout}
        thin={lines.some(thinned)}
        end={
          <>
            <a href={address(`/outlets/${outlet.id}/series.xlsx`, { kind, factors, from, to })} download>导出 Excel</a>
            <a href={address(`/outlets/${outlet.id}/series.csv`, { kind, factors, from, to })} download>导出 CSV</a>
            <button type="button" className="linkish" onClick={() => keepPng(handle.current, `${outlet.name}-${kind}.png`)}>导出 PNG</button>
            <button type="button" className="linkish" onClick={() => window.print()}>打印</button>
          </>
        }
      >
        <Select
          aria-label="因子"
          mode="multiple"
          style={{ minWidth: 240, maxWidth: 480 }}
          maxTagCount="responsive"
          value={chosen.factors}
          onChange={(v: string[]) => set('factors', v.join(','))}
          options={outlet.values.map((v) => ({ value: v.code, label: v.name }))}
        />
      </CurveTools>
      {wrong && <Trouble error={wrong.error} again={() => void wrong.refetch()} />}
      {q.error && !q.data ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones rows={8} /> : (
        <>
          <CurveView lines={lines} chosen={chosen} layout={layout} alarms={alarms.items} pinKey={(a) => a.factor} truncated={q.data.truncated} handle={handle} />
          {days.length > 0 && <CompareTable kind={kind} present={q.data.factors} others={days.map((d, i) => ({ title: daysTitle(d, to), factors: others[i]?.data?.factors ?? [] }))} />}
        </>
      )}
    </Panel>
  )
}
