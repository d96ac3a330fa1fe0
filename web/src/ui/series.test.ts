import { describe, expect, it } from 'vitest'
import type { SeriesFactor, SeriesPoint } from '../api/types'
import { exceeds, flagWord, limitAt, marked, overWord, rows, top, valid } from './series'
import { axis, niceParts, niceTop } from './series-axis'
import { chartHeight, chartOption } from './series-option'

const at = (h: number) => `2026-11-21T${String(h).padStart(2, '0')}:00:00+08:00`
const point = (h: number, avg: number, flag = 'N'): SeriesPoint => ({ t: at(h), avg, min: avg, max: avg, flag, source: 'report' })
const limit = (upper: number | undefined, from = '', to = '', lower?: number, kind: 'hour' | 'day' = 'hour') => ({ upper, lower, from, to, standard: 'GB 13223-2011', kind })
const hour = 3600_000

describe('marked periods', () => {
  it('joins neighbours of one mark and keeps different marks apart', () => {
    const spans = marked([point(1, 5), point(2, 5, 'C'), point(3, 5, 'C'), point(4, 5, 'D'), point(5, 5), point(7, 5, 'C')], hour)
    expect(spans.map((s) => [s.flag, (s.to - s.from) / hour])).toEqual([['C', 2], ['D', 1], ['C', 1]])
  })
  it('finds none among valid values', () => expect(marked([point(1, 1), point(2, 1, ''), point(3, 1, 'S')], hour)).toEqual([]))
  it('says marks in words, unknown ones by their letter', () => {
    expect(flagWord('D')).toBe('故障')
    expect(flagWord('x')).toBe('标记 x')
    expect(flagWord('')).toBe('')
  })
})

describe('limits', () => {
  const two = [limit(100, at(0), at(12)), limit(50, at(12))]
  it('judges by the limit of the time', () => {
    expect(limitAt(two, Date.parse(at(11)), 'hour')?.upper).toBe(100)
    expect(limitAt(two, Date.parse(at(12)), 'hour')?.upper).toBe(50)
    expect(exceeds(point(11, 80), two, 'hour')).toBe(false)
    expect(exceeds(point(13, 80), two, 'hour')).toBe(true)
  })
  it('a value at the limit does not exceed it', () => expect(exceeds(point(13, 50), two, 'hour')).toBe(false))
  it('below a lower limit exceeds', () => expect(exceeds(point(1, 5.2), [limit(9, '', '', 6)], 'hour')).toBe(true))
  it('judges a daily mean by the daily limit, and realtime by what there is', () => {
    const both = [limit(50), limit(30, '', '', undefined, 'day')]
    expect(exceeds(point(1, 40), both, 'day')).toBe(true)
    expect(exceeds(point(1, 40), both, 'hour')).toBe(false)
    expect(exceeds(point(1, 60), both, 'realtime')).toBe(true)
  })
  it('marked and unlimited values never exceed', () => {
    expect(exceeds(point(13, 80, 'C'), two, 'hour')).toBe(false)
    expect(exceeds(point(13, 80), [], 'hour')).toBe(false)
    expect(valid('T')).toBe(false)
  })
})

describe('the table beside', () => {
  it('is newest first, factors side by side, with gaps', () => {
    const f = (code: string, points: SeriesPoint[]): SeriesFactor => ({ code, name: code, unit: '', limits: [limit(10)], points, of: points.length })
    const r = rows([f('a', [point(1, 5), point(2, 20)]), f('b', [point(2, 1)])], 'hour')
    expect(r.map((x) => x.t)).toEqual([at(2), at(1)])
    expect(r[0].cells.map((c) => [c?.point.avg, c?.over])).toEqual([[20, true], [1, false]])
    expect(r[1].cells[1]).toBeUndefined()
  })
})

describe('the chart', () => {
  const factor: SeriesFactor = { code: 'a21026', name: '二氧化硫', unit: 'mg/m³', limits: [limit(100)], points: [point(1, 5), point(2, 120), point(3, 6, 'C')], of: 3 }
  it('leaves room for curve and limit', () => {
    expect(top(factor)).toBeCloseTo(134.4)
    expect(top({ ...factor, limits: [], points: [] })).toBe(1)
    expect(niceTop(134.4)).toBe(150)
    expect(niceTop(0.011)).toBe(0.015)
    expect(niceTop(100)).toBe(100)
    expect([1, 150, 0.2, 80, 6, 0.03].map((e) => e / niceParts(e))).toEqual([0.25, 50, 0.05, 20, 2, 0.01])
  })
  it('has one strip per factor, a labelled limit, a hatched period and a pin', () => {
    const o = chartOption([factor, { ...factor, code: 'x', limits: [] }], 'hour', [{ at: at(2), title: 'WZ-Y', factor: 'a21026', level: 'exceed' }], 'HATCH') as { grid: unknown[]; series: { markLine: { data: { label: { formatter: string } }[] }; markArea: { data: { name: string; itemStyle: { color: string } }[][] }; markPoint: { data: { coord: number[] }[] } }[] }
    expect(o.grid).toHaveLength(2)
    expect(o.series[0].markLine.data[0].label.formatter).toBe('限值 100')
    expect(o.series[1].markLine.data).toEqual([])
    expect(o.series[0].markArea.data[0][0]).toMatchObject({ name: '校准', itemStyle: { color: 'HATCH' } })
    expect(o.series[0].markPoint.data[0].coord).toEqual([Date.parse(at(2)), 120])
    expect(o.series[1].markPoint.data).toEqual([])
  })
  it('holds a curve below nought', () => {
    expect(axis(0, 134)).toEqual({ min: 0, max: 150, interval: 50 })
    const a = axis(-0.5, 0)
    expect(a.min).toBeLessThanOrEqual(-0.5)
    expect(a.max).toBe(0)
    const b = axis(-3, 10)
    expect(b.min).toBeLessThanOrEqual(-3)
    expect(b.max).toBeGreaterThanOrEqual(10)
  })
  it('grows with the factors', () => expect(chartHeight(2)).toBeGreaterThan(chartHeight(1)))
})

it('says 超标 of official means only', () => expect(['realtime', 'minute', 'hour', 'day'].map(overWord)).toEqual(['超限', '超限', '超标', '超标']))
