// What the address says about a curve: kind, span or explicit range, zoom, and
// how one goes from period to period.

import type { Search } from '../../ui/search'
import type { Zoom } from '../../ui/series-option'

export const kinds = [
  { value: 'realtime', label: '实时', spans: [['1h', '近 1 小时'], ['6h', '近 6 小时'], ['24h', '近 24 小时']] },
  { value: 'minute', label: '分钟', spans: [['6h', '近 6 小时'], ['24h', '近 24 小时'], ['3d', '近 3 天']] },
  { value: 'hour', label: '小时', spans: [['24h', '近 24 小时'], ['3d', '近 3 天'], ['7d', '近 7 天'], ['30d', '近 30 天']] },
  { value: 'day', label: '日', spans: [['30d', '近 30 天'], ['90d', '近 90 天'], ['365d', '近一年']] },
] as const

const hour = 3600_000

export function spanLength(span: string): number {
  const n = Number.parseInt(span, 10)
  return span.endsWith('h') ? n * hour : n * 24 * hour
}

export interface SeriesQuery { kind: string; span: string; spans: { value: string; label: string }[]; factors: string[]; from: string; to: string }

/** seriesQuery reads the address; without chosen factors the usual ones are drawn; "now" is rounded up to the minute so that the same page asks the same question. */
export function seriesQuery(search: Search, known: string[], usual: string[] = known, now: number = Date.now()): SeriesQuery {
  const kind = kinds.find((k) => k.value === search.kind) ?? kinds[0]
  const span = kind.spans.find(([v]) => v === search.span)?.[0] ?? kind.spans[kind.value === 'realtime' ? 0 : 1][0]
  const factors = (search.factors ?? '').split(',').filter((f) => known.includes(f))
  const to = search.to && !Number.isNaN(Date.parse(search.to)) ? Date.parse(search.to) : Math.ceil(now / 60_000) * 60_000
  const from = search.from && !Number.isNaN(Date.parse(search.from)) ? Date.parse(search.from) : to - spanLength(span)
  return { kind: kind.value, span, spans: kind.spans.map(([value, label]) => ({ value, label })), factors: factors.length > 0 ? factors : usual, from: stamp(from), to: stamp(to) }
}

/** stamp writes a moment as RFC 3339 in Beijing time. */
export function stamp(t: number): string {
  return new Date(t + 8 * hour).toISOString().slice(0, 19) + '+08:00'
}

export function zoomOf(z: string | undefined): Zoom | undefined {
  const m = /^(\d+)~(\d+)$/.exec(z ?? '')
  return m ? { from: Number(m[1]), to: Number(m[2]) } : undefined
}

/** moved gives the address one period earlier (-1) or later (1); a period that would pass the present becomes the present. */
export function moved(search: Search, q: Pick<SeriesQuery, 'from' | 'to'>, by: -1 | 1, now: number = Date.now()): Search {
  const from = Date.parse(q.from)
  const to = Date.parse(q.to)
  const next = to + by * (to - from)
  if (next > now) return atPresent(search)
  return { ...search, from: stamp(from + by * (to - from)), to: stamp(next), z: '' }
}

/** atPresent gives the address of the period that ends now. */
export function atPresent(search: Search): Search {
  return { ...search, from: '', to: '', z: '' }
}

/** closer makes the zoomed part the whole period, so that it is read in full. */
export function closer(search: Search, z: Zoom): Search {
  return { ...search, from: stamp(z.from), to: stamp(z.to), z: '' }
}

/** mostPoints is about how many points of a factor a picture can show. */
export const mostPoints = 1500

/** keyStep reads a key press: left is earlier, right is later, and keys that belong to what has the focus are left alone. */
export function keyStep(e: { key: string; altKey: boolean; ctrlKey: boolean; metaKey: boolean; shiftKey: boolean; target: unknown }): -1 | 1 | 0 {
  if (e.altKey || e.ctrlKey || e.metaKey || e.shiftKey) return 0
  const on = e.target as Element | null
  if (typeof on?.closest === 'function' && on.closest('input,textarea,select,[contenteditable],[role=combobox],[role=slider],[role=dialog],[role=region][tabindex],.ant-picker,.ant-select-dropdown')) return 0
  return e.key === 'ArrowLeft' ? -1 : e.key === 'ArrowRight' ? 1 : 0
}
