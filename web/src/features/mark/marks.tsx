import { Button } from 'antd'
import type { Mark } from '../../api/types'
import { address } from '../../api/client'
import { useCan, useList } from '../../api/use'
import { dateTime } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { useGo } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { ProofDue, StateOfMark } from './parts'
import { markKinds, markStates, span, stretch } from './words'

const filters: Filter[] = [
  { name: 'q', title: '编号、企业、原因', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
  { name: 'kind', title: '类型', options: markKinds, width: 150 },
  { name: 'state', title: '状态', options: markStates, width: 150 },
  { name: 'from', title: '起始日', kind: 'day' },
  { name: 'to', title: '截止日', kind: 'day' },
]

const factorsOf = (m: Mark) => (m.factor_names.length ? m.factor_names.join('、') : '全部')

const columns: Column<Mark>[] = [
  { key: 'number', title: '编号', align: 'c', render: (m) => m.number, text: (m) => m.number },
  { key: 'outlet', title: '企业与监控点', render: (m) => <>{m.enterprise_name}<span className="sub">{m.outlet_name}</span></>, text: (m) => `${m.enterprise_name} ${m.outlet_name}` },
  { key: 'kind', title: '类型', render: (m) => <>{m.kind_title}<span className="sub">{m.family_title}</span></>, text: (m) => m.kind_title },
  { key: 'period', title: '时段', render: (m) => <span className="num">{stretch(dateTime(m.from), dateTime(m.until))}<span className="sub">{span(m.from, m.until)}</span></span>, text: (m) => stretch(dateTime(m.from), dateTime(m.until)) },
  { key: 'factors', title: '因子', render: (m) => (m.factor_names.length ? factorsOf(m) : <span className="nowrap">全部</span>), text: factorsOf },
  { key: 'effect', title: '效果', optional: true, render: (m) => m.effect_title, text: (m) => m.effect_title },
  { key: 'reason', title: '原因', render: (m) => m.reason, text: (m) => m.reason },
  { key: 'proof', title: '证明材料', align: 'c', render: (m) => <ProofDue mark={m} />, text: (m) => m.documents },
  { key: 'area', title: '区域', align: 'c', optional: true, render: (m) => m.area_name, text: (m) => m.area_name },
  { key: 'by', title: '标记人', align: 'c', optional: true, render: (m) => m.created_by_name, text: (m) => m.created_by_name },
  { key: 'at', title: '标记时间', align: 'c', render: (m) => dateTime(m.created_at), text: (m) => dateTime(m.created_at) },
  { key: 'state', title: '状态', align: 'c', render: (m) => <StateOfMark mark={m} />, text: (m) => m.state_title },
]

/** Marks lists the marked periods; an enterprise sees its own. */
export function Marks() {
  const [search] = useFilters()
  const can = useCan()
  const go = useGo()
  const query = pick(search, ['q', 'area', 'kind', 'state', 'from', 'to', 'outlet_id', 'enterprise_id'])
  const list = useList('/marks', query)
  const set = can('mark.set') && <Button type="primary" onClick={() => go(`/marks/new${search.outlet_id ? `?outlet_id=${search.outlet_id}` : ''}`)}>标记时段</Button>
  return (
    <Page title="标记" tools={set}>
      <section className="panel" aria-label="标记">
        <Filters filters={filters} extra={{ outlet_id: '只看一个监控点', enterprise_id: '只看一家企业' }} />
        <DataList
          name="标记"
          list={list}
          columns={columns}
          exports={(f) => address(`/marks/export.${f}`, query)}
          rowKey={(m) => m.id}
          href={(m) => `/marks/${m.id}`}
          card={(m) => (
            <>
              <span className="row between"><span className="strong">{m.kind_title}</span><StateOfMark mark={m} /></span>
              <span>{m.enterprise_name}</span>
              <span className="sub">{m.outlet_name}　{factorsOf(m)}</span>
              <span className="sub num">{stretch(dateTime(m.from), dateTime(m.until))}</span>
            </>
          )}
          empty={{ title: '没有符合条件的标记', how: can('mark.set') ? '停运、启停、维护、校准、故障等时段，请在数据产生后 10 日内标记；标记时段的数据不作为超标依据。' : '企业标记停运、维护、故障等时段后，会出现在这里等待审核。' }}
        />
      </section>
    </Page>
  )
}
