// How values are written for people: Beijing time, tabular figures, plain words.

const beijing = 8 * 3600 * 1000

function shifted(t: string | number | Date): Date | null {
  const d = new Date(t)
  return Number.isNaN(d.getTime()) || d.getTime() <= 0 ? null : new Date(d.getTime() + beijing)
}

/** dateTime: 2026-11-21 09:30, Beijing time; "—" when there is none. */
export function dateTime(t: string | number | null | undefined): string {
  const d = t ? shifted(t) : null
  return d ? d.toISOString().slice(0, 16).replace('T', ' ') : '—'
}

/** dateSecond: 2026-11-21 09:30:05. */
export function dateSecond(t: string | number | null | undefined): string {
  const d = t ? shifted(t) : null
  return d ? d.toISOString().slice(0, 19).replace('T', ' ') : '—'
}

/** day: 2026-11-21. */
export function day(t: string | number | null | undefined): string {
  return dateTime(t).slice(0, 10)
}

/** clock: 09:30 when t is today in Beijing, else 11-21 09:30. */
export function clock(t: string | null | undefined, now: number = Date.now()): string {
  const s = dateTime(t)
  if (s === '—') return s
  return s.slice(0, 10) === day(now) ? s.slice(11) : s.slice(5)
}

/** ago: 3 分钟前, for how fresh something is. */
export function ago(t: string | null | undefined, now: number = Date.now()): string {
  if (!t || !shifted(t)) return '—'
  const s = Math.round((now - new Date(t).getTime()) / 1000)
  if (s < 60) return '刚刚'
  if (s < 3600) return `${Math.floor(s / 60)} 分钟前`
  if (s < 86400) return `${Math.floor(s / 3600)} 小时前`
  return `${Math.floor(s / 86400)} 天前`
}

/** count: 1,234. */
export function count(n: number | null | undefined): string {
  return n === null || n === undefined ? '—' : n.toLocaleString('en-US')
}

/** total: 1,000+ when the program stopped counting. */
export function total(n: number, capped: boolean): string {
  return count(n) + (capped ? '+' : '')
}

/** reading writes a measured value: at most four significant figures, no exponent, trailing zeros dropped. */
export function reading(v: number | null | undefined): string {
  if (v === null || v === undefined || !Number.isFinite(v)) return '—'
  if (v === 0) return '0'
  const a = Math.abs(v)
  const digits = a >= 1000 ? 0 : Math.min(6, Math.max(0, 3 - Math.floor(Math.log10(a))))
  const s = v.toFixed(digits)
  const trimmed = s.includes('.') ? s.replace(/0+$/, '').replace(/\.$/, '') : s
  return a >= 1000 ? Number(trimmed).toLocaleString('en-US') : trimmed
}

/** times: 超标倍数 (value/limit − 1), e.g. 0.35 倍. */
export function times(value: number, limit: number): string {
  if (!(limit > 0)) return '—'
  return `${reading(Math.round((value / limit - 1) * 100) / 100)} 倍`
}

/** due: 剩 3 个工作日, 今日到期, 逾期 2 个工作日. */
export function due(daysLeft: number, overdue: boolean): string {
  if (overdue) return daysLeft < 0 ? `逾期 ${-daysLeft} 个工作日` : '已逾期'
  if (daysLeft <= 0) return '今日到期'
  return `剩 ${daysLeft} 个工作日`
}

/** size: 12.3 kB. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`
  return `${(bytes / 1e9).toFixed(2)} GB`
}

/** lasting: 2 小时 5 分, from a start to an end or to now. */
export function lasting(from: string, to: string | null | undefined, now: number = Date.now()): string {
  const a = new Date(from).getTime()
  const b = to && shifted(to) ? new Date(to).getTime() : now
  const min = Math.max(0, Math.round((b - a) / 60000))
  if (Number.isNaN(min)) return '—'
  if (min < 60) return `${min} 分钟`
  const part = (big: string, n: number, small: string) => (n > 0 ? `${big} ${n} ${small}` : big)
  if (min < 1440) return part(`${Math.floor(min / 60)} 小时`, min % 60, '分')
  return part(`${Math.floor(min / 1440)} 天`, Math.floor((min % 1440) / 60), '小时')
}

/** left says how much time there is: 还剩 3 小时 5 分, 已超时 2 天. */
export function left(due: string, now: number = Date.now()): string {
  if (!due) return ''
  const end = new Date(due).getTime()
  return end >= now ? `还剩 ${lasting(new Date(now).toISOString(), due)}` : `已超时 ${lasting(due, null, now)}`
}
