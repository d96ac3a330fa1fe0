// Curves of one outlet with limit lines, marked periods and alarms.

import type { EChartsType } from 'echarts/core'
import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react'
import type { SeriesFactor } from '../api/types'
import { usePhone } from './screen'
import { chartHeight, chartOption, type Pin, type Zoom } from './series-option'
import { Bones, Empty } from './state'

export interface ChartHandle { png: () => string | undefined }

export function SeriesChart({ factors, kind, pins = [], zoom, onZoom, handle }: { factors: SeriesFactor[]; kind: string; pins?: Pin[]; zoom?: Zoom; onZoom?: (z: Zoom) => void; handle?: Ref<ChartHandle> }) {
  const box = useRef<HTMLDivElement>(null)
  const [chart, setChart] = useState<EChartsType>()
  const phone = usePhone()
  const tell = useRef(onZoom)
  tell.current = onZoom
  useImperativeHandle(handle, () => ({ png: () => chart?.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: '#fff' }) }), [chart])
  useEffect(() => {
    let made: EChartsType | undefined
    let gone = false
    let watch: ResizeObserver | undefined
    void import('./echarts').then(({ init }) => {
      if (gone || !box.current) return
      made = init(box.current, undefined, { renderer: 'canvas' })
      const c = made
      watch = new ResizeObserver(() => c.resize())
      watch.observe(box.current)
      let timer: ReturnType<typeof setTimeout> | undefined
      c.on('datazoom', () => {
        clearTimeout(timer)
        timer = setTimeout(() => {
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
  const drawn = factors.filter((f) => f.points.length > 0)
  const height = chartHeight(Math.max(1, drawn.length))
  useEffect(() => {
    if (!chart || drawn.length === 0) return
    chart.resize()
    chart.setOption(chartOption(drawn, kind, pins, zoom, hatch(), phone), { notMerge: true })
    // zoom is only read when the data changes: the chart itself moves it
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [chart, factors, kind, pins.length, phone])
  return (
    <div style={{ position: 'relative' }}>
      {drawn.length === 0 && <Empty title="这段时间没有数据" how="换一个时间范围或数据种类试试；设备上报后曲线会自动出现。" />}
      <div ref={box} style={{ height, display: drawn.length === 0 ? 'none' : 'block' }} role="img" aria-label={drawn.map((f) => f.name).join('、') + '曲线；数值见旁边的表格'} />
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
