// The program's own figures in words; a figure without a word shows its name.

import { dateTime, size } from '../../ui/format'

const groups: Record<string, string> = { gateway: '设备接入', jobs: '后台任务', sequencer: '审计入链', disk: '存储', bus: '事件', telemetry: '监测数据', memory: '内存', audit: '审计日志' }

const words: Record<string, string> = {
  connections: '当前连接', frames: '已收报文', answered: '已应答', quarantined: '已隔离', parked: '待认领', ready: '待执行', dead: '死信', running: '执行中', size: '已入链', pending: '待入链', unsequenced: '待入链', lag_seconds: '滞后（秒）',
  free: '可用空间', free_bytes: '可用空间', used_bytes: '已用空间', total_bytes: '总空间', data_bytes: '数据大小', last_at: '最近', checkpoint_at: '最近检查点', listen: '监听地址', address: '监听地址', heap_bytes: '堆内存', sys_bytes: '占用内存', goroutines: '协程', queue: '排队', bytes: '字节', oldest_at: '最早待办', path: '位置', values: '数据值', rows: '行', batches: '批次', last_frame_at: '最近报文', devices: '设备', online: '在线设备', seq: '序号',
}

const alarming = new Set(['dead'])

export interface Fact { title: string; value: string | number; bad: boolean }
export interface Group { key: string; title: string; rows: Fact[] }

function word(key: string, v: unknown): Fact {
  const title = words[key] ?? key
  if (typeof v === 'number') {
    if (/bytes$|^free$/.test(key)) return { title, value: size(v), bad: false }
    return { title, value: v, bad: alarming.has(key) && v > 0 }
  }
  if (typeof v === 'boolean') return { title, value: v ? '是' : '否', bad: false }
  if (typeof v === 'string') return { title, value: /_at$/.test(key) ? dateTime(v) : v || '—', bad: false }
  return { title, value: JSON.stringify(v), bad: false }
}

/** facts turns the answer's nested figures into groups of titled rows. */
export function facts(parts: Record<string, unknown>): Group[] {
  const out: Group[] = []
  const loose: Fact[] = []
  for (const [key, v] of Object.entries(parts)) {
    if (v && typeof v === 'object' && !Array.isArray(v)) {
      out.push({ key, title: groups[key] ?? key, rows: Object.entries(v).map(([k, x]) => word(k, x)) })
    } else if (v !== undefined && v !== null) loose.push(word(key, v))
  }
  if (loose.length > 0) out.push({ key: 'other', title: '其他', rows: loose })
  return out
}
