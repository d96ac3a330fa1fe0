import { Select } from 'antd'
import { useRef } from 'react'
import { address } from '../../api/client'
import type { OutletFile as Outlet } from '../../api/types'
import { useCan, useList } from '../../api/use'
import { useFilters } from '../../ui/filters'
import { Panel } from '../../ui/page'
import { type ChartHandle } from '../../ui/series-chart'
import { layoutOf, thinned } from '../../ui/series-layout'
import { Bones, Trouble } from '../../ui/state'
import { daysOf } from './compare'
import { banded } from './bands'
import { CompareTable } from './compare-table'
import { CurveTools } from './curve-tools'
import { CurveView } from './curve-view'
import { keepPng } from './png'
import { seriesQuery } from './range'
import { useLines } from './use-lines'
import { leading } from '../../ui/value'

/** SeriesPanel draws an outlet's curves with the table beside; the address keeps kind, factors, period, layout, zoom and the days compared. */
export function SeriesPanel({ outlet }: { outlet: Outlet }) {
  const [search, set] = useFilters()
  const can = useCan()
  const handle = useRef<ChartHandle>(null)
  const chosen = seriesQuery(search, outlet.values.map((v) => v.code), leading(outlet.values).map((v) => v.code))
  const { from, to, kind } = chosen
  const days = daysOf(search.cmp)
  const read = useLines([{ id: outlet.id, factors: chosen.factors }], chosen, days, !search.to)
  const alarms = useList('/alarms', { outlet_id: outlet.id, from, to, limit: 100 }, { enabled: can('alarm.read') })
  const marks = useList('/marks', { outlet_id: outlet.id, from, to, state: 'force', limit: 100 })
  const lines = banded(read.lines, marks.items)
  const layout = layoutOf(search.view, lines, days.length > 0)
  const out = { kind, factors: chosen.factors.join(','), from, to }
  return (
    <Panel flush>
      <CurveTools
        chosen={chosen}
        layout={layout}
        thin={read.lines.some(thinned)}
        end={
          <>
            <a href={address(`/outlets/${outlet.id}/series.xlsx`, out)} download>导出 Excel</a>
            <a href={address(`/outlets/${outlet.id}/series.csv`, out)} download>导出 CSV</a>
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
          showSearch={{ optionFilterProp: 'label' }}
          value={chosen.factors}
          onChange={(v: string[]) => set('factors', v.join(','))}
          options={outlet.values.map((v) => ({ value: v.code, label: v.name }))}
        />
      </CurveTools>
      {read.error ? <Trouble error={read.error} again={read.again} /> : null}
      {read.loading ? <Bones rows={8} /> : (
        <>
          <CurveView lines={lines} chosen={chosen} layout={layout} alarms={alarms.items} pinKey={(a) => a.factor} truncated={read.truncated} handle={handle} />
          {days.length > 0 && <CompareTable kind={kind} present={read.lines} others={read.others} />}
        </>
      )}
    </Panel>
  )
}
