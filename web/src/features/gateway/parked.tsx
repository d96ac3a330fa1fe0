import { Button } from 'antd'
import { useState } from 'react'
import { address } from '../../api/client'
import type { Parked } from '../../api/types'
import { useAll, useCan } from '../../api/use'
import { ago, count, dateTime } from '../../ui/format'
import { DataList, type Column } from '../../ui/list'
import { Page } from '../../ui/page'
import { DeviceForm } from './device-form'

/** ParkedDevices lists numbers that report without being registered; adopting one takes its stored frames in. */
export function ParkedDevices() {
  const list = useAll('/parked')
  const can = useCan()
  const [mn, setMn] = useState('')
  const adopt = (p: Parked) => (can('registry.write') ? <Button size="small" onClick={() => setMn(p.mn)} aria-label={`认领 ${p.mn}`}>认领</Button> : null)
  const columns: Column<Parked>[] = [
    { key: 'mn', title: 'MN', render: (p) => <span className="mono">{p.mn}</span>, text: (p) => p.mn },
    { key: 'frames', title: '暂存报文', unit: '帧', align: 'r', render: (p) => count(p.frames), text: (p) => p.frames },
    { key: 'first', title: '首次收到', align: 'c', render: (p) => dateTime(p.first_at), text: (p) => dateTime(p.first_at) },
    { key: 'last', title: '最近收到', align: 'c', render: (p) => ago(p.last_at), text: (p) => dateTime(p.last_at) },
    { key: 'raw', title: '最近报文', render: (p) => <code className="mono clip">{p.last_raw}</code>, text: (p) => p.last_raw },
    { key: 'act', title: '操作', align: 'c', render: adopt },
  ]
  return (
    <Page title="待认领设备">
      <section className="panel" aria-label="待认领设备">
        <DataList
          name="待认领设备"
          list={list}
          columns={columns}
          exports={(f) => address(`/parked/export.${f}`)}
          rowKey={(p) => p.mn}
          card={(p) => (
            <>
              <span className="mono wrap">{p.mn}</span>
              <span className="sub num">暂存 {count(p.frames)} 帧　最近 {ago(p.last_at)}</span>
              {adopt(p)}
            </>
          )}
          empty={{ title: '没有待认领的设备', how: '未登记的数采仪一旦上报，报文会先存在这里并正常应答；认领后自动归入对应的监控点，不丢数据。' }}
        />
      </section>
      {mn && <DeviceForm mn={mn} close={() => setMn('')} />}
    </Page>
  )
}
