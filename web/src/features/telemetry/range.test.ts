import { expect, it } from 'vitest'
import { closer, keyStep, kinds, moved, seriesQuery, spanLength, stamp, zoomOf } from './range'

const now = Date.parse('2026-11-21T09:30:20+08:00')

it('starts with the last hour of real-time values of all factors', () => {
  expect(seriesQuery({}, ['a', 'b'], ['a', 'b'], now)).toMatchObject({ kind: 'realtime', span: '1h', factors: ['a', 'b'], from: '2026-11-21T08:31:00+08:00', to: '2026-11-21T09:31:00+08:00' })
})
it('a span of another kind falls back to the kind’s own', () => {
  const q = seriesQuery({ kind: 'hour', span: '1h' }, [], [], now)
  expect(q.span).toBe('3d')
  expect(Date.parse(q.to) - Date.parse(q.from)).toBe(3 * 86_400_000)
})
it('keeps only factors that the outlet has', () => expect(seriesQuery({ factors: 'b,zz' }, ['a', 'b'], ['a'], now).factors).toEqual(['b']))
it('draws the usual factors until others are chosen', () => expect(seriesQuery({}, ['a', 'b'], ['b'], now).factors).toEqual(['b']))
it('takes an explicit range over the span, and ignores nonsense', () => {
  expect(seriesQuery({ from: '2026-11-01T00:00:00+08:00', to: '2026-11-02T00:00:00+08:00' }, [], [], now)).toMatchObject({ from: '2026-11-01T00:00:00+08:00', to: '2026-11-02T00:00:00+08:00' })
  expect(seriesQuery({ kind: 'nonsense', to: 'x' }, [], [], now)).toMatchObject({ kind: 'realtime', to: '2026-11-21T09:31:00+08:00' })
})
it('asks the same question within a minute', () => expect(seriesQuery({}, [], [], now)).toEqual(seriesQuery({}, [], [], now + 30_000)))
it('knows every span that it offers', () => {
  for (const k of kinds) for (const [s] of k.spans) expect(spanLength(s)).toBeGreaterThan(0)
  expect(spanLength('3d')).toBe(259_200_000)
})
it('stamps in Beijing time', () => expect(stamp(0)).toBe('1970-01-01T08:00:00+08:00'))
it('reads a zoom or none', () => {
  expect(zoomOf('1~2')).toEqual({ from: 1, to: 2 })
  expect(zoomOf('1~')).toBeUndefined()
  expect(zoomOf(undefined)).toBeUndefined()
})

const q = { from: '2026-11-20T00:00:00+08:00', to: '2026-11-21T00:00:00+08:00' }
it('goes from period to period, and never past the present', () => {
  expect(moved({ kind: 'hour', z: '1~2' }, q, -1, now)).toEqual({ kind: 'hour', from: '2026-11-19T00:00:00+08:00', to: '2026-11-20T00:00:00+08:00', z: '' })
  expect(moved({ kind: 'hour', from: q.from, to: q.to }, q, 1, now)).toEqual({ kind: 'hour', from: '', to: '', z: '' })
})
it('reads a part closer', () => expect(closer({ z: 'x' }, { from: 0, to: 3600_000 })).toEqual({ from: '1970-01-01T08:00:00+08:00', to: '1970-01-01T09:00:00+08:00', z: '' }))
it('takes the arrow keys, but not from what has the focus and uses them', () => {
  const press = (key: string, inside: boolean, ctrlKey = false) => keyStep({ key, altKey: false, ctrlKey, metaKey: false, shiftKey: false, target: { closest: () => (inside ? {} : null) } })
  expect([press('ArrowLeft', false), press('ArrowRight', false), press('a', false), press('ArrowLeft', true), press('ArrowLeft', false, true)]).toEqual([-1, 1, 0, 0, 0])
})
