import type { Supervision } from '../../api/types'
import type { Tone } from '../../ui/marks'

export const supervisionStates = [
  { value: 'open', label: '进行中' }, { value: 'proposed', label: '待签发' }, { value: 'issued', label: '待答复' }, { value: 'answered', label: '待审核' },
  { value: 'lifted', label: '已解除' }, { value: 'raised', label: '已升级' }, { value: 'declined', label: '未签发' },
]

export const instructionStates = [{ value: 'open', label: '未办结' }, { value: 'given', label: '待办理' }, { value: 'replied', label: '待办结' }, { value: 'done', label: '已办结' }]

export function supervisionTone(d: Pick<Supervision, 'state' | 'overdue'>): Tone {
  if (d.overdue) return 'red'
  return ({ proposed: 'amber', issued: 'blue', answered: 'amber', lifted: 'green' } as Record<string, Tone>)[d.state] ?? 'grey'
}

export function instructionTone(i: { state: string; overdue: boolean }): Tone {
  if (i.overdue) return 'red'
  return ({ given: 'blue', replied: 'amber', done: 'green' } as Record<string, Tone>)[i.state] ?? 'grey'
}

/** touched are the questions whose answers a verb of a supervision changes. */
export const touched = ['/supervisions', '/instructions', '/issues', '/notices', '/me'] as const
