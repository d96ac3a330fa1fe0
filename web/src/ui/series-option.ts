// The chart's option: curves over a common time axis, in strips or together;
// limit lines carry their value, marked periods are hatched, alarms stand as pins.

import type { SeriesPoint } from '../api/types'
import { dateTime, reading } from './format'
import { bottom, exceeds, flagWord, limitAt, marked, overWord, steps, top } from './series'
import { axis } from './series-axis'
import { axesOf, broken, height, inks, keyOf, pace, shadowInks, thinned, type Band, type Layout, type Line } from './series-layout'

export interface Pin { at: string; title: string; factor: string; level: string; href?: string }
export interface Zoom { from: number; to: number }

const ink = '#1f2329'
const soft = '#5f656e'
const line = '#dfe2e6'
const blue = '#0958d9'
const red = '#b42318'

export const strip = { height: 168, gap: 64, top: 36, bottom: 64, together: 344, legend: 28 }

/** chartHeight is the height in pixels for a number of curves. */
export function chartHeight(n: number, layout: Layout = 'strips', legend = false): number {
  const body = layout === 'strips' ? n * strip.height + (n - 1) * strip.gap : strip.together
  return strip.top + (legend ? strip.legend : 0) + body + strip.bottom + 16
}

export interface Drawing { layout?: Layout; narrow?: boolean; zoom?: Zoom; from?: number; to?: number }

/** chartOption draws the lines; the series of line i stands at place i, shadows after all of them. */
export function chartOption(lines: Line[], kind: string, pins: Pin[], hatch: unknown, how: Drawing = {}): Record<string, unknown> {
  const layout = how.layout ?? 'strips'
  const narrow = how.narrow ?? false
  const strips = layout === 'strips'
  const shadows = strips ? shadowTitles(lines) : []
  const legend = !strips || shadows.length > 0
  const from = strip.top + (legend ? strip.legend : 0)
  const place = (i: number) => from + i * (strip.height + strip.gap)
  const units = layout === 'together' ? axesOf(lines) : []
  const sides = margins(layout, units.length, narrow)
  const grids = strips ? lines.map((_, i) => i) : [0]
  const ends = { ...(how.from ? { min: how.from } : {}), ...(how.to ? { max: how.to } : {}) }
  const zoom = how.zoom ? { startValue: how.zoom.from, endValue: how.zoom.to } : {}
  return {
    animation: false,
    aria: { enabled: true, label: { description: lines.map((f) => `${f.name}曲线，共 ${f.points.length} 个数据`).join('；') } },
    textStyle: { fontFamily: 'inherit', color: ink },
    title: strips ? lines.map((f, i) => ({ text: `${f.name}${f.unit ? `（${f.unit}）` : ''}`, left: 8, top: place(i) - 30, textStyle: { fontSize: 12, fontWeight: 600, color: ink } })) : [],
    legend: legend ? { top: 8, left: 8, right: 16, type: 'scroll', itemWidth: 28, itemHeight: 8, selectedMode: strips ? false : 'multiple', textStyle: { color: ink, fontSize: 12 }, data: strips ? ['本时段', ...shadows] : lines.map((l) => l.name) } : undefined,
    grid: grids.map((i) => ({ ...sides, top: place(i), height: strips ? strip.height : strip.together })),
    axisPointer: { link: [{ xAxisIndex: 'all' }], label: { show: false } },
    tooltip: {
      trigger: 'axis', confine: true, backgroundColor: '#fff', borderColor: line, padding: 8, textStyle: { fontSize: 12, color: ink },
      formatter: (list: { seriesIndex: number; data: Datum }[]) => tip(lines, kind, list),
    },
    xAxis: grids.map((i) => ({
      type: 'time', gridIndex: i, ...ends,
      axisLine: { lineStyle: { color: line } }, axisTick: { lineStyle: { color: line } }, splitLine: { show: false },
      axisLabel: { color: soft, fontSize: 12, hideOverlap: true, formatter: (v: number) => axisTime(v, kind) },
    })),
    yAxis: strips ? lines.map((f, i) => yAxis(i, bottom(whole(f)), top(whole(f)))) : layout === 'ratio' ? [{ ...yAxis(0, 0, ratioTop(lines, kind)), name: '占限值（%）', ...named }] : units.map((u, i) => unitAxis(u, i, lines)),
    dataZoom: [
      { type: 'inside', xAxisIndex: grids, zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false, ...zoom },
      { type: 'slider', xAxisIndex: grids, height: 20, bottom: 8, left: sides.left, right: sides.right, borderColor: line, fillerColor: 'rgba(9,88,217,.10)', handleStyle: { color: '#fff', borderColor: blue }, moveHandleSize: 4, textStyle: { color: soft, fontSize: 12 }, labelFormatter: (v: number) => dateTime(v).slice(5), ...zoom },
    ],
    series: [
      ...lines.map((f, i) => {
        const own = strips ? inks[0] : inks[i % inks.length]
        const y = (p: SeriesPoint) => height(f, p, kind, layout)
        return {
          ...curve(f.points, gapOf(f, kind), own, y, (p) => exceeds(p, f.limits, kind)), name: strips ? '本时段' : f.name,
          xAxisIndex: strips ? i : 0, yAxisIndex: strips ? i : Math.max(0, units.indexOf(f.unit)),
          markLine: { symbol: 'none', silent: true, data: layout === 'ratio' ? (i === 0 ? [limitLine(100, '限值 100%', narrow)] : []) : limitLines(f, kind, narrow, strips ? undefined : lines, i) },
          markArea: { silent: true, data: hatches(f, kind, hatch, strips ? [] : lines.slice(0, i)) },
          markPoint: {
            symbol: 'pin', symbolSize: 28, silent: true,
            data: pinsOn(f, pins).map((p) => ({ coord: pinCoord(f, p, kind, layout), itemStyle: { color: p.level === 'notice' || p.level === 'suspect' ? '#b07100' : red }, label: { show: true, formatter: p.level === 'notice' || p.level === 'suspect' ? '◆' : '▲', color: '#fff', fontSize: 12 } })),
          },
        }
      }),
      ...lines.flatMap((f, i) => (strips ? f.shadows ?? [] : []).map((s) => ({
        ...curve(s.points, pace(s.points, kind) * 4, shadowInks[shadows.indexOf(s.title) % shadowInks.length], (p) => p.avg, () => false, i),
        name: s.title, z: 1, xAxisIndex: i, yAxisIndex: i,
      }))),
    ],
  }
}

interface Datum { value: [number, number | null]; p?: SeriesPoint; line?: number }

/** shadowTitles lists the other periods once each. */
export function shadowTitles(lines: readonly Line[]): string[] {
  return [...new Set(lines.flatMap((l) => (l.shadows ?? []).map((s) => s.title)))]
}

/** whole is a line with its shadows, for the reach of the axis. */
function whole(f: Line): Line {
  return f.shadows ? { ...f, points: [...f.points, ...f.shadows.flatMap((s) => s.points)] } : f
}

function margins(layout: Layout, units: number, narrow: boolean): { left: number; right: number } {
  if (layout !== 'together') return { left: narrow ? 44 : 56, right: narrow ? 16 : 88 }
  return { left: (narrow ? 44 : 56) + (units > 2 ? 56 : 0), right: (units > 1 ? (narrow ? 44 : 64) : narrow ? 16 : 88) + (units > 3 ? 56 : 0) }
}

function curve(points: readonly SeriesPoint[], gap: number, own: (typeof inks)[number], y: (p: SeriesPoint) => number | undefined, over: (p: SeriesPoint) => boolean, shadow?: number) {
  const drawn = points.filter((p) => y(p) !== undefined)
  let last = 0
  const data: Datum[] = broken(drawn, gap).map((p) => {
    if (!p) return { value: [last + 1, null] }
    last = Date.parse(p.t)
    return { value: [last, y(p) ?? null], p, line: shadow, ...(over(p) ? { symbol: 'circle', symbolSize: 6, itemStyle: { color: red } } : {}) }
  })
  const alone = data.some((d, i) => d.p && !data[i - 1]?.p && !data[i + 1]?.p)
  return {
    type: 'line', data, showSymbol: drawn.length < 60 || alone, symbol: own.symbol, symbolSize: 4, connectNulls: false,
    lineStyle: { width: 1.5, color: own.color, type: own.dash }, itemStyle: { color: own.color },
  }
}

/** gapOf is how far apart neighbours may lie before something is missing between them. */
function gapOf(f: Line, kind: string): number {
  return pace(f.points, kind) * (thinned(f) ? 6 : kind === 'hour' || kind === 'day' ? 1.5 : 2.5)
}

function yAxis(grid: number, low: number, high: number) {
  return {
    type: 'value', gridIndex: grid, ...axis(low, high),
    axisLabel: { color: soft, fontSize: 12, formatter: (v: number) => reading(v) }, splitLine: { lineStyle: { color: '#eceef1' } },
  }
}

const named = { nameTextStyle: { color: soft, fontSize: 12, align: 'center' }, nameGap: 12 }

function unitAxis(unit: string, i: number, lines: readonly Line[]) {
  const of = lines.filter((l) => l.unit === unit)
  return {
    ...yAxis(0, Math.min(...of.map(bottom)), Math.max(...of.map(top))), name: unit || '无量纲', ...named,
    position: i % 2 === 0 ? 'left' : 'right', offset: i < 2 ? 0 : 56, alignTicks: i > 0,
    splitLine: { show: i === 0, lineStyle: { color: '#eceef1' } }, axisLine: { show: i > 0, lineStyle: { color: line } },
  }
}

function ratioTop(lines: readonly Line[], kind: string): number {
  let m = 110
  for (const l of lines) for (const p of l.points) m = Math.max(m, height(l, p, kind, 'ratio') ?? 0)
  return m * 1.05
}

/** hatches draws a line's marked periods; in one chart a period that several lines share is drawn once. */
function hatches(f: Line, kind: string, hatch: unknown, before: readonly Line[]): unknown[] {
  const seen = new Set(before.flatMap((l) => bandsOf(l, kind)).map(told))
  return bandsOf(f, kind).filter((b) => !seen.has(told(b))).map((s) => [{ xAxis: s.from, name: s.title, itemStyle: { color: hatch }, label: { color: soft, fontSize: 12, position: 'insideTop' } }, { xAxis: s.to }])
}

const told = (b: Band) => `${b.from} ${b.to} ${b.title}`

function bandsOf(f: Line, kind: string): Band[] {
  const step = Math.max(steps[kind] ?? steps.hour, thinned(f) ? gapOf(f, kind) : 0)
  return [...marked(f.points, step).map((s) => ({ from: s.from, to: s.to, title: flagWord(s.flag) })), ...(f.bands ?? [])]
}

const statistics: Record<string, string> = { realtime: '实时', hour: '小时', day: '日均' }

function limitLine(v: number, text: string, narrow: boolean): unknown {
  return { yAxis: v, lineStyle: { color: red, type: 'dashed', width: 1 }, label: { formatter: text, color: red, fontSize: 12, position: narrow ? 'insideEndTop' : 'end' } }
}

/** limitLines draws a line's limits; in one chart each says whose it is, and one that several share is drawn once. */
function limitLines(f: Line, kind: string, narrow: boolean, all?: readonly Line[], at = 0): unknown[] {
  const seen = new Set<number>()
  const out: unknown[] = []
  for (const l of f.limits) {
    const stat = l.kind === kind ? '' : statistics[l.kind] ?? ''
    for (const [v, word] of [[l.upper, `${stat}限值`], [l.lower, `${stat}下限`]] as const) {
      if (v === undefined || seen.has(v)) continue
      seen.add(v)
      const sharing = (all ?? []).flatMap((x, i) => (x.unit === f.unit && x.limits.some((y) => y.upper === v || y.lower === v) ? [i] : []))
      if (sharing.some((i) => i < at)) continue
      const whose = all && sharing.length < 2 ? f.name : ''
      out.push(limitLine(v, `${whose}${word} ${reading(v)}`, narrow || all !== undefined))
    }
  }
  return out
}

/** pinsOn gives the alarms that belong to a line. */
export function pinsOn(f: Line, pins: readonly Pin[]): Pin[] {
  return pins.filter((p) => !p.factor || p.factor === keyOf(f))
}

/** pinCoord places an alarm on the curve, at the point nearest in time. */
export function pinCoord(f: Line, p: Pin, kind: string, layout: Layout): [number, number] {
  const t = Date.parse(p.at)
  let best: number | null = null
  let gap = Infinity
  for (const q of f.points) {
    const d = Math.abs(Date.parse(q.t) - t)
    if (d < gap) {
      gap = d
      best = height(f, q, kind, layout) ?? null
    }
  }
  return [t, best ?? 0]
}

function axisTime(v: number, kind: string): string {
  const s = dateTime(v)
  if (kind === 'day') return s.slice(5, 10)
  return s.slice(11) === '00:00' ? s.slice(5, 10) : s.slice(11)
}

function escape(s: string): string {
  return s.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}

function tip(lines: Line[], kind: string, list: { seriesIndex: number; seriesName?: string; data: Datum }[]): string {
  const at = list.find((x) => x.data.p && x.data.line === undefined)?.data.p?.t ?? list.find((x) => x.data.p)?.data.p?.t
  if (!at) return ''
  const out = [`<b>${dateTime(at)}</b>`]
  for (const { seriesIndex, seriesName, data: { p, line: shadow } } of list) {
    const f = lines[shadow ?? seriesIndex]
    if (!f || !p) continue
    if (shadow !== undefined) {
      out.push(`${escape(seriesName ?? '')} ${escape(f.name)} <b>${reading(p.avg)}</b> ${escape(f.unit)}`)
      continue
    }
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
