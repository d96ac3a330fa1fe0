import { describe, expect, it } from 'vitest'
import { daysOfMonth, otherMonth, share, tone } from './missing'

describe('the missing-data calendar', () => {
  it('moves over the year', () => {
    expect(otherMonth('2026-01', -1)).toBe('2025-12')
    expect(otherMonth('2026-12', 1)).toBe('2027-01')
    expect(otherMonth('2026-03', -1)).toBe('2026-02')
  })
  it('knows the days of a month', () => {
    expect(daysOfMonth('2028-02')).toHaveLength(29)
    expect(daysOfMonth('2026-11').at(0)).toBe('2026-11-01')
    expect(daysOfMonth('2026-11').at(-1)).toBe('2026-11-30')
  })
  it.each([
    [1440, 0, '100', 'full'],
    [1440, 1, '99', 'some'],
    [10, 1, '90', 'some'],
    [24, 3, '87', 'many'],
    [24, 24, '0', 'many'],
    [0, 0, '0', 'full'],
  ])('of %i due, %i missing is %s %%', (due, missing, text, look) => {
    expect(share({ due, missing })).toBe(text)
    expect(tone({ due, missing })).toBe(look)
  })
})
