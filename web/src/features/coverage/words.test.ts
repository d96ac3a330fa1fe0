import { expect, it } from 'vitest'
import type { CoverageArea } from '../../api/types'
import { gapsOf, percent } from './words'

it('shows no share where nothing is entered', () => {
  expect(percent({ percent: '' })).toBe('—')
  expect(percent({ percent: '0.0' })).toBe('0.0%')
})
it('adds the gaps of every kind', () => {
  expect(gapsOf({ gaps: [{ reason: 'device', title: '', count: 2 }, { reason: 'load', title: '', count: 1 }] } as unknown as CoverageArea)).toBe(3)
})
