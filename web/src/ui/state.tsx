// What a page shows when there is nothing yet, nothing at all, or trouble.

import { Button } from 'antd'
import type { ReactNode } from 'react'
import { sentence } from '../api/problem'

/** Empty says what will appear here and how to make it appear. */
export function Empty({ title, how, action }: { title: string; how?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <div className="strong">{title}</div>
      {how && <p>{how}</p>}
      {action && <div style={{ marginTop: 16 }}>{action}</div>}
    </div>
  )
}

/** Trouble says what went wrong and offers to try again. */
export function Trouble({ error, again }: { error: unknown; again?: () => void }) {
  return (
    <div className="trouble block row between" role="alert">
      <span>{sentence(error)}</span>
      {again && <Button size="small" onClick={again}>重试</Button>}
    </div>
  )
}

/** Bones is the outline of rows that are on their way. */
export function Bones({ rows = 6 }: { rows?: number }) {
  return (
    <div className="bones" role="status" aria-label="正在加载">
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} className="bone" style={{ width: `${92 - ((i * 17) % 40)}%` }} />
      ))}
    </div>
  )
}
