import { expect, test } from 'vitest'
import { pairs, unpairs } from './pairs'

test('what is written is read again, and what makes no sense is left out', () => {
  const m = { 噪音扰民: 'noise', 水: 'water-discharge' }
  expect(unpairs(pairs(m))).toEqual(m)
  expect(unpairs('a＝b\n=x\nnothing\n c = d ')).toEqual({ a: 'b', c: 'd' })
  expect(pairs(undefined)).toBe('')
})
