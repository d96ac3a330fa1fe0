import { describe, expect, it } from 'vitest'
import { lagWords, parseLines, showLines } from './forward-lines'

describe('the devices of a forward target', () => {
  it.each([
    ['', []],
    ['A1\n\n  B2  ', [{ mn: 'A1' }, { mn: 'B2' }]],
    ['A1 X9\nB2,Y8\nC3 → C3', [{ mn: 'A1', as: 'X9' }, { mn: 'B2', as: 'Y8' }, { mn: 'C3' }]],
  ])('%j', (text, want) => {
    expect(parseLines(text)).toEqual({ devices: want })
  })
  it('names the line that cannot be read', () => {
    expect(parseLines('A1\nB2 C3 D4').wrong).toContain('第 2 行')
    expect(parseLines('A1\nB;2').wrong).toContain('第 2 行')
  })
  it('writes back what it read', () => {
    const text = 'A1\nB2 Y8'
    expect(showLines(parseLines(text).devices)).toBe(text)
  })
  it('says how far behind in the largest unit', () => {
    expect([0, 42, 180, 7300, 200000].map(lagWords)).toEqual(['没有落后', '落后 42 秒', '落后 3 分钟', '落后 2 小时', '落后 2 天'])
  })
})
