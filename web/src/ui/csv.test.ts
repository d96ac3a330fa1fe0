import { expect, it } from 'vitest'
import { cell, csv } from './csv'

it('quotes commas, quotes and line breaks', () => {
  expect(cell('a,b')).toBe('"a,b"')
  expect(cell('他说“好”')).toBe('他说“好”')
  expect(cell('say "x"')).toBe('"say ""x"""')
  expect(cell('a\nb')).toBe('"a\nb"')
})
it('disarms formulas but leaves negative numbers', () => {
  expect(cell('=HYPERLINK("x")')).toBe(`"'=HYPERLINK(""x"")"`)
  expect(cell('+1')).toBe("'+1")
  expect(cell(-1.5)).toBe('-1.5')
  expect(cell('-1.5')).toBe('-1.5')
  expect(cell('-2+3')).toBe("'-2+3")
})
it('begins with a byte-order mark and ends lines as spreadsheets expect', () => {
  expect(csv([{ title: '名', text: (r: { n: string }) => r.n }], [{ n: '甲' }])).toBe('\ufeff名\r\n甲\r\n')
})
