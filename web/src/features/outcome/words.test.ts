import { describe, expect, it } from 'vitest'
import { barRows, share, span } from './words'

describe('words of outcomes', () => {
  it('spells spans and shares', () => {
    expect([undefined, 0, 59.6, 90, 2880].map(span)).toEqual(['—', '0 分钟', '60 分钟', '1.5 小时', '2.0 天'])
    expect([undefined, 0, 0.8571, 1].map(share)).toEqual(['—', '0.0%', '85.7%', '100.0%'])
  })
})

it('a chart shows the newest months, or the first rows', () => {
  expect(barRows([1, 2, 3], true, 2)).toEqual([2, 3])
  expect(barRows([1, 2, 3], false, 2)).toEqual([1, 2])
})
