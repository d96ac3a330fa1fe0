import { Button } from 'antd'
import { useState } from 'react'
import type { Meter } from '../../api/types'
import { useCan, useList } from '../../api/use'
import { ago, dateTime } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { Go } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { Chip, Mark } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { MeterForm } from './meter-form'
import { interval, states } from './words'

const filters: Filter[] = [
  { name: 'q', title: '编号、名称、企业', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
]

function State({ m }: { m: Meter }) {
  if (!m.active) return <Chip>停用</Chip>
  const [shape, tone, word] = states[m.state] ?? states.never
  return <Mark shape={shape} tone={tone}>{word}</Mark>
}

const columns: Column<Meter>[] = [
  { key: 'mn', title: '设备编号', render: (m) => <span className="mono">{m.mn}</span>, text: (m) => m.mn },
  { key: 'name', title: '名称', render: (m) => m.name, text: (m) => m.name },
  { key: 'enterprise', title: '企业', render: (m) => <Go href={`/enterprises/${m.enterprise_id}`}>{m.enterprise_name}</Go>, text: (m) => m.enterprise_name },
  { key: 'profile', title: '报文映射', render: (m) => m.profile_name, text: (m) => m.profile_name },
  { key: 'every', title: '间隔', align: 'c', render: (m) => interval(m.every), text: (m) => m.every },
  { key: 'last', title: '最近读数', align: 'c', render: (m) => (m.last_at ? ago(m.last_at) : '—'), text: (m) => dateTime(m.last_at) },
  { key: 'state', title: '状态', align: 'c', render: (m) => <State m={m} />, text: (m) => (m.active ? (states[m.state]?.[2] ?? '') : '停用') },
]

/** Meters lists the meters and gateways of working conditions. */
export function Meters() {
  const [search] = useFilters()
  const can = useCan()
  const [open, setOpen] = useState(false)
  const list = useList('/meters', pick(search, ['q', 'area']))
  return (
    <Page title="用电与工况" tools={<><Go href="/meter-profiles">报文映射</Go>{can('registry.write') && <Button onClick={() => setOpen(true)}>登记设备</Button>}</>}>
      <section className="panel" aria-label="用电与工况设备">
        <Filters filters={filters} />
        <DataList
          name="用电与工况设备"
          list={list}
          columns={columns}
          rowKey={(m) => m.id}
          href={(m) => `/meters/${m.id}`}
          label={(m) => m.name}
          card={(m) => (
            <>
              <span className="row between"><span className="strong">{m.name}</span><State m={m} /></span>
              <span className="sub">{m.enterprise_name}　<span className="mono">{m.mn}</span></span>
            </>
          )}
          empty={{ title: '还没有登记用电与工况设备', how: '点“登记设备”，选择企业和报文映射，得到口令后填入电表网关，它就可以用 MQTT 或 HTTP 上报。' }}
        />
      </section>
      {open && <MeterForm close={() => setOpen(false)} />}
    </Page>
  )
}
