import { expect, it } from 'vitest'
import { parseSearch, pick, splitLink, stringifySearch, withDays, withFilter } from './search'

it('keeps codes as text, not numbers', () => expect(parseSearch('?area=330302&overdue=true')).toEqual({ area: '330302', overdue: 'true' }))
it('leaves out what is empty', () => {
  expect(parseSearch('?q=&area=1')).toEqual({ area: '1' })
  expect(stringifySearch({ q: '', area: undefined, state: null, mine: false })).toBe('')
})
it('goes there and back with Chinese and signs', () => {
  const s = { q: '鹿城 & “异味”+1', z: '1~2' }
  expect(parseSearch(stringifySearch(s))).toEqual(s)
})
it('sets and removes one filter and leaves the others', () => {
  const s = { area: '330302', q: 'x' }
  expect(withFilter(s, 'state', 'working')).toEqual({ area: '330302', q: 'x', state: 'working' })
  expect(withFilter(s, 'q', '')).toEqual({ area: '330302' })
  expect(withFilter(s, 'q', undefined)).toEqual({ area: '330302' })
  expect(s).toEqual({ area: '330302', q: 'x' })
})
it('passes on only the filters that the list knows', () => expect(pick({ q: 'x', view: 'tiles', area: '' }, ['q', 'area'])).toEqual({ q: 'x' }))
it('takes a link apart', () => {
  expect(splitLink('/issues?state=working&area=330302')).toEqual({ to: '/issues', search: { state: 'working', area: '330302' } })
  expect(splitLink('/alarms')).toEqual({ to: '/alarms', search: {} })
})
it('a day filter covers the whole day in Beijing', () => {
  expect(withDays({ q: 'x', from: '2026-11-01', to: '2026-11-02' })).toEqual({ q: 'x', from: '2026-11-01T00:00:00+08:00', to: '2026-11-02T23:59:59+08:00' })
  expect(withDays({})).toEqual({})
  expect(withDays({ from: '2026-11-01T08:00:00+08:00' }).from).toBe('2026-11-01T08:00:00+08:00')
})
