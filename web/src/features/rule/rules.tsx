import { Button } from 'antd'
import { address } from '../../api/client'
import type { BuiltInRule, CustomRule } from '../../api/types'
import { useAll, useCan, useList } from '../../api/use'
import { count, dateTime } from '../../ui/format'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { useGo } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { Chip, LevelMark } from '../../ui/marks'
import { Page, Panel } from '../../ui/page'
import { pick } from '../../ui/search'
import { Subtabs, useSubtab } from '../../ui/subtabs'
import { customStates, kindTitles, standing, streams } from './custom-words'

const tabs = [
  { key: 'custom', title: '自定义规则' },
  { key: 'signs', title: '异常识别' },
  { key: 'official', title: '超标与早期提醒' },
] as const

/** Rules is the library of everything that judges: what officers wrote, and what is built in. */
export function Rules() {
  const tab = useSubtab(tabs)
  const can = useCan()
  const go = useGo()
  return (
    <Page title="规则库" tools={can('rule.write') && <Button type="primary" onClick={() => go('/rules/new')}>写一条规则</Button>}>
      <Subtabs label="规则库" tabs={tabs} />
      {tab === 'signs' ? <Signs /> : tab === 'official' ? <BuiltIn /> : <Custom />}
    </Page>
  )
}

const filters: Filter[] = [
  { name: 'q', title: '名称', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
  { name: 'state', title: '状态', options: customStates, width: 120 },
]

const columns: Column<CustomRule>[] = [
  { key: 'title', title: '名称', render: (r) => <>{r.title}<span className="sub">{r.expr}</span></>, text: (r) => r.title },
  { key: 'level', title: '级别', align: 'c', render: (r) => <LevelMark level={r.level} title={r.level_title} />, text: (r) => r.level_title },
  { key: 'area', title: '区域', align: 'c', render: (r) => r.area_name, text: (r) => r.area_name },
  { key: 'hits', title: '近 30 天预警', align: 'r', render: (r) => (r.live > 0 ? count(r.hits) : '—'), text: (r) => r.hits },
  { key: 'failures', title: '未能判断', align: 'r', optional: true, render: (r) => (r.failures > 0 ? <span className="amber">{count(r.failures)}</span> : '—'), text: (r) => r.failures },
  { key: 'author', title: '起草人', align: 'c', render: (r) => r.author_name, text: (r) => r.author_name },
  { key: 'updated', title: '更新', align: 'c', render: (r) => dateTime(r.updated_at), text: (r) => dateTime(r.updated_at) },
  { key: 'state', title: '状态', align: 'c', render: (r) => <RuleState rule={r} />, text: (r) => standing(r) },
]

export function RuleState({ rule }: { rule: CustomRule }) {
  return <Chip tone={rule.state === 'submitted' ? 'amber' : rule.in_force ? 'green' : 'grey'}>{standing(rule)}</Chip>
}

function Custom() {
  const [search] = useFilters()
  const can = useCan()
  const go = useGo()
  const query = pick(search, ['q', 'area', 'state'])
  const list = useList('/rules/custom', query)
  return (
    <section className="panel" aria-label="自定义规则">
      <Filters filters={filters} />
      <DataList
        name="自定义规则"
        list={list}
        columns={columns}
        exports={(f) => address(`/rules/custom/export.${f}`, query)}
        rowKey={(r) => r.id}
        href={(r) => `/rules/${r.id}`}
        card={(r) => (
          <>
            <span className="row between"><LevelMark level={r.level} title={r.level_title} /><RuleState rule={r} /></span>
            <span className="strong">{r.title}</span>
            <span className="sub">{r.expr}</span>
            <span className="sub num">{r.area_name}　近 30 天预警 {r.hits} 条　{r.author_name}</span>
          </>
        )}
        empty={{ title: '没有符合条件的自定义规则', how: '发现一类情形总要人工盯着看，就把它写成规则：写好先在历史数据上试算，再送审发布。', action: can('rule.write') ? <Button onClick={() => go('/rules/new')}>写一条规则</Button> : undefined }}
      />
    </section>
  )
}

/** Tuned says which areas set something on the rule. */
function Tuned({ r }: { r: BuiltInRule }) {
  if (r.settings.length === 0) return <span className="soft">无可设置</span>
  const on = r.areas.filter((t) => t.in_force)
  const waits = r.areas.some((t) => t.state === 'submitted')
  if (waits) return <Chip tone="amber">待发布</Chip>
  return on.length ? <Chip tone="green">{on.map((t) => t.area_name).join('、')}已设置</Chip> : <span className="soft">默认</span>
}

const tunedText = (r: BuiltInRule) => r.areas.filter((t) => t.in_force).map((t) => t.area_name).join('、')

function Signs() {
  const list = useAll('/rules/builtin')
  const items = list.items.filter((r) => r.sign)
  return (
    <Panel title="异常识别：每小时自动看一遍，由程序内置" flush>
      <DataList
        name="异常识别规则"
        list={{ ...list, items, total: items.length }}
        columns={[
          { key: 'title', title: '名称', render: (r) => r.title, text: (r) => r.title },
          { key: 'family', title: '类别', align: 'c', render: (r) => <Chip>{r.family_title}</Chip>, text: (r) => r.family_title },
          { key: 'kinds', title: '适用', align: 'c', render: (r) => kindTitles(r.kinds), text: (r) => kindTitles(r.kinds) },
          { key: 'basis', title: '依据与判断方法', render: (r) => r.basis, text: (r) => r.basis },
          { key: 'set', title: '设置', align: 'c', render: (r) => <Tuned r={r} />, text: tunedText },
        ]}
        rowKey={(r) => r.id}
        href={(r) => `/rules/builtin/${r.id}`}
        exports={(f) => address(`/rules/builtin/export.${f}`, {})}
        card={(r) => <><span className="row between"><span className="strong">{r.title}</span><Chip>{r.family_title}</Chip></span><span className="sub">{r.basis}</span><span><Tuned r={r} /></span></>}
        empty={{ title: '没有内置的异常识别规则' }}
      />
    </Panel>
  )
}

function BuiltIn() {
  const list = useAll('/rules/builtin')
  const items = list.items.filter((r) => !r.sign)
  return (
    <Panel title="超标与早期提醒：按限值判定，由程序内置" flush>
      <DataList
        name="超标规则"
        list={{ ...list, items, total: items.length }}
        columns={[
          { key: 'title', title: '名称', render: (r) => r.title, text: (r) => r.title },
          { key: 'stream', title: '判定的数值', align: 'c', render: (r) => streams[r.stream], text: (r) => streams[r.stream] },
          { key: 'official', title: '效力', align: 'c', render: (r) => (r.official ? <Chip tone="red">可作为超标依据</Chip> : <Chip>仅提醒</Chip>), text: (r) => (r.official ? '可作为超标依据' : '仅提醒') },
          { key: 'basis', title: '依据', render: (r) => r.basis, text: (r) => r.basis },
          { key: 'set', title: '设置', align: 'c', render: (r) => <Tuned r={r} />, text: tunedText },
        ]}
        rowKey={(r) => r.id}
        href={(r) => `/rules/builtin/${r.id}`}
        exports={(f) => address(`/rules/builtin/export.${f}`, {})}
        card={(r) => <><span className="row between"><span className="strong">{r.title}</span><Chip>{streams[r.stream]}</Chip></span><span className="sub">{r.basis}</span><span><Tuned r={r} /></span></>}
        empty={{ title: '没有内置规则' }}
      />
    </Panel>
  )
}
