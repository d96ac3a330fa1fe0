import { expect, it } from 'vitest'
import { hexDump } from './hex'

it('sets sixteen bytes to a line with offset and text', () => {
  const hex = Buffer.from('##0101QN=2026112\r\nST=31').toString('hex')
  const lines = hexDump(hex).split('\n')
  expect(lines).toHaveLength(2)
  expect(lines[0]).toBe('000000  23 23 30 31 30 31 51 4e  3d 32 30 32 36 31 31 32  ##0101QN=2026112')
  expect(lines[1]).toMatch(/^000010 {2}0d 0a 53 54 3d 33 31 .*\.\.ST=31$/)
})
it('is empty for nothing and ignores spaces', () => {
  expect(hexDump('')).toBe('')
  expect(hexDump('23 23')).toContain('23 23')
})
