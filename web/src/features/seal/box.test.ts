import { expect, it } from 'vitest'
import { lock, recalled, remember, suggest, weak } from './box'

it('a suggested passphrase is strong and never biased by the last letters', () => {
  expect(suggest()).toMatch(/^([a-z2-9]{4}-){4}[a-z2-9]{4}$/)
  expect(weak(suggest())).toBe('')
  expect(suggest((n) => new Uint8Array(n).map((_, i) => (i % 2 ? 255 : 0)))).toBe('aaaa-aaaa-aaaa-aaaa-aaaa') // 248 and more are thrown away
})

it('a weak passphrase is refused with a sentence', () => {
  expect(weak('short')).toContain('14')
  expect(weak('aaaaaaaaaaaaaaaaaa')).toContain('重复')
})

it('keys are forgotten when locked', () => {
  remember('k', 'AGE-SECRET-KEY-PQ-1X')
  expect(recalled('k')).toBe('AGE-SECRET-KEY-PQ-1X')
  lock()
  expect(recalled('k')).toBeUndefined()
})
