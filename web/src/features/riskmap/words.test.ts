import { describe, expect, it } from 'vitest'
import type { RiskPast } from '../../api/types'
import { badValue, before, changeWords, lasting, neighbours, tally } from './words'

const month = (m: string, colour: 'green' | 'yellow' | 'red', points: number): RiskPast => ({ month: m, title: m, units: [{ code: 'a', name: '甲', points, colour, colour_title: colour, aspects: [points, 0, 0, 0, 0] }] })
const past = [month('2026-10', 'red', 4), month('2026-09', 'yellow', 2), month('2026-08', 'green', 0), month('2026-07', 'yellow', 3)]

describe('the risk map', () => {
  it('counts colours, the gravest first', () => {
    expect(tally([{ colour: 'green' }, { colour: 'red' }, { colour: 'green' }]).map((t) => [t.colour, t.n])).toEqual([['red', 1], ['yellow', 0], ['green', 2]])
  })
  it('compares with the signed month before, not with itself', () => {
    expect(before(past, '2026-10', 'a')).toEqual({ title: '2026-09', points: 2, colour_title: 'yellow' })
    expect(before(past, '2026-07', 'a')).toBeUndefined()
    expect(before(undefined, '2026-10', 'a')).toBeUndefined()
    expect(before(past, '2026-10', 'b')).toBeUndefined()
  })
  it.each([[3, 1, '多 2 个'], [1, 3, '少 2 个'], [2, 2, '持平'], [2, undefined, '—']])('%s after %s is %s', (now, then, words) => expect(changeWords(now, then)).toBe(words))
  it('a lasting colour ends at the first green month', () => {
    expect(lasting(past, 'a')).toBe(2)
    expect(lasting(past.slice(2), 'a')).toBe(0)
    expect(lasting(past, 'b')).toBe(0)
  })
  it('knows the months beside the one shown', () => {
    expect(neighbours(past, '2026-09')).toEqual({ older: '2026-08', newer: '2026-10' })
    expect(neighbours(past, '2026-11')).toEqual({ older: '2026-10', newer: undefined })
  })
  it.each([['water', '0.875', true], ['water', '1.01', false], ['air', '3.31', true], ['air', '-1', false], ['complaints', '3', true], ['complaints', '3.5', false], ['air', '', false]])('%s %s', (kind, text, good) => expect(badValue(kind, text) === undefined).toBe(good))
})
