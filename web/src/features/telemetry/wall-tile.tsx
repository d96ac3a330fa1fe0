import type { Trend, WallOutlet } from '../../api/types'
import { ago, reading } from '../../ui/format'
import { Go } from '../../ui/go'
import { Mark } from '../../ui/marks'
import { Spark } from '../../ui/spark'
import { states } from './wall'

const marks = new Map(states.map((s) => [s.state as string, s]))

/** WallTile is one outlet: its state, and the factor outside or nearest to its limits. */
export function WallTile({ o, curve }: { o: WallOutlet; curve?: Trend }) {
  const s = marks.get(o.state) ?? states[states.length - 1]
  const limit = o.limit ?? undefined
  return (
    <Go href={`/outlets/${o.id}`} className={`wall-tile ${s.tone === 'red' ? 'burning' : ''} ${s.tone === 'grey' ? 'quiet' : ''}`}>
      <span className="row between"><Mark shape={s.shape} tone={s.tone}>{s.word}</Mark><span className="soft small">{ago(o.last_at)}</span></span>
      <span className="wall-name" title={o.name}>{o.name}</span>
      <span className="soft small wall-name" title={o.enterprise}>{o.enterprise}</span>
      {o.factor ? (
        <span className="wall-value">
          <span className="soft small">{o.factor_name || o.factor}</span>
          <span className={`num ${o.over ? 'red strong' : ''}`}>{reading(o.value ?? null)}<span className="soft small">{limit !== undefined && `／${reading(limit)}`} {o.unit}</span></span>
        </span>
      ) : <span className="soft small">没有可显示的因子</span>}
      <Spark trend={curve} limit={limit} />
    </Go>
  )
}
