import type { Doors } from '../../api/types'

export interface Draft {
  channel: string
  mode: string
  kind: string
  text: string
  suspect: string
  area: string
  address: string
  contact: string
  person: { name: string; phone: string; other: string } // of a confidential report; sealed before it leaves the browser
  received: string
  details: Record<string, string>
  answers: Record<string, string[]>
  files: string[]
}

type Door = Doors['doors'][number]
type Kind = Doors['kinds'][number]

/** missing names what the clerk has not asked yet, by field. */
export function missing(v: Draft, door: Door, kind: Kind | undefined): Record<string, string> {
  const out: Record<string, string> = {}
  if (!kind) out.kind = '请选择事项'
  if (!v.text.trim()) out.text = '请写明反映的情况'
  if (!v.area && !v.address.trim()) out.address = '请选择区域或填写地点，至少一项'
  if (v.mode === 'confidential') {
    if (!v.person.name.trim()) out['person-name'] = '实名保密须留姓名；不愿留的请改为匿名'
    if (!v.person.phone.trim() && !v.person.other.trim()) out['person-phone'] = '电话和其他联系方式至少填一项'
  }
  for (const q of kind?.questions ?? []) if (q.required && !(v.answers[q.code] ?? []).some((x) => x.trim())) out[`answer.${q.code}`] = `请回答“${q.title}”`
  for (const f of door.fields) if (f.required && !(v.details[f.name] ?? '').trim()) out[`details.${f.name}`] = `请填写${f.title}`
  return out
}
