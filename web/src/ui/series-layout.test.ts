import { describe, expect, it } from 'vitest'
import type { SeriesPoint } from '../api/types'
import { apart, broken, height, layoutOf, pace, thinned, usualLayout, type Line } from './series-layout'
import { chartHeight, chartOption, pinCoord, pinsOn } from './series-option'

const at = (h: number) => `2026-11-21T${String(h).padStart(2, '0')}:00:00+08:00`
const hour = 3600_000
const point = (h: number, avg: number, flag = 'N'): SeriesPoint => ({ t: at(h), avg, flag, source: 'report' })
const line = (code: string, unit: string, upper: number | undefined, points = [point(1, 1), point(2, 2)], more: Partial<Line> = {}): Line =>
  ({ code, name: code, unit, limits: upper === undefined ? [] : [{ upper, from: '', to: '', standard: '', kind: 'hour' }], points, of: points.length, ...more })

describe('the layout', () => {
  const so2 = line('so2', 'mg/m³', 35)
  const nox = line('nox', 'mg/m³', 50)
  it('is together for like factors, strips for unlike, many or single ones', () => {
    expect(usualLayout([so2, nox])).toBe('together')
    expect(usualLayout([so2])).toBe('strips')
    expect(usualLayout([line('cod', 'mg/L', 30), line('tp', 'mg/L', 0.3)])).toBe('strips')
    expect(usualLayout([so2, line('t', '℃', undefined), line('p', 'kPa', undefined)])).toBe('strips')
  })
  it('follows the address, but comparing days needs strips, and five units do not fit one chart', () => {
    expect(layoutOf('ratio', [so2, nox], false)).toBe('ratio')
    expect(layoutOf('ratio', [so2, nox], true)).toBe('strips')
    expect(layoutOf('nonsense', [so2, nox], false)).toBe('together')
    expect(layoutOf('together', ['a', 'b', 'c', 'd', 'e'].map((u) => line(u, u, 1)), false)).toBe('strips')
  })
  it('says how high a chart is', () => {
    expect(chartHeight(3, 'together')).toBe(chartHeight(1, 'together'))
    expect(chartHeight(3, 'strips')).toBeGreaterThan(chartHeight(3, 'ratio'))
  })
})

describe('missing points', () => {
  const points = [point(1, 1), point(2, 1), point(3, 1), point(8, 1)]
  it('leave a hole in the line', () => expect(broken(points, 1.5 * hour).map((p) => p?.avg ?? null)).toEqual([1, 1, 1, null, 1]))
  it('are told from the usual pace', () => {
    expect(pace(points, 'hour')).toBe(hour)
    expect(pace(points.slice(0, 1), 'minute')).toBe(600_000)
  })
  it('are not what was thinned out', () => {
    expect(thinned(line('a', '', 1, points, { of: 9 }))).toBe(true)
    expect(thinned(line('a', '', 1, points))).toBe(false)
  })
})

it('stands at its value, or at the per cent of its limit', () => {
  const l = line('a', '', 50)
  expect(height(l, point(1, 25), 'hour', 'strips')).toBe(25)
  expect(height(l, point(1, 25), 'hour', 'ratio')).toBe(50)
  expect(height(line('b', '', undefined), point(1, 25), 'hour', 'ratio')).toBeUndefined()
})

describe('the chart', () => {
  interface Option { grid: unknown[]; yAxis: { name?: string; position?: string }[]; legend?: { data: string[] }; series: { name: string; yAxisIndex: number; lineStyle: { color: string; type: unknown }; data: { value: [number, number | null] }[]; markLine?: { data: { label: { formatter: string } }[] }; markArea?: { data: { name: string }[][] } }[] }
  const option = (lines: Line[], how: object, pins: never[] = []) => chartOption(lines, 'hour', pins, 'HATCH', how) as unknown as Option
  it('together has one axis for each unit and no two curves alike', () => {
    const o = option([line('so2', 'mg/m³', 35), line('nox', 'mg/m³', 50), line('o2', '%', undefined)], { layout: 'together' })
    expect(o.grid).toHaveLength(1)
    expect(o.yAxis.map((y) => [y.name, y.position])).toEqual([['mg/m³', 'left'], ['%', 'right']])
    expect(o.series.map((s) => s.yAxisIndex)).toEqual([0, 0, 1])
    expect(new Set(o.series.map((s) => JSON.stringify(s.lineStyle.type))).size).toBe(3)
    expect(o.legend?.data).toEqual(['so2', 'nox', 'o2'])
    expect(o.series[1].markLine?.data[0].label.formatter).toBe('nox限值 50')
  })
  it('draws a limit that several share once, without a name', () => {
    const o = option([line('a', 'mg/L', 30), line('b', 'mg/L', 30), line('c', 'mg/L', 15)], { layout: 'together' })
    expect(o.series.map((s) => s.markLine?.data.map((d) => d.label.formatter))).toEqual([['限值 30'], [], ['c限值 15']])
  })
  it('of parts of the limits has one line at 100', () => {
    const o = option([line('so2', 'mg/m³', 4), line('nox', 'mg/m³', 8)], { layout: 'ratio' })
    expect(o.series.map((s) => s.data.map((d) => d.value[1]))).toEqual([[25, 50], [12.5, 25]])
    expect(o.series.flatMap((s) => s.markLine?.data ?? [])).toHaveLength(1)
  })
  it('lays other days under the present one, each day once in the legend', () => {
    const shadows = [{ title: '前 1 日', points: [point(1, 3)] }]
    const o = option([line('a', '', 5, undefined, { shadows }), line('b', '', 5, undefined, { shadows })], {})
    expect(o.series.map((s) => s.name)).toEqual(['本时段', '本时段', '前 1 日', '前 1 日'])
    expect(o.legend?.data).toEqual(['本时段', '前 1 日'])
    expect(o.series[3].yAxisIndex).toBe(1)
  })
  it('hatches the periods that people marked beside those of the flags', () => {
    const o = option([line('a', '', 5, [point(1, 1, 'C'), point(2, 1)], { bands: [{ from: 1, to: 2, title: '标记：停炉' }] })], {})
    expect(o.series[0].markArea?.data.map((d) => d[0].name)).toEqual(['校准', '标记：停炉'])
  })
  it('hatches a period that curves of one chart share once', () => {
    const twice = ['a', 'b'].map((c) => line(c, 'mg/L', 5, [point(1, 1, 'C'), point(2, 1, c === 'b' ? 'D' : 'N')]))
    expect(option(twice, { layout: 'together' }).series.map((s) => s.markArea?.data.map((d) => d[0].name))).toEqual([['校准'], ['故障']])
    expect(option(twice, {}).series.map((s) => s.markArea?.data.length)).toEqual([1, 2])
  })
  it('pins an alarm on its own line only, where the curve is', () => {
    const l = line('a', '', 5, [point(1, 1), point(2, 7)], { key: 'outlet:a' })
    const pins = [{ at: at(2), title: 'x', factor: 'outlet:a', level: 'exceed' }, { at: at(2), title: 'y', factor: 'other:a', level: 'exceed' }]
    expect(pinsOn(l, pins).map((p) => p.title)).toEqual(['x'])
    expect(pinCoord(l, pins[0], 'hour', 'strips')).toEqual([Date.parse(at(2)), 7])
    expect(pinCoord(l, pins[0], 'hour', 'ratio')[1]).toBeCloseTo(140)
  })
})

it('keeps pins that can be told apart', () => expect(apart([{ x: 0, y: 0 }, { x: 20, y: 5 }, { x: 20, y: 40 }, { x: 30, y: 0 }]).map((s) => [s.x, s.y])).toEqual([[0, 0], [20, 40], [30, 0]]))
