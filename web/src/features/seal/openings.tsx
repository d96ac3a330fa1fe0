import { useList } from '../../api/use'
import type { Opening } from '../../api/types'
import { dateTime } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'

const filters: Filter[] = [{ name: 'state', title: '状态', width: 150, options: [
  { value: 'requested', label: '待监督方审批' }, { value: 'approved', label: '待开启' }, { value: 'opened', label: '已开启' },
  { value: 'refused', label: '不同意' }, { value: 'withdrawn', label: '已撤回' }, { value: 'expired', label: '已失效' }] }]

export function OpeningState({ o }: { o: Opening }) {
  return <Chip tone={o.state === 'requested' || o.state === 'approved' ? 'amber' : o.state === 'opened' ? 'blue' : 'grey'}>{o.state_title}</Chip>
}

const columns: Column<Opening>[] = [
  { key: 'number', title: '编号', align: 'c', render: (o) => o.number, text: (o) => o.number },
  { key: 'reason', title: '理由', render: (o) => <span className="clip">{o.reason}</span>, text: (o) => o.reason },
  { key: 'by', title: '申请人', render: (o) => o.requested_by, text: (o) => o.requested_by },
  { key: 'eye', title: '监督方', render: (o) => o.decided_by || '—', text: (o) => o.decided_by },
  { key: 'state', title: '状态', align: 'c', render: (o) => <OpeningState o={o} />, text: (o) => o.state_title },
  { key: 'until', title: '有效至', align: 'c', render: (o) => dateTime(o.expires_at), text: (o) => o.expires_at },
  { key: 'at', title: '申请时间', align: 'c', render: (o) => dateTime(o.created_at), text: (o) => o.created_at },
]

/** Openings lists who asked to learn who reported, and what came of it. */
export function Openings() {
  const [search] = useFilters()
  const list = useList('/openings', pick(search, ['state']))
  return (
    <Page title="身份开启">
      <section className="panel" aria-label="身份开启">
        <Filters filters={filters} />
        <DataList
          name="身份开启" list={list} columns={columns} rowKey={(o) => o.id} href={(o) => `/openings/${o.id}`}
          card={(o) => <><span className="row between"><span className="strong">{o.number}</span><OpeningState o={o} /></span><span className="clip">{o.reason}</span><span className="sub">{o.requested_by}　{dateTime(o.created_at)}</span></>}
          empty={{ title: '没有开启申请', how: '保密岗在“保密举报”里申请，监督方在这里审批；每一份都留痕，举报人也看得到。' }}
        />
      </section>
    </Page>
  )
}
