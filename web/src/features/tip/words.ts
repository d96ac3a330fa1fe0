export const modes = [
  { value: 'public', label: '公开举报' },
  { value: 'anonymous', label: '匿名举报' },
]

export const channels = [
  { value: 'web', label: '网上举报' },
  { value: 'open311', label: '开放接口' },
]

export const reviews = [
  { value: 'fresh', label: '待公开审核' },
  { value: 'shown', label: '已公开' },
  { value: 'held', label: '不公开' },
]
