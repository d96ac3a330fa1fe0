import { expect, it } from 'vitest'
import { concerns, gather, stalePaths } from './topics'

it('an issue’s event makes issues and the desk stale, by kind or by topic', () => {
  expect(stalePaths({ topic: 'issue.assigned', kind: 'issue' })).toContain('/issues')
  expect(stalePaths({ topic: 'issue.assigned', kind: '' })).toContain('/overview')
})
it('a notice about an issue makes both stale', () => {
  expect(stalePaths({ topic: 'notice.sent', kind: 'issue' })).toEqual(expect.arrayContaining(['/notices', '/me', '/issues']))
})
it('an alarm’s event makes the enterprise’s desk stale', () => expect(stalePaths({ topic: 'alarm.explain', kind: 'alarm' })).toContain('/portal'))
it('a gap makes the calendar of missing data stale, and not the outlet', () => {
  const paths = stalePaths({ topic: 'gap.changed', kind: 'gap' })
  expect(concerns(['/outlets/{id}/missing', { id: '1' }, {}], paths)).toBe(true)
  expect(concerns(['/outlets/{id}', { id: '1' }, {}], paths)).toBe(false)
})
it('an unknown event makes nothing stale', () => expect(stalePaths({ topic: 'weather.changed', kind: 'weather' })).toEqual([]))
it('finds lists and single things, and nothing that only begins alike', () => {
  expect(concerns(['/issues', {}, {}], ['/issues'])).toBe(true)
  expect(concerns(['/issues/{id}', { id: '1' }, {}], ['/issues'])).toBe(true)
  expect(concerns(['/issues-archive', {}, {}], ['/issues'])).toBe(false)
  expect(concerns([], ['/issues'])).toBe(false)
})
it('asks soon after a single event, and not more than every other second while many come', () => {
  expect(gather(Infinity, 0)).toBe(150)
  expect(gather(60_000, 1)).toBe(250)
  expect(gather(0, 0)).toBe(1500)
  expect(gather(0, 1)).toBe(2500)
  expect(gather(1500, 0.5)).toBe(500)
})
