import { expect, test } from 'vitest'
import { missing, type Draft } from './draft'

const door = { channel: 'media', title: '', about: '', modes: ['public'], receipt: false, entry: true, fields: [{ name: 'outlet', title: '媒体', kind: 'line' as const, required: true }] }
const kind = { code: 'noise', name: '噪声', about: '', group: '', questions: [{ code: 'when', title: '时间', hint: '', type: 'singlevaluelist' as const, required: true, options: [] }] }
const draft: Draft = { channel: 'media', mode: 'public', kind: 'noise', text: '吵', suspect: '', area: '330302', address: '', contact: '', person: { name: '', phone: '', other: '' }, received: '', details: { outlet: '晚报' }, answers: { when: ['night'] }, files: [] }

test('what is not asked yet is named at its field', () => {
  expect(missing(draft, door, kind)).toEqual({})
  expect(Object.keys(missing({ ...draft, text: ' ', area: '', details: {}, answers: { when: [' '] }, mode: 'confidential' }, door, kind)).sort()).toEqual(['address', 'answer.when', 'details.outlet', 'person-name', 'person-phone', 'text'])
  expect(missing(draft, door, undefined).kind).toBeTruthy()
})
