import { expect, test } from 'vitest'
import type { Setting } from '../../api/types'
import { setWords, tidyValues, tuningTone, withUnit, wrongValue } from './setting-words'

const hours: Setting = { name: 'hours', title: '连续小时数', unit: '小时', kind: 'count', min: 2, max: 48, default: 6, meant: '', basis: '', value: 6 }
const times: Setting = { ...hours, name: 'times', title: '倍数', unit: '', kind: 'number', min: 1, max: 10, default: 1.5 }

test('values are read with their unit and beside their default', () => {
  expect(withUnit(hours, 8)).toBe('8 小时')
  expect(withUnit(times, 2)).toBe('2')
  expect(setWords([hours, times], { times: 1.5, hours: 8 })).toBe('连续小时数 8 小时（默认 6 小时）；倍数 1.5（同默认）')
  expect(setWords([hours], {})).toBe('')
})

test('what is out of bounds is refused at its place', () => {
  expect(wrongValue(hours, undefined)).toBe('')
  expect(wrongValue(hours, null)).toContain('请填写')
  expect(wrongValue(hours, 1)).toBe('应在 2 小时 至 48 小时 之间')
  expect(wrongValue(hours, 2.5)).toBe('应是整数')
  expect(wrongValue(times, 2.5)).toBe('')
})

test('only what is set is sent', () => {
  expect(tidyValues({ hours: 8, times: undefined, x: null, y: Number.NaN })).toEqual({ hours: 8 })
})

test('what waits stands out', () => {
  expect(tuningTone({ state: 'submitted', in_force: true })).toBe('amber')
  expect(tuningTone({ state: 'draft', in_force: true })).toBe('green')
  expect(tuningTone({ state: 'off', in_force: false })).toBe('grey')
})
