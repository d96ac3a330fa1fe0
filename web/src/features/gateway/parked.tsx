import { Button } from 'antd'
import { useState } from 'react'
import { address } from '../../api/client'
import type { Parked } from '../../api/types'
import { useAll, useCan } from '../../api/use'
import { ago, count, dateTime } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { DataList, type Column } from '../../ui/list'
import { Page } from '../../ui/page'
import { fits, hint } from './claim'
import { ClaimForm } from './claim-form'

const filters: Filter[] = [
  { name: 'q', title: 'MN、因子', kind: 'text' },
  { name: 'kind', title: '类别', options: [{ value: 'gas', label: '废气' }, { value: 'water', label: '废水' }], width: 104 },
]

/** ParkedDevices lists numbers that report without being registered; claiming one takes its stored frames in. */
export function ParkedDevices() {
  const [search] = useFilters()
  const all = useAll('/parked')
  const items = all.items.filter((p) => fits(p, search.q ?? '') && (!search.kind || p.kind === search.kind))
  const list = { ...all, items, total: items.length }
  const can = useCan()
  const [claiming, setClaiming] = useState<Parked>()
  const claim = (p: Parked) => (can('registry.write') ? <Button size="small" onClick={() => setClaiming(p)} aria-label={`认领 ${p.mn}`}>认领</Button> : null)
  const columns: Column<Parked>[] = [
    { key: 'mn', title: 'MN', render: (p) => <span className="mono">{p.mn}</span>, text: (p) => p.mn },
    { key: 'hint', title: '看起来是', render: (p) => hint(p) || <span className="soft">读不出</span>, text: hint },
    { key: 'frames', title: '暂存报文', unit: '帧', align: 'r', render: (p) => count(p.frames), text: (p) => p.frames },
    { key: 'first', title: '首次收到', align: 'c', render: (p) => dateTime(p.first_at), text: (p) => dateTime(p.first_at) },
    { key: 'last', title: '最近收到', align: 'c', render: (p) => ago(p.last_at), text: (p) => dateTime(p.last_at) },
    { key: 'raw', title: '最近报文', optional: true, render: (p) => <code className="mono clip">{p.last_raw}</code>, text: (p) => p.last_raw },
    { key: 'act', title: '操作', align: 'c', render: claim },
  ]
  return (
    <Page title="待认领设备">
      <section className="panel" aria-label="待认领设备">
        <Filters filters={filters} />
        <DataList
          name="待认领设备"
          list={list}
          columns={columns}
          rowKey={(p) => p.mn}
          card={(p) => (
            <>
              <span className="row between"><span className="mono wrap">{p.mn}</span>{claim(p)}</span>
              {hint(p) && <span className="sub">{hint(p)}</span>}
              <span className="sub num">暂存 {count(p.frames)} 帧　最近 {ago(p.last_at)}</span>
            </>
          )}
          exports={(f) => address(`/parked/export.${f}`)}
          empty={all.items.length > 0 ? { title: '没有符合条件的设备', how: '放宽筛选条件再看。' } : { title: '没有待认领的设备', how: '未登记的数采仪一旦上报，报文会先存在这里并正常应答；认领后自动归入对应的监控点，不丢数据。' }}
        />
        {!can('registry.write') && items.length > 0 && <p className="soft small note-line" style={{ margin: '8px 16px' }}>认领需要“维护企业与设备档案”的权限，请联系值班员或安全管理员。</p>}
      </section>
      {claiming && <ClaimForm parked={claiming} close={() => setClaiming(undefined)} />}
    </Page>
  )
}
