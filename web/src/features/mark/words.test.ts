import { expect, it } from 'vitest'
import { span, stretch } from './words'

it('says the day of a period once', () => {
  expect(stretch('2026-11-20 08:00', '2026-11-20 10:30')).toBe('2026-11-20 08:00 至 10:30')
  expect(stretch('2026-11-20 08:00', '2026-11-21 00:00')).toBe('2026-11-20 08:00 至 2026-11-21 00:00')
})

it('says how long a period lasts', () => {
  expect(span('2026-11-20T08:00:00+08:00', '2026-11-20T08:45:00+08:00')).toBe('45 分钟')
  expect(span('2026-11-20T08:00:00+08:00', '2026-11-20T10:00:00+08:00')).toBe('2 小时')
  expect(span('2026-11-20T08:00:00+08:00', '2026-11-21T09:30:00+08:00')).toBe('25 小时 30 分')
})
