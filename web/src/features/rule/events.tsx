import type { AlarmEvent } from '../../api/types'
import { address } from '../../api/client'
import { useList } from '../../api/use'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { dateTime, lasting } from '../../ui/format'
import { Go } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { LevelMark, StateChip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick, withDays } from '../../ui/search'
import { alarmLevels, eventStates } from './words'

const filters: Filter[] = [
  { name: 'q', title: '编号、企业', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
  { name: 'level', title: '级别', options: alarmLevels, width: 120 },
  { name: 'state', title: '状态', options: eventStates, width: 120 },
  { name: 'from', title: '起始日', kind: 'day' },
  { name: 'to', title: '截止日', kind: 'day' },
]

const Level = ({ v }: { v: AlarmEvent }) => (v.level ? <><LevelMark level={v.level} title={v.level_title} />{v.highest !== v.level && <span className="sub">最高 {v.highest_title}</span>}</> : <>—</>)

const columns: Column<AlarmEvent>[] = [
  { key: 'number', title: '编号', align: 'c', render: (v) => v.number, text: (v) => v.number },
  { key: 'level', title: '级别', align: 'c', render: (v) => <Level v={v} />, text: (v) => v.level_title },
  { key: 'firm', title: '企业', render: (v) => <>{v.enterprise_name}<span className="sub">{v.summary}</span></>, text: (v) => `${v.enterprise_name} ${v.summary}` },
  { key: 'area', title: '区域', align: 'c', render: (v) => v.area_name, text: (v) => v.area_name },
  { key: 'alarms', title: '预警', align: 'r', render: (v) => <>{v.alarms} 条{v.open > 0 && v.open < v.alarms && <span className="sub">未解除 {v.open}</span>}</>, text: (v) => v.alarms },
  { key: 'grouping', title: '由来', align: 'c', render: (v) => v.grouping || '人工合并', text: (v) => v.grouping || '人工合并' },
  { key: 'started', title: '开始', align: 'c', render: (v) => dateTime(v.started_at), text: (v) => dateTime(v.started_at) },
  { key: 'lasting', title: '持续', align: 'r', render: (v) => (v.started_at ? lasting(v.started_at, v.ended_at) : '—'), text: (v) => (v.started_at ? lasting(v.started_at, v.ended_at) : '') },
  { key: 'progress', title: '办理', align: 'c', render: (v) => v.progress || '—', text: (v) => v.progress },
  { key: 'state', title: '状态', align: 'c', render: (v) => <StateChip state={v.state} title={v.state_title} />, text: (v) => v.state_title },
]

/** Events lists the happenings of which several alarms tell. */
export function Events() {
  const [search] = useFilters()
  const query = withDays(pick(search, ['q', 'area', 'level', 'state', 'from', 'to', 'enterprise_id']))
  const list = useList('/alarm-events', query)
  return (
    <Page title="预警事件" tools={<><Go href="/alarms">逐条预警</Go><Go href="/ladders">并为一件的规则</Go></>}>
      <section className="panel" aria-label="预警事件">
        <Filters filters={filters} extra={{ enterprise_id: '只看一家企业' }} />
        <DataList
          name="预警事件"
          list={list}
          columns={columns}
          exports={(f) => address(`/alarm-events/export.${f}`, query)}
          rowKey={(v) => v.id}
          href={(v) => `/alarm-events/${v.id}`}
          card={(v) => (
            <>
              <span className="row between"><Level v={v} /><StateChip state={v.state} title={v.state_title} /></span>
              <span className="strong">{v.enterprise_name}</span>
              <span className="sub">{v.summary}</span>
              <span className="sub num">{v.alarms} 条预警　{v.progress}　{dateTime(v.started_at).slice(5)}</span>
            </>
          )}
          empty={{ title: '没有符合条件的预警事件', how: '同一企业、时间相近的几条预警会自动并为一件；也可以在预警页面“合并为一件”。' }}
        />
      </section>
    </Page>
  )
}
