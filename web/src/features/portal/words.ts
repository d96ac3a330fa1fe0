import type { Shape, Tone } from '../../ui/marks'
import { lasting } from '../../ui/format'

/** marks of what waits: a shape and a tone beside the word. */
export const marks: Record<string, { shape: Shape; tone: Tone }> = {
  rejected: { shape: 'triangle', tone: 'red' },
  unsaid: { shape: 'triangle', tone: 'red' },
  offline: { shape: 'square', tone: 'grey' },
  hint: { shape: 'circle', tone: 'blue' },
}

/** markOf gives the mark of a kind. */
export const markOf = (kind: string) => marks[kind] ?? { shape: 'diamond' as Shape, tone: 'amber' as Tone }

/** left says how much time there is: 还剩 3 小时 5 分, 已超时 2 天. */
export function left(due: string, now: number): string {
  if (!due) return ''
  const end = new Date(due).getTime()
  return end >= now ? `还剩 ${lasting(new Date(now).toISOString(), due)}` : `已超时 ${lasting(due, null, now)}`
}
