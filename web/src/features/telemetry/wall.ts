// What the monitor wall decides: words and marks of the states, the order of the
// tiles, which of them get a small curve, and how that curve is drawn.

import type { Wall, WallCounts, WallOutlet } from '../../api/types'
import type { Shape, Tone } from '../../ui/marks'

export type WallState = keyof WallCounts

/** states in the order of urgency. */
export const states: { state: WallState; word: string; shape: Shape; tone: Tone }[] = [
  { state: 'exceed', word: '超标', shape: 'triangle', tone: 'red' },
  { state: 'notice', word: '提醒、疑似', shape: 'diamond', tone: 'amber' },
  { state: 'offline', word: '离线', shape: 'ring', tone: 'grey' },
  { state: 'silent', word: '从未上报', shape: 'dash', tone: 'grey' },
  { state: 'invalid', word: '数据有标记', shape: 'square', tone: 'grey' },
  { state: 'stopped', word: '停运', shape: 'dash', tone: 'grey' },
  { state: 'normal', word: '正常', shape: 'circle', tone: 'green' },
]

const rank = new Map(states.map((s, i) => [s.state as string, i]))

export interface Section { key: string; title: string; outlets: WallOutlet[] }

/** sections puts what needs somebody's eye first, most urgent at the head, then the calm ones by unit in the units' order. */
export function sections(list: readonly WallOutlet[], units: readonly { code: string; name: string }[]): Section[] {
  const urgency = (o: WallOutlet) => rank.get(o.state) ?? states.length
  const named = (a: WallOutlet, b: WallOutlet) => a.enterprise.localeCompare(b.enterprise, 'zh') || a.name.localeCompare(b.name, 'zh')
  const calm = list.filter((o) => o.state === 'normal').sort(named)
  const out: Section[] = [{ key: 'attention', title: '需要关注', outlets: list.filter((o) => o.state !== 'normal').sort((a, b) => urgency(a) - urgency(b) || named(a, b)) }]
  const unitOf = (o: WallOutlet) => units.find((u) => o.area.startsWith(u.code))
  for (const u of units) out.push({ key: u.code, title: u.name, outlets: calm.filter((o) => unitOf(o) === u) })
  out.push({ key: 'rest', title: '其他', outlets: calm.filter((o) => !unitOf(o)) })
  return out.filter((s) => s.outlets.length > 0)
}

/** merged lays what changed over what was there; undefined when the two do not fit and the whole must be asked again. */
export function merged(before: Wall | undefined, now: Wall): Wall | undefined {
  if (now.full || !before) return now
  const changed = new Map(now.outlets.map((o) => [o.id, o]))
  const outlets = before.outlets.map((o) => {
    const c = changed.get(o.id)
    changed.delete(o.id)
    return c ?? o
  })
  outlets.push(...changed.values())
  return outlets.length === now.total ? { ...now, full: true, outlets } : undefined
}

export interface Part { key: string; title: string; count: number; outlets: WallOutlet[]; rest: boolean }

/** Room is a box of the screen: how many tiles side by side, how high it is, and how high a row and a heading are. */
export interface Room { columns: number; height: number; row: number; heading: number }

/** turns packs whole sections into what the room shows at once; one that is too long goes on in the next turn. */
export function turns(list: readonly Section[], room: Room): Part[][] {
  const out: Part[][] = []
  let turn: Part[] = []
  let left = room.height
  const next = () => {
    if (turn.length > 0) out.push(turn)
    turn = []
    left = room.height
  }
  for (const s of list) {
    let from = 0
    while (from < s.outlets.length) {
      const whole = room.heading + Math.ceil((s.outlets.length - from) / room.columns) * room.row
      if (whole > left && turn.length > 0) next()
      const rows = Math.max(1, Math.min(Math.ceil((s.outlets.length - from) / room.columns), Math.floor((left - room.heading) / room.row)))
      turn.push({ key: s.key, title: s.title, count: s.outlets.length, outlets: s.outlets.slice(from, from + rows * room.columns), rest: from > 0 })
      from += rows * room.columns
      left -= room.heading + rows * room.row
    }
  }
  next()
  return out
}

/** paces are how long one area stays on the screen, in seconds. */
export const paces = [10, 20, 30, 60]

/** paceOf reads the address. */
export function paceOf(text: string | undefined): number {
  return paces.find((p) => String(p) === text) ?? 20
}

/** mostTrends is how many small curves one question may ask for. */
export const mostTrends = 120

/** channels names the curves to ask for, the first tiles first. */
export function channels(list: readonly Pick<Section, 'outlets'>[]): string[] {
  return list.flatMap((s) => s.outlets).filter((o) => o.factor !== '').slice(0, mostTrends).map((o) => `${o.id}:${o.factor}`)
}
