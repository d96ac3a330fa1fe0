// Live events: the browser resumes by itself after a break; what an event
// concerns is asked again, gathered over a quarter of a second.

import { useEffect, useState } from 'react'
import { address } from './client'
import { concerns, stalePaths, type LiveEvent } from './topics'
import { cache } from './use'

export type LiveState = 'on' | 'off'

const kinds = ['message', 'alarm', 'clue', 'issue', 'notice', 'user', 'device', 'outlet', 'enterprise', 'quarantine', 'parked', 'job', 'telemetry']

export function useLive(enabled: boolean): LiveState {
  const [state, setState] = useState<LiveState>('on')
  useEffect(() => {
    if (!enabled) return
    const source = new EventSource(address('/events'), { withCredentials: true })
    let pending = new Set<string>()
    let timer: ReturnType<typeof setTimeout> | undefined
    const flush = () => {
      const paths = [...pending]
      pending = new Set()
      timer = undefined
      void cache.invalidateQueries({ predicate: (q) => concerns(q.queryKey, paths) })
    }
    const heard = (m: MessageEvent<string>) => {
      let e: LiveEvent
      try {
        e = JSON.parse(m.data) as LiveEvent
      } catch {
        return
      }
      for (const p of stalePaths(e)) pending.add(p)
      if (pending.size > 0) timer ??= setTimeout(flush, 250)
    }
    for (const k of kinds) source.addEventListener(k, heard)
    source.onopen = () => setState('on')
    source.onerror = () => setState('off')
    return () => {
      source.close()
      clearTimeout(timer)
    }
  }, [enabled])
  return state
}
