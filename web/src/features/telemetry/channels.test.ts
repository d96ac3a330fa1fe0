import { expect, it } from 'vitest'
import type { OutletValue } from '../../api/types'
import { keysOf, mostLines, sourcesOf, usual } from './channels'

const value = (code: string, limit?: number): OutletValue => ({ code, name: code, unit: '', value: 1, flag: 'N', at: '', kind: 'hour', statistic: 'hour', ratio: 0, limit })
const outlets = [
  { id: 'one', name: '1 号', values: [value('flow'), value('so2', 35), value('nox', 50), value('dust', 10)] },
  { id: 'two', name: '2 号', values: [value('cod', 30)] },
]

it('starts with the first factor of every outlet, then the second', () => expect(usual(outlets)).toEqual(['one:so2', 'two:cod', 'one:nox']))
it('reads the address by outlet and drops what is not there', () => {
  expect(sourcesOf('two:cod,one:flow,one:xx,three:cod,two:cod', outlets)).toEqual([{ id: 'one', name: '1 号', factors: ['flow'] }, { id: 'two', name: '2 号', factors: ['cod'] }])
  expect(keysOf(sourcesOf('', outlets))).toEqual(['one:so2', 'one:nox', 'two:cod'])
})
it('draws no more than can be read', () => {
  const many = [{ id: 'x', name: 'x', values: Array.from({ length: 20 }, (_, i) => value(`f${i}`)) }]
  expect(keysOf(sourcesOf(many[0].values.map((v) => `x:${v.code}`).join(','), many))).toHaveLength(mostLines)
})
