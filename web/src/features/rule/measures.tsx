import type { Measure } from '../../api/types'
import { address } from '../../api/client'
import { useList } from '../../api/use'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { dateTime } from '../../ui/format'
import { DataList, type Column } from '../../ui/list'
import { StateChip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { measureKinds, measureStates } from './words'

const filters: Filter[] = [
  { name: 'q', title: '编号、企业', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
  { name: 'kind', title: '措施', options: measureKinds, width: 120 },
  { name: 'state', title: '状态', options: measureStates, width: 130 },
  { name: 'overdue', title: '时限', options: [{ value: 'true', label: '逾期未办' }], width: 110 },
  { name: 'mine', title: '核查人', options: [{ value: 'true', label: '指派给我' }], width: 110 },
]

const Due = ({ m }: { m: Measure }) => <span className={m.overdue ? 'red' : undefined}>{dateTime(m.due_at)}{m.overdue && <span className="sub red">已逾期</span>}</span>

const columns: Column<Measure>[] = [
  { key: 'number', title: '编号', align: 'c', render: (m) => m.number, text: (m) => m.number },
  { key: 'kind', title: '措施', align: 'c', render: (m) => m.kind_title, text: (m) => m.kind_title },
  { key: 'outlet', title: '企业与监控点', render: (m) => <>{m.enterprise_name}<span className="sub">{m.outlet_name}</span></>, text: (m) => `${m.enterprise_name} ${m.outlet_name}` },
  { key: 'area', title: '区域', align: 'c', render: (m) => m.area_name, text: (m) => m.area_name },
  { key: 'words', title: '内容', render: (m) => m.words, text: (m) => m.words },
  { key: 'person', title: '核查人', align: 'c', render: (m) => m.person_name || '—', text: (m) => m.person_name },
  { key: 'due', title: '时限', align: 'c', render: (m) => <Due m={m} />, text: (m) => dateTime(m.due_at) },
  { key: 'at', title: '开始', align: 'c', optional: true, render: (m) => dateTime(m.created_at), text: (m) => dateTime(m.created_at) },
  { key: 'state', title: '状态', align: 'c', render: (m) => <StateChip state={m.state} title={m.state_title} />, text: (m) => m.state_title },
]

/** Measures lists the bureau's answers to alarms; an enterprise sees its own. */
export function Measures() {
  const [search] = useFilters()
  const query = pick(search, ['q', 'area', 'kind', 'state', 'overdue', 'mine', 'enterprise_id', 'alarm_id'])
  const list = useList('/measures', query as never)
  return (
    <Page title="监管措施">
      <section className="panel" aria-label="监管措施">
        <Filters filters={filters} extra={{ enterprise_id: '只看一家企业', alarm_id: '只看一条预警' }} />
        <DataList
          name="监管措施"
          list={list}
          columns={columns}
          exports={(f) => address(`/measures/export.${f}`, query as never)}
          rowKey={(m) => m.id}
          href={(m) => `/measures/${m.id}`}
          card={(m) => (
            <>
              <span className="row between"><span className="strong">{m.kind_title}</span><StateChip state={m.state} title={m.state_title} /></span>
              <span>{m.enterprise_name}</span>
              <span className="sub">{m.outlet_name}　{m.words}</span>
              <span className="sub num">时限 <Due m={m} /></span>
            </>
          )}
          empty={{ title: '没有符合条件的监管措施', how: '在预警页面发出远程预警、指派现场核查或列入重点督办后，会列在这里。' }}
        />
      </section>
    </Page>
  )
}
