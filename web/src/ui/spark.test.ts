import { describe, expect, it } from 'vitest'
import { sparkPath } from './spark-path'

describe('the small curve', () => {
  const hour = (h: number, value: number, valid = true) => ({ hour: h, value, valid })
  it('is broken where an hour is missing or invalid', () => {
    expect(sparkPath({ values: [hour(0, 1), hour(1, 2), hour(2, 9, false), hour(3, 4)] }, undefined)).toBe('M0 0.750L1 0.500M3 0.000')
  })
  it('leaves room for the limit', () => {
    expect(sparkPath({ values: [hour(5, 10), hour(6, 20)] }, 40)).toBe('M5 0.750L6 0.500')
  })
  it('is nothing without two valid hours', () => {
    expect(sparkPath({ values: [hour(1, 3)] }, 5)).toBe('')
    expect(sparkPath({ values: [] }, undefined)).toBe('')
  })
})
