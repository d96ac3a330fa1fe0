import type { Tip } from '../../api/types'
import { day } from '../../ui/format'
import { Chip } from '../../ui/marks'

export function StageOfTip({ tip }: { tip: Tip }) {
  return <Chip tone={tip.closed ? 'grey' : 'amber'}>{tip.stage}</Chip>
}

export function ModeOfTip({ tip }: { tip: Tip }) {
  return tip.mode === 'public' ? <>{tip.mode_title}</> : <Chip tone="blue">{tip.mode_title}</Chip>
}

/** AnswerOfTip says whether the reporter was told of accepting, or by when that must be. */
export function AnswerOfTip({ tip }: { tip: Tip }) {
  if (tip.answer) return <Chip tone={tip.answer === 'accepted' ? 'green' : 'grey'}>{tip.answer_title}</Chip>
  if (!tip.accept_by) return <span className="soft">—</span>
  return tip.answer_overdue ? <Chip tone="red">逾期未答复</Chip> : <Chip tone="amber">{day(tip.accept_by)} 前答复</Chip>
}
