import { expect, it } from 'vitest'
import { doing, left, summary } from './stage'

const report = {
  digest: 'd', items: [], findings: [], found: 0, bad: 0, examples: 0, ignored: [],
  sheets: [{ sheet: '企业', create: 2, update: 1, same: 7 }, { sheet: '限值', create: 0, update: 4, same: 0 }],
}

it('counts what would be written, not what stays', () => {
  expect(left(report)).toBe(7)
  expect(summary('已导入', report)).toBe('已导入：新建 2 行，更新 5 行')
})
it('says whether the program still receives, checks or writes', () => {
  expect(doing({ sent: 0.4, applying: true })).toContain('上传')
  expect(doing({ sent: 1, applying: false })).toContain('核对')
  expect(doing({ sent: 1, applying: true })).toContain('写入')
})
