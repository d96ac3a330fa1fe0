import { Radio } from 'antd'
import { address } from '../../api/client'
import type { Quarantined } from '../../api/types'
import { useAllOf, useList } from '../../api/use'
import { count, dateSecond } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick, withDays } from '../../ui/search'
import { QuarantineGroups } from './quarantine-groups'

const columns: Column<Quarantined>[] = [
  { key: 'at', title: '收到', align: 'c', render: (f) => dateSecond(f.at), text: (f) => dateSecond(f.at) },
  { key: 'reason', title: '原因', render: (f) => <Chip tone="amber">{f.reason_title}</Chip>, text: (f) => f.reason_title },
  { key: 'address', title: '来源地址', align: 'c', render: (f) => <span className="mono">{f.address}</span>, text: (f) => f.address },
  { key: 'mn', title: 'MN', align: 'c', render: (f) => <span className="mono">{f.mn || '—'}</span>, text: (f) => f.mn },
  { key: 'size', title: '字节', align: 'r', render: (f) => count(f.size), text: (f) => f.size },
  { key: 'note', title: '核查', render: (f) => f.note || <span className="soft nowrap">未核查</span>, text: (f) => f.note },
  { key: 'text', title: '内容', render: (f) => <code className="mono clip">{f.text}</code>, text: (f) => f.text },
]

/** Quarantine gathers what arrived and could not be used, by reason and device or one by one; nothing is thrown away. */
export function Quarantine() {
  const [search, set] = useFilters()
  const single = search.view === 'single'
  return (
    <Page
      title="隔离区"
      tools={<Radio.Group aria-label="显示方式" optionType="button" value={single ? 'single' : 'groups'} onChange={(e) => set('view', e.target.value === 'single' ? 'single' : undefined)} options={[{ value: 'groups', label: '按原因' }, { value: 'single', label: '逐条' }]} />}
    >
      <section className="panel" aria-label="隔离的报文">
        <Choice />
        {single ? <Singles /> : <QuarantineGroups />}
      </section>
    </Page>
  )
}

/** Choice offers the reasons that there are. */
function Choice() {
  const reasons = useAllOf('/quarantine/groups', {})
  const titles = new Map(reasons.items.map((g) => [g.reason, g.reason_title]))
  const filters: Filter[] = [
    { name: 'q', title: 'MN、来源地址', kind: 'text' },
    { name: 'reason', title: '原因', options: [...titles].map(([value, label]) => ({ value, label })), width: 200 },
    { name: 'from', title: '起始日', kind: 'day' },
    { name: 'to', title: '截止日', kind: 'day' },
    { name: 'open', title: '只看未核查', kind: 'flag' },
  ]
  return <Filters filters={filters} />
}

function Singles() {
  const [search] = useFilters()
  const query = { ...withDays(pick(search, ['q', 'reason', 'from', 'to'])), open: search.open === 'true' || undefined }
  const list = useList('/quarantine', query)
  return (
    <DataList
      name="隔离区"
      list={list}
      columns={columns}
      rowKey={(f) => f.id}
      href={(f) => `/quarantine/${f.id}`}
      card={(f) => (
        <>
          <span className="row between"><Chip tone="amber">{f.reason_title}</Chip><span className="soft small num">{dateSecond(f.at).slice(5)}</span></span>
          <span className="sub">{f.address}　{f.mn}　{f.note || '未核查'}</span>
          <code className="mono clip">{f.text}</code>
        </>
      )}
      exports={(f) => address(`/quarantine/export.${f}`, query)}
      empty={{ title: '没有隔离的报文', how: '放宽筛选条件再看；校验不符、格式错误的报文会原样保存在这里，不会丢弃。' }}
    />
  )
}
