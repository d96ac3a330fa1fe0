import type { CustomRule, RuleRow } from '../../api/types'

export const customStates = [
  { value: 'draft', label: '起草中' },
  { value: 'submitted', label: '待发布' },
  { value: 'live', label: '在用' },
  { value: 'off', label: '已停用' },
]

export const streams: Record<string, string> = { realtime: '实时值', hour: '小时均值', day: '日均值' }

export const outletKinds = [
  { value: 'water', label: '废水' },
  { value: 'gas', label: '废气' },
  { value: 'rain', label: '雨水' },
]

export const permitClasses = ['重点', '简化', '登记'].map((c) => ({ value: c, label: c }))

export const levels = [
  { value: 'notice', label: '早期提醒' },
  { value: 'suspect', label: '疑似异常' },
]

const kinds: Record<string, string> = { water: '废水', gas: '废气', rain: '雨水', surface_water: '地表水', air: '环境空气' }

export const kindTitles = (list: string[]) => (list.length ? list.map((k) => kinds[k] ?? k).join('、') : '全部')

/** standing says what of the rule judges and what is on its way. */
export function standing(r: Pick<CustomRule, 'state' | 'state_title' | 'live' | 'in_force'>): string {
  if (r.state === 'live') return `在用，第 ${r.live} 版`
  if (r.in_force) return `${r.state_title}，第 ${r.live} 版在用`
  return r.state_title
}

/** stats are what a condition may take of a factor; hours asks for a number of hours. */
export const stats: { value: RuleRow['stat']; label: string; hours?: boolean; bare?: boolean; number?: boolean }[] = [
  { value: 'value', label: '小时值' },
  { value: 'avg', label: '平均', hours: true },
  { value: 'max', label: '最大', hours: true },
  { value: 'min', label: '最小', hours: true },
  { value: 'before', label: '若干小时前', hours: true },
  { value: 'swing', label: '波动', hours: true, number: true },
  { value: 'valid', label: '有效率', hours: true, number: true },
  { value: 'over', label: '超限时数', hours: true, number: true },
  { value: 'marked', label: '标记时数', hours: true, number: true },
  { value: 'same', label: '不变时数', number: true },
  { value: 'hour', label: '几点', bare: true, number: true },
  { value: 'running', label: '在生产', bare: true },
  { value: 'idle', label: '不在生产', bare: true },
]

export const ops: { value: RuleRow['op']; label: string }[] = [
  { value: '>', label: '大于' }, { value: '>=', label: '不小于' }, { value: '<', label: '小于' }, { value: '<=', label: '不大于' }, { value: '==', label: '等于' }, { value: '!=', label: '不等于' },
]

export const bases: { value: RuleRow['base']; label: string }[] = [
  { value: 'number', label: '数值' },
  { value: 'limit', label: '倍限值' },
  { value: 'usual', label: '倍平时水平' },
  { value: 'usual_hour', label: '倍同时段水平' },
  { value: 'high', label: '倍平时高位' },
  { value: 'low', label: '倍平时低位' },
  { value: 'span', label: '倍量程' },
  { value: 'lower', label: '倍下限' },
]

/** places are measured things without a factor's code. */
export const places = ['流量', '含氧量', '烟温', '湿度', 'pH', '生产用电', '治理用电', '取水量']

export const blankRow: RuleRow = { factor: '', stat: 'value', op: '>', base: 'limit', value: 1 }

/** asks tells which parts of a condition matter for what it takes. */
export function asks(stat: string) {
  const s = stats.find((x) => x.value === stat)
  const whole = stat === 'running' || stat === 'idle'
  return { factor: !s?.bare, hours: !!s?.hours, compare: !whole, base: !whole && !s?.number }
}

/** tidy drops what does not matter, so that the same condition is always the same. */
export function tidy(r: RuleRow): RuleRow {
  const a = asks(r.stat)
  return { factor: a.factor ? r.factor : '', stat: r.stat, ...(a.hours ? { hours: r.hours ?? 24 } : {}), op: a.compare ? r.op : '', base: a.base ? r.base : a.compare ? 'number' : '', value: a.compare ? r.value : 0 }
}

/** unfinished says what a condition still lacks. */
export function unfinished(rows: RuleRow[]): string {
  if (rows.length === 0) return '请至少填写一个条件'
  const i = rows.findIndex((r) => asks(r.stat).factor && !r.factor)
  return i < 0 ? '' : `请选择第 ${i + 1} 个条件的因子`
}

/** cuts splits a text at a problem, for underlining. */
export function cuts(text: string, from: number, to: number): [string, string, string] {
  const chars = [...text]
  const end = Math.max(to, from + 1)
  const wrong = chars.slice(from, end).join('')
  return [chars.slice(0, from).join(''), wrong || ' ', chars.slice(end).join('')]
}
