import { describe, expect, it } from 'vitest'
import { instant, minutes, what, where } from './words'

describe('words of silences', () => {
  it('reads a clock', () => {
    expect(minutes('00:00')).toBe(0)
    expect(minutes('09:30')).toBe(570)
    expect(minutes('23:59')).toBe(1439)
  })
  it('a moment is of Beijing', () => {
    expect(instant('2026-11-25 09:30')).toBe('2026-11-25T09:30:00+08:00')
    expect(instant('')).toBe('')
  })
  it('names the scope', () => {
    expect(where({ outlet_name: '1号', enterprise_name: '甲厂', area_name: '鹿城区' })).toBe('甲厂 1号')
    expect(where({ outlet_name: '', enterprise_name: '甲厂', area_name: '鹿城区' })).toBe('甲厂')
    expect(where({ outlet_name: '', enterprise_name: '', area_name: '鹿城区' })).toBe('鹿城区全部企业')
    expect(what({ rule_title: '', factor_name: '' })).toBe('除超标外的全部预警')
    expect(what({ rule_title: '数值恒定', factor_name: 'SO₂' })).toBe('SO₂ 数值恒定')
  })
})
