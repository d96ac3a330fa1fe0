export const modes = [
  { value: 'public', label: '公开举报' },
  { value: 'anonymous', label: '匿名举报' },
  { value: 'confidential', label: '实名保密举报' },
]

export const channels = [
  { value: 'web', label: '网上举报' },
  { value: 'phone', label: '来电' },
  { value: 'visit', label: '来访' },
  { value: 'letter', label: '来信' },
  { value: 'media', label: '媒体和舆情' },
  { value: 'order', label: '工单导入' },
  { value: 'mail', label: '电子邮件' },
  { value: 'open311', label: '开放接口' },
]

export const answers = [
  { value: 'waiting', label: '待答复' },
  { value: 'accepted', label: '已受理' },
  { value: 'refused', label: '不予受理' },
  { value: 'elsewhere', label: '应由其他机关受理' },
]

export const reviews = [
  { value: 'fresh', label: '待公开审核' },
  { value: 'shown', label: '已公开' },
  { value: 'held', label: '不公开' },
]

/** share says how much of a whole something is, and nothing where there is no whole. */
export const share = (part: number, whole: number) => (whole === 0 ? '—' : `${Math.round((part / whole) * 100)}%`)
