import { describe, expect, it } from 'vitest'
import { share, span } from './words'

describe('words of outcomes', () => {
  it('spells spans and shares', () => {
    expect([undefined, 0, 59.6, 90, 2880].map(span)).toEqual(['—', '0 分钟', '60 分钟', '1.5 小时', '2.0 天'])
    expect([undefined, 0, 0.8571, 1].map(share)).toEqual(['—', '0.0%', '85.7%', '100.0%'])
  })
})
