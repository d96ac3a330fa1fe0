import type { Alarm } from '../../api/types'
import { address } from '../../api/client'
import { useCan, useList } from '../../api/use'
import { dateTime, lasting, reading, times } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { Go } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { LevelMark, StateChip } from '../../ui/marks'
import { Page } from '../../ui/page'
import { pick, withDays } from '../../ui/search'
import { alarmStates, alarmLevels, explanations, judged, quiets } from './words'

const filters: Filter[] = [
  { name: 'q', title: '编号、企业', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
  { name: 'level', title: '级别', options: alarmLevels, width: 120 },
  { name: 'key', title: '轻重', options: [{ value: 'true', label: '重点级' }], width: 110 },
  { name: 'state', title: '状态', options: alarmStates, width: 120 },
  { name: 'explained', title: '企业说明', options: explanations, width: 140 },
  { name: 'quiet', title: '静默', options: quiets, width: 120 },
  { name: 'from', title: '起始日', kind: 'day' },
  { name: 'to', title: '截止日', kind: 'day' },
]

const columns: Column<Alarm>[] = [
  { key: 'number', title: '编号', align: 'c', render: (a) => a.number, text: (a) => a.number },
  { key: 'level', title: '级别', align: 'c', render: (a) => <><LevelMark level={a.level} title={a.level_title} />{a.highest !== a.level && <span className="sub">曾 {a.highest_title}</span>}{a.key && <span className="sub red">重点级</span>}</>, text: (a) => [a.level_title, a.key && '重点级'].filter(Boolean).join(' ') },
  { key: 'outlet', title: '企业与监控点', render: (a) => <>{a.enterprise_name}<span className="sub">{a.outlet_name}</span></>, text: (a) => `${a.enterprise_name} ${a.outlet_name}` },
  { key: 'area', title: '区域', align: 'c', render: (a) => a.area_name, text: (a) => a.area_name },
  { key: 'factor', title: '因子', align: 'c', render: (a) => a.factor_name, text: (a) => a.factor_name },
  { key: 'value', title: '监测值', align: 'r', render: (a) => (judged(a) ? <span className={a.value > a.limit ? 'red' : ''}>{reading(a.value)}</span> : '—'), text: (a) => (judged(a) ? a.value : '') },
  { key: 'limit', title: '限值', align: 'r', render: (a) => (judged(a) ? reading(a.limit) : '—'), text: (a) => (judged(a) ? a.limit : '') },
  { key: 'unit', title: '单位', align: 'c', render: (a) => <span className="soft">{a.unit}</span>, text: (a) => a.unit },
  { key: 'times', title: '超出倍数', align: 'r', render: (a) => (judged(a) ? times(a.value, a.limit).replace(' 倍', '') : '—'), text: (a) => (judged(a) ? times(a.value, a.limit) : '') },
  { key: 'peak', title: '峰值', align: 'r', optional: true, render: (a) => (judged(a) ? reading(a.peak) : '—'), text: (a) => a.peak },
  { key: 'started', title: '开始', align: 'c', render: (a) => dateTime(a.started_at), text: (a) => dateTime(a.started_at) },
  { key: 'lasting', title: '持续', align: 'r', render: (a) => lasting(a.started_at, a.ended_at), text: (a) => lasting(a.started_at, a.ended_at) },
  { key: 'event', title: '事件', align: 'c', optional: true, render: (a) => a.event_number || '—', text: (a) => a.event_number },
  { key: 'rule', title: '规则', optional: true, render: (a) => a.rule_title, text: (a) => a.rule_title },
  { key: 'explained', title: '企业说明', align: 'c', optional: true, render: (a) => <span className={a.explained === 'given' ? 'amber' : 'soft'}>{a.explained_title}</span>, text: (a) => a.explained_title },
  { key: 'state', title: '状态', align: 'c', render: (a) => <><StateChip state={a.state} title={a.state_title} />{a.quiet_title && <span className="sub">{a.quiet_title}</span>}</>, text: (a) => [a.state_title, a.quiet_title].filter(Boolean).join(' ') },
]

/** Alarms lists what the rules found. */
export function Alarms() {
  const [search] = useFilters()
  const query = withDays(pick(search, ['q', 'area', 'level', 'key', 'state', 'explained', 'quiet', 'rule', 'from', 'to', 'outlet_id', 'enterprise_id', 'event_id']))
  const list = useList('/alarms', query)
  const can = useCan()
  return (
    <Page title="预警" tools={<><Go href="/alarm-events">预警事件</Go><Go href="/outcomes">预警成效</Go>{can('alarm.silence') && <Go href="/silences">静默与免打扰时段</Go>}<Go href="/ladders">告知规则</Go></>}>
      <section className="panel" aria-label="预警">
        <Filters filters={filters} extra={{ rule: '只看一条规则', outlet_id: '只看一个监控点', enterprise_id: '只看一家企业', event_id: '只看一个事件' }} />
        <DataList
          name="预警"
          list={list}
          columns={columns}
          exports={(f) => address(`/alarms/export.${f}`, query)}
          rowKey={(a) => a.id}
          href={(a) => `/alarms/${a.id}`}
          card={(a) => (
            <>
              <span className="row between"><LevelMark level={a.level} title={a.level_title} /><span className="row">{a.quiet_title && <span className="soft small">{a.quiet_title}</span>}<StateChip state={a.state} title={a.state_title} /></span></span>
              <span className="strong">{a.enterprise_name}</span>
              <span className="sub">{a.outlet_name}</span>
              <span className="sub num">{judged(a) ? <>{a.factor_name} <span className="red">{reading(a.value)}</span> {a.unit}，限值 {reading(a.limit)}</> : <>{a.factor_name} {a.rule_title}</>}　{dateTime(a.started_at).slice(5)}</span>
            </>
          )}
          empty={{ title: '没有符合条件的预警', how: '监控点的数据接近或超过限值时，系统会自动生成预警；也可以放宽筛选条件。' }}
        />
      </section>
    </Page>
  )
}
