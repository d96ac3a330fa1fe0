// Filters above a list: each writes the address, nothing else.

import { useLocation } from '@tanstack/react-router'
import { Checkbox, DatePicker, Input, Select, Tag } from 'antd'
import dayjs from 'dayjs'
import { useEffect, useState, type ReactNode } from 'react'
import { useReference } from '../api/use'
import { useGo } from './go'
import { parseSearch, stringifySearch, withFilter, type Search } from './search'
import { usePhone } from './screen'

/** useFilters gives the address's filters and how to change one or all. */
export function useFilters(): [Search, (name: string, value: string | undefined) => void, (all: Search) => void] {
  const location = useLocation()
  const go = useGo()
  const search = parseSearch(location.searchStr)
  const put = (s: Search) => go(location.pathname + stringifySearch(s), true)
  return [search, (name, value) => put(withFilter(search, name, value)), put]
}

export interface Filter {
  name: string
  title: string
  kind?: 'choice' | 'text' | 'day' | 'flag' | 'area' | 'agency' | 'category' | 'severity'
  options?: { value: string; label: string }[]
  width?: number
}

/** Filters draws the filters; extra ones come only by links and show as what can be taken off. */
export function Filters({ filters, extra = {}, children }: { filters: Filter[]; extra?: Record<string, string>; children?: ReactNode }) {
  const [search, set, all] = useFilters()
  const phone = usePhone()
  const [open, setOpen] = useState(false)
  const linked = Object.keys(extra).filter((n) => search[n])
  const active = [...filters.map((f) => f.name), ...linked].filter((n) => search[n])
  if (phone && !open) {
    return (
      <div className="filters">
        <button type="button" className="linkish" onClick={() => setOpen(true)}>筛选{active.length > 0 && `（${active.length}）`}</button>
        {active.length > 0 && <button type="button" className="linkish" onClick={() => all({})}>清除</button>}
        {children}
      </div>
    )
  }
  return (
    <div className="filters" role="group" aria-label="筛选">
      {filters.map((f) => (
        <One key={f.name} filter={f} value={search[f.name] ?? ''} onChange={(v) => set(f.name, v)} full={phone} />
      ))}
      {linked.map((n) => (
        <Tag key={n} closable onClose={(e) => { e.preventDefault(); set(n, undefined) }}>{extra[n]}{/^\d{4}-\d{2}-\d{2}$/.test(search[n]) && ` ${search[n]}`}</Tag>
      ))}
      {active.length > 0 && <button type="button" className="linkish" onClick={() => all({})}>清除筛选</button>}
      {phone && <button type="button" className="linkish" onClick={() => setOpen(false)}>收起</button>}
      {children}
    </div>
  )
}

function One({ filter, value, onChange, full }: { filter: Filter; value: string; onChange: (v: string | undefined) => void; full: boolean }) {
  const style = { width: full ? '100%' : filter.width ?? 136 }
  const kind = filter.kind ?? 'choice'
  const options = useOptions(filter)
  if (kind === 'text') return <TextFilter filter={filter} value={value} onChange={onChange} style={full ? style : { width: filter.width ?? 200 }} />
  if (kind === 'day') {
    return <DatePicker aria-label={filter.title} placeholder={filter.title} style={style} value={value ? dayjs(value) : null} onChange={(d) => onChange(d ? d.format('YYYY-MM-DD') : undefined)} />
  }
  if (kind === 'flag') {
    return <Checkbox checked={value === 'true'} onChange={(e) => onChange(e.target.checked ? 'true' : undefined)}>{filter.title}</Checkbox>
  }
  return (
    <Select
      aria-label={filter.title}
      style={style}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      popupMatchSelectWidth={false}
      placeholder={filter.title}
      value={value || undefined}
      onChange={(v) => onChange(v)}
      options={options}
    />
  )
}

function useOptions(f: Filter): { value: string; label: string }[] {
  const ref = useReference()
  if (f.options) return f.options
  if (!ref) return []
  switch (f.kind) {
    case 'area':
      return ref.units.map((u) => ({ value: u.code, label: u.name }))
    case 'agency':
      return ref.agencies.map((a) => ({ value: a.id, label: a.name }))
    case 'category':
      return ref.categories.map((c) => ({ value: c.id, label: c.name }))
    case 'severity':
      return ref.severities.map((s) => ({ value: s.id, label: s.name }))
    default:
      return []
  }
}

function TextFilter({ filter, value, onChange, style }: { filter: Filter; value: string; onChange: (v: string | undefined) => void; style: React.CSSProperties }) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  return (
    <Input.Search
      aria-label={filter.title}
      placeholder={filter.title}
      style={style}
      value={text}
      allowClear
      onChange={(e) => {
        setText(e.target.value)
        if (e.target.value === '') onChange(undefined)
      }}
      onSearch={(v) => onChange(v.trim() || undefined)}
    />
  )
}
