import type { SeriesFactor } from '../../api/types'
import { useGets } from '../../api/use'
import type { Line } from '../../ui/series-layout'
import { back, daysTitle, forward } from './compare'
import { mostPoints, type SeriesQuery } from './range'

/** A source is one outlet with the factors to draw; its name is told when there are several. */
export interface Source { id: string; name?: string; factors: readonly string[] }

export interface Lines {
  lines: Line[]
  /** others are the same factors on the days compared */
  others: { title: string; factors: Line[] }[]
  loading: boolean
  truncated: boolean
  error: unknown
  again: () => void
}

/** useLines reads the curves of some outlets, and of the same hours on other days. */
export function useLines(sources: readonly Source[], chosen: SeriesQuery, days: readonly number[], live: boolean): Lines {
  const { kind, from, to } = chosen
  const ask = (s: Source, d: number) => ({ path: { id: s.id }, query: { kind: kind as never, factors: s.factors.join(','), from: d ? back(from, d) : from, to: d ? back(to, d) : to, points: mostPoints } })
  const present = useGets('/outlets/{id}/series', sources.map((s) => ask(s, 0)), { refetchInterval: live ? 30_000 : undefined })
  const past = useGets('/outlets/{id}/series', days.flatMap((d) => sources.map((s) => ask(s, d))), { staleTime: 300_000 })
  const named = (s: Source, f: SeriesFactor): Line => (s.name ? { ...f, key: `${s.id}:${f.code}`, name: `${s.name} ${f.name}`, outlet: { name: s.name, factor: f.name } } : f)
  const others = days.map((d, i) => ({
    days: d,
    title: daysTitle(d, to),
    factors: sources.flatMap((s, j) => (past[i * sources.length + j]?.data?.factors ?? []).map((f) => named(s, f))),
  }))
  const lines = sources.flatMap((s, i) => (present[i]?.data?.factors ?? []).map((f) => named(s, f))).map((l) => ({
    ...l,
    shadows: others.flatMap((o) => o.factors.filter((x) => x.code === l.code && x.key === l.key).map((x) => ({ title: o.title, points: forward(x.points, o.days) }))),
  }))
  const failed = [...present, ...past].find((x) => x.error && !x.data)
  return {
    lines, others,
    loading: present.some((x) => x.isPending),
    truncated: present.some((x) => x.data?.truncated),
    error: failed?.error,
    again: () => [...present, ...past].forEach((x) => void x.refetch()),
  }
}
