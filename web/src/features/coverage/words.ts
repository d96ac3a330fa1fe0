import type { CoverageArea } from '../../api/types'

/** percent is a share in words; without a permitted load there is none. */
export function percent(s: { percent: string }): string {
  return s.percent ? `${s.percent}%` : '—'
}

/** gapsOf counts an area's gaps of every kind. */
export function gapsOf(a: CoverageArea): number {
  return a.gaps.reduce((n, g) => n + g.count, 0)
}
