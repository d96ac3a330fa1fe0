/** hexDump sets bytes sixteen to a line: offset, hex, printable ASCII. */
export function hexDump(hex: string): string {
  const clean = hex.replace(/[^0-9a-f]/gi, '')
  const out: string[] = []
  for (let i = 0; i < clean.length; i += 32) {
    const bytes = clean.slice(i, i + 32).match(/../g) ?? []
    const left = bytes.slice(0, 8).join(' ')
    const right = bytes.slice(8).join(' ')
    const text = bytes.map((b) => { const n = Number.parseInt(b, 16); return n >= 32 && n < 127 ? String.fromCharCode(n) : '.' }).join('')
    out.push(`${(i / 2).toString(16).padStart(6, '0')}  ${left.padEnd(23)}  ${right.padEnd(23)}  ${text}`)
  }
  return out.join('\n')
}
