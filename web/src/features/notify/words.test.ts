import { describe, expect, it } from 'vitest'
import type { ChannelKind } from '../../api/types'
import { blank, body, chosen, deliveryMark, missing, reaches, segments, toggled, why } from './words'

const field = (name: string, kind: ChannelKind['fields'][number]['kind'], required: boolean, preset = '') => ({ name, title: name, kind, required, default: preset, hint: '', options: [], min: 0, max: 0 })
const kind: ChannelKind = { id: 'mail', title: '邮件', hint: '', address: '邮箱', least: 'important', fields: [field('host', 'line', true), field('port', 'number', true, '587'), field('password', 'secret', true)] }

describe('a channel’s form', () => {
  it('begins with what the kind proposes, never with a secret', () => {
    expect(blank(kind)).toEqual({ host: '', port: '587', password: '' })
    expect(blank(kind, { host: 'a', port: '25' })).toEqual({ host: 'a', port: '25', password: '' })
  })
  it('leaves a secret alone unless it is typed or cleared', () => {
    expect(body(kind, { host: ' a ', port: '25', password: '' })).toEqual({ host: 'a', port: '25' })
    expect(body(kind, { host: 'a', port: '25', password: 'x' }).password).toBe('x')
    expect(body(kind, { host: 'a', port: '25', password: '' }, ['password']).password).toBe('')
  })
  it('asks for what is required, a secret only when none is held', () => {
    expect(Object.keys(missing(kind, blank(kind)))).toEqual(['settings.host', 'settings.password'])
    expect(Object.keys(missing(kind, { host: 'a', port: '1' }, ['password']))).toEqual([])
  })
})

describe('a delivery', () => {
  it('says what hinders it', () => {
    expect(why({ reason: '对方拒收', error: '550' })).toBe('对方拒收：550')
    expect(why({ reason: '', error: '' })).toBe('')
    expect(deliveryMark('given_up').tone).toBe('red')
    expect(deliveryMark('queued').tone).toBe('blue')
  })
})

describe('what a person wants', () => {
  it('is everything until something is switched off', () => {
    const off = toggled({}, 'important', 'mail', false)
    expect(chosen({}, 'important', 'mail')).toBe(true)
    expect(chosen(off, 'important', 'mail')).toBe(false)
    expect(chosen(off, 'urgent', 'mail')).toBe(true)
    expect(toggled(off, 'important', 'mail', true)).toEqual({ important: [] })
    expect(reaches('urgent', 'important')).toBe(true)
    expect(reaches('ordinary', 'important')).toBe(false)
  })
})

describe('text messages', () => {
  it('count by seventy, then by sixty-seven', () => {
    expect([1, 70, 71, 134, 135].map(segments)).toEqual([1, 1, 2, 2, 3])
  })
})
