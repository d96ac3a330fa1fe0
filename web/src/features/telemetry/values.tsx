import type { OutletValue } from '../../api/types'
import { reading } from '../../ui/format'
import { flagWord } from '../../ui/series'

/** Values sets each factor's present value with its limit beside it. */
export function Values({ values }: { values: OutletValue[] }) {
  if (values.length === 0) return <span className="soft">还没有数据</span>
  return (
    <span className="values">
      {values.map((v) => {
        const over = v.limit > 0 && v.ratio > 1
        const marked = v.flag && v.flag !== 'N'
        return (
          <span key={v.code} className="value">
            <span className="soft">{v.name}</span>
            <span className={`num ${over ? 'red strong' : ''}`}>{reading(v.value)}</span>
            <span className="soft num">{v.limit > 0 ? `/ ${reading(v.limit)}` : ''} {v.unit}</span>
            {over && <span className="chip red">超标</span>}
            {marked && <span className="chip">{flagWord(v.flag)}</span>}
          </span>
        )
      })}
    </span>
  )
}
