import { expect, it } from 'vitest'
import { quarters } from './quarter'

it('goes back over the year, by Beijing time', () => {
  expect(quarters(Date.parse('2026-01-01T00:00:00+08:00'), 2).map((q) => q.value)).toEqual(['2026Q1', '2025Q4'])
  expect(quarters(Date.parse('2025-12-31T23:59:59+08:00'), 1)).toEqual([{ value: '2025Q4', label: '2025 年第四季度' }])
})
