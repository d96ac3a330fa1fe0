import { Button, DatePicker, Radio, Select } from 'antd'
import type { Dayjs } from 'dayjs'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { dateTime } from '../../ui/format'
import { useFilters } from '../../ui/filters'
import { usePhone } from '../../ui/screen'
import { layouts, type Layout } from '../../ui/series-layout'
import { daysBack, daysOf, daysTitle, mostDays, usualDays } from './compare'
import { atPresent, closer, keyStep, kinds, moved, zoomOf, type SeriesQuery } from './range'

/** CurveTools are the controls over a curve; each writes the address. The arrow keys go from period to period. */
export function CurveTools({ chosen, layout, thin, children, end }: { chosen: SeriesQuery; layout: Layout; thin: boolean; children?: ReactNode; end?: ReactNode }) {
  const [search, set, all] = useFilters()
  const comparing = daysOf(search.cmp)
  const phone = usePhone()
  const [more, setMore] = useState(false)
  const step = (by: -1 | 1) => all(moved(search, chosen, by))
  const zoom = zoomOf(search.z)
  useArrows(step)
  return (
    <>
      <p className="print-only note-line">{kinds.find((k) => k.value === chosen.kind)?.label}数据，{dateTime(chosen.from)} 至 {dateTime(chosen.to)}。打印于 {dateTime(Date.now())}。</p>
      <div className="series-tools">
        <Radio.Group aria-label="数据种类" optionType="button" value={chosen.kind} onChange={(e) => all({ ...search, kind: String(e.target.value), span: '', from: '', to: '', z: '' })} options={kinds.map((k) => ({ value: k.value, label: k.label }))} />
        <Select aria-label="时间范围" style={{ width: 120 }} value={search.from ? '' : chosen.span} onChange={(v) => all({ ...search, span: v, from: '', to: '', z: '' })} options={search.from ? [{ value: '', label: '所选时段' }, ...chosen.spans] : chosen.spans} />
        <div className="period" role="group" aria-label="时段">
          <Button aria-label="前一时段" title="前一时段（← 键）" onClick={() => step(-1)}>‹</Button>
          <span className="num" aria-live={search.to ? 'polite' : undefined}>{dateTime(chosen.from)} 至 {dateTime(chosen.to).slice(dateTime(chosen.from).slice(0, 10) === dateTime(chosen.to).slice(0, 10) ? 11 : 0)}</span>
          <Button aria-label="后一时段" title="后一时段（→ 键）" disabled={!search.to} onClick={() => step(1)}>›</Button>
          {search.to && <button type="button" className="linkish" onClick={() => all(atPresent(search))}>回到现在</button>}
        </div>
        {children}
        {phone && <button type="button" className="linkish" aria-expanded={more} onClick={() => setMore(!more)}>{more ? '收起选项' : '样式、比较、导出'}</button>}
        {(!phone || more) && (
          <>
            <Radio.Group aria-label="图的样式" optionType="button" value={layout} disabled={comparing.length > 0} onChange={(e) => set('view', String(e.target.value))} options={layouts} />
            <Compare chosen={chosen} />
            {end && <span className="series-end">{end}</span>}
          </>
        )}
        {zoom && <button type="button" className="linkish" onClick={() => set('z', undefined)}>恢复全部时段</button>}
        {zoom && thin && <button type="button" className="linkish" onClick={() => all(closer(search, zoom))}>细看放大的时段</button>}
      </div>
    </>
  )
}

function Compare({ chosen }: { chosen: SeriesQuery }) {
  const [search, set] = useFilters()
  const days = daysOf(search.cmp)
  const put = (list: (string | number)[]) => set('cmp', daysOf(list.slice(-mostDays).join(',')).join(','))
  const odd = days.filter((d) => !usualDays.some((u) => u.value === String(d)))
  return (
    <>
      <Select
        aria-label="与其他日比较"
        mode="multiple"
        style={{ minWidth: 152, maxWidth: 360 }}
        maxTagCount="responsive"
        showSearch={{ optionFilterProp: 'label' }}
        placeholder="与其他日比较"
        value={days.map(String)}
        onChange={put}
        options={[...usualDays, ...odd.map((d) => ({ value: String(d), label: daysTitle(d, chosen.to) }))]}
      />
      <DatePicker aria-label="比较的日期" placeholder="选日期比较" style={{ width: 128 }} value={null as Dayjs | null} disabledDate={(d) => daysBack(d.format('YYYY-MM-DD'), chosen.to) === 0} onChange={(d) => d && put([...days, daysBack(d.format('YYYY-MM-DD'), chosen.to)])} />
    </>
  )
}

function useArrows(step: (by: -1 | 1) => void) {
  const last = useRef(step)
  last.current = step
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      const by = keyStep(e)
      if (by === 0) return
      e.preventDefault()
      last.current(by)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [])
}
