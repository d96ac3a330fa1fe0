import { useParams } from '@tanstack/react-router'
import { Select } from 'antd'
import { useRef } from 'react'
import { useCan, useGet, useList } from '../../api/use'
import { csv, save } from '../../ui/csv'
import { useFilters } from '../../ui/filters'
import { dateTime } from '../../ui/format'
import { Go } from '../../ui/go'
import { Page, Panel } from '../../ui/page'
import { flagWord, rows } from '../../ui/series'
import { type ChartHandle } from '../../ui/series-chart'
import { layoutOf, thinned, type Line } from '../../ui/series-layout'
import { Bones, Empty, Trouble } from '../../ui/state'
import { banded } from './bands'
import { keysOf, mostLines, sourcesOf } from './channels'
import { daysOf } from './compare'
import { CompareTable } from './compare-table'
import { CurveTools } from './curve-tools'
import { CurveView } from './curve-view'
import { keepPng } from './png'
import { seriesQuery } from './range'
import { useLines } from './use-lines'
import './outlets.css'

/** EnterpriseCurve draws factors of several outlets of one enterprise on one time axis, with limits and alarms. */
export function EnterpriseCurve() {
  const { id } = useParams({ strict: false }) as { id: string }
  const enterprise = useGet('/enterprises/{id}', { path: { id } })
  const name = enterprise.data?.name ?? ''
  return (
    <Page title={name ? `${name}曲线` : '企业曲线'} crumb={<Go href={`/enterprises/${id}`}>返回企业</Go>}>
      <Curves id={id} name={name} />
    </Page>
  )
}

function Curves({ id, name }: { id: string; name: string }) {
  const [search, set] = useFilters()
  const can = useCan()
  const handle = useRef<ChartHandle>(null)
  const outlets = useList('/outlets', { enterprise_id: id, limit: 100 })
  const sources = sourcesOf(search.of, outlets.items)
  const chosen = seriesQuery({ ...search, kind: search.kind ?? 'hour', factors: '' }, [])
  const days = daysOf(search.cmp)
  const read = useLines(sources, chosen, days, !search.to)
  const { from, to } = chosen
  const alarms = useList('/alarms', { enterprise_id: id, from, to, limit: 200 }, { enabled: can('alarm.read') })
  const keys = keysOf(sources)
  const mine = alarms.items.filter((a) => keys.includes(`${a.outlet_id}:${a.factor}`))
  const marks = useList('/marks', { enterprise_id: id, from, to, state: 'force', limit: 200 })
  const lines = banded(read.lines, marks.items)
  const layout = layoutOf(search.view, lines, days.length > 0)
  if (outlets.loading) return <Panel flush><Bones rows={8} /></Panel>
  if (outlets.error) return <Panel flush><Trouble error={outlets.error} again={outlets.again} /></Panel>
  if (outlets.items.every((o) => o.values.length === 0)) return <Panel flush><Empty title="还没有监测数据" how="这家企业的监控点还没有上报过数据；登记数采仪并收到报文后，曲线会出现在这里。" /></Panel>
  return (
    <Panel flush>
      <CurveTools
        chosen={chosen}
        layout={layout}
        thin={read.lines.some(thinned)}
        end={
          <>
            <button type="button" className="linkish" onClick={() => save(`${name}-${chosen.kind}.csv`, table(read.lines, chosen.kind))}>导出表中数据</button>
            <button type="button" className="linkish" onClick={() => keepPng(handle.current, `${name}-${chosen.kind}.png`)}>导出 PNG</button>
            <button type="button" className="linkish" onClick={() => window.print()}>打印</button>
          </>
        }
      >
        <Select
          aria-label="监控点和因子"
          mode="multiple"
          maxCount={mostLines}
          style={{ minWidth: 320, maxWidth: 560 }}
          maxTagCount="responsive"
          showSearch={{ optionFilterProp: 'label' }}
          value={keys}
          onChange={(v: string[]) => set('of', v.join(','))}
          options={outlets.items.map((o) => ({ label: o.name, title: o.name, options: o.values.map((v) => ({ value: `${o.id}:${v.code}`, label: `${o.name} ${v.name}` })) }))}
        />
      </CurveTools>
      {read.error ? <Trouble error={read.error} again={read.again} /> : null}
      {read.loading ? <Bones rows={8} /> : (
        <>
          <CurveView lines={lines} chosen={chosen} layout={layout} alarms={mine} pinKey={(a) => `${a.outlet_id}:${a.factor}`} truncated={read.truncated} handle={handle} />
          {days.length > 0 && <CompareTable kind={chosen.kind} present={read.lines} others={read.others} />}
        </>
      )}
    </Panel>
  )
}

function table(lines: Line[], kind: string): string {
  const text = (i: number, of: 'value' | 'flag') => (r: ReturnType<typeof rows>[number]) => {
    const p = r.cells[i]?.point
    return !p ? '' : of === 'value' ? p.avg : p.flag && p.flag !== 'N' ? flagWord(p.flag) : ''
  }
  return csv([{ title: '时间', text: (r) => dateTime(r.t) }, ...lines.flatMap((l, i) => [{ title: `${l.name}${l.unit && `（${l.unit}）`}`, text: text(i, 'value') }, { title: `${l.name}标记`, text: text(i, 'flag') }])], rows(lines, kind))
}
