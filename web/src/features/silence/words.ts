export const silenceKinds = [
  { value: 'silence', label: '静默' },
  { value: 'plan', label: '免打扰时段' },
]

export const silenceStates = [
  { value: 'set', label: '有效' },
  { value: 'lifted', label: '已提前解除' },
  { value: 'over', label: '已到期' },
]

export const weekdays = ['一', '二', '三', '四', '五', '六', '日'].map((d, i) => ({ value: i + 1, label: `周${d}` }))

/** minutes of the day from 09:30. */
export const minutes = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))

/** instant is a moment in Beijing from what a person chose. */
export const instant = (local: string) => (local ? `${local.replace(' ', 'T')}:00+08:00` : '')

interface Scope { outlet_name: string; enterprise_name: string; area_name: string }

/** where names the scope in one line. */
export const where = (s: Scope) => [s.enterprise_name, s.outlet_name].filter(Boolean).join(' ') || `${s.area_name}全部企业`

/** what names the alarms that are kept quiet. */
export const what = (s: { rule_title: string; factor_name: string }) => [s.factor_name, s.rule_title].filter(Boolean).join(' ') || '除超标外的全部预警'
