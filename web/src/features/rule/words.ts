import { openAlarms } from '../../ui/words'

export const alarmStates = [
  { value: openAlarms, label: '未解除' },
  { value: 'open', label: '待通知' },
  { value: 'notified', label: '待确认' },
  { value: 'acknowledged', label: '处置中' },
  { value: 'handled', label: '已处置' },
  { value: 'cleared', label: '已解除' },
]

export const eventStates = [
  { value: 'active', label: '办理中' },
  { value: 'closed', label: '已办结' },
  { value: 'dissolved', label: '已拆散' },
]

export const measureKinds = [
  { value: 'warning', label: '远程预警' },
  { value: 'check', label: '现场核查' },
  { value: 'supervision', label: '重点督办' },
]

export const measureStates = [
  { value: 'open', label: '未办结' },
  { value: 'issued', label: '待企业答复' },
  { value: 'answered', label: '答复待审核' },
  { value: 'assigned', label: '待核查' },
  { value: 'checked', label: '已核查' },
  { value: 'supervised', label: '督办中' },
  { value: 'done', label: '已办结' },
  { value: 'revoked', label: '已撤销' },
]

export const alarmLevels = [
  { value: 'grave', label: '严重超标' },
  { value: 'exceed', label: '超标' },
  { value: 'suspect', label: '疑似异常' },
  { value: 'notice', label: '早期提醒' },
]

/** hushable: exceedances are never silenced. */
export const hushable = (a: { level: string }) => a.level !== 'exceed' && a.level !== 'grave'

export const quiets = [
  { value: 'none', label: '照常通知' },
  { value: 'silence', label: '静默中' },
  { value: 'plan', label: '免打扰时段' },
  { value: 'inhibited', label: '由设备离线引起' },
  { value: 'merged', label: '由事件一并告知' },
]

/** absent: nothing came, so that there is nothing to judge. */
export const absent = (a: { rule: string }) => a.rule === 'offline' || a.rule === 'missing'

/** judged: a limit was broken; a suspicion has none, nor has what an officer's rule found. */
export const judged = (a: { level: string; rule: string }) => a.level !== 'suspect' && !absent(a) && !a.rule.startsWith('custom:')

export const explanations = [
  { value: 'none', label: '企业未说明' },
  { value: 'given', label: '说明待审核' },
  { value: 'accepted', label: '说明已采纳' },
  { value: 'rejected', label: '说明已退回' },
]
