// The tile map: every unit a tile of the same size, neighbours near each other;
// colour, shape and word say the same.

import type { RiskUnit } from '../../api/types'
import { Go } from '../../ui/go'
import './riskmap.css'

const marks: Record<string, string> = { red: 'M6 0.8 11.6 11.2H0.4z', yellow: 'M6 0 12 6 6 12 0 6z', green: 'M6 0.6a5.4 5.4 0 1 0 0 10.8 5.4 5.4 0 0 0 0-10.8z' }

/** Tiles draws the units; without places they follow the official order. */
export function Tiles({ units, href }: { units: RiskUnit[]; href: (u: RiskUnit) => string }) {
  const placed = new Set(units.map((u) => `${u.x},${u.y}`)).size === units.length
  const columns = placed ? Math.max(...units.map((u) => u.x)) + 1 : Math.ceil(Math.sqrt(units.length))
  return (
    <ul className="risk-tiles" style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, maxWidth: columns * 152 }} aria-label="风险预警图，各单元示意，不代表实际边界">
      {units.map((u) => (
        <li key={u.code} style={placed ? { gridColumn: u.x + 1, gridRow: u.y + 1 } : undefined}>
          <Go href={href(u)} className={`risk-tile ${u.colour}`} title={`${u.name}：${u.colour_title}，${u.points} 个警示`}>
            <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true"><path d={marks[u.colour]} fill="currentColor" /></svg>
            <span className="name">{u.short}</span>
            <span className="n num"><span className="unseen">{u.colour_title}，</span>{u.points}<span className="unseen"> 个警示</span></span>
          </Go>
        </li>
      ))}
    </ul>
  )
}
