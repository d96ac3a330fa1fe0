import type { Trend } from '../api/types'

/** sparkPath draws the valid hours as an SVG path in a box of 24 by 1, broken where hours are missing. */
export function sparkPath(t: Pick<Trend, 'values'>, limit: number | undefined): string {
  const valid = t.values.filter((v) => v.valid)
  const top = Math.max(limit ?? 0, ...valid.map((v) => v.value))
  if (valid.length < 2 || top <= 0) return ''
  let last = -2
  return valid.map((v) => {
    const pen = v.hour === last + 1 ? 'L' : 'M'
    last = v.hour
    return `${pen}${v.hour} ${(1 - Math.max(0, v.value) / top).toFixed(3)}`
  }).join('')
}
