// How several curves share one picture: which layout suits them, which axis each
// belongs to, how they are told apart without the colours that mean something.

import type { SeriesFactor, SeriesPoint } from '../api/types'
import { limitAt, steps, top } from './series'

/** strips: one below the other; together: one chart, an axis for each unit; ratio: as parts of their limits. */
export type Layout = 'strips' | 'together' | 'ratio'

export const layouts: { value: Layout; label: string }[] = [
  { value: 'together', label: '同图' },
  { value: 'strips', label: '分图' },
  { value: 'ratio', label: '占限值' },
]

/** A shadow is another period laid under a curve: its points carry the times of the curve's own period. */
export interface Shadow { title: string; points: SeriesPoint[] }

/** A band is a period marked by somebody, beside those that the data's own flags mark. */
export interface Band { from: number; to: number; title: string }

/** A line is one factor of one outlet; key and outlet tell lines apart where codes repeat. */
export type Line = SeriesFactor & { key?: string; outlet?: { name: string; factor: string }; shadows?: Shadow[]; bands?: Band[] }

export function keyOf(l: Line): string {
  return l.key ?? l.code
}

/** mostAxes is how many units one chart can carry and still be read. */
export const mostAxes = 4

/** axesOf lists the units in the order of their first curve. */
export function axesOf(lines: readonly Line[]): string[] {
  return [...new Set(lines.map((l) => l.unit))]
}

/** usualLayout draws curves together while one axis serves each unit well: few lines, few units, ends not far apart. */
export function usualLayout(lines: readonly Line[]): Layout {
  const units = axesOf(lines)
  if (lines.length < 2 || lines.length > 6 || units.length > 2) return 'strips'
  const crowded = units.some((u) => {
    const ends = lines.filter((l) => l.unit === u).map(top)
    return Math.max(...ends) > 8 * Math.min(...ends)
  })
  return crowded ? 'strips' : 'together'
}

/** layoutOf reads the address; what cannot be drawn that way falls back. */
export function layoutOf(asked: string | undefined, lines: readonly Line[], comparing: boolean): Layout {
  if (comparing) return 'strips'
  const l = layouts.find((x) => x.value === asked)?.value ?? usualLayout(lines)
  return l === 'together' && axesOf(lines).length > mostAxes ? 'strips' : l
}

/** ink tells curves of one chart apart; red, amber and green stay free for what they mean, and the dash says it without colour. */
export const inks: { color: string; dash: 'solid' | 'dashed' | 'dotted' | number[]; symbol: string }[] = [
  { color: '#0958d9', dash: 'solid', symbol: 'circle' },
  { color: '#6b3fa0', dash: 'dashed', symbol: 'rect' },
  { color: '#0b6e78', dash: [8, 3, 2, 3], symbol: 'triangle' },
  { color: '#1f2329', dash: 'dotted', symbol: 'diamond' },
  { color: '#3f6bb5', dash: [12, 4], symbol: 'emptyCircle' },
  { color: '#8c3b78', dash: [2, 2, 6, 2], symbol: 'emptyRect' },
]

/** shadowInks are for other days under a curve. */
export const shadowInks: typeof inks = [
  { color: '#5f656e', dash: 'dashed', symbol: 'none' },
  { color: '#6b3fa0', dash: 'dotted', symbol: 'none' },
  { color: '#0b6e78', dash: [8, 3, 2, 3], symbol: 'none' },
]

/** thinned reports whether the program left points out. */
export function thinned(l: Pick<SeriesFactor, 'of' | 'points'>): boolean {
  return l.of > l.points.length
}

/** pace is the usual distance of a curve's points, for telling what is missing. */
export function pace(points: readonly SeriesPoint[], kind: string): number {
  if (points.length < 3) return steps[kind] ?? steps.hour
  const gaps = points.slice(1).map((p, i) => Date.parse(p.t) - Date.parse(points[i].t)).sort((a, b) => a - b)
  return gaps[gaps.length >> 1]
}

/** broken puts a hole where points are missing, so that no line is drawn over it. */
export function broken(points: readonly SeriesPoint[], step: number): (SeriesPoint | null)[] {
  const out: (SeriesPoint | null)[] = []
  points.forEach((p, i) => {
    if (i > 0 && Date.parse(p.t) - Date.parse(points[i - 1].t) > step) out.push(null)
    out.push(p)
  })
  return out
}

/** height is how high a point stands: its value, or the per cent of the upper limit of its time where there is one. */
export function height(l: Line, p: SeriesPoint, kind: string, layout: Layout): number | undefined {
  if (layout !== 'ratio') return p.avg
  const upper = limitAt(l.limits, Date.parse(p.t), kind)?.upper
  return upper ? (p.avg / upper) * 100 : undefined
}

export interface Spot { x: number; y: number }

/** apart keeps the spots that a finger can tell from those before them; the list of alarms opens the others. */
export function apart<S extends Spot>(spots: readonly S[], reach = 28): S[] {
  const out: S[] = []
  for (const s of spots) if (out.every((o) => Math.abs(o.x - s.x) >= reach || Math.abs(o.y - s.y) >= reach)) out.push(s)
  return out
}
