import type { OutletValue } from '../../api/types'
import { reading } from '../../ui/format'
import { flagWord, overWord } from '../../ui/series'
import { isOver, judged, leading, limitText } from '../../ui/value'

/** Values sets each factor's present value with its limit beside it; brief shows only what has a limit. */
export function Values({ values, brief }: { values: OutletValue[]; brief?: boolean }) {
  if (values.length === 0) return <span className="soft">还没有数据</span>
  const shown = brief ? leading(values) : values
  return (
    <span className="values">
      {shown.map((v) => {
        const over = isOver(v)
        return (
          <span key={v.code} className="value" title={v.converted !== undefined ? `折算值；实测 ${reading(v.value)} ${v.unit}` : undefined}>
            <span className="soft">{v.name}</span>
            <span className={`num ${over ? 'red strong' : ''}`}>{reading(judged(v))}</span>
            <span className="soft num">{limitText(v)} {v.unit}</span>
            {over && <span className="chip red">{overWord(v.kind)}</span>}
            {v.flag && v.flag !== 'N' && <span className="chip">{flagWord(v.flag)}</span>}
          </span>
        )
      })}
    </span>
  )
}
