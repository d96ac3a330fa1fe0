import { describe, expect, it } from 'vitest'
import { ago, clock, count, dateTime, day, due, lasting, reading, size, times, total, left } from './format'

const at = Date.parse('2026-11-21T09:30:00+08:00')

describe('dates are written in Beijing time', () => {
  it.each([
    ['2026-11-21T09:30:05+08:00', '2026-11-21 09:30'],
    ['2026-11-20T16:30:00Z', '2026-11-21 00:30'],
    ['', '—'],
    ['not a date', '—'],
    ['0001-01-01T00:00:00Z', '—'],
    [null, '—'],
  ])('%s is %s', (t, want) => expect(dateTime(t)).toBe(want))
  it('a day turns at Beijing midnight', () => expect(day('2026-11-20T16:00:00Z')).toBe('2026-11-21'))
  it('today shows only the clock', () => {
    expect(clock('2026-11-21T08:05:00+08:00', at)).toBe('08:05')
    expect(clock('2026-11-20T23:59:00+08:00', at)).toBe('11-20 23:59')
  })
  it.each([[30, '刚刚'], [59, '刚刚'], [60, '1 分钟前'], [3599, '59 分钟前'], [3600, '1 小时前'], [86400, '1 天前']])('%d seconds ago', (s, want) => {
    expect(ago(new Date(at - s * 1000).toISOString(), at)).toBe(want)
  })
  it('lasts until the end, or until now', () => {
    expect(lasting('2026-11-21T09:00:00+08:00', '2026-11-21T09:45:00+08:00', at)).toBe('45 分钟')
    expect(lasting('2026-11-21T07:25:00+08:00', '', at)).toBe('2 小时 5 分')
    expect(lasting('2026-11-19T08:30:00+08:00', null, at)).toBe('2 天 1 小时')
    expect(lasting('2026-11-19T09:10:00+08:00', null, at)).toBe('2 天')
    expect(lasting('2026-11-21T07:30:00+08:00', null, at)).toBe('2 小时')
  })
})

describe('numbers', () => {
  it('separates thousands and marks a capped count', () => {
    expect(count(1234567)).toBe('1,234,567')
    expect(count(null)).toBe('—')
    expect(total(1000, true)).toBe('1,000+')
    expect(total(12, false)).toBe('12')
  })
  it.each([[35.2, '35.2'], [0.0523, '0.0523'], [0, '0'], [1234.6, '1,235'], [100, '100'], [7.0, '7'], [62.249, '62.25'], [null, '—'], [Number.NaN, '—']])('reads %s as %s', (v, want) => expect(reading(v)).toBe(want))
  it('writes 超标倍数, and nothing without a limit', () => {
    expect(times(135, 100)).toBe('0.35 倍')
    expect(times(5, 0)).toBe('—')
  })
  it.each([[999, '999 B'], [12345, '12.3 kB'], [5_000_000, '5.0 MB'], [3_210_000_000, '3.21 GB']])('%d bytes', (n, want) => expect(size(n)).toBe(want))
})

describe('deadlines count working days', () => {
  it.each([[3, false, '剩 3 个工作日'], [0, false, '今日到期'], [-2, true, '逾期 2 个工作日'], [0, true, '已逾期']])('%d %s', (n, late, want) => expect(due(n, late)).toBe(want))
})

describe('how much time there is', () => {
  const now = new Date('2026-11-21T09:00:00+08:00').getTime()
  it.each([
    ['2026-11-21T12:05:00+08:00', '还剩 3 小时 5 分'],
    ['2026-11-24T09:00:00+08:00', '还剩 3 天'],
    ['2026-11-21T08:30:00+08:00', '已超时 30 分钟'],
    ['', ''],
  ])('%s', (due, want) => expect(left(due, now)).toBe(want))
})
