import { Button } from 'antd'
import { useState } from 'react'
import type { Device } from '../../api/types'
import { useCan, useList } from '../../api/use'
import { ago, dateTime } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { Go } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { DeviceForm } from './device-form'

const filters: Filter[] = [{ name: 'q', title: 'MN', kind: 'text' }]

const columns: Column<Device>[] = [
  { key: 'mn', title: 'MN', render: (d) => <span className="mono">{d.mn}</span>, text: (d) => d.mn },
  { key: 'outlet', title: '监控点', render: (d) => <Go href={`/outlets/${d.outlet_id}`}>{d.outlet_name}</Go>, text: (d) => d.outlet_name },
  { key: 'protocol', title: '协议', align: 'c', render: (d) => d.protocol || '自动识别', text: (d) => d.protocol },
  { key: 'last', title: '最近上报', align: 'c', render: (d) => ago(d.last_at), text: (d) => dateTime(d.last_at) },
]

/** Devices lists the registered data loggers. */
export function Devices() {
  const [search] = useFilters()
  const can = useCan()
  const [open, setOpen] = useState(false)
  const list = useList('/devices', pick(search, ['q']))
  return (
    <Page title="设备" tools={can('registry.write') && <Button onClick={() => setOpen(true)}>登记设备</Button>}>
      <section className="panel" aria-label="设备">
        <Filters filters={filters} />
        <DataList
          name="设备"
          list={list}
          columns={columns}
          rowKey={(d) => d.id}
          card={(d) => (
            <>
              <span className="mono wrap">{d.mn}</span>
              <span className="sub">{d.outlet_name}　{ago(d.last_at)}</span>
            </>
          )}
          empty={{ title: '还没有登记设备', how: '点“登记设备”填写 MN 并选择监控点；已经在上报的设备也可以在“待认领设备”里认领。' }}
        />
      </section>
      {open && <DeviceForm close={() => setOpen(false)} />}
    </Page>
  )
}
