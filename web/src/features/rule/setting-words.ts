import type { Setting } from '../../api/types'

/** withUnit is a value as people read it. */
export const withUnit = (s: Pick<Setting, 'unit'>, v: number) => (s.unit ? `${v} ${s.unit}` : String(v))

/** setWords lists what is set, each beside its default. */
export function setWords(settings: Setting[], values: Record<string, number>): string {
  return settings.filter((s) => s.name in values).map((s) => `${s.title} ${withUnit(s, values[s.name]!)}${values[s.name] === s.default ? '（同默认）' : `（默认 ${withUnit(s, s.default)}）`}`).join('；')
}

export function tuningTone(t: { state: string; in_force: boolean }): 'green' | 'amber' | 'grey' {
  return t.state === 'submitted' ? 'amber' : t.in_force ? 'green' : 'grey'
}

/** tidyValues drops what is not set and what cannot be sent. */
export function tidyValues(draft: Record<string, number | null | undefined>): Record<string, number> {
  return Object.fromEntries(Object.entries(draft).filter((e): e is [string, number] => typeof e[1] === 'number' && Number.isFinite(e[1])))
}

/** wrongValue says what is wrong with a value, '' when nothing is. */
export function wrongValue(s: Setting, v: number | null | undefined): string {
  if (v === undefined) return ''
  if (v === null) return `请填写${s.title}，或改回“沿用”`
  if (v < s.min || v > s.max) return `应在 ${withUnit(s, s.min)} 至 ${withUnit(s, s.max)} 之间`
  if (s.kind !== 'number' && !Number.isInteger(v)) return '应是整数'
  return ''
}
