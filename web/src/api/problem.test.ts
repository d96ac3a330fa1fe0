import { describe, expect, it } from 'vitest'
import { fieldName, problemOf, sentence } from './problem'

describe('a problem', () => {
  it('says the program’s own sentence', () => expect(problemOf(409, { detail: '此问题已被他人修改，请刷新后重试' }).message).toBe('此问题已被他人修改，请刷新后重试'))
  it('never shows an English or empty detail', () => {
    expect(problemOf(422, { detail: 'validation failed' }).message).toBe('有内容不符合要求，请按提示修改。')
    expect(problemOf(502, '<html>').message).toContain('服务内部出错')
    expect(problemOf(418, null).message).toBe('操作没有成功，请稍后重试。')
  })
  it('puts messages at their fields, the first one of each', () => {
    const p = problemOf(422, { errors: [{ location: 'body.form.person', message: '请选择' }, { location: 'body.form.person', message: '又一个' }, { location: 'body.files[0]', message: '太大' }, { message: '无处' }] })
    expect(p.fields).toEqual({ person: '请选择', files: '太大' })
  })
  it.each([['body.form.person', 'person'], ['person', 'person'], ['body.roles[1]', 'roles'], ['', '']])('%s is field %s', (l, f) => expect(fieldName(l)).toBe(f))
  it('anything else thrown reads as a lost connection', () => {
    expect(sentence(new TypeError('x'))).toContain('无法连接')
    expect(sentence(problemOf(403, null))).toContain('权限')
  })
})
