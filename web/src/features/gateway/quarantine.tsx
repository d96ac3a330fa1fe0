import { address } from '../../api/client'
import type { Quarantined } from '../../api/types'
import { useList } from '../../api/use'
import { count, dateSecond } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick, withDays } from '../../ui/search'

const filters: Filter[] = [
  { name: 'q', title: '内容、地址、MN', kind: 'text' },
  { name: 'from', title: '起始日', kind: 'day' },
  { name: 'to', title: '截止日', kind: 'day' },
]

const columns: Column<Quarantined>[] = [
  { key: 'at', title: '收到', align: 'c', render: (f) => dateSecond(f.at), text: (f) => dateSecond(f.at) },
  { key: 'reason', title: '原因', align: 'c', render: (f) => <Chip tone="amber">{f.reason_title}</Chip>, text: (f) => f.reason_title },
  { key: 'address', title: '来源地址', align: 'c', render: (f) => <span className="mono">{f.address}</span>, text: (f) => f.address },
  { key: 'mn', title: 'MN', align: 'c', render: (f) => <span className="mono">{f.mn || '—'}</span>, text: (f) => f.mn },
  { key: 'size', title: '字节', align: 'r', render: (f) => count(f.size), text: (f) => f.size },
  { key: 'text', title: '内容', render: (f) => <code className="mono clip">{f.text}</code>, text: (f) => f.text },
]

/** Quarantine lists what arrived and could not be used; nothing is thrown away. */
export function Quarantine() {
  const [search] = useFilters()
  const query = withDays(pick(search, ['q', 'reason', 'from', 'to']))
  const list = useList('/quarantine', query)
  return (
    <Page title="隔离区">
      <section className="panel" aria-label="隔离的报文">
        <Filters filters={filters} />
        <DataList
          name="隔离区"
          list={list}
          columns={columns}
          exports={(f) => address(`/quarantine/export.${f}`, query)}
          rowKey={(f) => f.id}
          href={(f) => `/quarantine/${f.id}`}
          card={(f) => (
            <>
              <span className="row between"><Chip tone="amber">{f.reason_title}</Chip><span className="soft small num">{dateSecond(f.at).slice(5)}</span></span>
              <span className="sub">{f.address}　{f.mn}</span>
              <code className="mono clip">{f.text}</code>
            </>
          )}
          empty={{ title: '隔离区是空的', how: '校验不符、格式错误的报文会原样保存在这里并注明原因，不会丢弃；好的报文不受影响。' }}
        />
      </section>
    </Page>
  )
}
