import { Radio, Select } from 'antd'
import { useRef } from 'react'
import { address } from '../../api/client'
import type { OutletFile as Outlet } from '../../api/types'
import { useCan, useGet, useList } from '../../api/use'
import { dateSecond, dateTime, reading } from '../../ui/format'
import { useFilters } from '../../ui/filters'
import { Panel } from '../../ui/page'
import { SeriesChart, type ChartHandle } from '../../ui/series-chart'
import { flagWord, overWord, rows } from '../../ui/series'
import { Bones, Trouble } from '../../ui/state'
import { kinds, seriesQuery, zoomOf } from './range'
import { leading } from './value'

/** SeriesPanel draws an outlet's curves with the table beside; the address keeps kind, factors, range and zoom. */
export function SeriesPanel({ outlet }: { outlet: Outlet }) {
  const [search, set, all] = useFilters()
  const can = useCan()
  const handle = useRef<ChartHandle>(null)
  const chosen = seriesQuery(search, outlet.values.map((v) => v.code), leading(outlet.values).map((v) => v.code))
  const { from, to } = chosen
  const query = { kind: chosen.kind, factors: chosen.factors.join(','), from, to }
  const q = useGet('/outlets/{id}/series', { path: { id: outlet.id }, query }, { keep: true, refetchInterval: search.to ? undefined : 30_000 })
  const alarms = useList('/alarms', { outlet_id: outlet.id, from, to, limit: 100 }, { enabled: can('alarm.read') })
  const factors = q.data?.factors ?? []
  const table = rows(factors, chosen.kind).slice(0, 300)
  const png = () => {
    const url = handle.current?.png()
    if (!url) return
    const a = document.createElement('a')
    a.href = url
    a.download = `${outlet.name}-${chosen.kind}.png`
    a.click()
  }
  return (
    <Panel
      title="曲线"
      flush
      tools={
        <>
          <a href={address(`/outlets/${outlet.id}/series.xlsx`, query)} download>导出 Excel</a>
          <a href={address(`/outlets/${outlet.id}/series.csv`, query)} download>导出 CSV</a>
          <button type="button" className="linkish" onClick={png}>导出 PNG</button>
        </>
      }
    >
      <div className="series-tools">
        <Radio.Group aria-label="数据种类" optionType="button" value={chosen.kind} onChange={(e) => all({ ...search, kind: String(e.target.value), from: '', to: '', z: '' })} options={kinds.map((k) => ({ value: k.value, label: k.label }))} />
        <Select aria-label="时间范围" style={{ width: 120 }} value={chosen.span} onChange={(v) => all({ ...search, span: v, from: '', to: '', z: '' })} options={chosen.spans} />
        <Select
          aria-label="因子"
          mode="multiple"
          style={{ minWidth: 280, maxWidth: 480 }}
          maxTagCount="responsive"
          value={chosen.factors}
          onChange={(v: string[]) => set('factors', v.join(','))}
          options={outlet.values.map((v) => ({ value: v.code, label: v.name }))}
        />
        {search.z && <button type="button" className="linkish" onClick={() => set('z', undefined)}>恢复全部时段</button>}
      </div>
      {q.data?.truncated && <p className="warn" style={{ margin: '8px 16px' }}>数据太多，只显示了其中一部分；请缩短时间范围或改看小时、日数据。</p>}
      {q.error ? <Trouble error={q.error} again={() => void q.refetch()} /> : !q.data ? <Bones rows={8} /> : (
        <div className="series-cols">
          <SeriesChart
            key={search.z ? 'zoomed' : 'whole'}
            factors={factors}
            kind={chosen.kind}
            handle={handle}
            zoom={zoomOf(search.z)}
            onZoom={(z) => set('z', `${z.from}~${z.to}`)}
            pins={alarms.items.map((a) => ({ at: a.started_at, title: a.number, factor: a.factor, level: a.level }))}
          />
          <div className="beside"><div className="beside-scroll" tabIndex={0} role="region" aria-label="数据表">
            <table className="t dense">
              <thead>
                <tr>
                  <th scope="col">时间</th>
                  {factors.map((f) => <th key={f.code} scope="col" className="r">{f.name}<br />{f.unit}</th>)}
                </tr>
              </thead>
              <tbody>
                {table.map((r) => (
                  <tr key={r.t}>
                    <td className="c">{chosen.kind === 'realtime' ? dateSecond(r.t).slice(11) : dateTime(r.t).slice(5)}</td>
                    {r.cells.map((c, i) => (
                      <td key={i} className={`r ${c?.over ? 'red strong' : ''}`}>
                        {c?.over && <span className="small">{overWord(chosen.kind)} </span>}
                        {c ? reading(c.point.avg) : '—'}
                        {c && c.point.flag && c.point.flag !== 'N' && <span className="sub">{flagWord(c.point.flag)}</span>}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div></div>
        </div>
      )}
    </Panel>
  )
}
