import { expect, it } from 'vitest'
import { candidates, fits, hint } from './claim'

const outlet = (id: string, kind: 'gas' | 'water' | 'rain', area: string) => ({ id, kind, area })

it('offers outlets of the sender’s kind, those of the MN’s area first', () => {
  const bare = [outlet('a', 'gas', '330302001'), outlet('b', 'water', '330303'), outlet('c', 'water', '330302001'), outlet('d', 'water', '440100')]
  expect(candidates(bare, { mn: '330302XYZ', kind: 'water' }).map((o) => o.id)).toEqual(['c', 'b', 'd'])
  expect(candidates(bare, { mn: '9', kind: '' }, 2)).toHaveLength(2)
})
it('says what a sender seems to be, and nothing of what cannot be read', () => {
  expect(hint({ system: '地表水体环境污染源', protocol: '2017', factors: ['pH 值', '氨氮', '总磷', '总氮', '总铬'] })).toBe('地表水体环境污染源，HJ 212-2017，pH 值、氨氮、总磷、总氮等 5 个因子')
  expect(hint({ system: '', protocol: '', factors: [] })).toBe('')
})
it('finds by part of the MN, the system or a factor', () => {
  const p = { mn: '330300NEW9', system: '大气环境污染源', factors: ['二氧化硫'] }
  expect(['', 'new9', '大气', '硫', '水'].map((q) => fits(p, q))).toEqual([true, true, true, true, false])
})
