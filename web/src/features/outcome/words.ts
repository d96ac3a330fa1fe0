/** span spells minutes as people say them. */
export function span(minutes: number | undefined): string {
  if (minutes === undefined) return '—'
  if (minutes < 60) return `${Math.round(minutes)} 分钟`
  if (minutes < 48 * 60) return `${(minutes / 60).toFixed(1)} 小时`
  return `${(minutes / 1440).toFixed(1)} 天`
}

/** share spells a part of the whole. */
export const share = (p: number | undefined) => (p === undefined ? '—' : `${(p * 100).toFixed(1)}%`)

/** barRows are the rows that a chart has room for: the newest months, or the first of the others. */
export const barRows = <T>(rows: T[], months: boolean, most = 12): T[] => (months ? rows.slice(-most) : rows.slice(0, most))
