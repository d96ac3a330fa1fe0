export const markStates = [
  { value: 'open', label: '待审核' },
  { value: 'force', label: '有效（待审核、已认可）' },
  { value: 'accepted', label: '已认可' },
  { value: 'rejected', label: '不予认可' },
  { value: 'withdrawn', label: '已撤回' },
  { value: 'undone', label: '逾期已撤销' },
]

/** markKinds are the kinds of every table, for filters; a form asks which hold for its outlet. */
export const markKinds = [
  { value: 'maintenance', label: '维护' },
  { value: 'calibration', label: '校准' },
  { value: 'quality_control', label: '质控核查' },
  { value: 'monitor_fault', label: '监测设备故障' },
  { value: 'communication', label: '通讯中断' },
  { value: 'sampling_interrupted', label: '采样中断' },
  { value: 'stopped', label: '停运' },
  { value: 'start', label: '启炉、开机' },
  { value: 'shutdown', label: '停炉、停机' },
  { value: 'plant_fault', label: '生产或治理设施故障' },
  { value: 'accident', label: '事故' },
  { value: 'drying', label: '烘炉' },
  { value: 'cooling', label: '停炉降温' },
  { value: 'grid', label: '并网初期' },
  { value: 'unloading', label: '解列' },
]

/** stretch writes a period: 11-20 08:00 至 10:30, the day once when it is the same. */
export function stretch(from: string, until: string): string {
  return from.slice(0, 10) === until.slice(0, 10) ? `${from} 至 ${until.slice(11)}` : `${from} 至 ${until}`
}

/** span is how long a period lasts in words. */
export function span(from: string, until: string): string {
  const minutes = Math.round((Date.parse(until) - Date.parse(from)) / 60_000)
  if (minutes < 60) return `${minutes} 分钟`
  const hours = Math.floor(minutes / 60)
  return minutes % 60 === 0 ? `${hours} 小时` : `${hours} 小时 ${minutes % 60} 分`
}
