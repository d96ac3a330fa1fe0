import { address } from '../../api/client'
import type { CoverageGap } from '../../api/types'
import { useList } from '../../api/use'
import { dateTime } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { Go } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'

const reasons = [
  { value: 'device', label: '应装未装' }, { value: 'silent', label: '联网无数据' }, { value: 'factor', label: '主要污染物缺项' },
  { value: 'class', label: '许可类别未填' }, { value: 'load', label: '许可排放量未填' },
]

const filters: Filter[] = [
  { name: 'q', title: '企业、排放口', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
  { name: 'reason', title: '缺口', options: reasons, width: 152 },
  { name: 'kind', title: '类型', options: [{ value: 'gas', label: '废气' }, { value: 'water', label: '废水' }, { value: 'rain', label: '雨水' }], width: 104 },
  { name: 'class', title: '排污许可', options: ['重点', '简化', '登记'].map((v) => ({ value: v, label: v })), width: 120 },
]

const graver = new Set(['device', 'silent', 'factor'])

function Reason({ gap: g }: { gap: CoverageGap }) {
  return <Chip tone={graver.has(g.reason) ? 'red' : 'amber'}>{g.reason_title}</Chip>
}

const columns: Column<CoverageGap>[] = [
  { key: 'outlet', title: '排放口与企业', render: (g) => <>{g.outlet_code} {g.outlet_name}<span className="sub">{g.enterprise_name}</span></> },
  { key: 'area', title: '区域', align: 'c', render: (g) => g.area_name },
  { key: 'kind', title: '类型', align: 'c', render: (g) => g.kind_title },
  { key: 'class', title: '许可类别', align: 'c', render: (g) => g.class || '未填写' },
  { key: 'reason', title: '缺口', align: 'c', render: (g) => <Reason gap={g} /> },
  { key: 'text', title: '情况', render: (g) => g.text },
  { key: 'duty', title: '应监测的理由', optional: true, render: (g) => g.duty },
  { key: 'remedy', title: '怎样补上', render: (g) => g.remedy },
  { key: 'last', title: '最近数据', align: 'c', optional: true, render: (g) => dateTime(g.last_at) || '—' },
]

/** CoverageGaps lists the outlets that lack what they must have. */
export function CoverageGaps() {
  const [search] = useFilters()
  const query = pick(search, ['q', 'area', 'reason', 'kind', 'class'])
  const list = useList('/coverage/gaps', query)
  return (
    <Page title="监控缺口" crumb={<Go href="/coverage">监控覆盖</Go>}>
      <section className="panel" aria-label="监控缺口">
        <Filters filters={filters} />
        <DataList
          name="监控缺口"
          list={list}
          columns={columns}
          exports={(f) => address(`/coverage/gaps/export.${f}`, query)}
          rowKey={(g) => `${g.outlet_id} ${g.reason}`}
          href={(g) => (g.reason === 'class' ? `/enterprises/${g.enterprise_id}` : `/outlets/${g.outlet_id}`)}
          label={(g) => `${g.enterprise_name} ${g.outlet_name}`}
          card={(g) => (
            <>
              <span className="row between"><span className="strong">{g.outlet_name}</span><Reason gap={g} /></span>
              <span className="sub">{g.enterprise_name} · {g.area_name}</span>
              <span className="sub wrap">{g.text}。{g.remedy}。</span>
            </>
          )}
          empty={{ title: '没有符合条件的缺口', how: '应自动监测的排放口都已联网、有数据，并监测了主要污染物；也可以放宽筛选条件。' }}
        />
      </section>
    </Page>
  )
}
