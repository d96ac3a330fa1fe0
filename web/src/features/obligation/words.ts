import type { Tone } from '../../ui/marks'

export const stages = [
  { value: 'due', label: '即将到期与已逾期' },
  { value: 'overdue', label: '已逾期' },
  { value: 'soon', label: '即将到期' },
  { value: 'reported', label: '待核实' },
  { value: 'open', label: '全部未了结' },
  { value: 'done', label: '已履行' },
  { value: 'waived', label: '已免除' },
]

const tones: Record<string, Tone> = { overdue: 'red', soon: 'amber', reported: 'blue', done: 'green' }

/** toneOf colours a stage; the word stands beside it. */
export const toneOf = (stage: string): Tone => tones[stage] ?? 'grey'

/** daysLeft: 还剩 3 天, 今日到期, 已逾期 2 天; nothing when it is over and done with. */
export function daysLeft(o: { days_left: number; state: string; stage: string }): string {
  if (o.state !== 'open') return ''
  if (o.stage === 'overdue') return `已逾期 ${Math.max(1, -o.days_left)} 天`
  return o.days_left <= 0 ? '今日到期' : `还剩 ${o.days_left} 天`
}
