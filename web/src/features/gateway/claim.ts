// Which outlets an unknown sender most likely belongs to.

import type { Outlet, Parked } from '../../api/types'

/** candidates keeps the outlets that fit the sender's kind; those whose area the MN begins with come first, for many a county numbers its loggers so. */
export function candidates<O extends Pick<Outlet, 'id' | 'kind' | 'area'>>(bare: readonly O[], parked: Pick<Parked, 'mn' | 'kind'>, most = 6): O[] {
  const near = (o: O) => (parked.mn.startsWith(o.area.slice(0, 6)) ? 0 : parked.mn.startsWith(o.area.slice(0, 4)) ? 1 : 2)
  return bare.filter((o) => !parked.kind || o.kind === parked.kind).sort((a, b) => near(a) - near(b)).slice(0, most)
}

/** hint says in one line what an unknown sender seems to be. */
export function hint(p: Pick<Parked, 'system' | 'protocol' | 'factors'>): string {
  const factors = p.factors.slice(0, 4).join('、') + (p.factors.length > 4 ? `等 ${p.factors.length} 个因子` : '')
  return [p.system, p.protocol && `HJ 212-${p.protocol}`, factors].filter(Boolean).join('，')
}

/** fits narrows the list by what was typed: part of an MN, a system or a factor. */
export function fits(p: Pick<Parked, 'mn' | 'system' | 'factors'>, q: string): boolean {
  const t = q.trim().toLowerCase()
  return t === '' || [p.mn, p.system, ...p.factors].some((s) => s.toLowerCase().includes(t))
}
