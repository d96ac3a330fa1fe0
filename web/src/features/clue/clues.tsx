import { Button, Radio } from 'antd'
import type { Clue } from '../../api/types'
import { address } from '../../api/client'
import { useCan, useList, useReference } from '../../api/use'
import { dateTime, day } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { useGo } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { StateChip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { clueStates } from './words'

const filtersOf = (sources: { id: string; name: string }[]): Filter[] => [
  { name: 'q', title: '编号、标题、内容', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
  { name: 'source', title: '来源', options: sources.map((s) => ({ value: s.id, label: s.name })), width: 144 },
  { name: 'state', title: '状态', options: clueStates, width: 136 },
  { name: 'mine', title: '我领办或登记', kind: 'flag' },
  { name: 'due', title: '今日到期或逾期', kind: 'flag' },
]

const columns: Column<Clue>[] = [
  { key: 'number', title: '编号', align: 'c', render: (c) => c.number, text: (c) => c.number },
  { key: 'title', title: '线索', render: (c) => c.title, text: (c) => c.title },
  { key: 'source', title: '来源', align: 'c', render: (c) => c.source_title, text: (c) => c.source_title },
  { key: 'area', title: '区域', align: 'c', render: (c) => c.area_name, text: (c) => c.area_name },
  { key: 'category', title: '类别', align: 'c', optional: true, render: (c) => c.category_name || '—', text: (c) => c.category_name },
  { key: 'enterprise', title: '企业', align: 'c', optional: true, render: (c) => c.enterprise_name || '—', text: (c) => c.enterprise_name },
  { key: 'created', title: '收到', align: 'c', render: (c) => dateTime(c.created_at), text: (c) => dateTime(c.created_at) },
  { key: 'due', title: '研判期限', align: 'c', render: (c) => <span className={c.overdue ? 'red' : ''}>{c.due_at ? day(c.due_at) : '—'}{c.overdue && ' 逾期'}</span>, text: (c) => dateTime(c.due_at) },
  { key: 'state', title: '状态', align: 'c', render: (c) => <StateChip state={c.state} title={c.state_title} />, text: (c) => c.state_title },
]

/** Clues is the triage desk and the register in one: what waits is shown first. */
export function Clues() {
  const [search, set] = useFilters()
  const can = useCan()
  const go = useGo()
  const ref = useReference()
  const query = pick(search, ['q', 'area', 'source', 'state', 'mine', 'due', 'enterprise_id'])
  const list = useList('/clues', query)
  const view = search.state === 'new' ? 'new' : ''
  return (
    <Page
      title="线索"
      tools={can('clue.enter') && <Button onClick={() => go('/clues/new')}>登记线索</Button>}
    >
      <section className="panel" aria-label="线索">
        <Filters filters={filtersOf(ref?.sources ?? [])} extra={{ enterprise_id: '只看一家企业' }}>
          <Radio.Group
            aria-label="快捷视图"
            optionType="button"
            value={view}
            onChange={(e) => set('state', e.target.value === 'new' ? 'new' : undefined)}
            options={[{ value: '', label: '全部' }, { value: 'new', label: '待研判' }]}
          />
        </Filters>
        <DataList
          name="线索"
          list={list}
          columns={columns}
          exports={(f) => address(`/clues/export.${f}`, query)}
          rowKey={(c) => c.id}
          href={(c) => `/clues/${c.id}`}
          card={(c) => (
            <>
              <span className="row between"><span className="soft small num">{c.number}</span><StateChip state={c.state} title={c.state_title} /></span>
              <span>{c.title}</span>
              <span className="sub num">{c.source_title} · {c.area_name} · {dateTime(c.created_at).slice(5)}{c.overdue && <span className="red">　研判逾期</span>}</span>
            </>
          )}
          empty={{ title: '没有符合条件的线索', how: '监控超标、群众来信来电、巡查发现都会汇到这里；也可以点“登记线索”录入一条。' }}
        />
      </section>
    </Page>
  )
}
