// Periods that the enterprise has marked (标记), for hatching beside the data's own flags.

import type { Mark } from '../../api/types'
import type { Line } from '../../ui/series-layout'

/** banded gives each line the marks in force that concern its factor; those that the data already bear as a flag are not hatched twice. */
export function banded(lines: readonly Line[], marks: readonly Pick<Mark, 'outlet_id' | 'kind_title' | 'factors' | 'from' | 'until' | 'flag'>[]): Line[] {
  return lines.map((l) => ({
    ...l,
    bands: marks
      .filter((m) => (!l.key || l.key === `${m.outlet_id}:${l.code}`) && (m.factors.length === 0 || m.factors.includes(l.code)))
      .map((m) => ({ from: Date.parse(m.from), to: Date.parse(m.until), title: `标记：${m.kind_title}`, flag: m.flag }))
      .filter((m) => m.to > m.from && !l.points.some((p) => m.flag !== '' && p.flag === m.flag && Date.parse(p.t) >= m.from && Date.parse(p.t) < m.to))
      .map(({ from, to, title }) => ({ from, to, title })),
  }))
}
