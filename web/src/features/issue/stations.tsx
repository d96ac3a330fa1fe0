import './stations.css'

const stations = [
  { state: 'pending', title: '交办' },
  { state: 'assigned', title: '签收' },
  { state: 'working', title: '整改' },
  { state: 'submitted', title: '验收' },
  { state: 'accepted', title: '销号' },
]

/** stationOf gives how many stations lie behind, 5 when closed, -1 for an unknown state. */
export function stationOf(state: string): number {
  if (state === 'closed') return stations.length
  return stations.findIndex((s) => s.state === state)
}

/** Stations shows how far a problem has come. */
export function Stations({ state }: { state: string }) {
  const at = stationOf(state)
  if (at < 0) return null
  return (
    <ol className="stations" aria-label="办理进度">
      {stations.map((s, i) => (
        <li key={s.state} className={i < at ? 'past' : i === at ? 'now' : ''} aria-current={i === at ? 'step' : undefined}>
          <span className="dot" aria-hidden="true">{i < at ? '✓' : i + 1}</span>
          {s.title}
          <span className="unseen">{i < at ? '（已完成）' : i === at ? '（进行中）' : '（未到）'}</span>
        </li>
      ))}
    </ol>
  )
}
