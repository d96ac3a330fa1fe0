// Comparing a period with the same hours of other days: which days, how their
// curves are laid under the present one, and what the numbers say.

import type { SeriesFactor, SeriesPoint } from '../../api/types'
import { exceeds, valid } from '../../ui/series'
import { stamp } from './range'

const dayLong = 86_400_000

/** mostDays is how many other days one curve can carry. */
export const mostDays = 3

export const usualDays = [
  { value: '1', label: '前 1 日' },
  { value: '2', label: '前 2 日' },
  { value: '7', label: '上周同日' },
  { value: '30', label: '前 30 日' },
]

/** daysOf reads the address: whole numbers of days back, each once. */
export function daysOf(text: string | undefined): number[] {
  const list = (text ?? '').split(',').map(Number).filter((n) => Number.isInteger(n) && n > 0 && n <= 3660)
  return [...new Set(list)].slice(0, mostDays)
}

/** daysTitle says which day it is, counted from the period's last: 前 1 日（11-24）. */
export function daysTitle(days: number, to: string): string {
  const word = usualDays.find((d) => Number(d.value) === days)?.label ?? `前 ${days} 日`
  return `${word}（${stamp(lastOf(to) - days * dayLong).slice(5, 10)}）`
}

const lastOf = (to: string) => Date.parse(to) - 1000 // a period that ends at midnight belongs to the day before

/** daysBack is how many days a chosen date (2026-11-20) lies before the period's last day; 0 when it does not. */
export function daysBack(date: string, to: string): number {
  const n = Math.round((Date.parse(stamp(lastOf(to)).slice(0, 10) + 'T00:00:00Z') - Date.parse(date + 'T00:00:00Z')) / dayLong)
  return n > 0 ? n : 0
}

/** back moves a moment some days back. */
export function back(t: string, days: number): string {
  return stamp(Date.parse(t) - days * dayLong)
}

/** forward lays another day's points under the present ones. */
export function forward(points: readonly SeriesPoint[], days: number): SeriesPoint[] {
  return points.map((p) => ({ ...p, t: stamp(Date.parse(p.t) + days * dayLong) }))
}

export interface Sum { count: number; mean: number | undefined; max: number | undefined; over: number | undefined; marked: number }

/** sumUp tells a period in numbers; marked values do not count. A thinned curve keeps its highest value and nothing else of use. */
export function sumUp(f: Pick<SeriesFactor, 'points' | 'limits' | 'of'>, kind: string): Sum {
  const good = f.points.filter((p) => valid(p.flag))
  if (good.length === 0) return { count: 0, mean: undefined, max: undefined, over: 0, marked: f.points.length }
  const whole = f.of <= f.points.length
  return {
    count: whole ? good.length : f.of,
    mean: !whole ? undefined : good.reduce((s, p) => s + p.avg, 0) / good.length,
    max: good.reduce((m, p) => Math.max(m, p.max ?? p.avg), -Infinity),
    over: whole ? good.filter((p) => exceeds(p, f.limits, kind)).length : undefined,
    marked: f.points.length - good.length,
  }
}

/** change is how much more the present is than the other, in per cent. */
export function change(present: number | undefined, other: number | undefined): number | undefined {
  if (present === undefined || other === undefined || other === 0) return undefined
  return (present / other - 1) * 100
}
