import { Button } from 'antd'
import { useState } from 'react'
import { address } from '../../api/client'
import type { Device } from '../../api/types'
import { useCan, useList } from '../../api/use'
import { dateTime } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { Go } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { DeviceForm } from './device-form'

const filters: Filter[] = [
  { name: 'q', title: 'MN、监控点', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
]

const columns: Column<Device>[] = [
  { key: 'mn', title: 'MN', render: (d) => <span className="mono">{d.mn}</span>, text: (d) => d.mn },
  { key: 'outlet', title: '监控点', render: (d) => <Go href={`/outlets/${d.outlet_id}`}>{d.outlet_name}</Go>, text: (d) => d.outlet_name },
  { key: 'protocol', title: '协议', align: 'c', render: (d) => (d.protocol ? `HJ 212-${d.protocol}` : '自动识别'), text: (d) => d.protocol },
  { key: 'interval', title: '实时间隔', unit: '秒', align: 'r', render: (d) => d.rtd_interval || '—', text: (d) => d.rtd_interval },
  { key: 'password', title: '核对密码', align: 'c', render: (d) => (d.has_password ? '是' : '否'), text: (d) => (d.has_password ? '是' : '否') },
  { key: 'created', title: '登记', align: 'c', render: (d) => dateTime(d.created_at), text: (d) => dateTime(d.created_at) },
  { key: 'active', title: '状态', align: 'c', render: (d) => (d.active ? <Chip tone="green">启用</Chip> : <Chip>停用</Chip>), text: (d) => (d.active ? '启用' : '停用') },
]

/** Devices lists the registered data loggers. */
export function Devices() {
  const [search] = useFilters()
  const can = useCan()
  const [open, setOpen] = useState(false)
  const query = pick(search, ['q', 'area'])
  const list = useList('/devices', query)
  return (
    <Page title="设备" tools={can('registry.write') && <Button onClick={() => setOpen(true)}>登记设备</Button>}>
      <section className="panel" aria-label="设备">
        <Filters filters={filters} />
        <DataList
          name="设备"
          list={list}
          columns={columns}
          exports={(f) => address(`/devices/export.${f}`, query)}
          rowKey={(d) => d.id}
          href={(d) => `/devices/${d.id}`}
          card={(d) => (
            <>
              <span className="mono wrap">{d.mn}</span>
              <span className="sub">{d.outlet_name}　{d.active ? '启用' : '停用'}</span>
            </>
          )}
          empty={{ title: '还没有登记设备', how: '点“登记设备”填写 MN 并选择监控点；已经在上报的设备也可以在“待认领设备”里认领。' }}
        />
      </section>
      {open && <DeviceForm close={() => setOpen(false)} />}
    </Page>
  )
}
