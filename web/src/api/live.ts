// Live events: resumed from the last one heard after a break; what they concern
// is asked again, gathered over a quarter of a second, or over two when much happens.

import { useEffect, useState } from 'react'
import { address } from './client'
import { follow } from './sse'
import { concerns, gather, stalePaths, type LiveEvent } from './topics'
import { cache } from './use'

/** useLive listens while enabled and tells whether the line stands. */
export function useLive(enabled: boolean): 'on' | 'off' {
  const [state, setState] = useState<'on' | 'off'>('on')
  useEffect(() => {
    if (!enabled) return
    let pending = new Set<string>()
    let timer: ReturnType<typeof setTimeout> | undefined
    let flushed = -Infinity
    const flush = () => {
      const paths = [...pending]
      pending = new Set()
      timer = undefined
      flushed = performance.now()
      void cache.invalidateQueries({ predicate: (q) => concerns(q.queryKey, paths) })
    }
    const stop = follow(
      address('/events'),
      (m) => {
        let e: LiveEvent
        try {
          e = JSON.parse(m.data) as LiveEvent
        } catch {
          return
        }
        for (const p of stalePaths({ topic: e.topic ?? m.event, kind: e.kind ?? '' })) pending.add(p)
        if (pending.size > 0) timer ??= setTimeout(flush, gather(performance.now() - flushed, Math.random()))
      },
      (on) => setState(on ? 'on' : 'off'),
    )
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [enabled])
  return state
}
