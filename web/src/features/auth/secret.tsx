import { Button } from 'antd'
import { useState } from 'react'

/** Secret shows something once, with a button to copy it. */
export function Secret({ value }: { value: string }) {
  const [copied, setCopied] = useState(false)
  return (
    <div className="row">
      <code className="mono wrap" style={{ fontSize: 14, padding: '6px 12px', background: 'var(--ground)', border: '1px solid var(--line)', borderRadius: 3 }}>{value}</code>
      <Button onClick={() => void navigator.clipboard?.writeText(value).then(() => setCopied(true))}>{copied ? '已复制' : '复制'}</Button>
    </div>
  )
}
