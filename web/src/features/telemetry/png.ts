import type { ChartHandle } from '../../ui/series-chart'

/** keepPng hands the chart to the browser as a picture. */
export function keepPng(chart: ChartHandle | null, name: string): void {
  const url = chart?.png()
  if (!url) return
  const a = document.createElement('a')
  a.href = url
  a.download = name
  a.click()
}
