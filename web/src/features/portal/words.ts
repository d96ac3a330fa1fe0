import type { Shape, Tone } from '../../ui/marks'

/** marks of what waits: a shape and a tone beside the word. */
export const marks: Record<string, { shape: Shape; tone: Tone }> = {
  rejected: { shape: 'triangle', tone: 'red' },
  unsaid: { shape: 'triangle', tone: 'red' },
  warning: { shape: 'triangle', tone: 'red' },
  offline: { shape: 'square', tone: 'grey' },
  hint: { shape: 'circle', tone: 'blue' },
}

/** markOf gives the mark of a kind. */
export const markOf = (kind: string) => marks[kind] ?? { shape: 'diamond' as Shape, tone: 'amber' as Tone }
