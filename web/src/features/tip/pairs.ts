/** pairs writes a table of words as lines “their word=ours”. */
export function pairs(m: Record<string, string> | undefined): string {
  return Object.entries(m ?? {}).map(([k, v]) => `${k}=${v}`).join('\n')
}

/** unpairs reads what pairs writes; lines without a sign are left out, full-width signs count. */
export function unpairs(text: string): Record<string, string> {
  const out: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const at = line.search(/[=＝]/)
    const key = line.slice(0, at).trim()
    const value = line.slice(at + 1).trim()
    if (at > 0 && key && value) out[key] = value
  }
  return out
}
