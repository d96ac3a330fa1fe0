import { expect, it } from 'vitest'
import { isOver, judged, leading, limitText } from './value'

it('judges the converted value where there is one', () => {
  expect(judged({ value: 30, converted: 42 })).toBe(42)
  expect(isOver({ value: 30, converted: 42, limit: 35, flag: 'N' })).toBe(true)
  expect(isOver({ value: 42, converted: 30, limit: 35, flag: 'N' })).toBe(false)
})
it('knows limits on both sides', () => {
  expect(isOver({ value: 5.9, limit: 9, lower: 6, flag: 'N' })).toBe(true)
  expect(isOver({ value: 9, limit: 9, lower: 6, flag: '' })).toBe(false)
})
it('never judges a marked or an unlimited value', () => {
  expect(isOver({ value: 99, limit: 35, flag: 'C' })).toBe(false)
  expect(isOver({ value: 99, flag: 'N' })).toBe(false)
})
it('writes the limit beside the value', () => {
  expect([limitText({ limit: 35 }), limitText({ limit: 9, lower: 6 }), limitText({ lower: 6 }), limitText({})]).toEqual(['/ 35', '/ 6–9', '/ ≥ 6', ''])
})
it('shows what has a limit, exceedances first', () => {
  const flow = { value: 45, flag: 'N' }
  const so2 = { value: 20, limit: 35, flag: 'N' }
  const nox = { value: 60, limit: 50, flag: 'N' }
  expect(leading([flow, so2, nox])).toEqual([nox, so2])
  expect(leading([flow])).toEqual([flow])
  expect(leading([])).toEqual([])
})
