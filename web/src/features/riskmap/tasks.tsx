import { address } from '../../api/client'
import type { RiskTask } from '../../api/types'
import { useGet, useList } from '../../api/use'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { day } from '../../ui/format'
import { Go } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { effectTone, taskKinds, taskStates, taskTone } from './words'

const columns: Column<RiskTask>[] = [
  { key: 'number', title: '编号', align: 'c', render: (t) => <span className="num">{t.number}</span>, text: (t) => t.number },
  { key: 'unit', title: '单元', render: (t) => t.area_name, text: (t) => t.area_name },
  { key: 'kind', title: '事项', align: 'c', render: (t) => t.kind_title, text: (t) => t.kind_title },
  { key: 'month', title: '月份', align: 'c', render: (t) => <span className="num">{t.month}</span>, text: (t) => t.month },
  { key: 'reason', title: '原因', render: (t) => t.reason, text: (t) => t.reason },
  { key: 'person', title: '责任人', render: (t) => t.person || '—', text: (t) => t.person },
  { key: 'due', title: '期限', align: 'c', render: (t) => <span className={`num ${t.overdue ? 'red' : ''}`}>{t.due_at ? day(t.due_at) : '—'}{t.overdue && <span className="sub red">已逾期</span>}</span>, text: (t) => day(t.due_at) },
  { key: 'effect', title: '成效对照', align: 'c', render: (t) => <Effect t={t} />, text: (t) => t.effect_title },
  { key: 'state', title: '状态', align: 'c', render: (t) => <Chip tone={taskTone(t)}>{t.state_title}</Chip>, text: (t) => t.state_title },
]

/** Effect is what the next signed month said. */
export function Effect({ t }: { t: RiskTask }) {
  return t.effect ? <><Chip tone={effectTone[t.effect]}>{t.effect_title}</Chip><span className="sub num">{t.effect_month}</span></> : <span className="soft">待下一期</span>
}

/** RiskTasks lists what was asked of the units that are not green. */
export function RiskTasks() {
  const [search] = useFilters()
  const units = useGet('/risk-map', {}, { staleTime: 60_000 })
  const query = pick(search, ['state', 'kind', 'area'])
  const list = useList('/risk-map/tasks', query as never)
  const filters: Filter[] = [
    { name: 'area', title: '单元', options: (units.data?.units ?? []).map((u) => ({ value: u.code, label: u.name })), width: 160 },
    { name: 'kind', title: '事项', options: taskKinds, width: 140 },
    { name: 'state', title: '状态', options: taskStates, width: 140 },
  ]
  return (
    <Page title="跟踪问效与定点帮扶" crumb={<Go href="/risk-map">风险预警图</Go>}>
      <section className="panel" aria-label="跟踪问效与定点帮扶">
        <Filters filters={filters} />
        <DataList
          name="跟踪问效与定点帮扶"
          list={list}
          columns={columns}
          exports={(f) => address(`/risk-map/tasks/export.${f}`, query as never)}
          rowKey={(t) => t.id}
          href={(t) => `/risk-map/tasks/${t.id}`}
          card={(t) => (
            <>
              <span className="row between"><Chip tone={taskTone(t)}>{t.state_title}</Chip><span className={`small num ${t.overdue ? 'red' : 'soft'}`}>{t.due_at ? `${day(t.due_at)} 前` : t.month}</span></span>
              <span className="strong">{t.area_name}　{t.kind_title}</span>
              <span className="sub">{t.month_title}　{t.reason}{t.person && `　${t.person}`}</span>
            </>
          )}
          empty={{ title: '没有符合条件的事项', how: '风险预警图签发时，黄色、红色的单元和重大问题未能及时发现的单元会自动列在这里，并通知到责任人。' }}
        />
      </section>
    </Page>
  )
}
