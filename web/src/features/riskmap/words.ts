// The words and small decisions of the risk map's pages.

import type { RiskPast, RiskUnit } from '../../api/types'
import type { Shape, Tone } from '../../ui/marks'

export const colourTone: Record<string, Tone> = { red: 'red', yellow: 'amber', green: 'green' }
export const colourShape: Record<string, Shape> = { red: 'triangle', yellow: 'diamond', green: 'circle' }

/** tally: 红色 1　黄色 2　绿色 11. */
export function tally(units: Pick<RiskUnit, 'colour'>[]): { colour: string; title: string; n: number }[] {
  const titles: [string, string][] = [['red', '红色'], ['yellow', '黄色'], ['green', '绿色']]
  return titles.map(([colour, title]) => ({ colour, title, n: units.filter((u) => u.colour === colour).length }))
}

/** before finds what a unit was in the signed month before the one shown. */
export function before(past: RiskPast[] | undefined, month: string, code: string): { title: string; points: number; colour_title: string } | undefined {
  const p = past?.find((m) => m.month < month)
  const u = p?.units.find((x) => x.code === code)
  return p && u ? { title: p.title, points: u.points, colour_title: u.colour_title } : undefined
}

/** changeWords compares the warnings of two months. */
export function changeWords(now: number, then: number | undefined): string {
  if (then === undefined) return '—'
  if (now === then) return '持平'
  return now > then ? `多 ${now - then} 个` : `少 ${then - now} 个`
}

/** lasting counts the newest months in a row in which a unit was not green. */
export function lasting(past: RiskPast[], code: string): number {
  let n = 0
  for (const m of past) {
    const u = m.units.find((x) => x.code === code)
    if (!u || u.colour === 'green') break
    n++
  }
  return n
}

export const taskStates = [
  { value: 'open', label: '待答复' }, { value: 'working', label: '落实中' }, { value: 'reported', label: '待核验' }, { value: 'closed', label: '已办结' }, { value: 'dropped', label: '已撤销' },
]
export const taskKinds = [{ value: 'track', label: '跟踪问效' }, { value: 'help', label: '定点帮扶' }]

/** taskTone colours a task's state; the word stands beside it. */
export const taskTone = (t: { state: string; overdue: boolean }): Tone => (t.overdue ? 'red' : ({ open: 'amber', working: 'blue', reported: 'blue', closed: 'green' } as Record<string, Tone>)[t.state] ?? 'grey')

/** effectTone colours what the next month said. */
export const effectTone: Record<string, Tone> = { better: 'green', same: 'amber', worse: 'red' }

/** neighbours are the signed months around the one shown. */
export function neighbours(months: { month: string }[], month: string): { older?: string; newer?: string } {
  const older = months.find((m) => m.month < month)?.month
  const newer = [...months].reverse().find((m) => m.month > month)?.month
  return { older, newer }
}

/** exactly accepts a decimal as it is typed; empty is not a number. */
export function badValue(kind: string, text: string): string | undefined {
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(text)) return '应为不小于 0 的数'
  if (kind === 'water' && Number(text) > 1) return '比例应在 0 至 1 之间'
  if ((kind === 'complaints' || kind === 'exceedances') && text.includes('.')) return '应为整数'
  return undefined
}
