import type { Tip } from '../../api/types'
import { Chip } from '../../ui/marks'

export function StageOfTip({ tip }: { tip: Tip }) {
  return <Chip tone={tip.closed ? 'grey' : 'amber'}>{tip.stage}</Chip>
}

export function ModeOfTip({ tip }: { tip: Tip }) {
  return tip.mode === 'public' ? <>{tip.mode_title}</> : <Chip tone="blue">{tip.mode_title}</Chip>
}
