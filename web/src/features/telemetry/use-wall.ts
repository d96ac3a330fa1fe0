import { useQuery, useQueryClient } from '@tanstack/react-query'
import { get } from '../../api/client'
import type { Trend, Wall } from '../../api/types'
import { useGet } from '../../api/use'
import { merged } from './wall'

export interface WallAsk { q?: string; area?: string; kind?: 'gas' | 'water' | 'rain'; enterprise_id?: string; state?: string }

/** useWall keeps the wall up to date: once in full, then only what changed since. */
export function useWall(ask: WallAsk, on = true) {
  const client = useQueryClient()
  const key = ['/wall', {}, { ...ask }]
  return useQuery<Wall>({
    queryKey: key,
    queryFn: async ({ signal }): Promise<Wall> => {
      const before = client.getQueryData<Wall>(key)
      const { state, ...rest } = ask
      const query = { ...rest, state: state ? [state] : undefined }
      const now = await get('/wall', { query: { ...query, since: before?.version } as never, signal })
      return merged(before, now) ?? get('/wall', { query: query as never, signal })
    },
    enabled: on,
    refetchInterval: 10_000,
    refetchIntervalInBackground: true,
    placeholderData: (prev) => prev,
  })
}

/** useTrends gives the small curves by 监控点:因子. */
export function useTrends(channels: readonly string[]): Map<string, Trend> {
  const of = [...channels].sort().join(',') // the order of the tiles changes more often than what is asked
  const q = useGet('/wall/trends', { query: { of: of as never } }, { enabled: of !== '', staleTime: 300_000, keep: true })
  return new Map((q.data ?? []).map((t) => [`${t.outlet}:${t.factor}`, t]))
}
