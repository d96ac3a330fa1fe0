import { describe, expect, it } from 'vitest'
import { classes, classOf, range, shade } from './cartogram'

describe('classes', () => {
  it('knows only “none” when there is nothing', () => expect(classes(0)).toEqual([{ from: 0, to: 0, word: '无' }]))
  it.each([1, 2, 3, 4, 7, 10, 31, 100])('covers every count up to %d once, without gaps', (max) => {
    const list = classes(max)
    for (let n = 0; n <= max; n++) expect(list.filter((c) => n >= c.from && n <= c.to), String(n)).toHaveLength(1)
    expect(new Set(list.map((c) => c.word)).size).toBe(list.length)
  })
  it('puts the largest count in the last class', () => {
    const list = classes(23)
    expect(classOf(list, 23)).toBe(list.length - 1)
    expect(classOf(list, 0)).toBe(0)
    expect(classOf(list, 1)).toBe(1)
  })
  it('is darkest for the last class and palest for none, however few classes', () => {
    for (const max of [1, 2, 9]) {
      const list = classes(max)
      expect(shade(list, 0)).toBe(0)
      expect(shade(list, list.length - 1)).toBe(3)
    }
  })
  it('writes ranges', () => {
    expect(range({ from: 1, to: 3, word: '' })).toBe('1–3')
    expect(range({ from: 5, to: 5, word: '' })).toBe('5')
  })
})
