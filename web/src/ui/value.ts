import type { OutletValue } from '../api/types'
import { reading } from './format'
import { valid } from './series'

type Judgeable = Pick<OutletValue, 'value' | 'converted' | 'limit' | 'lower' | 'flag'>

/** judged is the number that limits judge: the converted (折算) one where there is one. */
export function judged(v: Pick<OutletValue, 'value' | 'converted'>): number {
  return v.converted ?? v.value
}

/** isOver reports whether a valid value lies outside its limits. */
export function isOver(v: Judgeable): boolean {
  if (!valid(v.flag)) return false
  const x = judged(v)
  return (v.limit !== undefined && x > v.limit) || (v.lower !== undefined && x < v.lower)
}

/** leading puts the factors with a limit first, those over it before the rest; without any limit the first three. */
export function leading<V extends Judgeable>(values: V[]): V[] {
  const limited = values.filter((v) => v.limit !== undefined || v.lower !== undefined)
  return limited.length > 0 ? [...limited].sort((a, b) => Number(isOver(b)) - Number(isOver(a))) : values.slice(0, 3)
}

/** limitText sets the limit beside the value: / 35, / 6–9, / ≥ 6. */
export function limitText(v: Pick<OutletValue, 'limit' | 'lower'>): string {
  if (v.limit !== undefined && v.lower !== undefined) return `/ ${reading(v.lower)}–${reading(v.limit)}`
  if (v.limit !== undefined) return `/ ${reading(v.limit)}`
  if (v.lower !== undefined) return `/ ≥ ${reading(v.lower)}`
  return ''
}
