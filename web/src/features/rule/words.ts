import { openAlarms } from '../../ui/words'

export const alarmStates = [
  { value: openAlarms, label: '未解除' },
  { value: 'open', label: '待通知' },
  { value: 'notified', label: '待确认' },
  { value: 'acknowledged', label: '处置中' },
  { value: 'handled', label: '已处置' },
  { value: 'cleared', label: '已解除' },
]

export const alarmLevels = [
  { value: 'grave', label: '严重超标' },
  { value: 'exceed', label: '超标' },
  { value: 'notice', label: '早期提醒' },
]
