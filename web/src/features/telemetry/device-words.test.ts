import { describe, expect, it } from 'vitest'
import { commandTone, stages } from './device-words'

const blank = { asked_at: 'a', sent_at: '', accepted_at: '', ended_at: '', state: 'pending', state_title: '待发送', attempts: 0 }
const show = (c: Partial<typeof blank>) => stages({ ...blank, ...c }).map((s) => (s.done ? '●' : '○') + s.title).join(' ')

describe('the stages of a command', () => {
  it.each([
    [{}, '●已记录 ○发送 ○受理 ○执行结果'],
    [{ state: 'sent', sent_at: 's', attempts: 1 }, '●已记录 ●已发送 ○受理 ○执行结果'],
    [{ state: 'sent', sent_at: 's', attempts: 3 }, '●已记录 ●已发送（第 3 次） ○受理 ○执行结果'],
    [{ state: 'accepted', sent_at: 's', accepted_at: 'x', attempts: 1 }, '●已记录 ●已发送 ●已受理 ○执行结果'],
    [{ state: 'done', state_title: '执行成功', sent_at: 's', accepted_at: 'x', ended_at: 'e', attempts: 1 }, '●已记录 ●已发送 ●已受理 ●执行成功'],
    [{ state: 'refused', state_title: '已拒绝', sent_at: 's', ended_at: 'e', attempts: 1 }, '●已记录 ●已发送 ●已拒绝'],
    [{ state: 'cancelled', state_title: '已撤销', ended_at: 'e' }, '●已记录 ●已撤销'],
    [{ state: 'pending', sent_at: 's', attempts: 0 }, '●已记录 ○已发送 ○受理 ○执行结果'],
  ])('%o', (c, want) => {
    expect(show(c)).toBe(want)
  })
  it('success is green, every failure red', () => {
    expect(['done', 'failed', 'refused', 'expired', 'cancelled', 'sent'].map(commandTone)).toEqual(['green', 'red', 'red', 'red', 'grey', 'blue'])
  })
})
