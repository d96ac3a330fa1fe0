import { address } from '../../api/client'
import type { Obligation } from '../../api/types'
import { useCan, useGet, useList } from '../../api/use'
import { day } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { daysLeft, stages, toneOf } from './words'

const columns: Column<Obligation>[] = [
  { key: 'due', title: '期限', align: 'c', render: (o) => <span className="num">{day(o.due_at)}<span className={`sub ${o.stage === 'overdue' ? 'red' : ''}`}>{daysLeft(o)}</span></span>, text: (o) => day(o.due_at) },
  { key: 'title', title: '义务', render: (o) => <>{o.title}{o.outlet_name && <span className="sub">{o.outlet_name}</span>}</>, text: (o) => `${o.title} ${o.outlet_name}` },
  { key: 'period', title: '期', align: 'c', render: (o) => <span className="num">{o.period}</span>, text: (o) => o.period },
  { key: 'firm', title: '企业', render: (o) => o.enterprise_name, text: (o) => o.enterprise_name },
  { key: 'area', title: '区域', align: 'c', optional: true, render: (o) => o.area_name, text: (o) => o.area_name },
  { key: 'done', title: '履行', align: 'c', optional: true, render: (o) => day(o.done_at), text: (o) => day(o.done_at) },
  { key: 'stage', title: '进展', align: 'c', render: (o) => <Chip tone={toneOf(o.stage)}>{o.stage_title}</Chip>, text: (o) => o.stage_title },
]

/** Obligations is the calendar of what enterprises must do by when; an enterprise sees its own. */
export function Obligations() {
  const [search] = useFilters()
  const own = useCan()('obligation.report')
  const rules = useGet('/obligations/rules', {}, { staleTime: 3600_000 })
  const query = pick(search, ['q', 'area', 'stage', 'rule', 'enterprise_id', 'from', 'to'])
  const list = useList('/obligations', query)
  const kinds = [...new Map((rules.data ?? []).map((r) => [r.id, { value: r.id, label: r.title }])).values()]
  const filters: Filter[] = [
    { name: 'q', title: own ? '名称、排放口' : '名称、企业', kind: 'text' },
    ...(own ? [] : [{ name: 'area', title: '区域', kind: 'area' } as Filter]),
    { name: 'stage', title: '进展', options: stages, width: 170 },
    { name: 'rule', title: '种类', options: kinds, width: 220 },
    { name: 'from', title: '期限自', kind: 'day' },
    { name: 'to', title: '期限至', kind: 'day' },
  ]
  return (
    <Page title="应尽义务">
      <section className="panel" aria-label="应尽义务">
        <Filters filters={filters} extra={{ enterprise_id: '只看一家企业' }} />
        <DataList
          name="应尽义务"
          list={list}
          columns={own ? columns.filter((c) => c.key !== 'firm' && c.key !== 'area') : columns}
          exports={(f) => address(`/obligations/export.${f}`, query)}
          rowKey={(o) => o.id}
          href={(o) => `/obligations/${o.id}`}
          card={(o) => (
            <>
              <span className="row between"><Chip tone={toneOf(o.stage)}>{o.stage_title}</Chip><span className={`small num ${o.stage === 'overdue' ? 'red' : 'soft'}`}>{day(o.due_at)} 前　{daysLeft(o)}</span></span>
              <span className="strong">{o.title}</span>
              <span className="sub">{[own ? '' : o.enterprise_name, o.outlet_name, o.period].filter(Boolean).join('　')}</span>
            </>
          )}
          empty={{ title: '没有符合条件的义务', how: '义务由所在地的规则与登记的事实（许可证有效期、排放口、监测方式）自动生成；没有登记许可证的，请监控值班岗在企业页登记。' }}
        />
      </section>
    </Page>
  )
}
