// The chart's option: one strip per factor over a common time axis; limit lines
// carry their value, marked periods are hatched, alarms stand as pins.

import type { SeriesFactor } from '../api/types'
import { dateTime, reading } from './format'
import { bottom, exceeds, flagWord, limitAt, marked, overWord, steps, top } from './series'

export interface Pin { at: string; title: string; factor: string; level: string }
export interface Zoom { from: number; to: number }

const ink = '#1f2329'
const soft = '#5f656e'
const line = '#dfe2e6'
const blue = '#0958d9'
const red = '#b42318'

export const strip = { height: 168, gap: 64, top: 36, bottom: 64 }

/** chartHeight is the height in pixels for a number of factors. */
export function chartHeight(n: number): number {
  return strip.top + n * strip.height + (n - 1) * strip.gap + strip.bottom + 16
}

export function chartOption(factors: SeriesFactor[], kind: string, pins: Pin[], zoom: Zoom | undefined, hatch: unknown, narrow = false): Record<string, unknown> {
  const step = steps[kind] ?? steps.hour
  const all = factors.map((_, i) => i)
  return {
    animation: false,
    aria: { enabled: true, label: { description: factors.map((f) => `${f.name}曲线，共 ${f.points.length} 个数据`).join('；') } },
    textStyle: { fontFamily: 'inherit', color: ink },
    title: factors.map((f, i) => ({
      text: `${f.name}${f.unit ? `（${f.unit}）` : ''}`, left: 8, top: strip.top + i * (strip.height + strip.gap) - 30,
      textStyle: { fontSize: 12, fontWeight: 600, color: ink },
    })),
    grid: factors.map((_, i) => ({ left: narrow ? 44 : 56, right: narrow ? 16 : 88, top: strip.top + i * (strip.height + strip.gap), height: strip.height })),
    axisPointer: { link: [{ xAxisIndex: 'all' }], label: { show: false } },
    tooltip: {
      trigger: 'axis', confine: true, backgroundColor: '#fff', borderColor: line, padding: 8,
      textStyle: { fontSize: 12, color: ink },
      formatter: (list: { seriesIndex: number; dataIndex: number }[]) => tip(factors, kind, list),
    },
    xAxis: factors.map((_, i) => ({
      type: 'time', gridIndex: i,
      axisLine: { lineStyle: { color: line } }, axisTick: { lineStyle: { color: line } }, splitLine: { show: false },
      axisLabel: { color: soft, fontSize: 12, hideOverlap: true, formatter: (v: number) => axisTime(v, kind) },
    })),
    yAxis: factors.map((f, i) => ({
      type: 'value', gridIndex: i, ...axis(bottom(f), top(f)),
      axisLabel: { color: soft, fontSize: 12, formatter: (v: number) => reading(v) }, splitLine: { lineStyle: { color: '#eceef1' } },
    })),
    dataZoom: [
      { type: 'inside', xAxisIndex: all, zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false, ...(zoom ? { startValue: zoom.from, endValue: zoom.to } : {}) },
      { type: 'slider', xAxisIndex: all, height: 20, bottom: 8, left: narrow ? 44 : 56, right: narrow ? 16 : 88, borderColor: line, fillerColor: 'rgba(9,88,217,.10)', handleStyle: { color: '#fff', borderColor: blue }, moveHandleSize: 4, textStyle: { color: soft, fontSize: 12 }, labelFormatter: (v: number) => dateTime(v).slice(5), ...(zoom ? { startValue: zoom.from, endValue: zoom.to } : {}) },
    ],
    series: factors.map((f, i) => ({
      name: f.name, type: 'line', xAxisIndex: i, yAxisIndex: i, showSymbol: f.points.length < 60, symbolSize: 4, sampling: f.points.length > 4000 ? 'lttb' : undefined,
      lineStyle: { width: 1.5, color: blue }, itemStyle: { color: blue }, connectNulls: false,
      data: f.points.map((p) => ({ value: [Date.parse(p.t), p.avg], ...(exceeds(p, f.limits, kind) ? { symbol: 'circle', symbolSize: 6, itemStyle: { color: red } } : {}) })),
      markLine: { symbol: 'none', silent: true, data: limitLines(f, kind, narrow) },
      markArea: { silent: true, data: marked(f.points, step).map((s) => [{ xAxis: s.from, name: flagWord(s.flag), itemStyle: { color: hatch }, label: { color: soft, fontSize: 12, position: 'insideTop' } }, { xAxis: s.to }]) },
      markPoint: {
        symbol: 'pin', symbolSize: 28, silent: true,
        data: pins.filter((p) => !p.factor || p.factor === f.code).map((p) => ({ coord: [Date.parse(p.at), pinHeight(f, p)], itemStyle: { color: p.level === 'notice' ? '#b07100' : red }, label: { show: true, formatter: p.level === 'notice' ? '◆' : '▲', color: '#fff', fontSize: 12 } })),
      },
    })),
  }
}

const statistics: Record<string, string> = { realtime: '实时', hour: '小时', day: '日均' }

function limitLines(f: SeriesFactor, kind: string, narrow: boolean): unknown[] {
  const seen = new Set<number>()
  const out: unknown[] = []
  for (const l of f.limits) {
    const of = l.kind === kind ? '' : statistics[l.kind] ?? ''
    for (const [v, word] of [[l.upper, `${of}限值`], [l.lower, `${of}下限`]] as const) {
      if (v === undefined || seen.has(v)) continue
      seen.add(v)
      out.push({ yAxis: v, lineStyle: { color: red, type: 'dashed', width: 1 }, label: { formatter: `${word} ${reading(v)}`, color: red, fontSize: 12, position: narrow ? 'insideEndTop' : 'end' } })
    }
  }
  return out
}

function pinHeight(f: SeriesFactor, p: Pin): number {
  const t = Date.parse(p.at)
  let best: number | null = null
  let gap = Infinity
  for (const q of f.points) {
    const d = Math.abs(Date.parse(q.t) - t)
    if (d < gap) {
      gap = d
      best = q.avg
    }
  }
  return best ?? 0
}

function axisTime(v: number, kind: string): string {
  const s = dateTime(v)
  if (kind === 'day') return s.slice(5, 10)
  return s.slice(11) === '00:00' ? s.slice(5, 10) : s.slice(11)
}

/** axis gives round ends and steps; a factor may lie below nought (烟气压力). */
export function axis(low: number, high: number): { min: number; max: number; interval: number } {
  if (low === 0) return { min: 0, max: niceTop(high), interval: niceTop(high) / niceParts(niceTop(high)) }
  const interval = niceTop((high - low) / 4)
  return { min: Math.floor(low / interval) * interval, max: Math.ceil(high / interval) * interval, interval }
}

/** niceTop rounds an axis end up to 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten. */
export function niceTop(v: number): number {
  const p = 10 ** Math.floor(Math.log10(v))
  const m = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((x) => x * p >= v * 0.999) ?? 10
  return Number((m * p).toPrecision(6))
}

/** niceParts splits a nice axis end into parts that are round themselves. */
export function niceParts(end: number): number {
  const m = Number((end / 10 ** Math.floor(Math.log10(end))).toPrecision(3))
  return ({ 1: 4, 1.5: 3, 2: 4, 3: 3, 4: 4, 5: 5, 6: 3, 8: 4 } as Record<number, number>)[m] ?? 4
}

function escape(s: string): string {
  return s.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}

function tip(factors: SeriesFactor[], kind: string, list: { seriesIndex: number; dataIndex: number }[]): string {
  const first = list[0]
  const at = first && factors[first.seriesIndex]?.points[first.dataIndex]?.t
  if (!at) return ''
  const out = [`<b>${dateTime(at)}</b>`]
  for (const { seriesIndex, dataIndex } of list) {
    const f = factors[seriesIndex]
    const p = f?.points[dataIndex]
    if (!p) continue
    const l = limitAt(f.limits, Date.parse(p.t), kind)
    const parts = [`${escape(f.name)} <b>${reading(p.avg)}</b> ${escape(f.unit)}`]
    if (p.measured !== undefined) parts.push(`折算值；实测 ${reading(p.measured)}`)
    if (p.min !== undefined && p.max !== undefined) parts.push(`最小 ${reading(p.min)}　最大 ${reading(p.max)}`)
    if (l?.upper != null) parts.push(`限值 ${reading(l.upper)}${exceeds(p, f.limits, kind) ? `（${overWord(kind)}）` : ''}`)
    if (p.flag && p.flag !== 'N') parts.push(escape(flagWord(p.flag)))
    out.push(parts.join('<br>'))
  }
  return out.join('<br>')
}
