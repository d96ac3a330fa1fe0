// Curves with limit lines, marked periods and alarms; each alarm's pin is a link.

import type { EChartsType } from 'echarts/core'
import { useCallback, useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react'
import { Go } from './go'
import { usePhone } from './screen'
import { apart, type Layout, type Line, type Spot } from './series-layout'
import { chartHeight, chartOption, pinCoord, pinsOn, shadowTitles, type Pin, type Zoom } from './series-option'
import { Bones, Empty } from './state'
import './series-chart.css'

export interface ChartHandle { png: () => string | undefined }

export interface ChartProps {
  factors: Line[]
  kind: string
  layout?: Layout
  pins?: Pin[]
  zoom?: Zoom
  /** the asked period, so that what is missing at its ends shows as missing */
  from?: number
  to?: number
  onZoom?: (z: Zoom) => void
  handle?: Ref<ChartHandle>
}

export function SeriesChart({ factors, kind, layout = 'strips', pins = [], zoom, from, to, onZoom, handle }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const [chart, setChart] = useState<EChartsType>()
  const [spots, setSpots] = useState<(Spot & { pin: Pin })[]>([])
  const phone = usePhone()
  const tell = useRef(onZoom)
  tell.current = onZoom
  const drawn = factors.filter((f) => f.points.length > 0)
  const place = useRef(() => {})
  const ready = useRef(false) // whether the chart has an option, and so places
  useImperativeHandle(handle, () => ({ png: () => chart?.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: '#fff' }) }), [chart])
  useEffect(() => {
    let made: EChartsType | undefined
    let gone = false
    let watch: ResizeObserver | undefined
    void import('./echarts').then(({ init }) => {
      if (gone || !box.current) return
      made = init(box.current, undefined, { renderer: 'canvas' })
      const c = made
      watch = new ResizeObserver(() => {
        c.resize()
        place.current()
      })
      watch.observe(box.current)
      let timer: ReturnType<typeof setTimeout> | undefined
      c.on('datazoom', () => {
        clearTimeout(timer)
        place.current()
        timer = setTimeout(() => {
          if (c.isDisposed()) return
          const z = (c.getOption() as { dataZoom?: { startValue?: number; endValue?: number }[] }).dataZoom?.[0]
          if (z?.startValue !== undefined && z.endValue !== undefined) tell.current?.({ from: Math.round(z.startValue), to: Math.round(z.endValue) })
        }, 400)
      })
      setChart(made)
    })
    return () => {
      gone = true
      watch?.disconnect()
      made?.dispose()
    }
  }, [])
  place.current = useCallback(() => {
    if (!chart || !ready.current || chart.isDisposed()) return
    const at = drawn.flatMap((f, i) => pinsOn(f, pins).filter((p) => p.href).map((pin) => ({ pin, i, coord: pinCoord(f, pin, kind, layout) })))
    setSpots(apart(at.flatMap(({ pin, i, coord }) => {
      const xy = chart.convertToPixel({ seriesIndex: i }, coord) as number[] | undefined
      return xy && chart.containPixel({ seriesIndex: i }, [xy[0], xy[1]]) ? [{ x: Math.round(xy[0]), y: Math.round(xy[1]), pin }] : []
    })))
    // drawn follows factors
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [chart, factors, kind, layout, pins])
  const legend = layout !== 'strips' || shadowTitles(drawn).length > 0
  const height = chartHeight(Math.max(1, drawn.length), layout, legend)
  const pinned = pins.map((p) => p.at + p.factor + p.level).join()
  useEffect(() => {
    if (!chart || drawn.length === 0) return
    chart.resize()
    chart.setOption(chartOption(drawn, kind, pins, hatch(), { layout, narrow: phone, zoom, from, to }), { notMerge: true })
    ready.current = true
    place.current()
    // zoom is only read when the data changes: the chart itself moves it
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [chart, factors, kind, layout, pinned, phone, from, to])
  return (
    <div className="series-chart">
      {drawn.length === 0 && <Empty title="这段时间没有数据" how="换一个时间范围或数据种类试试；设备上报后曲线会自动出现。" />}
      <div ref={box} className="series-canvas" style={{ height, display: drawn.length === 0 ? 'none' : 'block' }} role="img" aria-label={[...new Set(drawn.map((f) => f.name))].join('、') + '曲线；数值见旁边的表格'} />
      {drawn.length > 0 && spots.map((s) => (
        <Go key={`${s.pin.title} ${s.pin.factor} ${s.pin.at}`} className="pin-link" href={s.pin.href ?? '/'} style={{ left: s.x - 14, top: s.y - 28 }} aria-label={`打开预警 ${s.pin.title}`} title={`预警 ${s.pin.title}`} />
      ))}
      {!chart && drawn.length > 0 && <div style={{ position: 'absolute', inset: 0 }}><Bones /></div>}
    </div>
  )
}

function hatch(): unknown {
  const c = document.createElement('canvas')
  c.width = c.height = 8
  const g = c.getContext('2d')
  if (g) {
    g.strokeStyle = 'rgba(95,101,110,.45)'
    g.lineWidth = 1
    g.beginPath()
    for (const d of [-8, 0, 8]) {
      g.moveTo(d, 8)
      g.lineTo(d + 8, 0)
    }
    g.stroke()
  }
  return { image: c, repeat: 'repeat' }
}
