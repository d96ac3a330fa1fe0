// The program's own figures in words; a figure without a word shows its name.

import { dateTime, size } from '../../ui/format'

const groups: Record<string, string> = { gateway: '设备接入', jobs: '后台任务', sequencer: '审计入链', disk: '存储' }

const words: Record<string, Record<string, string>> = {
  gateway: { connections: '当前连接', frames: '收到报文', stored: '入库', duplicate: '重复', answered: '已应答', bad: '隔离', parked: '待认领', refused: '拒绝', failed: '写入失败' },
  jobs: { ready: '待执行', leased: '执行中', dead: '死信', late_seconds: '最久等待（秒）' },
  sequencer: { size: '已入链', pending: '待入链', behind_seconds: '滞后（秒）', signed: '已签名', signed_at: '最近签名' },
  disk: { free: '可用空间', total: '总空间' },
}

/** What should make somebody look, by group and figure. */
const alarming: Record<string, (n: number) => boolean> = {
  'jobs.dead': (n) => n > 0,
  'jobs.late_seconds': (n) => n > 300,
  'sequencer.behind_seconds': (n) => n > 10,
  'gateway.failed': (n) => n > 0,
}

export interface Fact { title: string; value: string | number; bad: boolean }
export interface Group { key: string; title: string; rows: Fact[] }

function fact(group: string, key: string, v: unknown): Fact {
  const title = words[group]?.[key] ?? key
  if (typeof v === 'number') {
    if (group === 'disk') return { title, value: size(v), bad: false }
    return { title, value: v, bad: alarming[`${group}.${key}`]?.(v) ?? false }
  }
  if (typeof v === 'boolean') return { title, value: v ? '是' : '否', bad: false }
  if (typeof v === 'string') return { title, value: key.endsWith('_at') ? dateTime(v) : v || '—', bad: false }
  return { title, value: JSON.stringify(v), bad: false }
}

/** facts turns the answer's groups of figures into titled rows. */
export function facts(parts: Record<string, object | undefined>): Group[] {
  return Object.entries(parts).flatMap(([key, v]) => (v ? [{ key, title: groups[key] ?? key, rows: Object.entries(v).map(([k, x]) => fact(key, k, x)) }] : []))
}
