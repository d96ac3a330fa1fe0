// Choosing a person or a place by typing part of the name.

import { AutoComplete, Select } from 'antd'
import { useMemo } from 'react'
import { useGet, useReference } from '../api/use'

interface PickerProps { id: string; value: string; onChange: (v: string) => void; status?: 'error' }

export function PersonPicker({ id, value, onChange, status, role }: PickerProps & { role?: string }) {
  const people = useGet('/people', { query: { role } })
  const options = (people.data ?? []).map((p) => ({ value: p.id, label: p.agency_name ? `${p.name}（${p.agency_name}）` : p.name }))
  return (
    <Select
      id={id}
      status={status}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      loading={people.isPending}
      value={value || undefined}
      onChange={(v) => onChange(v ?? '')}
      options={options}
      notFoundContent={people.isPending ? '正在加载…' : '没有符合的人员'}
    />
  )
}

/** SubjectPicker takes a number typed in, or one found by number or title. */
export function SubjectPicker({ id, value, onChange, status, of, similar }: PickerProps & { of: '/issues' | '/clues'; similar: { value: string; label: string }[] }) {
  const found = useGet(of, { query: { q: value, limit: 8 } }, { keep: true, enabled: value.trim().length > 1 })
  const options = value.trim().length > 1 && found.data ? found.data.items.map((x) => ({ value: x.number, label: `${x.number} ${x.title}` })) : similar
  return <AutoComplete id={id} status={status} value={value} onChange={(v: string) => onChange(v ?? '')} options={options} popupMatchSelectWidth={false} allowClear />
}

export function AreaPicker({ id, value, onChange, status, within }: PickerProps & { within?: string }) {
  const ref = useReference()
  const options = useMemo(() => areaOptions(ref, within), [ref, within])
  return <Select id={id} status={status} allowClear showSearch={{ optionFilterProp: 'label' }} value={value || undefined} onChange={(v) => onChange(v ?? '')} options={options} />
}

interface Places { units: { code: string; name: string }[]; regions: { code: string; name: string; level: string; parent: string }[] }

/** areaOptions lists units, and townships as 鹿城区 五马街道, within an area. */
export function areaOptions(ref: Places | undefined, within?: string): { value: string; label: string }[] {
  if (!ref) return []
  const prefix = (within ?? '').replace(/(00)+$/, '')
  const names = new Map(ref.units.map((u) => [u.code, u.name]))
  const out = ref.units.filter((u) => u.code.startsWith(prefix)).map((u) => ({ value: u.code, label: u.name }))
  for (const r of ref.regions) {
    if (names.has(r.code) || r.code.length < 9 || !r.code.startsWith(prefix)) continue
    const parent = names.get(r.parent) ?? names.get(r.code.slice(0, 6)) ?? ''
    out.push({ value: r.code, label: parent ? `${parent} ${r.name}` : r.name })
  }
  return out
}
