import { describe, expect, it } from 'vitest'
import { daysLeft, toneOf } from './words'

describe('how many days there are', () => {
  it.each([
    [3, 'open', 'ahead', '还剩 3 天'],
    [0, 'open', 'soon', '今日到期'],
    [0, 'open', 'overdue', '已逾期 1 天'],
    [-2, 'open', 'overdue', '已逾期 2 天'],
    [-2, 'done', 'done', ''],
    [-2, 'reported', 'reported', ''],
  ])('%i days, %s, %s', (days_left, state, stage, want) => expect(daysLeft({ days_left, state, stage })).toBe(want))
})

it('what is over is red, what is done green, the rest is quiet', () => {
  expect([toneOf('overdue'), toneOf('done'), toneOf('ahead'), toneOf('void')]).toEqual(['red', 'green', 'grey', 'grey'])
})
