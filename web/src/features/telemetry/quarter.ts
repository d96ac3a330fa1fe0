/** quarters lists the quarter that holds a moment and those before it, Beijing time: 2026Q4. */
export function quarters(now: number, n: number): { value: string; label: string }[] {
  const d = new Date(now + 8 * 3600_000)
  let k = d.getUTCFullYear() * 4 + Math.floor(d.getUTCMonth() / 3)
  const out: { value: string; label: string }[] = []
  for (; out.length < n; k--) out.push({ value: `${Math.floor(k / 4)}Q${(k % 4) + 1}`, label: `${Math.floor(k / 4)} 年第${'一二三四'[k % 4]}季度` })
  return out
}
