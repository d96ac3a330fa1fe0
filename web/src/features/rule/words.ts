export const alarmStates = [
  { value: 'open', label: '已产生' },
  { value: 'notified', label: '已通知' },
  { value: 'acknowledged', label: '已确认' },
  { value: 'handled', label: '已处置' },
  { value: 'cleared', label: '已解除' },
]

export const alarmLevels = [
  { value: 'exceed', label: '超标' },
  { value: 'notice', label: '预警提醒' },
]
