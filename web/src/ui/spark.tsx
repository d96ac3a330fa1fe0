// The small curve of a tile: a day of hours, no axes.

import type { Trend } from '../api/types'
import { sparkPath } from './spark-path'
import './spark.css'

/** Spark shows a trend; the number beside it says what a reader needs, so it is hidden from screen readers. */
export function Spark({ trend, limit }: { trend?: Trend; limit?: number }) {
  const d = trend ? sparkPath(trend, limit) : ''
  return (
    <svg className="spark" viewBox="0 0 24 1" preserveAspectRatio="none" aria-hidden="true">
      {d && <path d={d} fill="none" stroke="var(--curve)" strokeWidth="1.4" vectorEffect="non-scaling-stroke" />}
    </svg>
  )
}
