export const clueStates = [
  { value: 'new', label: '待研判' },
  { value: 'adopted', label: '已立为问题' },
  { value: 'merged', label: '已合并' },
  { value: 'referred', label: '已移送' },
  { value: 'dismissed', label: '不予立案' },
]

/** Where a clue may come from when a person enters it. */
export const enteredSources = [
  { value: 'phone', label: '来电' },
  { value: 'letter', label: '来信来访' },
  { value: 'patrol', label: '巡查' },
  { value: 'inspection', label: '执法检查' },
  { value: 'superior', label: '上级交办' },
  { value: 'media', label: '媒体' },
  { value: 'other', label: '其他' },
]

export const clueSources = [{ value: 'alarm', label: '监控预警' }, ...enteredSources]
