import { describe, expect, it } from 'vitest'
import { asks, cuts, standing, tidy, unfinished } from './custom-words'

describe('standing', () => {
  it('says what judges and what is on its way', () => {
    expect(standing({ state: 'live', state_title: '在用', live: 2, in_force: true })).toBe('在用，第 2 版')
    expect(standing({ state: 'submitted', state_title: '待发布', live: 2, in_force: true })).toBe('待发布，第 2 版在用')
    expect(standing({ state: 'draft', state_title: '起草中', live: 0, in_force: false })).toBe('起草中')
    expect(standing({ state: 'off', state_title: '已停用', live: 3, in_force: false })).toBe('已停用')
  })
})

describe('conditions', () => {
  it('ask only for what matters', () => {
    expect(asks('avg')).toEqual({ factor: true, hours: true, compare: true, base: true })
    expect(asks('valid')).toEqual({ factor: true, hours: true, compare: true, base: false })
    expect(asks('hour')).toEqual({ factor: false, hours: false, compare: true, base: false })
    expect(asks('running')).toEqual({ factor: false, hours: false, compare: false, base: false })
  })
  it('are tidied', () => {
    expect(tidy({ factor: 'w21003', stat: 'running', hours: 3, op: '>', base: 'limit', value: 2 })).toEqual({ factor: '', stat: 'running', op: '', base: '', value: 0 })
    expect(tidy({ factor: 'w21003', stat: 'avg', op: '>', base: 'limit', value: 2 })).toEqual({ factor: 'w21003', stat: 'avg', hours: 24, op: '>', base: 'limit', value: 2 })
    expect(tidy({ factor: 'w21003', stat: 'same', op: '>=', base: 'limit', value: 8 })).toEqual({ factor: 'w21003', stat: 'same', op: '>=', base: 'number', value: 8 })
  })
  it('tell what they lack', () => {
    expect(unfinished([])).toContain('至少')
    expect(unfinished([{ factor: 'x', stat: 'value', op: '>', base: 'limit', value: 1 }, { factor: '', stat: 'value', op: '>', base: 'limit', value: 1 }])).toContain('第 2 个')
    expect(unfinished([{ factor: '', stat: 'running', op: '', base: '', value: 0 }])).toBe('')
  })
})

describe('cuts', () => {
  it('counts characters, not units of code', () => {
    expect(cuts('😀氨氮 = 5', 4, 5)).toEqual(['😀氨氮 ', '=', ' 5'])
  })
  it('shows a place at the end', () => {
    expect(cuts('氨氮 >', 5, 6)).toEqual(['氨氮 >', ' ', ''])
  })
})
