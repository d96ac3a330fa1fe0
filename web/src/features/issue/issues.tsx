import { useLocation } from '@tanstack/react-router'
import { address } from '../../api/client'
import type { Issue } from '../../api/types'
import { useList, useMe } from '../../api/use'
import { dateTime, day, due } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { DataList, type Column } from '../../ui/list'
import { SeverityMark, StateChip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { SavedViews } from '../../ui/saved-views'
import { parseSearch, pick, withDays } from '../../ui/search'
import { issueStates } from './words'

const filters: Filter[] = [
  { name: 'q', title: '编号、标题、内容', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
  { name: 'state', title: '状态', options: issueStates, width: 144 },
  { name: 'category', title: '类别', kind: 'category', width: 120 },
  { name: 'severity', title: '严重程度', kind: 'severity', width: 120 },
  { name: 'lead_agency', title: '责任单位', kind: 'agency', width: 168 },
  { name: 'from', title: '立案起', kind: 'day', width: 120 },
  { name: 'to', title: '立案止', kind: 'day', width: 120 },
  { name: 'overdue', title: '只看逾期', kind: 'flag', width: 112 },
  { name: 'mine', title: '轮到我办', kind: 'flag', width: 112 },
  { name: 'order', title: '排序', options: [{ value: 'due', label: '期限近的在前' }, { value: 'newest', label: '新立案的在前' }], width: 136 },
]

const names = ['q', 'area', 'state', 'category', 'severity', 'lead_agency', 'from', 'to', 'overdue', 'mine', 'person', 'enterprise_id', 'closed_from', 'closed_to', 'order'] as const

const extra = { person: '只看一位责任人', enterprise_id: '只看一家企业', closed_from: '销号自', closed_to: '销号至' }

function left(i: Issue): string {
  if (!i.due_at || i.closed_at) return '—'
  return i.overdue ? `逾期 ${i.days_left < 0 ? -i.days_left : ''}`.trim() : String(Math.max(0, i.days_left))
}

const columns: Column<Issue>[] = [
  { key: 'number', title: '编号', align: 'c', render: (i) => i.number, text: (i) => i.number },
  { key: 'title', title: '问题', render: (i) => i.title, text: (i) => i.title },
  { key: 'severity', title: '程度', align: 'c', render: (i) => <SeverityMark severity={i.severity} title={i.severity_title} />, text: (i) => i.severity_title },
  { key: 'category', title: '类别', align: 'c', render: (i) => i.category_name || '—', text: (i) => i.category_name },
  { key: 'area', title: '区域', align: 'c', render: (i) => i.area_name, text: (i) => i.area_name },
  { key: 'agency', title: '责任单位', align: 'c', render: (i) => i.lead_agency_name || '—', text: (i) => i.lead_agency_name },
  { key: 'person', title: '责任人', align: 'c', optional: true, render: (i) => i.person_name || '—', text: (i) => i.person_name },
  { key: 'state', title: '状态', align: 'c', render: (i) => <StateChip state={i.state} title={i.state_title} />, text: (i) => i.state_title },
  { key: 'due', title: '当前期限', align: 'c', render: (i) => <span title={i.due_title}>{day(i.due_at)}</span>, text: (i) => day(i.due_at) },
  { key: 'left', title: '剩余', unit: '工作日', align: 'r', render: (i) => <span className={i.overdue ? 'red' : ''}>{left(i)}</span>, text: left },
  { key: 'rectify', title: '整改期限', align: 'c', optional: true, render: (i) => day(i.rectify_by), text: (i) => day(i.rectify_by) },
  { key: 'enterprise', title: '企业', optional: true, render: (i) => i.enterprise_name || '—', text: (i) => i.enterprise_name },
  { key: 'returns', title: '退回', unit: '次', align: 'r', optional: true, render: (i) => i.returns, text: (i) => i.returns },
  { key: 'created', title: '立案', align: 'c', optional: true, render: (i) => dateTime(i.created_at), text: (i) => dateTime(i.created_at) },
  { key: 'updated', title: '更新', align: 'c', optional: true, render: (i) => dateTime(i.updated_at), text: (i) => dateTime(i.updated_at) },
]

/** Issues is the one list of problems. */
export function Issues() {
  const [search, , all] = useFilters()
  const me = useMe()
  const location = useLocation()
  const query = withDays(pick(search, names))
  const list = useList('/issues', query)
  return (
    <Page title="问题" tools={<SavedViews name={`issues.${me.id}`} current={location.searchStr} open={(s) => all(parseSearch(s))} />}>
      <section className="panel" aria-label="问题">
        <Filters filters={filters} extra={extra} />
        <DataList
          name="问题"
          list={list}
          columns={columns}
          rowKey={(i) => i.id}
          href={(i) => `/issues/${i.id}`}
          exports={(f) => address(`/issues/export.${f}`, query)}
          card={(i) => (
            <>
              <span className="row between"><span className="soft small num">{i.number}</span><StateChip state={i.state} title={i.state_title} /></span>
              <span>{i.title}</span>
              <span className="sub">{i.area_name} · {i.lead_agency_name || '未交办'}{i.person_name && ` · ${i.person_name}`}</span>
              <span className="row between small"><SeverityMark severity={i.severity} title={i.severity_title} />{i.due_at && i.closed_at === '' && <span className={`num ${i.overdue ? 'red' : 'soft'}`}>{due(i.days_left, i.overdue)}</span>}</span>
            </>
          )}
          empty={{ title: '没有符合条件的问题', how: '线索经研判立案后成为问题，并列在这里；也可以放宽筛选条件。' }}
        />
      </section>
    </Page>
  )
}
