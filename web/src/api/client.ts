// The one way to the program's API: JSON, the session cookie, the header that
// guards unsafe methods against cross-site requests, failures as Problem.

import createClient from 'openapi-fetch'
import type { AskOf, DeletePath, GetPath, Got, PatchBody, Patched, PatchPath, PostBody, Posted, PostPath } from './paths'
import { problemOf } from './problem'

const base = '/api/v1'

type Send = (path: string, init: object) => Promise<{ data?: unknown; error?: unknown; response: Response }>

const raw = createClient<Record<string, never>>({
  baseUrl: base,
  credentials: 'same-origin',
  headers: { 'X-Qingshao': '1' },
}) as unknown as Record<'GET' | 'POST' | 'PATCH' | 'DELETE', Send>

export type Query = Record<string, string | number | boolean | undefined>
export type PathArgs = Record<string, string>

let onSignedOut = () => {}

/** whenSignedOut is called when the program answers that nobody is signed in. */
export function whenSignedOut(f: () => void): void {
  onSignedOut = f
}

async function call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, args: { path?: PathArgs; query?: Query; body?: unknown; signal?: AbortSignal }): Promise<unknown> {
  let answer
  try {
    answer = await raw[method](path, { params: { path: args.path, query: clean(args.query) }, body: args.body, signal: args.signal })
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw e
    throw problemOf(0, null)
  }
  if (!answer.response.ok) {
    const p = problemOf(answer.response.status, answer.error)
    if (p.status === 401 && path !== '/session') onSignedOut()
    throw p
  }
  return answer.data
}

function clean(q: Query | undefined): Query | undefined {
  if (!q) return undefined
  return Object.fromEntries(Object.entries(q).filter(([, v]) => v !== undefined && v !== ''))
}

export function get<P extends GetPath>(path: P, args: { path?: PathArgs; query?: AskOf<P>; signal?: AbortSignal } = {}): Promise<Got<P>> {
  return call('GET', path, args as { query?: Query }) as Promise<Got<P>>
}

export function post<P extends PostPath>(path: P, args: { path?: PathArgs; body?: PostBody<P> } = {}): Promise<Posted<P>> {
  return call('POST', path, args) as Promise<Posted<P>>
}

export function patch<P extends PatchPath>(path: P, args: { path?: PathArgs; body: PatchBody<P> }): Promise<Patched<P>> {
  return call('PATCH', path, args) as Promise<Patched<P>>
}

export function remove(path: DeletePath, args: { path?: PathArgs } = {}): Promise<void> {
  return call('DELETE', path, args) as Promise<void>
}

/** address gives a plain link to the API, e.g. for downloads. */
export function address(path: string, query: Query = {}): string {
  const q = new URLSearchParams()
  for (const [k, v] of Object.entries(query)) if (v !== undefined && v !== '') q.set(k, String(v))
  const s = q.toString()
  return base + path + (s ? '?' + s : '')
}
