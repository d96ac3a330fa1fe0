import { expect, it } from 'vitest'
import { stationOf } from './stations'
import { issueStates } from './words'

it('goes forward from 交办 to 销号', () => {
  expect(['pending', 'assigned', 'working', 'submitted', 'accepted', 'closed'].map(stationOf)).toEqual([0, 1, 2, 3, 4, 5])
})
it('knows every state that the filter offers, but the summary', () => {
  for (const s of issueStates) if (s.value !== 'open') expect(stationOf(s.value), s.value).toBeGreaterThanOrEqual(0)
  expect(stationOf('unheard')).toBe(-1)
})
