import { describe, expect, it } from 'vitest'
import type { Field } from '../api/types'
import { blankForm, checkForm, formBody, withPhrase } from './form'

const fields: Field[] = [
  { name: 'lead', title: '责任单位', kind: 'agency', required: true },
  { name: 'assist', title: '配合单位', kind: 'agencies', required: false },
  { name: 'days', title: '期限', kind: 'days', required: true },
  { name: 'note', title: '说明', kind: 'text', required: true },
  { name: 'files', title: '附件', kind: 'files', required: true },
  { name: 'level', title: '程度', kind: 'choice', required: true, options: [{ value: 'a', title: '一般' }] },
]

describe('a verb’s form', () => {
  it('starts blank, with the only choice already made', () => {
    expect(blankForm(fields)).toEqual({ lead: '', assist: [], days: undefined, note: '', files: [], level: 'a' })
  })
  it('starts with what the flow proposes', () => {
    const proposed = blankForm([{ ...fields[0], default: 'sthj-330302' }, { ...fields[2], default: '15' }, { ...fields[1], default: 'a,b' }, { ...fields[3], default: '' }])
    expect(proposed).toEqual({ lead: 'sthj-330302', days: 15, assist: ['a', 'b'], note: '' })
  })
  it('asks for what is missing, in words that fit the control', () => {
    expect(checkForm(fields, blankForm(fields))).toEqual({ lead: '请选择责任单位', days: '请填写期限', note: '请填写说明', files: '请上传附件' })
  })
  it('takes blanks for nothing', () => {
    expect(checkForm([fields[3]], { note: ' \n ' })).toEqual({ note: '请填写说明' })
  })
  it('is content when all is there, and zero is something', () => {
    expect(checkForm(fields, { lead: 'x', days: 0, note: 'y', files: ['1'], level: 'a' })).toEqual({})
  })
  it('sends trimmed texts and leaves out what is blank', () => {
    expect(formBody(fields, { lead: 'sthj', assist: [], days: 15, note: ' 已整改 ', files: ['1', '2'], level: '' })).toEqual({ lead: 'sthj', days: 15, note: '已整改', files: ['1', '2'] })
  })
})

describe('a ready sentence', () => {
  it('goes where nothing was typed, and behind what was', () => {
    expect(withPhrase('', '已受理')).toBe('已受理')
    expect(withPhrase(undefined, '已受理')).toBe('已受理')
    expect(withPhrase('您好。 ', '已受理')).toBe('您好。\n已受理')
  })
})
