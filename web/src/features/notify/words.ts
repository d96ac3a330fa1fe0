import type { ChannelKind, Delivery } from '../../api/types'
import type { Shape, Tone } from '../../ui/marks'

/** urgencies in the order of forms, least first */
export const urgencies = [
  { value: 'ordinary', label: '一般' },
  { value: 'important', label: '重要' },
  { value: 'urgent', label: '紧急' },
] as const

export type Urgency = (typeof urgencies)[number]['value']

/** deliveryStates in the order of a delivery's life */
export const deliveryStates = [
  { value: 'queued', label: '排队中' },
  { value: 'sending', label: '发送中' },
  { value: 'sent', label: '已送达' },
  { value: 'failed', label: '将重试' },
  { value: 'given_up', label: '未送达' },
  { value: 'suppressed', label: '未发送' },
] as const

/** deliveryMark gives a state its shape and colour. */
export function deliveryMark(state: Delivery['state']): { shape: Shape; tone: Tone } {
  switch (state) {
    case 'sent': return { shape: 'circle', tone: 'green' }
    case 'failed': return { shape: 'diamond', tone: 'amber' }
    case 'given_up': return { shape: 'triangle', tone: 'red' }
    case 'suppressed': return { shape: 'dash', tone: 'grey' }
  }
  return { shape: 'ring', tone: 'blue' }
}

/** why says in one line what hinders a delivery. */
export function why(d: Pick<Delivery, 'reason' | 'error'>): string {
  return [d.reason, d.error].filter(Boolean).join('：')
}

export type Values = Record<string, string>

/** blank fills a new channel's form with what the kind proposes. */
export function blank(kind: ChannelKind, settings: Values = {}): Values {
  const out: Values = {}
  for (const f of kind.fields) out[f.name] = settings[f.name] ?? (f.kind === 'secret' ? '' : f.default)
  return out
}

/** body gives the settings to send: a secret left empty stays as it was, one to be cleared is sent empty. */
export function body(kind: ChannelKind, values: Values, clear: readonly string[] = []): Values {
  const out: Values = {}
  for (const f of kind.fields) {
    const v = (values[f.name] ?? '').trim()
    if (f.kind === 'secret' && v === '' && !clear.includes(f.name)) continue
    out[f.name] = v
  }
  return out
}

/** missing names the required fields that are empty. */
export function missing(kind: ChannelKind, values: Values, held: readonly string[] = []): Record<string, string> {
  const out: Record<string, string> = {}
  for (const f of kind.fields) {
    if (f.required && !(values[f.name] ?? '').trim() && !(f.kind === 'secret' && held.includes(f.name))) out[`settings.${f.name}`] = `请填写${f.title}`
  }
  return out
}

/** reaches tells whether an urgency presses at least as much as another. */
export function reaches(u: Urgency, least: Urgency): boolean {
  const order = urgencies.map((x) => x.value)
  return order.indexOf(u) >= order.indexOf(least)
}

/** chosen tells whether a person wants a kind of channel for an urgency; what is not switched off is on. */
export function chosen(off: Record<string, string[]>, u: Urgency, kind: string): boolean {
  return !(off[u] ?? []).includes(kind)
}

/** toggled switches a kind of channel on or off for an urgency. */
export function toggled(off: Record<string, string[]>, u: Urgency, kind: string, on: boolean): Record<string, string[]> {
  const rest = (off[u] ?? []).filter((k) => k !== kind)
  return { ...off, [u]: on ? rest : [...rest, kind] }
}

/** segments is how many text messages so many characters take: 70 in one, 67 in each of several. */
export const segments = (characters: number) => (characters <= 70 ? 1 : Math.ceil(characters / 67))
