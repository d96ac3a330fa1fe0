import { Button } from 'antd'
import { useState } from 'react'
import type { Enterprise } from '../../api/types'
import { address } from '../../api/client'
import { useCan, useList } from '../../api/use'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { Go } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { EnterpriseForm } from './enterprise-form'
import { useIndustry } from './industry'

const filters: Filter[] = [
  { name: 'q', title: '名称、信用代码', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
  { name: 'permit_class', title: '排污许可', options: ['重点', '简化', '登记'].map((v) => ({ value: v, label: v })), width: 120 },
]

const columnsOf = (industry: (code: string) => string): Column<Enterprise>[] => [
  { key: 'name', title: '企业', render: (e) => e.name, text: (e) => e.name },
  { key: 'mark', title: '标记', align: 'c', render: (e) => <>{e.supervised && <Chip tone="red">重点督办</Chip>}{e.synthetic && <Chip>合成</Chip>}</>, text: (e) => [e.supervised && '重点督办', e.synthetic && '合成'].filter(Boolean).join('、') },
  { key: 'code', title: '统一社会信用代码', align: 'c', render: (e) => <span className="mono">{e.code || '—'}</span>, text: (e) => e.code },
  { key: 'industry', title: '行业', render: (e) => industry(e.industry), text: (e) => industry(e.industry) },
  { key: 'permit', title: '排污许可', align: 'c', render: (e) => e.permit_class || '—', text: (e) => e.permit_class },
  { key: 'area', title: '区域', align: 'c', render: (e) => e.area_name, text: (e) => e.area_name },
  { key: 'address', title: '地址', render: (e) => e.address || '—', text: (e) => e.address },
]

/** Enterprises lists the registered enterprises. */
export function Enterprises() {
  const [search] = useFilters()
  const can = useCan()
  const [open, setOpen] = useState(false)
  const query = pick(search, ['q', 'area', 'permit_class'])
  const list = useList('/enterprises', query)
  const industry = useIndustry()
  return (
    <Page title="企业" tools={can('registry.write') && <><Go className="linkish" href="/import">从 Excel 导入</Go><Button onClick={() => setOpen(true)}>登记企业</Button></>}>
      <section className="panel" aria-label="企业">
        <Filters filters={filters} />
        <DataList
          name="企业"
          list={list}
          columns={columnsOf(industry)}
          exports={(f) => address(`/enterprises/export.${f}`, query)}
          rowKey={(e) => e.id}
          href={(e) => `/enterprises/${e.id}`}
          card={(e) => (
            <>
              <span className="row between"><span className="strong">{e.name}</span><span className="row">{e.supervised && <Chip tone="red">重点督办</Chip>}{e.synthetic && <Chip>合成</Chip>}</span></span>
              <span className="sub">{e.area_name} · {industry(e.industry)}</span>
            </>
          )}
          empty={{ title: '没有符合条件的企业', how: '点“登记企业”添加；也可以放宽筛选条件。' }}
        />
      </section>
      {open && <EnterpriseForm close={() => setOpen(false)} />}
    </Page>
  )
}
