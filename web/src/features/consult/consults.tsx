import { Button } from 'antd'
import { address } from '../../api/client'
import type { Consult } from '../../api/types'
import { useCan, useGet, useList } from '../../api/use'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { dateTime } from '../../ui/format'
import { useGo } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { StateChip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { consultStates } from './words'

const columns: Column<Consult>[] = [
  { key: 'number', title: '编号', align: 'c', render: (c) => c.number, text: (c) => c.number },
  { key: 'title', title: '问题', render: (c) => c.title, text: (c) => c.title },
  { key: 'topic', title: '事项', align: 'c', render: (c) => c.topic_title, text: (c) => c.topic_title },
  { key: 'firm', title: '企业', render: (c) => c.enterprise_name, text: (c) => c.enterprise_name },
  { key: 'area', title: '区域', align: 'c', render: (c) => c.area_name, text: (c) => c.area_name },
  { key: 'at', title: '最近', align: 'c', render: (c) => dateTime(c.updated_at), text: (c) => dateTime(c.updated_at) },
  { key: 'state', title: '状态', align: 'c', render: (c) => <StateChip state={c.state} title={c.state_title} />, text: (c) => c.state_title },
]

/** Consults lists what enterprises asked the duty room; an enterprise sees its own. */
export function Consults() {
  const [search] = useFilters()
  const go = useGo()
  const own = useCan()('consult.ask')
  const topics = useGet('/consults/topics', {}, { staleTime: 3600_000 })
  const query = pick(search, ['q', 'area', 'state', 'topic', 'enterprise_id'])
  const list = useList('/consults', query)
  const filters: Filter[] = [
    { name: 'q', title: own ? '编号、问题' : '编号、企业、问题', kind: 'text' },
    ...(own ? [] : [{ name: 'area', title: '区域', kind: 'area' } as Filter]),
    { name: 'state', title: '状态', options: consultStates, width: 120 },
    { name: 'topic', title: '事项', options: (topics.data ?? []).map((t) => ({ value: t.id, label: t.title })), width: 180 },
  ]
  return (
    <Page title={own ? '咨询' : '企业咨询'} tools={own && <Button type="primary" onClick={() => go('/consults/new')}>提出咨询</Button>}>
      <section className="panel" aria-label="咨询">
        <Filters filters={filters} extra={{ enterprise_id: '只看一家企业' }} />
        <DataList
          name="咨询"
          list={list}
          columns={own ? columns.filter((c) => c.key !== 'firm' && c.key !== 'area') : columns}
          exports={(f) => address(`/consults/export.${f}`, query)}
          rowKey={(c) => c.id}
          href={(c) => `/consults/${c.id}`}
          card={(c) => <><span className="row between"><span className="soft">{c.topic_title}</span><StateChip state={c.state} title={c.state_title} /></span><span className="strong">{c.title}</span><span className="sub num">{own ? '' : `${c.enterprise_name}　`}{dateTime(c.updated_at)}</span></>}
          empty={own ? { title: '还没有咨询', how: '对预警、标记、联网、许可有疑问的，可以向监控值班岗提出；预警的说明、标记、备案请在各自的页面办理。', action: <Button onClick={() => go('/consults/new')}>提出咨询</Button> } : { title: '没有符合条件的咨询', how: '企业在自己的工作台提出后，会列在这里并发来通知。' }}
        />
      </section>
    </Page>
  )
}
