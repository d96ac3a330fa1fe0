// The console's questions to the program, cached by path. A query's key is
// [path template, path parameters, query], so that live events can find it.

import { QueryClient, useInfiniteQuery, useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { get, type PathArgs, type Query } from './client'
import type { AskOf, Exactly, GetPath, Got } from './paths'
import { Problem } from './problem'
import type { Me, Page, Reference } from './types'

export const cache = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: true,
      retry: (n, err) => n < 2 && err instanceof Problem && (err.status === 0 || err.status === 503),
    },
  },
})

/** useGet asks one question; enabled=false waits. */
export function useGet<P extends GetPath, Q extends AskOf<P>>(path: P, args: { path?: PathArgs; query?: Exactly<Q, AskOf<P>> } = {}, options: { enabled?: boolean; staleTime?: number; refetchInterval?: number; keep?: boolean } = {}) {
  return useQuery({
    queryKey: [path, args.path ?? {}, args.query ?? {}],
    queryFn: ({ signal }) => get(path, { path: args.path, query: args.query as AskOf<P>, signal }),
    enabled: options.enabled,
    staleTime: options.staleTime,
    refetchInterval: options.refetchInterval,
    placeholderData: options.keep ? (prev) => prev : undefined,
  })
}

/** useGets asks one question of several things at once; the answers keep the order asked. */
export function useGets<P extends GetPath, Q extends AskOf<P>>(path: P, args: { path?: PathArgs; query?: Exactly<Q, AskOf<P>> }[], options: { enabled?: boolean; staleTime?: number; refetchInterval?: number } = {}) {
  return useQueries({
    queries: args.map((a) => ({
      queryKey: [path, a.path ?? {}, a.query ?? {}],
      queryFn: ({ signal }: { signal: AbortSignal }) => get(path, { path: a.path, query: a.query as AskOf<P>, signal }),
      enabled: options.enabled,
      staleTime: options.staleTime,
      refetchInterval: options.refetchInterval,
      placeholderData: (prev: Got<P> | undefined) => prev,
    })),
  })
}

type ListPath = { [P in GetPath]: Got<P> extends Page<unknown> ? P : never }[GetPath]
type ItemOf<P extends ListPath> = Got<P> extends Page<infer T> ? T : never

export interface List<T> {
  items: T[]
  total: number
  capped: boolean
  loading: boolean
  error: unknown
  hasMore: boolean
  loadingMore: boolean
  more: () => void
  again: () => void
}

/** useList reads a keyset-paged list, page after page. */
export function useList<P extends ListPath, Q extends AskOf<P>>(path: P, query?: Exactly<Q, AskOf<P>>, args: { path?: Record<string, string>; enabled?: boolean } = {}): List<ItemOf<P>> {
  const q = useInfiniteQuery({
    queryKey: [path, args.path ?? {}, query ?? {}],
    queryFn: ({ pageParam, signal }) => get(path, { path: args.path, query: { ...(query as Query | undefined), cursor: pageParam || undefined } as AskOf<P>, signal }) as unknown as Promise<Page<ItemOf<P>>>,
    initialPageParam: '',
    getNextPageParam: (last: Page<ItemOf<P>>) => last.next || undefined,
    enabled: args.enabled,
  })
  const pages = q.data?.pages ?? []
  return {
    items: pages.flatMap((p) => p.items),
    total: pages[0]?.total ?? 0,
    capped: pages[0]?.total_capped ?? false,
    loading: q.isPending && q.isFetching,
    error: q.error,
    hasMore: q.hasNextPage,
    loadingMore: q.isFetchingNextPage,
    more: () => void q.fetchNextPage(),
    again: () => void q.refetch(),
  }
}

type AllPath = { [P in GetPath]: Got<P> extends unknown[] ? P : never }[GetPath]
type MemberOf<P extends AllPath> = Got<P> extends (infer T)[] ? T : never

/** useAll reads a list that comes whole, in the shape of a paged one. */
export function useAll<P extends AllPath>(path: P): List<MemberOf<P>> {
  return useAllOf<P, AskOf<P>>(path, undefined)
}

/** useAllOf is useAll narrowed by a question. */
export function useAllOf<P extends AllPath, Q extends AskOf<P>>(path: P, query: Exactly<Q, AskOf<P>> | undefined): List<MemberOf<P>> {
  const q = useGet<P, Q>(path, { query }, { keep: true })
  const items = (q.data ?? []) as MemberOf<P>[]
  return { items, total: items.length, capped: false, loading: q.isPending && q.isFetching, error: q.error, hasMore: false, loadingMore: false, more: () => undefined, again: () => void q.refetch() }
}

/** useDo carries out a change and marks what it touched as stale. */
export function useDo<A, R>(act: (a: A) => Promise<R>, touches: string[], then?: (r: R, a: A) => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: act,
    onSuccess: (r, a) => {
      for (const p of touches) {
        void client.invalidateQueries({ predicate: (q) => typeof q.queryKey[0] === 'string' && (q.queryKey[0] === p || q.queryKey[0].startsWith(p + '/')) })
      }
      then?.(r, a)
    },
  })
}

/** meQuery is who is signed in; null when nobody. */
export const meQuery = {
  queryKey: ['/me', {}, {}],
  queryFn: async (): Promise<Me | null> => {
    try {
      return await get('/me')
    } catch (e) {
      if (e instanceof Problem && e.status === 401) return null
      throw e
    }
  },
  staleTime: 60_000,
}

/** useMe gives the signed-in person; pages are only drawn when there is one. */
export function useMe(): Me {
  const q = useQuery(meQuery)
  if (!q.data) return nobody
  return q.data
}

const nobody: Me = {
  id: '', login: '', name: '', roles: [], area: '', area_name: '', agency: '', agency_name: '',
  enterprise_id: '', capabilities: [], deputises: [], must_change: false, must_enrol: false, unread: 0,
}

/** useCan reports whether the signed-in person holds a capability anywhere. */
export function useCan(): (capability: string) => boolean {
  const me = useMe()
  return (c) => me.capabilities.includes(c)
}

/** useReference gives the jurisdiction's fixed lists. */
export function useReference(): Reference | undefined {
  return useGet('/reference', {}, { staleTime: 3600_000 }).data
}
