// Which curves an enterprise's page draws: some factors of some of its outlets.

import type { Outlet } from '../../api/types'
import type { Source } from './use-lines'
import { leading } from '../../ui/value'

/** mostLines is how many curves one page can carry and still be read. */
export const mostLines = 8

type Known = Pick<Outlet, 'id' | 'name' | 'values'>

/** usual takes each outlet's leading factors in turn, the first of all before the second of any. */
export function usual(outlets: readonly Known[], most = 4): string[] {
  const lists = outlets.map((o) => leading(o.values).slice(0, 2).map((v) => `${o.id}:${v.code}`))
  return [...lists.flatMap((l) => l.slice(0, 1)), ...lists.flatMap((l) => l.slice(1))].slice(0, most)
}

/** sourcesOf reads the address (监控点:因子, separated by commas) and gathers it by outlet; what the enterprise does not have is dropped. */
export function sourcesOf(text: string | undefined, outlets: readonly Known[]): Source[] {
  const known = new Set(outlets.flatMap((o) => o.values.map((v) => `${o.id}:${v.code}`)))
  const asked = [...new Set((text ?? '').split(','))].filter((c) => known.has(c)).slice(0, mostLines)
  const list = asked.length > 0 ? asked : usual(outlets)
  return outlets.flatMap((o) => {
    const factors = list.filter((c) => c.startsWith(o.id + ':')).map((c) => c.slice(o.id.length + 1))
    return factors.length > 0 ? [{ id: o.id, name: o.name, factors }] : []
  })
}

/** keysOf is what the address says of the sources. */
export function keysOf(sources: readonly Source[]): string[] {
  return sources.flatMap((s) => s.factors.map((f) => `${s.id}:${f}`))
}
