// Words and small decisions of the device page.

import type { Tone } from '../../ui/marks'

interface Progress { asked_at: string; sent_at: string; accepted_at: string; ended_at: string; state: string; state_title: string; attempts: number }

export interface Stage { title: string; at: string; done: boolean }

const over = new Set(['done', 'failed', 'refused', 'expired', 'cancelled'])

/** isOpen reports whether something may still happen to a command. */
export function isOpen(state: string): boolean {
  return !over.has(state)
}

/** stages are the steps of a command so far and those still ahead. */
export function stages(c: Progress): Stage[] {
  const out: Stage[] = [{ title: '已记录', at: c.asked_at, done: true }]
  if (c.sent_at || isOpen(c.state)) out.push({ title: c.attempts > 1 ? `已发送（第 ${c.attempts} 次）` : c.sent_at ? '已发送' : '发送', at: c.sent_at, done: !!c.sent_at && c.state !== 'pending' })
  if (c.accepted_at || c.state === 'pending' || c.state === 'sent') out.push({ title: c.accepted_at ? '已受理' : '受理', at: c.accepted_at, done: !!c.accepted_at })
  out.push(isOpen(c.state) ? { title: '执行结果', at: '', done: false } : { title: c.state_title, at: c.ended_at, done: true })
  return out
}

/** commandTone colours a command's state. */
export function commandTone(state: string): Tone {
  if (state === 'done') return 'green'
  if (state === 'failed' || state === 'refused' || state === 'expired') return 'red'
  return isOpen(state) ? 'blue' : 'grey'
}

/** gapTone colours a gap's state. */
export function gapTone(state: string): Tone {
  return ({ open: 'amber', asked: 'blue', closed: 'green', lost: 'red' } as Record<string, Tone>)[state] ?? 'grey'
}

export const origins: Record<string, string> = { person: '人工', notice: '设备请求', greeting: '首次连接', callback: '自动补取', renewal: '密钥到期' }

export const links: Record<string, string> = { '': '移动网络（10 秒，重发 3 次）', adsl: '有线（5 秒，重发 3 次）', nbiot: '窄带物联网（30 秒，重发 5 次）' }
