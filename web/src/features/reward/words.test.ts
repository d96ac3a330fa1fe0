import { describe, expect, it } from 'vitest'
import { badMoney, money, plainMoney, valid } from './words'

describe('money', () => {
  it('is written with two digits and separators', () => {
    expect(money(1200000)).toBe('1,200,000.00')
    expect(money(0.1)).toBe('0.10')
  })
  it('is refused unless it is an amount', () => {
    for (const ok of ['', '0', '1200000', '1,200,000.50', '0.01']) expect(badMoney(ok)).toBe('')
    for (const bad of ['-1', '1.001', '一万', '1e5', '1234567890123']) expect(badMoney(bad)).not.toBe('')
  })
  it('stands plain in a form, empty for nothing', () => {
    expect(plainMoney(0)).toBe('')
    expect(plainMoney(1200000.5)).toBe('1200000.5')
  })
})

describe('valid', () => {
  it('says from when, and until when it ends', () => {
    expect(valid('2021-01-01', '')).toBe('2021-01-01 起')
    expect(valid('2021-01-01', '2027-01-01')).toBe('2021-01-01 起，至 2027-01-01 前')
  })
})
