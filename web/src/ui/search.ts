// Filters live in the address: every value a plain string, empty ones left out.

export type Search = Record<string, string>

export function parseSearch(s: string): Search {
  const out: Search = {}
  for (const [k, v] of new URLSearchParams(s)) if (v !== '') out[k] = v
  return out
}

export function stringifySearch(search: Record<string, unknown>): string {
  const q = new URLSearchParams()
  for (const [k, v] of Object.entries(search)) {
    if (v === undefined || v === null || v === '' || v === false) continue
    q.set(k, String(v))
  }
  const s = q.toString()
  return s ? '?' + s : ''
}

/** withFilter gives the search with one filter set, or removed when empty. */
export function withFilter(search: Search, name: string, value: string | undefined): Search {
  const next = { ...search }
  if (value === undefined || value === '') delete next[name]
  else next[name] = value
  return next
}

/** pick keeps the named parts. */
export function pick<K extends string>(search: Search, names: readonly K[]): Partial<Record<K, string>> {
  const out: Partial<Record<K, string>> = {}
  for (const n of names) if (search[n]) out[n] = search[n]
  return out
}

/** splitLink takes "/issues?state=working" apart for the router. */
export function splitLink(link: string): { to: string; search: Search } {
  const [to, q] = link.split('?', 2)
  return { to: to || '/', search: parseSearch(q ?? '') }
}

/** withDays turns the days "from" and "to" of a filter into moments, Beijing time. */
export function withDays<T extends { from?: string; to?: string }>(search: T): T {
  const out = { ...search }
  if (/^\d{4}-\d{2}-\d{2}$/.test(out.from ?? '')) out.from += 'T00:00:00+08:00'
  if (/^\d{4}-\d{2}-\d{2}$/.test(out.to ?? '')) out.to += 'T23:59:59+08:00'
  return out
}
