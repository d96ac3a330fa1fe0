import { Button } from 'antd'
import { address } from '../../api/client'
import type { Reward } from '../../api/types'
import { useCan, useGet, useList } from '../../api/use'
import { Filters, useFilters, type Filter } from '../../ui/filters'
import { day } from '../../ui/format'
import { useGo } from '../../ui/go'
import { DataList, type Column } from '../../ui/list'
import { Page, Panel } from '../../ui/page'
import { pick } from '../../ui/search'
import { Bones, Trouble } from '../../ui/state'
import { AwardRow, Links, RewardState } from './parts'
import { money, rewardStates } from './words'

const filters: Filter[] = [
  { name: 'q', title: '编号、文号、问题', kind: 'text' },
  { name: 'area', title: '区域', kind: 'area' },
  { name: 'state', title: '状态', options: rewardStates, width: 150 },
  { name: 'late', title: '超过告知时限', kind: 'flag' },
]

const columns: Column<Reward>[] = [
  { key: 'number', title: '编号', align: 'c', render: (r) => <span className="num">{r.number}</span>, text: (r) => r.number },
  { key: 'issue', title: '问题', render: (r) => <>{r.issue_title}<span className="sub">{r.act_title}</span></>, text: (r) => r.issue_title },
  { key: 'document', title: '文号', render: (r) => r.document, text: (r) => r.document },
  { key: 'total', title: '总额', unit: '元', align: 'r', render: (r) => <span className="num">{money(r.total)}</span>, text: (r) => r.total },
  { key: 'reports', title: '举报', unit: '件', align: 'r', optional: true, render: (r) => r.reports, text: (r) => r.reports },
  { key: 'area', title: '区域', align: 'c', optional: true, render: (r) => r.area_name, text: (r) => r.area_name },
  { key: 'due', title: '应告知', align: 'c', render: (r) => <span className={`num ${r.late ? 'red' : ''}`}>{day(r.due_at)}{r.late && <span className="sub red">已过时限</span>}</span>, text: (r) => day(r.due_at) },
  { key: 'state', title: '状态', align: 'c', render: (r) => <RewardState state={r.state} title={r.state_title} />, text: (r) => r.state_title },
]

/** Rewards is the desk of rewards for reporters: what to propose, what waits to be paid, and all that was proposed. */
export function Rewards() {
  const can = useCan()
  const [search] = useFilters()
  const query = pick(search, ['q', 'area', 'state', 'late', 'from', 'to'])
  const list = useList('/rewards', query as never)
  return (
    <Page title="举报奖励" tools={<Links here="/rewards" />}>
      {can('reward.handle') && <Candidates />}
      <Waiting />
      <section className="panel" aria-label="举报奖励">
        <Filters filters={filters} />
        <DataList
          name="举报奖励"
          list={list}
          columns={columns}
          exports={(f) => address(`/rewards/export.${f}`, query as never)}
          rowKey={(r) => r.id}
          href={(r) => `/rewards/${r.id}`}
          card={(r) => (
            <>
              <span className="row between"><RewardState state={r.state} title={r.state_title} /><span className="num strong">{money(r.total)} 元</span></span>
              <span>{r.issue_title}</span>
              <span className={`sub num ${r.late ? 'red' : ''}`}>{r.document}　应告知 {day(r.due_at)}</span>
            </>
          )}
          empty={{ title: '没有符合条件的奖励', how: '公众举报立为问题、查实并处罚后，由举报奖励专岗在“待提出”中提出。' }}
        />
      </section>
    </Page>
  )
}

function Candidates() {
  const go = useGo()
  const q = useGet('/rewards/candidates')
  if (q.error && !q.data) return <Panel title="待提出"><Trouble error={q.error} again={() => void q.refetch()} /></Panel>
  if (!q.data) return <Panel title="待提出"><Bones rows={2} /></Panel>
  if (q.data.length === 0) return null
  return (
    <Panel title={`待提出（${q.data.length}）`} flush>
      <ul className="cards">
        {q.data.slice(0, 20).map((c) => (
          <li key={c.issue_id} className="card row between">
            <span>
              <span className="strong">{c.title}</span>
              <span className="sub num">{c.number}　{c.area_name}　公众举报 {c.reports} 件，最早 {day(c.first)}</span>
            </span>
            <Button size="small" aria-label={`为 ${c.number} 提出奖励`} onClick={() => go(`/rewards/new?issue=${c.issue_id}`)}>提出奖励</Button>
          </li>
        ))}
      </ul>
      {q.data.length > 20 && <p className="soft small" style={{ padding: '0 16px 12px' }}>先列最早的 20 个。</p>}
    </Panel>
  )
}

/** Waiting is the money that waits for somebody here: vouchers, collections, appeals. */
function Waiting() {
  const list = useList('/awards', { state: ['claimed', 'ready', 'appealed', 'disputed', 'recovering'] } as never)
  const mine = list.items.filter((a) => a.actions.some((x) => x.allowed && x.verb !== 'extend'))
  if (mine.length === 0) return null
  return <Panel title={`待办的奖金（${mine.length}）`} flush><ul className="cards">{mine.map((a) => <AwardRow key={a.id} award={a} link />)}</ul></Panel>
}
