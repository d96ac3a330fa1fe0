// Decisions of the tile cartogram: how many classes, which tile falls in which.

export interface Class { from: number; to: number; word: string }

const words = ['无', '较少', '较多', '最多']

/** classes splits counts up to max into none and at most three equal steps. */
export function classes(max: number): Class[] {
  const out: Class[] = [{ from: 0, to: 0, word: words[0] }]
  if (max <= 0) return out
  const n = Math.min(3, max)
  let from = 1
  for (let i = 1; i <= n; i++) {
    const to = Math.max(from, Math.round((max * i) / n))
    out.push({ from, to, word: n === 3 ? words[i] : i === n ? words[3] : words[1] })
    from = to + 1
  }
  return out
}

/** classOf finds a count's class, 0 for none. */
export function classOf(list: Class[], n: number): number {
  const i = list.findIndex((c) => n >= c.from && n <= c.to)
  return i < 0 ? list.length - 1 : i
}

/** range writes a class for the legend: 0, 1–3, 5. */
export function range(c: Class): string {
  return c.from === c.to ? String(c.from) : `${c.from}–${c.to}`
}

/** shades counts how dark a class is on a scale of 0…3, however many classes there are. */
export function shade(list: Class[], i: number): number {
  return i === 0 ? 0 : Math.round((i * 3) / (list.length - 1))
}
