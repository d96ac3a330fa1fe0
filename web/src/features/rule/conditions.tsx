// Conditions filled in row by row, for those who do not write expressions.

import { Button, InputNumber, Radio, Select } from 'antd'
import { useMemo } from 'react'
import type { RuleRow } from '../../api/types'
import { useReference } from '../../api/use'
import { asks, bases, blankRow, ops, places, stats } from './custom-words'

export function Conditions({ rows, join, onRows, onJoin }: { rows: RuleRow[]; join: string; onRows: (r: RuleRow[]) => void; onJoin: (j: string) => void }) {
  const ref = useReference()
  const factors = useMemo(() => [
    { label: '流量与工况', options: places.map((p) => ({ value: p, label: p })) },
    { label: '污染因子', options: (ref?.factors ?? []).filter((f) => !/^[weg]0|^s/.test(f.code) || f.code.startsWith('w0')).map((f) => ({ value: f.code, label: `${f.name}（${f.code}）` })) },
  ], [ref])
  const change = (i: number, to: Partial<RuleRow>) => onRows(rows.map((r, n) => (n === i ? { ...r, ...to } : r)))
  return (
    <div className="conditions" role="group" aria-label="条件">
      {rows.length > 1 && (
        <Radio.Group aria-label="各条件之间" value={join} onChange={(e) => onJoin(e.target.value as string)} options={[{ value: 'and', label: '全部成立（且）' }, { value: 'or', label: '任一成立（或）' }]} />
      )}
      {rows.map((r, i) => {
        const a = asks(r.stat)
        const n = `条件 ${i + 1} `
        return (
          <div className="condition" key={i}>
            <span className="join">{i === 0 ? '当' : join === 'or' ? '或' : '且'}</span>
            <Select aria-label={n + '因子'} id={i === 0 ? 'f-rows' : undefined} className={a.factor ? undefined : 'none'} showSearch={{ optionFilterProp: 'label' }} placeholder="选择因子" value={r.factor || undefined} onChange={(v) => change(i, { factor: v })} options={factors} popupMatchSelectWidth={260} />
            <Select aria-label={n + '取什么'} value={r.stat} onChange={(v) => change(i, { stat: v })} options={stats.map((s) => ({ value: s.value, label: s.label }))} popupMatchSelectWidth={140} />
            <InputNumber aria-label={n + '小时数'} className={a.hours ? undefined : 'none'} style={{ width: '100%' }} min={1} max={720} precision={0} suffix="小时" value={r.hours ?? 24} onChange={(v) => change(i, { hours: v ?? 24 })} />
            <Select aria-label={n + '比较'} className={a.compare ? undefined : 'none'} value={r.op || '>'} onChange={(v) => change(i, { op: v })} options={ops} />
            <InputNumber aria-label={n + '数值'} className={a.compare ? undefined : 'none'} style={{ width: '100%' }} value={r.value} onChange={(v) => change(i, { value: v ?? 0 })} />
            <Select aria-label={n + '与什么比'} className={a.base ? undefined : 'none'} value={r.base || 'number'} onChange={(v) => change(i, { base: v })} options={bases} popupMatchSelectWidth={150} />
            <Button type="text" aria-label={`删去条件 ${i + 1}`} disabled={rows.length === 1} onClick={() => onRows(rows.filter((_, k) => k !== i))}>✕</Button>
          </div>
        )
      })}
      <div><Button onClick={() => onRows([...rows, blankRow])} disabled={rows.length >= 20}>再加一个条件</Button></div>
    </div>
  )
}
