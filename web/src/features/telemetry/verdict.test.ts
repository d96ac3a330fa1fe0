import { expect, it } from 'vitest'
import { runs, verdict } from './verdict'

const value = { valid: true, judged: true, exempt: false, exceeds: false, guard: '', limit: 50 }

it('says what may be concluded from a value, the gravest first', () => {
  expect(verdict(value).word).toBe('达标')
  expect(verdict({ ...value, limit: undefined }).word).toBe('有效')
  expect(verdict({ ...value, exceeds: true }).word).toBe('超标')
  expect(verdict({ ...value, valid: false, judged: false }).word).toBe('无效')
  expect(verdict({ ...value, exempt: true, judged: false }).word).toBe('豁免')
  expect(verdict({ ...value, guard: 'no_oxygen', judged: false }).word).toBe('不判定')
})

it('joins equal hours of a day', () => {
  expect(runs('VVXV')).toEqual([{ letter: 'V', from: 0, to: 2 }, { letter: 'X', from: 2, to: 3 }, { letter: 'V', from: 3, to: 4 }])
  expect(runs('')).toEqual([])
})
