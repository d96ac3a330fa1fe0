// Decisions about a curve, apart from how it is drawn: which periods are marked,
// which limit counts when, what an axis should cover.

import type { SeriesFactor, SeriesLimit, SeriesPoint } from '../api/types'

/** The marks of HJ 212 data (Flag), as the standard words them. */
export const flagWords: Record<string, string> = {
  N: '正常', F: '停运', M: '维护', S: '手工输入', D: '故障', C: '校准', T: '超测量上限', B: '通讯异常', P: '电源故障', Z: '标定', H: '有效数据不足',
}

export function flagWord(flag: string): string {
  if (!flag) return ''
  return flagWords[flag] ?? `标记 ${flag}`
}

/** valid reports whether a value may be judged against the limit. */
export function valid(flag: string): boolean {
  return flag === '' || flag === 'N' || flag === 'S'
}

export const steps: Record<string, number> = { realtime: 60_000, minute: 600_000, hour: 3600_000, day: 86_400_000 }

export interface Span { from: number; to: number; flag: string }

/** marked joins neighbouring points of one mark into spans, each one step long at least. */
export function marked(points: SeriesPoint[], step: number): Span[] {
  const out: Span[] = []
  for (const p of points) {
    if (valid(p.flag)) continue
    const t = Date.parse(p.t)
    const last = out[out.length - 1]
    if (last && last.flag === p.flag && t <= last.to + step / 2) last.to = t + step
    else out.push({ from: t, to: t + step, flag: p.flag })
  }
  return out
}

/** overWord: 超标 is said of official hourly and daily means only, 超限 of what is merely early. */
export function overWord(kind: string): string {
  return kind === 'hour' || kind === 'day' ? '超标' : '超限'
}

/** limitAt finds the limit that is valid at a moment: the one for this kind of value before any other. */
export function limitAt(limits: SeriesLimit[], t: number, kind: string): SeriesLimit | undefined {
  const now = limits.filter((l) => (!l.from || Date.parse(l.from) <= t) && (!l.to || t < Date.parse(l.to)))
  return now.find((l) => l.kind === kind) ?? now[0]
}

/** exceeds reports whether a valid value is over (or under) the limit of its time. */
export function exceeds(p: SeriesPoint, limits: SeriesLimit[], kind: string): boolean {
  if (!valid(p.flag)) return false
  const l = limitAt(limits, Date.parse(p.t), kind)
  if (!l) return false
  return (l.upper !== undefined && p.avg > l.upper) || (l.lower !== undefined && p.avg < l.lower)
}

/** bottom gives the y-axis' lower end: nought, or below the lowest value. */
export function bottom(f: SeriesFactor): number {
  let m = 0
  for (const p of f.points) if (p.avg < m) m = p.avg
  return m * 1.12
}

/** top gives the y-axis' upper end: the curve and its limit, with a little air. */
export function top(f: SeriesFactor): number {
  let m = 0
  for (const p of f.points) if (p.avg > m) m = p.avg
  for (const l of f.limits) if (l.upper !== undefined && l.upper > m) m = l.upper
  return m === 0 && bottom(f) === 0 ? 1 : m * 1.12
}

export interface SeriesRow { t: string; cells: ({ point: SeriesPoint; over: boolean } | undefined)[] }

/** rows puts the factors' points side by side by time, newest first. */
export function rows(factors: SeriesFactor[], kind: string): SeriesRow[] {
  const by = new Map<string, SeriesRow>()
  factors.forEach((f, i) => {
    for (const p of f.points) {
      let r = by.get(p.t)
      if (!r) by.set(p.t, (r = { t: p.t, cells: factors.map(() => undefined) }))
      r.cells[i] = { point: p, over: exceeds(p, f.limits, kind) }
    }
  })
  return [...by.values()].sort((a, b) => Date.parse(b.t) - Date.parse(a.t))
}
