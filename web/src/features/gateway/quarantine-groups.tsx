import type { QuarantineGroup } from '../../api/types'
import { useAll, useAllOf } from '../../api/use'
import { ago, count, dateTime } from '../../ui/format'
import { useFilters } from '../../ui/filters'
import { Go } from '../../ui/go'
import { Chip } from '../../ui/marks'
import { pick, stringifySearch, withDays, type Search } from '../../ui/search'
import { Bones, Empty, Trouble } from '../../ui/state'
import './quarantine.css'

/** QuarantineGroups tells for each reason and device how often, since when, and what to do. */
export function QuarantineGroups() {
  const [search] = useFilters()
  const list = useAllOf('/quarantine/groups', { ...withDays(pick(search, ['q', 'reason', 'from', 'to'])), open: search.open === 'true' || undefined })
  const parked = useAll('/parked')
  if (list.loading) return <Bones />
  if (list.error) return <Trouble error={list.error} again={list.again} />
  if (list.items.length === 0) return <Empty title="没有隔离的报文" how="校验不符、格式错误的报文会原样保存在这里并注明原因，不会丢弃；好的报文不受影响。筛选过窄时也可能没有结果。" />
  const waiting = new Set(parked.items.map((p) => p.mn))
  return (
    <ul className="cards quarantine-groups">
      {list.items.map((g) => <li key={g.reason + ' ' + g.mn} className="card"><Group g={g} search={search} parked={waiting.has(g.mn)} /></li>)}
    </ul>
  )
}

function Group({ g, search, parked }: { g: QuarantineGroup; search: Search; parked: boolean }) {
  const all = `/quarantine${stringifySearch({ ...pick(search, ['from', 'to', 'open']), view: 'single', reason: g.reason, q: g.mn || undefined })}`
  return (
    <>
      <div className="row between">
        <span className="row"><Chip tone="amber">{g.reason_title}</Chip>{g.open === 0 && <Chip tone="green">已核查</Chip>}</span>
        <span className="soft small num">最近 {ago(g.last_at)}</span>
      </div>
      <p>{g.advice}</p>
      <dl className="quarantine-facts">
        <div><dt>MN</dt><dd className="mono wrap">{g.mn || '读不出'}</dd></div>
        <div><dt>归属</dt><dd>{g.registered ? <Go href={`/outlets/${g.outlet_id}`}>{g.outlet_name}</Go> : parked ? <Go href={`/parked?q=${encodeURIComponent(g.mn)}`}>未登记，去认领</Go> : g.mn ? '未登记' : '—'}</dd></div>
        <div><dt>次数</dt><dd className="num">{count(g.runs)}{g.dropped > 0 && `（另有 ${count(g.dropped)} 次过快未存）`}</dd></div>
        <div><dt>未核查</dt><dd className="num">{count(g.open)}</dd></div>
        <div><dt>首次</dt><dd className="num">{dateTime(g.first_at)}</dd></div>
        <div><dt>来源</dt><dd className="mono">{g.address}</dd></div>
      </dl>
      <div className="row quarantine-links"><Go href={`/quarantine/${g.last_id}`}>打开最近一条</Go><Go href={all}>逐条查看 {count(g.runs)} 条</Go></div>
    </>
  )
}
