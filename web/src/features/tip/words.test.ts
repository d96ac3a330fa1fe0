import { expect, it } from 'vitest'
import { share } from './words'

it('a share of nothing is none', () => {
  expect(share(0, 0)).toBe('—')
  expect(share(0, 4)).toBe('0%')
  expect(share(2, 3)).toBe('67%')
})
