import { describe, expect, it } from 'vitest'
import type { Wall, WallOutlet } from '../../api/types'
import { channels, merged, mostTrends, paceOf, sections, turns } from './wall'

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

describe('what changed', () => {
  const wall = (full: boolean, outlets: WallOutlet[], total: number, version = '1.2') => ({ full, outlets, total, version, counts: {}, groups: [], clustered: false, as_of: '' }) as unknown as Wall
  const before = wall(true, [tile('1', '330302', 'normal'), tile('2', '330302', 'normal')], 2, '1.1')
  it('is laid over what was there', () => {
    const m = merged(before, wall(false, [tile('2', '330302', 'exceed')], 2))
    expect([m?.version, m?.outlets.map((o) => o.state)]).toEqual(['1.2', ['normal', 'exceed']])
  })
  it('adds what is new, and nothing changes when nothing did', () => {
    expect(merged(before, wall(false, [tile('3', '330302', 'normal')], 3))?.outlets).toHaveLength(3)
    expect(merged(before, wall(false, [], 2))?.outlets).toEqual(before.outlets)
  })
  it('a whole wall replaces all; one that does not fit is asked again', () => {
    expect(merged(before, wall(true, [], 0))?.outlets).toEqual([])
    expect(merged(before, wall(false, [], 1))).toBeUndefined()
    expect(merged(undefined, wall(true, [], 0))?.total).toBe(0)
  })
})

describe('the turns of the screen', () => {
  const five = Array.from({ length: 5 }, (_, i) => tile(String(i), '330302', 'normal'))
  const room = (columns: number, height: number) => ({ columns, height, row: 100, heading: 40 })
  const told = (t: ReturnType<typeof turns>) => t.map((parts) => parts.map((p) => `${p.title}${p.outlets.length}${p.rest ? '续' : ''}`).join('+'))
  const areas = [{ key: 'a', title: '鹿城', outlets: five }, { key: 'b', title: '龙湾', outlets: five.slice(0, 1) }, { key: 'c', title: '瓯海', outlets: five.slice(0, 3) }]
  it('pack whole areas into what fits', () => expect(told(turns(areas, room(3, 400)))).toEqual(['鹿城5+龙湾1', '瓯海3']))
  it('go on with an area that is too long', () => expect(told(turns(areas, room(1, 340)))).toEqual(['鹿城3', '鹿城2续', '龙湾1', '瓯海3']))
  it('always hold one row, however small the screen', () => expect(told(turns(areas.slice(1, 2), room(1, 10)))).toEqual(['龙湾1']))
  it('are none of nothing', () => expect(turns([], room(3, 400))).toEqual([]))
  it('have a pace that may be chosen', () => expect([paceOf('60'), paceOf('1'), paceOf(undefined)]).toEqual([60, 20, 20]))
})
