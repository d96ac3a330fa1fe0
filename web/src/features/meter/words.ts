import type { Shape, Tone } from '../../ui/marks'

/** states of a meter's connection, with the mark that says it without colour. */
export const states: Record<string, [Shape, Tone, string]> = {
  online: ['circle', 'green', '在线'],
  offline: ['ring', 'grey', '离线'],
  never: ['dash', 'grey', '未上报'],
}

/** interval says how often in the largest unit that fits. */
export function interval(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} 小时`
  if (seconds % 60 === 0) return `${seconds / 60} 分钟`
  return `${seconds} 秒`
}
