import { Button } from 'antd'
import { useState } from 'react'
import type { Enterprise } from '../../api/types'
import { useCan, useList } from '../../api/use'
import { count } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { EnterpriseForm } from './enterprise-form'

const filters: Filter[] = [
  { name: 'q', title: '名称、信用代码', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
]

const columns: Column<Enterprise>[] = [
  { key: 'name', title: '企业', render: (e) => e.name, text: (e) => e.name },
  { key: 'mark', title: '标记', align: 'c', render: (e) => (e.synthetic ? <Chip>合成</Chip> : ''), text: (e) => (e.synthetic ? '合成' : '') },
  { key: 'code', title: '统一社会信用代码', align: 'c', render: (e) => <span className="mono">{e.code || '—'}</span>, text: (e) => e.code },
  { key: 'industry', title: '行业', render: (e) => e.industry, text: (e) => e.industry },
  { key: 'area', title: '区域', align: 'c', render: (e) => e.area_name, text: (e) => e.area_name },
  { key: 'outlets', title: '监控点', unit: '个', align: 'r', render: (e) => count(e.outlets_count), text: (e) => e.outlets_count },
  { key: 'alarms', title: '预警', unit: '起', align: 'r', render: (e) => <span className={e.alarms_open ? 'red' : ''}>{count(e.alarms_open)}</span>, text: (e) => e.alarms_open },
  { key: 'issues', title: '在办问题', unit: '件', align: 'r', render: (e) => count(e.issues_open), text: (e) => e.issues_open },
]

/** Enterprises lists the registered enterprises. */
export function Enterprises() {
  const [search] = useFilters()
  const can = useCan()
  const [open, setOpen] = useState(false)
  const list = useList('/enterprises', pick(search, ['q', 'area']))
  return (
    <Page title="企业" tools={can('registry.write') && <Button onClick={() => setOpen(true)}>登记企业</Button>}>
      <section className="panel" aria-label="企业">
        <Filters filters={filters} />
        <DataList
          name="企业"
          list={list}
          columns={columns}
          rowKey={(e) => e.id}
          href={(e) => `/enterprises/${e.id}`}
          card={(e) => (
            <>
              <span className="row between"><span className="strong">{e.name}</span>{e.synthetic && <Chip>合成</Chip>}</span>
              <span className="sub">{e.area_name} · {e.industry}</span>
              <span className="sub num">监控点 {e.outlets_count}　预警 {e.alarms_open}　在办问题 {e.issues_open}</span>
            </>
          )}
          empty={{ title: '没有符合条件的企业', how: '点“登记企业”添加；也可以放宽筛选条件。' }}
        />
      </section>
      {open && <EnterpriseForm close={() => setOpen(false)} />}
    </Page>
  )
}
