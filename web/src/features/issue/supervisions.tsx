import { address } from '../../api/client'
import type { Supervision } from '../../api/types'
import { useGet, useList } from '../../api/use'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { day, due } from '../../ui/format'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { supervisionStates, supervisionTone } from './supervise-words'

const columns: Column<Supervision>[] = [
  { key: 'number', title: '编号', align: 'c', render: (d) => <span className="num">{d.number}</span>, text: (d) => d.number },
  { key: 'rung', title: '级别', align: 'c', render: (d) => d.rung_title, text: (d) => d.rung_title },
  { key: 'issue', title: '问题', render: (d) => <>{d.issue_title}<span className="sub num">{d.issue_number}</span></>, text: (d) => `${d.issue_number} ${d.issue_title}` },
  { key: 'area', title: '区域', align: 'c', optional: true, render: (d) => d.area_name, text: (d) => d.area_name },
  { key: 'agency', title: '被督办单位', render: (d) => d.agency_name, text: (d) => d.agency_name },
  { key: 'reason', title: '事由', optional: true, render: (d) => d.reason, text: (d) => d.reason },
  { key: 'state', title: '状态', align: 'c', render: (d) => <Chip tone={supervisionTone(d)}>{d.state_title}</Chip>, text: (d) => d.state_title },
  { key: 'due', title: '答复期限', align: 'c', render: (d) => <span className={`num ${d.overdue ? 'red' : ''}`}>{d.due_at ? day(d.due_at) : '—'}{d.due_at && <span className={`sub ${d.overdue ? 'red' : ''}`}>{due(d.days_left, d.overdue)}</span>}</span>, text: (d) => day(d.due_at) },
  { key: 'signed', title: '签发', align: 'c', render: (d) => <span className="num">{d.signed_at ? day(d.signed_at) : '—'}</span>, text: (d) => day(d.signed_at) },
  { key: 'ended', title: '结束', align: 'c', optional: true, render: (d) => <span className="num">{d.ended_at ? day(d.ended_at) : '—'}</span>, text: (d) => day(d.ended_at) },
]

/** Supervisions lists what is pressed on, rung by rung. */
export function Supervisions() {
  const [search] = useFilters()
  const rungs = useGet('/supervisions/rungs', {}, { staleTime: 3600_000 })
  const query = pick(search, ['q', 'state', 'rung', 'area', 'agency', 'overdue'])
  const list = useList('/supervisions', query as never)
  const filters: Filter[] = [
    { name: 'q', title: '编号、问题、要求', kind: 'text' },
    { name: 'area', title: '区域', kind: 'area' },
    { name: 'rung', title: '级别', options: (rungs.data ?? []).map((r) => ({ value: r.id, label: r.title })), width: 150 },
    { name: 'state', title: '状态', options: supervisionStates, width: 120 },
    { name: 'agency', title: '被督办单位', kind: 'agency', width: 168 },
    { name: 'overdue', title: '逾期未答复', kind: 'flag', width: 120 },
  ]
  return (
    <Page title="督办">
      <section className="panel" aria-label="督办">
        <Filters filters={filters} />
        <DataList
          name="督办"
          list={list}
          columns={columns}
          exports={(f) => address(`/supervisions/export.${f}`, query as never)}
          rowKey={(d) => d.id}
          href={(d) => `/supervisions/${d.id}`}
          card={(d) => (
            <>
              <span className="row between"><span className="strong">{d.rung_title}</span><Chip tone={supervisionTone(d)}>{d.state_title}</Chip></span>
              <span>{d.issue_title}</span>
              <span className="sub">{d.agency_name}　<span className="num">{d.number}</span></span>
              {d.due_at && <span className={`small num ${d.overdue ? 'red' : 'soft'}`}>{day(d.due_at)} 前答复，{due(d.days_left, d.overdue)}</span>}
            </>
          )}
          empty={{ title: '没有符合条件的督办', how: `问题逾期后，系统按天数逐级拟稿（${(rungs.data ?? []).filter((r) => r.late_days > 0).map((r) => `${r.title} ${r.late_days} 天`).join('、') || '见督办的各级'}），由有权的人签发；也可以在问题页上提出督办。` }}
        />
      </section>
    </Page>
  )
}
