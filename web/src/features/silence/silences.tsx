import { Button } from 'antd'
import type { Silence } from '../../api/types'
import { address } from '../../api/client'
import { useCan, useList } from '../../api/use'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { dateTime } from '../../ui/format'
import { useGo } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { Chip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick } from '../../ui/search'
import { silenceKinds, silenceStates, what, where } from './words'

const filters: Filter[] = [
  { name: 'q', title: '编号、企业、情况', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
  { name: 'kind', title: '种类', options: silenceKinds, width: 130 },
  { name: 'state', title: '状态', options: silenceStates, width: 130 },
]

const span = (s: Silence) => `${dateTime(s.from)} 至 ${dateTime(s.until)}`

export function SilenceState({ s }: { s: Silence }) {
  return <Chip tone={s.state === 'set' ? 'blue' : 'grey'}>{s.state_title}</Chip>
}

const columns: Column<Silence>[] = [
  { key: 'number', title: '编号', align: 'c', render: (s) => s.number, text: (s) => s.number },
  { key: 'kind', title: '种类', align: 'c', render: (s) => s.kind_title, text: (s) => s.kind_title },
  { key: 'where', title: '范围', render: (s) => <>{where(s)}<span className="sub">{what(s)}</span></>, text: (s) => `${where(s)} ${what(s)}` },
  { key: 'area', title: '区域', align: 'c', optional: true, render: (s) => s.area_name, text: (s) => s.area_name },
  { key: 'span', title: '时段', render: (s) => <span className="num">{span(s)}{s.recurs && <span className="sub">{s.recurs}</span>}</span>, text: (s) => `${span(s)} ${s.recurs}` },
  { key: 'reason', title: '原因', render: (s) => <>{s.reason_title}<span className="sub">{s.words}</span></>, text: (s) => `${s.reason_title} ${s.words}` },
  { key: 'by', title: '设置人', align: 'c', render: (s) => s.created_by_name, text: (s) => s.created_by_name },
  { key: 'at', title: '设置时间', align: 'c', optional: true, render: (s) => dateTime(s.created_at), text: (s) => dateTime(s.created_at) },
  { key: 'state', title: '状态', align: 'c', render: (s) => <SilenceState s={s} />, text: (s) => s.state_title },
]

/** Silences lists who keeps which alarms quiet, until when and why. */
export function Silences() {
  const [search] = useFilters()
  const can = useCan()
  const go = useGo()
  const query = pick(search, ['q', 'area', 'kind', 'state', 'outlet_id', 'enterprise_id'])
  const list = useList('/silences', query)
  return (
    <Page title="静默与免打扰时段" tools={can('alarm.silence') && <Button type="primary" onClick={() => go(`/silences/new${search.outlet_id ? `?outlet_id=${search.outlet_id}` : ''}`)}>设置静默</Button>}>
      <section className="panel" aria-label="静默与免打扰时段">
        <Filters filters={filters} extra={{ outlet_id: '只看一个监控点', enterprise_id: '只看一家企业' }} />
        <DataList
          name="静默"
          list={list}
          columns={columns}
          exports={(f) => address(`/silences/export.${f}`, query)}
          rowKey={(s) => s.id}
          href={(s) => `/silences/${s.id}`}
          card={(s) => (
            <>
              <span className="row between"><span className="strong">{s.kind_title}</span><SilenceState s={s} /></span>
              <span>{where(s)}</span>
              <span className="sub">{what(s)}　{s.reason_title}</span>
              <span className="sub num">{s.recurs || span(s)}</span>
            </>
          )}
          empty={{ title: '没有静默', how: '设备检修、校准期间不需要通知的疑似异常和早期提醒，可以在预警页或监控点页上静默；预警照常产生和留存，超标不受影响。' }}
        />
      </section>
    </Page>
  )
}
