// Marks: a colour never stands alone, a word and a shape go with it.

import type { ReactNode } from 'react'

export type Tone = 'red' | 'amber' | 'green' | 'blue' | 'grey'
export type Shape = 'triangle' | 'diamond' | 'circle' | 'ring' | 'square' | 'dash'

const fills: Record<Tone, string> = { red: 'var(--mark-red)', amber: 'var(--mark-amber)', green: 'var(--mark-green)', blue: 'var(--blue)', grey: 'var(--mark-grey)' }

export function ShapeIcon({ shape, tone }: { shape: Shape; tone: Tone }) {
  const fill = fills[tone]
  return (
    <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
      {shape === 'triangle' && <path d="M5 0.5 9.8 9.5H0.2z" fill={fill} />}
      {shape === 'diamond' && <path d="M5 0 10 5 5 10 0 5z" fill={fill} />}
      {shape === 'circle' && <circle cx="5" cy="5" r="4.5" fill={fill} />}
      {shape === 'ring' && <circle cx="5" cy="5" r="3.7" fill="none" stroke={fill} strokeWidth="1.6" />}
      {shape === 'square' && <rect x="0.5" y="0.5" width="9" height="9" fill={fill} />}
      {shape === 'dash' && <rect x="0" y="4" width="10" height="2.4" fill={fill} />}
    </svg>
  )
}

export function Mark({ shape, tone, children }: { shape: Shape; tone: Tone; children: ReactNode }) {
  const word = tone === 'grey' || tone === 'blue' ? 'soft' : tone
  return (
    <span className={`mark ${word}`}>
      <ShapeIcon shape={shape} tone={tone} />
      {children}
    </span>
  )
}

export function Chip({ tone = 'grey', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`chip ${tone === 'grey' ? '' : tone}`}>{children}</span>
}

const ended = new Set(['closed', 'cleared', 'merged', 'referred', 'settled', 'dismissed', 'adopted'])

/** stateTone: what is over is grey, what somebody must act on is blue or amber. */
export function stateTone(state: string): Tone {
  if (state === 'closed' || state === 'adopted') return 'green'
  if (ended.has(state)) return 'grey'
  if (state === 'pending' || state === 'new' || state === 'open' || state === 'notified') return 'amber'
  return 'blue'
}

export function StateChip({ state, title }: { state: string; title: string }) {
  return <Chip tone={stateTone(state)}>{title}</Chip>
}

/** LevelMark: 超标 a red triangle, 早期提醒 and 疑似异常 an amber diamond. */
export function LevelMark({ level, title }: { level: string; title: string }) {
  const exceed = level !== 'notice' && level !== 'suspect'
  return <Mark shape={exceed ? 'triangle' : 'diamond'} tone={exceed ? 'red' : 'amber'}>{title}</Mark>
}

/** SeverityMark: the graver, the more pointed. */
export function SeverityMark({ severity, title }: { severity: string; title: string }) {
  if (!title) return <span className="soft">—</span>
  if (severity === 'major' || /重大|特大|严重/.test(title)) return <Mark shape="triangle" tone="red">{title}</Mark>
  if (severity === 'serious' || /较/.test(title)) return <Mark shape="diamond" tone="amber">{title}</Mark>
  return <Mark shape="ring" tone="grey">{title}</Mark>
}

const outletStates: Record<string, [Shape, Tone, string]> = {
  online: ['circle', 'green', '在线'],
  offline: ['ring', 'grey', '离线'],
  alarm: ['triangle', 'red', '预警'],
  silent: ['dash', 'grey', '未上报'],
}

/** OutletMark tells an outlet's state; one that was never heard of is not merely offline. */
export function OutletMark({ state, lastAt }: { state: string; lastAt?: string }) {
  const [shape, tone, word] = outletStates[state === 'offline' && lastAt === '' ? 'silent' : state] ?? ['dash', 'grey', '未上报']
  return <Mark shape={shape as Shape} tone={tone as Tone}>{word}</Mark>
}
