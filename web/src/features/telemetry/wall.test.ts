import { describe, expect, it } from 'vitest'
import type { WallOutlet } from '../../api/types'
import { channels, mostTrends, path, sections } from './wall'

const units = [{ code: '330302', name: '鹿城区' }, { code: '330303', name: '龙湾区' }]
const tile = (id: string, area: string, state: string, factor = 'w01018') =>
  ({ id, name: id, enterprise: `企业${id}`, area, state, factor }) as WallOutlet

describe('the tiles of the wall', () => {
  const wall = sections([tile('1', '330303001', 'normal'), tile('2', '330302', 'offline'), tile('3', '330303', 'exceed'), tile('4', '330302001', 'normal', ''), tile('5', '330399', 'normal')], units)
  it('show what needs an eye first, then the calm ones by unit', () => {
    expect(wall.map((s) => [s.title, s.outlets.map((o) => o.id).join()])).toEqual([['需要关注', '3,2'], ['鹿城区', '4'], ['龙湾区', '1'], ['其他', '5']])
  })
  it('ask for curves of tiles that have a factor, as many as may be asked', () => {
    expect(channels(wall)).toEqual(['3:w01018', '2:w01018', '1:w01018', '5:w01018'])
    const many = sections(Array.from({ length: mostTrends + 5 }, (_, i) => tile(String(i), '330302', 'normal')), units)
    expect(channels(many)).toHaveLength(mostTrends)
  })
  it('leave out sections without tiles', () => {
    expect(sections([], units)).toEqual([])
  })
})

describe('the small curve', () => {
  const hour = (h: number, value: number, valid = true) => ({ hour: h, value, valid })
  it('is broken where an hour is missing or invalid', () => {
    expect(path({ values: [hour(0, 1), hour(1, 2), hour(2, 9, false), hour(3, 4)] }, undefined)).toBe('M0 0.750L1 0.500M3 0.000')
  })
  it('leaves room for the limit', () => {
    expect(path({ values: [hour(5, 10), hour(6, 20)] }, 40)).toBe('M5 0.750L6 0.500')
  })
  it('is nothing without two valid hours', () => {
    expect(path({ values: [hour(1, 3)] }, 5)).toBe('')
    expect(path({ values: [] }, undefined)).toBe('')
  })
})
