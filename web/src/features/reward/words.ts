import type { Tone } from '../../ui/marks'

/** money: 1,200,000.00; the unit stands beside it. */
export const money = (yuan: number): string => yuan.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** plainMoney is how an amount stands in a form: 1200000 or 1200000.5. */
export const plainMoney = (yuan: number): string => (yuan === 0 ? '' : String(yuan))

/** badMoney says what is wrong with an amount that was typed, nothing when it is right. */
export function badMoney(text: string): string {
  const t = text.replace(/[,，\s]/g, '')
  return t === '' || /^\d{1,12}(\.\d{1,2})?$/.test(t) ? '' : '应为金额（元），最多两位小数'
}

const tones: Record<string, Tone> = {
  draft: 'amber', proposed: 'amber', reviewed: 'amber', endorsed: 'amber', granted: 'blue', settled: 'green', denied: 'grey', revoked: 'red', dropped: 'grey',
  noticed: 'blue', claimed: 'amber', ready: 'blue', paid: 'green', appealed: 'amber', disputed: 'amber', recovering: 'red',
}

/** toneOf colours a state; the word stands beside it. */
export const toneOf = (state: string): Tone => tones[state] ?? 'grey'

export const rewardStates = [
  { value: 'open', label: '全部未办结' }, { value: 'draft', label: '待补正' }, { value: 'proposed', label: '待审核' }, { value: 'reviewed', label: '待审批' }, { value: 'endorsed', label: '待第二人审批' },
  { value: 'granted', label: '已批准' }, { value: 'settled', label: '已办结' }, { value: 'denied', label: '不予奖励' }, { value: 'revoked', label: '已撤销' },
]

export const awardStates = [
  { value: 'open', label: '全部未了结' }, { value: 'noticed', label: '待申领' }, { value: 'claimed', label: '待开付款单' }, { value: 'ready', label: '待领取' }, { value: 'paid', label: '已领取' },
  { value: 'appealed,disputed', label: '申诉待复核' }, { value: 'lapsed', label: '逾期未领' }, { value: 'refused', label: '不予奖励' }, { value: 'recovering', label: '待追回' },
]

const certainties: Record<string, string> = { A: '官方文本', B: '转引，部署时核对', C: '本地约定，须确认' }

/** certainty puts the letter of a source into words. */
export const certainty = (letter: string): string => certainties[letter] ?? letter

/** honour puts what has come of honour besides money into words. */
export const honour = (h: string): string => ({ offered: '已征询', yes: '举报人同意', no: '举报人不同意' })[h] ?? ''

/** valid: 2021-01-01 起, or from and until. */
export const valid = (from: string, until: string): string => (until ? `${from} 起，至 ${until} 前` : `${from} 起`)
