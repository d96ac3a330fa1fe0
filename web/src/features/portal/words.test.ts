import { describe, expect, it } from 'vitest'
import { left, markOf } from './words'

describe('how much time there is', () => {
  const now = new Date('2026-11-21T09:00:00+08:00').getTime()
  it.each([
    ['2026-11-21T12:05:00+08:00', '还剩 3 小时 5 分'],
    ['2026-11-24T09:00:00+08:00', '还剩 3 天'],
    ['2026-11-21T08:30:00+08:00', '已超时 30 分钟'],
    ['', ''],
  ])('%s', (due, want) => expect(left(due, now)).toBe(want))
})

it('every kind has a mark, known or not', () => {
  expect(markOf('unsaid').tone).toBe('red')
  expect(markOf('something new').tone).toBe('amber')
})
