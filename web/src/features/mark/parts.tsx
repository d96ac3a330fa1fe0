import type { Mark } from '../../api/types'
import { day } from '../../ui/format'
import { Chip, type Tone } from '../../ui/marks'

const tones: Record<string, Tone> = { marked: 'amber', accepted: 'green' }

export function StateOfMark({ mark }: { mark: Mark }) {
  return <Chip tone={tones[mark.state] ?? 'grey'}>{mark.state_title}</Chip>
}

/** ProofDue says how many documents there are, or until when they are due. */
export function ProofDue({ mark }: { mark: Mark }) {
  if (mark.documents > 0) return <span className="num">{mark.documents} 份</span>
  if (!mark.proof_due) return <span className="soft">不需要</span>
  const last = day(Date.parse(mark.proof_due) - 1000)
  return mark.proof_missing ? <span className="amber">{last} 前补交</span> : <span className="soft">未交</span>
}
