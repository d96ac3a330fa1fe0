import { expect, it } from 'vitest'
import type { Line } from '../../ui/series-layout'
import { banded } from './bands'

const at = (h: number) => `2026-11-21T0${h}:00:00+08:00`
const line = (code: string, flag = 'N'): Line => ({ code, name: code, unit: '', limits: [], of: 1, points: [{ t: at(3), avg: 1, flag, source: '' }] })
const mark = (factors: string[], flag = 'C', from = at(2), until = at(4)) => ({ outlet_id: 'one', kind_title: '校准', factors, from, until, flag })

it('hatches the lines that a mark concerns, and not twice what the data say', () => {
  const bands = banded([line('a'), line('b'), line('c', 'C')], [mark(['a', 'c'])]).map((l) => l.bands)
  expect(bands).toEqual([[{ from: Date.parse(at(2)), to: Date.parse(at(4)), title: '标记：校准' }], [], []])
})
it('of several outlets hatches the one that is marked', () => {
  expect(banded([{ ...line('a'), key: 'one:a' }, { ...line('a'), key: 'two:a' }], [mark([])]).map((l) => l.bands?.length)).toEqual([1, 0])
})
it('a mark without factors concerns all; one of no length none', () => {
  expect(banded([line('a')], [mark([], ''), mark([], 'C', at(2), at(2))])[0].bands).toHaveLength(1)
})
