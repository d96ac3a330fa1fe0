import { Radio, Select } from 'antd'
import { useState } from 'react'
import { address } from '../../api/client'
import type { OfficialValue, OutletFile as Outlet } from '../../api/types'
import { useGet } from '../../api/use'
import { useFilters } from '../../ui/filters'
import { dateTime, day, reading } from '../../ui/format'
import { Go } from '../../ui/go'
import { Mark } from '../../ui/marks'
import { Panel } from '../../ui/page'
import { flagWord } from '../../ui/series'
import { Bones, Empty, Trouble } from '../../ui/state'
import { Explain } from './explain'
import { Norms } from './norms'
import { stamp } from './range'
import { leading } from '../../ui/value'
import { verdict } from './verdict'

const spans = { hour: [{ value: '1', label: '近 24 小时' }, { value: '3', label: '近 3 天' }, { value: '10', label: '近 10 天' }], day: [{ value: '30', label: '近 30 天' }, { value: '90', label: '近 90 天' }] }

/** Official lists the official hourly or daily values of one factor; each opens what stands behind it. */
export function Official({ outlet }: { outlet: Outlet }) {
  const [search, , all] = useFilters()
  const period = search.op === 'day' ? 'day' : 'hour'
  const span = spans[period].find((s) => s.value === search.od)?.value ?? spans[period][0].value
  const factor = outlet.values.some((v) => v.code === search.of) ? search.of : leading(outlet.values)[0]?.code ?? ''
  const to = Math.ceil(Date.now() / 3600_000) * 3600_000
  const query = { factors: factor, from: stamp(to - Number(span) * 86400_000), to: stamp(to) }
  const asked = { ...query, period }
  const q = useGet('/outlets/{id}/official/{period}', { path: { id: outlet.id, period }, query }, { keep: true, enabled: factor !== '', refetchInterval: 60_000 })
  const [open, setOpen] = useState<OfficialValue>()
  const rows = [...(q.data ?? [])].reverse()
  return (
    <>
      <Panel title="法定均值" flush tools={<><Go href={`/marks?outlet_id=${outlet.id}`}>标记</Go><a href={address(`/outlets/${outlet.id}/official.xlsx`, asked)} download>导出 Excel</a><a href={address(`/outlets/${outlet.id}/official.csv`, asked)} download>导出 CSV</a></>}>
        <div className="series-tools">
          <Radio.Group aria-label="时段" optionType="button" value={period} onChange={(e) => all({ ...search, op: String(e.target.value), od: '' })} options={[{ value: 'hour', label: '小时值' }, { value: 'day', label: '日值' }]} />
          <Select aria-label="因子" style={{ width: 180 }} value={factor || undefined} onChange={(v) => all({ ...search, of: v })} options={outlet.values.map((v) => ({ value: v.code, label: v.name || v.code }))} />
          <Select aria-label="范围" style={{ width: 130 }} value={span} onChange={(v) => all({ ...search, od: v })} options={spans[period]} />
        </div>
        {q.error ? <Trouble error={q.error} again={() => void q.refetch()} /> : factor !== '' && !q.data ? <Bones /> : rows.length === 0 ? <Empty title="这段时间没有法定均值" how="小时值在小时结束约 15 分钟后生成，日值在次日凌晨生成；站点上报的值随到随存。" /> : <Rows rows={rows} period={period} open={setOpen} />}
      </Panel>
      <Norms outlet={outlet} />
      {open && <Explain outlet={outlet.id} period={period} value={open} close={() => setOpen(undefined)} />}
    </>
  )
}

function Rows({ rows, period, open }: { rows: OfficialValue[]; period: string; open: (v: OfficialValue) => void }) {
  const first = rows[0]
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="法定均值">
      <table className="t">
        <thead>
          <tr>
            <th scope="col">{period === 'hour' ? '小时' : '日'}</th>
            <th scope="col" className="r">实测（{first.unit || '—'}）</th>
            <th scope="col" className="r">折算</th>
            <th scope="col" className="r">限值</th>
            <th scope="col" className="r">{first.total_unit === 'm³' ? '水（气）量（m³）' : '排放量（kg）'}</th>
            <th scope="col" className="r">有效／应有</th>
            <th scope="col">数据标记</th>
            <th scope="col">判定</th>
            <th scope="col" className="c">来历</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((v) => {
            const w = verdict(v)
            return (
              <tr key={v.at}>
                <td className="c">{period === 'hour' ? dateTime(v.at) : day(v.at)}</td>
                <td className="r">{reading(v.value ?? null)}</td>
                <td className={`r ${v.exceeds ? 'red' : ''}`}>{v.converted === undefined ? <span className="soft">—</span> : reading(v.converted)}</td>
                <td className="r">{reading(v.limit ?? v.lower ?? null)}</td>
                <td className="r">{reading(v.total ?? null)}</td>
                <td className="r">{v.count === 0 && v.due === 0 ? <span className="soft">上报</span> : `${v.count}／${v.due}`}</td>
                <td className="nowrap">{flagWord(v.flag)}{v.flag !== v.own_flag && <span className="sub">原为{flagWord(v.own_flag)}</span>}</td>
                <td><Mark shape={w.shape} tone={w.tone}>{w.word}</Mark>{v.guard_title && <span className="sub">{v.guard_title}</span>}</td>
                <td className="c"><button type="button" className="linkish" aria-label={`${dateTime(v.at)} 的来历`} onClick={() => open(v)}>{v.version > 1 ? `第 ${v.version} 版` : '查看'}</button></td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
