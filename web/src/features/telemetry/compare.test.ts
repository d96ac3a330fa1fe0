import { describe, expect, it } from 'vitest'
import type { SeriesPoint } from '../../api/types'
import { back, change, daysBack, daysOf, daysTitle, forward, sumUp } from './compare'

const to = '2026-11-21T09:30:00+08:00'
const point = (t: string, avg: number, flag = 'N', max?: number): SeriesPoint => ({ t, avg, flag, source: 'report', max })
const limits = [{ upper: 10, from: '', to: '', standard: '', kind: 'hour' as const }]

describe('which days', () => {
  it('are whole numbers of days back, each once, three at most', () => {
    expect(daysOf('1,7,1,x,-2,0,1.5,30,2')).toEqual([1, 7, 30])
    expect(daysOf(undefined)).toEqual([])
  })
  it('are said with their date', () => {
    expect(daysTitle(1, to)).toBe('前 1 日（11-20）')
    expect(daysTitle(5, to)).toBe('前 5 日（11-16）')
  })
  it('a period that ends at midnight belongs to the day before', () => {
    expect(daysTitle(1, '2026-11-21T00:00:00+08:00')).toBe('前 1 日（11-19）')
    expect(daysBack('2026-11-19', '2026-11-21T00:00:00+08:00')).toBe(1)
  })
  it('a chosen date is counted in Beijing days; today and later is none', () => {
    expect(daysBack('2026-11-20', '2026-11-21T00:10:00+08:00')).toBe(1)
    expect(daysBack('2026-11-14', to)).toBe(7)
    expect([daysBack('2026-11-21', to), daysBack('2026-12-01', to)]).toEqual([0, 0])
  })
})

it('lays another day under the present one', () => {
  expect(back(to, 7)).toBe('2026-11-14T09:30:00+08:00')
  const p = point('2026-11-14T08:00:00+08:00', 5)
  expect(forward([p], 7)).toEqual([{ ...p, t: '2026-11-21T08:00:00+08:00' }])
})

describe('the numbers', () => {
  const points = [point('2026-11-21T01:00:00+08:00', 8, 'N', 9), point('2026-11-21T02:00:00+08:00', 12, 'N', 14), point('2026-11-21T03:00:00+08:00', 90, 'C')]
  it('leave marked values out', () => expect(sumUp({ points, limits, of: 3 }, 'hour')).toEqual({ count: 2, mean: 10, max: 14, over: 1, marked: 1 }))
  it('of a thinned curve say no mean and no count of excesses', () => expect(sumUp({ points, limits, of: 900 }, 'hour')).toMatchObject({ count: 900, mean: undefined, max: 14, over: undefined }))
  it('of nothing valid are none', () => expect(sumUp({ points: points.slice(2), limits, of: 1 }, 'hour')).toMatchObject({ count: 0, mean: undefined, over: 0 }))
  it('compare in per cent of the other', () => {
    expect(change(12, 10)).toBeCloseTo(20)
    expect([change(1, 0), change(undefined, 1), change(1, undefined)]).toEqual([undefined, undefined, undefined])
  })
})
