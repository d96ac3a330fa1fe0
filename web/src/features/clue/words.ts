export const clueStates = [
  { value: 'open', label: '未办结' },
  { value: 'new', label: '待研判' },
  { value: 'referred', label: '已移送' },
  { value: 'adopted', label: '已立为问题' },
  { value: 'merged', label: '已合并' },
  { value: 'settled', label: '移送办结' },
  { value: 'dismissed', label: '不予立案' },
]
