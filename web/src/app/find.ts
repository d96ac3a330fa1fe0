// Where the search box leads: a number to its kind, on a list to that list,
// otherwise to everything that the person may find, or the first list they may
// read.

import { stringifySearch } from '../ui/search'

const lists: { path: string; needs: string; number?: RegExp }[] = [
  { path: '/issues', needs: 'issue.read', number: /-W-\d{4}-/i },
  { path: '/clues', needs: 'clue.read', number: /-X-\d{4}-/i },
  { path: '/supervisions', needs: 'issue.read', number: /-D-\d{4}-/i },
  { path: '/instructions', needs: 'issue.read', number: /-P-\d{4}-/i },
  { path: '/alarms', needs: 'alarm.read', number: /-Y-\d{4}-/i },
  { path: '/alarm-events', needs: 'alarm.read', number: /-YJ-\d{4}-/i },
  { path: '/silences', needs: 'alarm.silence', number: /-J-\d{4}-/i },
  { path: '/outlets', needs: 'telemetry.read' },
  { path: '/enterprises', needs: 'registry.read' },
  { path: '/devices', needs: 'registry.read' },
  { path: '/quarantine', needs: 'quarantine.read' },
  { path: '/users', needs: 'user.read' },
  { path: '/audit', needs: 'audit.read' },
]

const found = ['issue.read', 'clue.read', 'alarm.read', 'registry.read', 'telemetry.read']

/** findable tells whether the search over everything has anything for the person. */
export function findable(capabilities: readonly string[]): boolean {
  return found.some((c) => capabilities.includes(c))
}

export function searchTarget(text: string, path: string, capabilities: readonly string[]): string {
  const q = text.trim()
  const mine = lists.filter((l) => capabilities.includes(l.needs))
  const byNumber = mine.find((l) => l.number?.test(q))
  const here = mine.find((l) => path === l.path)
  const to = byNumber ?? here ?? (findable(capabilities) ? { path: '/find' } : mine[0])
  return to ? to.path + stringifySearch({ q }) : ''
}
