// Devices of a forward target as lines of text: one device a line, "MN" or "MN 对方的 MN".

export interface Line { mn: string; as?: string }

/** parseLines reads what was typed; wrong names the first line that cannot be read. */
export function parseLines(text: string): { devices: Line[]; wrong?: string } {
  const devices: Line[] = []
  for (const [i, line] of text.split('\n').entries()) {
    const parts = line.trim().split(/[\s,，→=>]+/).filter(Boolean)
    if (parts.length === 0) continue
    if (parts.length > 2 || parts.some((p) => !/^[0-9A-Za-z]{1,40}$/.test(p))) return { devices, wrong: `第 ${i + 1} 行应为 MN，或“MN 对方的MN”` }
    devices.push(parts.length === 2 && parts[1] !== parts[0] ? { mn: parts[0], as: parts[1] } : { mn: parts[0] })
  }
  return { devices }
}

/** showLines writes them back. */
export function showLines(devices: readonly Line[]): string {
  return devices.map((d) => (d.as ? `${d.mn} ${d.as}` : d.mn)).join('\n')
}

/** lagWords: 没有落后, 落后 3 分钟. */
export function lagWords(seconds: number): string {
  if (seconds <= 0) return '没有落后'
  if (seconds < 60) return `落后 ${seconds} 秒`
  if (seconds < 3600) return `落后 ${Math.floor(seconds / 60)} 分钟`
  if (seconds < 86400) return `落后 ${Math.floor(seconds / 3600)} 小时`
  return `落后 ${Math.floor(seconds / 86400)} 天`
}
