// Which cached answers a live event makes stale.

export interface LiveEvent { seq: number; topic: string; kind: string; subject: string; area: string }

const stale: Record<string, string[]> = {
  alarm: ['/alarms', '/overview', '/portal', '/outlets', '/wall', '/enterprises'],
  silence: ['/silences', '/alarms'],
  obligation: ['/obligations', '/portal'],
  mark: ['/marks', '/portal', '/outlets'],
  clue: ['/clues', '/overview', '/alarms', '/tips'],
  tip: ['/tips', '/tip-statistics'],
  circle: ['/circles', '/tips', '/clues'],
  reward: ['/rewards', '/awards'],
  award: ['/awards', '/rewards'],
  issue: ['/issues', '/overview', '/clues', '/tips'],
  notice: ['/notices', '/me'],
  user: ['/users', '/people'],
  meter: ['/meters', '/enterprises'],
  camera: ['/cameras'],
  device: ['/devices', '/parked', '/outlets', '/enterprises'],
  command: ['/commands', '/devices'],
  gap: ['/gaps', '/outlets/{id}/missing'],
  outlet: ['/outlets', '/enterprises'],
  enterprise: ['/enterprises', '/outlets', '/obligations'],
  quarantine: ['/quarantine'],
  parked: ['/parked'],
  job: ['/jobs', '/system'],
}

/** stalePaths lists the API paths whose answers an event concerns. */
export function stalePaths(e: Pick<LiveEvent, 'topic' | 'kind'>): string[] {
  const noun = e.topic.split(/[./]/)[0]
  return [...new Set([...(stale[e.kind] ?? []), ...(stale[noun] ?? [])])]
}

/** gather is how long to wait before asking again: at once when little happens, seldom when much does. A share of it is by chance, so that many pages do not ask in the same moment. Never sooner than 150 ms: the wall is as fresh as that. */
export function gather(sinceLast: number, chance: number): number {
  return Math.round(Math.max(200, 2000 - sinceLast) * (0.75 + chance / 2))
}

/** concerns reports whether a query key ([path template, …]) lies under a stale path. */
export function concerns(key: readonly unknown[], paths: string[]): boolean {
  const path = key[0]
  return typeof path === 'string' && paths.some((p) => path === p || path.startsWith(p + '/'))
}
