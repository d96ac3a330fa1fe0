import { expect, it } from 'vitest'
import { markOf } from './words'

it('every kind has a mark, known or not', () => {
  expect(markOf('unsaid').tone).toBe('red')
  expect(markOf('something new').tone).toBe('amber')
})
