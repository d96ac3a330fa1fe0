// The arithmetic of the missing-data calendar.

import { day } from '../../ui/format'

/** monthNow: 2026-11, in Beijing. */
export function monthNow(): string {
  return day(Date.now()).slice(0, 7)
}

/** otherMonth moves by months: ('2026-01', -1) is 2025-12. */
export function otherMonth(month: string, by: number): string {
  const [y, m] = month.split('-').map(Number)
  return new Date(Date.UTC(y, m - 1 + by, 1)).toISOString().slice(0, 7)
}

/** daysOfMonth lists its days: 2026-11-01 … 2026-11-30. */
export function daysOfMonth(month: string): string[] {
  const [y, m] = month.split('-').map(Number)
  const n = new Date(Date.UTC(y, m, 0)).getUTCDate()
  return Array.from({ length: n }, (_, i) => `${month}-${String(i + 1).padStart(2, '0')}`)
}

interface Due { due: number; missing: number }

/** share is what came, in percent, never rounded up to all of it. */
export function share(d: Due): string {
  return `${Math.floor(((d.due - d.missing) / Math.max(1, d.due)) * 100)}`
}

/** tone: full, some missing (a tenth at most), many missing. */
export function tone(d: Due): 'full' | 'some' | 'many' {
  if (d.missing <= 0) return 'full'
  return d.missing * 10 <= d.due ? 'some' : 'many'
}
