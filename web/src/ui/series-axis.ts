// Round ends and steps of an axis.

/** axis gives round ends and steps; a factor may lie below nought (烟气压力). */
export function axis(low: number, high: number): { min: number; max: number; interval: number } {
  if (low === 0) return { min: 0, max: niceTop(high), interval: niceTop(high) / niceParts(niceTop(high)) }
  const interval = niceTop((high - low) / 4)
  return { min: Math.floor(low / interval) * interval, max: Math.ceil(high / interval) * interval, interval }
}

/** niceTop rounds an axis end up to 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten. */
export function niceTop(v: number): number {
  const p = 10 ** Math.floor(Math.log10(v))
  const m = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((x) => x * p >= v * 0.999) ?? 10
  return Number((m * p).toPrecision(6))
}

/** niceParts splits a nice axis end into parts that are round themselves. */
export function niceParts(end: number): number {
  const m = Number((end / 10 ** Math.floor(Math.log10(end))).toPrecision(3))
  return ({ 1: 4, 1.5: 3, 2: 4, 3: 3, 4: 4, 5: 5, 6: 3, 8: 4 } as Record<number, number>)[m] ?? 4
}
